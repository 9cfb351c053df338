"""Writing spans on SQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Executable,
    FromClause,
    Text,
    and_,
    cast,
    delete,
    func,
    literal_column,
    null,
    select,
    true,
    update,
)
from sqlalchemy.sql.dml import Delete

from ..clock import utc_now
from ..domains.base import operation
from ..domains.observability import ObservabilityDomain
from ..domains.span_input import Cells, SpanUpdate, deleted_traces, span_update, span_updates
from ..models.observability import MetricRow, SpanRow
from ..models.types import UtcTwinType
from .dialects import SqlDialect
from .domain import SqlDomain
from .plans import Call, Work, statement
from .span_rows import KEY, column_of, given_spans, given_values, groups_of, in_chunks, is_time


class SqlSpanSaving(SqlDomain, ObservabilityDomain):
    """The part of the observability domain that writes spans."""

    async def _save_spans(self, spans: list[Cells]) -> None:
        texts, groups, now = in_chunks(spans), groups_of(spans), utc_now()
        calls = [saved_spans(groups).bind(spans=text, now=now) for text in texts]
        if len(calls) == 1:
            await self._database.write(calls[0])
        else:
            await self._database.run(one_after_the_other(calls))

    @operation
    async def update_span(self, trace_id: str, span_id: str, updates: Mapping[str, Any]) -> bool:
        return await self._update([span_update(trace_id, span_id, updates)]) == 1

    @operation
    async def batch_update_spans(self, records: Sequence[Mapping[str, Any]]) -> int:
        updates = span_updates(records)
        return await self._update(updates) if updates else 0

    async def _update(self, updates: list[SpanUpdate]) -> int:
        rows = [each.cells for each in updates]
        texts, groups, now = in_chunks(rows), groups_of(rows), utc_now()
        setting = [updated_spans(groups).bind(spans=text, now=now) for text in texts]
        clearing = [cleared_field(name).bind(spans=spans) for name, spans in sorted(cleared_of(updates).items())]
        if len(setting) == 1 and not clearing:
            updated = await self._database.write(setting[0])
            return len(updated)
        return await self._database.run(updated_in_steps(setting, clearing))

    @operation
    async def batch_delete_traces(self, trace_ids: Sequence[str]) -> int:
        ids = deleted_traces(trace_ids)
        if not ids:
            return 0
        deleted = await self._database.write(without_traces().bind(ids=ids))
        return len(deleted)

    @operation
    async def dangerously_clear_all(self) -> None:
        await self._database.run(cleared_tables())


def cleared_of(updates: list[SpanUpdate]) -> dict[str, list[Cells]]:
    """The keys of the spans that each field shall be cleared of."""
    cleared: dict[str, list[Cells]] = {}
    for update_ in updates:
        for name in update_.cleared:
            cleared.setdefault(name, []).append({key: update_.cells[key] for key in KEY})
    return cleared


def one_after_the_other(calls: list[Call[Any]]) -> Work[None]:
    for call in calls:  # noqa: UP028 (a list can not be sent results)
        yield call


def updated_in_steps(setting: list[Call[list[str]]], clearing: list[Call[list[None]]]) -> Work[int]:
    """Set what has new values, then clear what shall have none."""
    updated = 0
    for call in setting:
        updated += len((yield call))
    yield from one_after_the_other(clearing)
    return updated


def cleared_tables() -> Work[None]:
    yield without_spans().bind()
    yield without_metrics().bind()


@statement(lambda: None)
def saved_spans(sql: SqlDialect, groups: tuple[str, ...]) -> Executable:
    """Store spans. Of those that are stored, what is given is changed and ``created_at`` stays."""
    given = given_spans(sql, groups)
    values, now = given_values(sql, given, groups), sql.moment("now")
    stamps = sql.times(SpanRow.updated_at, now)
    key: dict[Any, Any] = {SpanRow.trace_id: given.c.trace_id, SpanRow.span_id: given.c.span_id}
    new = {**key, **values, **sql.times(SpanRow.created_at, now), **stamps, **_open(sql, values)}
    # Without a WHERE, SQLite would take the ON of ON CONFLICT for a join's.
    rows = select(*new.values()).select_from(given).where(true())
    insert = sql.insert(SpanRow).from_select([column.name for column in new], rows)
    kept = {column.name: func.coalesce(insert.excluded[column.name], column) for column in values}
    renewed = {column.name: insert.excluded[column.name] for column in stamps}
    return insert.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=[SpanRow.trace_id, SpanRow.span_id], set_={**kept, **renewed}
    )


@statement(lambda span_id: span_id)
def updated_spans(sql: SqlDialect, groups: tuple[str, ...]) -> Executable:
    """Change spans. Those that there are come back."""
    given = given_spans(sql, groups)
    new: dict[Any, Any] = {
        column: func.coalesce(value, column) for column, value in given_values(sql, given, groups).items()
    }
    stamps = sql.times(SpanRow.updated_at, sql.moment("now"))
    return update(SpanRow).where(_same(given)).values({**new, **stamps}).returning(SpanRow.span_id)


@statement(lambda: None)
def cleared_field(sql: SqlDialect, name: str) -> Executable:
    """Set a field of spans to NULL."""
    given = sql.rows("spans", trace_id=Text(), span_id=Text())
    column = column_of(name)
    none: Any = null()
    new = sql.times(column, none) if is_time(column) else {column: none}
    return update(SpanRow).where(_same(given)).values(new)


@statement(lambda one: one)
def without_traces(sql: SqlDialect) -> Executable:
    return delete(SpanRow).where(sql.is_any_of(SpanRow.trace_id, "ids")).returning(literal_column("1"))


@statement(lambda: None)
def without_spans(sql: SqlDialect) -> Delete:
    return delete(SpanRow)


@statement(lambda: None)
def without_metrics(sql: SqlDialect) -> Delete:
    return delete(MetricRow)


def _same(given: FromClause) -> Any:
    return and_(SpanRow.trace_id == given.c.trace_id, SpanRow.span_id == given.c.span_id)


def _open(sql: SqlDialect, values: dict[Any, Any]) -> dict[Any, Any]:
    """That spans have not ended, where nothing is given of ends: the twin's own default would be now."""
    return {} if SpanRow.ended_at in values else sql.times(SpanRow.ended_at, cast(null(), UtcTwinType()))
