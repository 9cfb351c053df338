"""Lists of traces on SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Unpack

from sqlalchemy import ColumnElement, Select, bindparam, exists, select
from sqlalchemy.orm import aliased

from ..domains.base import operation
from ..domains.observability import NEWEST_FIRST, ObservabilityDomain
from ..domains.trace_filters import TraceFilters, trace_filters, trace_window
from ..domains.traces import input_preview
from ..models.observability import SpanRow
from ..pages import Order, Page, Window
from ..records.observability import LightSpan, Span
from .bounds import Bounds, bound_values
from .dialects import SqlDialect
from .domain import SqlDomain
from .paging import LIMIT, OFFSET, directed, with_total
from .plans import Counted, Statement, counted
from .spans import LIGHT_SPAN, SPAN

_TIMES = {"started_at": SpanRow.started_at, "ended_at": SpanRow.ended_at}
_CONTAINED = {"scope": SpanRow.scope, "metadata": SpanRow.metadata_, "tags": SpanRow.tags}


@dataclass(frozen=True, slots=True)
class TraceFilter:
    """Which traces a list is of: the shape's share of its arguments.

    Attributes:
        equal: fields that must equal the parameters of their names.
        contained: fields that must contain them.
        status: ``error``, ``running``, ``success`` or ``None`` for any.
        with_error: whether a span of the trace must have an error, or none may; ``None`` for either.
    """

    equal: tuple[str, ...]
    contained: tuple[str, ...]
    started: Bounds
    ended: Bounds
    status: str | None
    with_error: bool | None

    def conditions(self, sql: SqlDialect) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = [SpanRow.parent_span_id.is_(None)]
        conditions += [getattr(SpanRow, name) == bindparam(name) for name in self.equal]
        conditions += [sql.json_contains(_CONTAINED[name], name) for name in self.contained]
        conditions += self.started.plain_conditions(SpanRow.started_at, "started_")
        conditions += self.ended.plain_conditions(SpanRow.ended_at, "ended_")
        if self.status is not None:
            conditions += _of_status(self.status)
        if self.with_error is not None:
            other = aliased(SpanRow)
            failed = exists().where(other.trace_id == SpanRow.trace_id, other.error.is_not(None))
            conditions.append(failed if self.with_error else ~failed)
        return conditions


class Listing(NamedTuple):
    """A filter, a page, and the values of the parameters."""

    filter: TraceFilter
    window: Window
    values: dict[str, Any]


class SqlTraces(SqlDomain, ObservabilityDomain):
    """The part of the observability domain that lists traces."""

    @operation
    async def list_traces(
        self,
        *,
        page: int = 0,
        per_page: int = 10,
        order: Order = NEWEST_FIRST,
        **filters: Unpack[TraceFilters],
    ) -> Page[Span]:
        return await self._page(traces, listing(filters, page, per_page), order)

    @operation
    async def list_traces_light(
        self,
        *,
        page: int = 0,
        per_page: int = 10,
        order: Order = NEWEST_FIRST,
        **filters: Unpack[TraceFilters],
    ) -> Page[LightSpan]:
        return await self._page(light_traces, listing(filters, page, per_page), order)

    async def _page(self, shape: Any, listed: Listing, order: Order) -> Page[Any]:
        field = order.among(*_TIMES).field
        plan: Statement[Counted[Any]] = shape(listed.filter, field=field, descending=order.direction == "desc")
        found = await self._database.read(plan.bind(**listed.values))
        return listed.window.show(found.items, found.total)


def listing(filters: Mapping[str, Any], page: int, per_page: int) -> Listing:
    """What a list is of, checked."""
    window = trace_window(page, per_page)
    values = trace_filters(filters)
    started, ended = values.pop("started_at", None), values.pop("ended_at", None)
    status, with_error = values.pop("status", None), values.pop("has_child_error", None)
    contained = tuple(name for name in _CONTAINED if name in values)
    chosen = TraceFilter(
        equal=tuple(sorted(values.keys() - set(contained))),
        contained=contained,
        started=Bounds.of(started),
        ended=Bounds.of(ended),
        status=status,
        with_error=with_error,
    )
    values |= bound_values(started, "started_") | bound_values(ended, "ended_")
    return Listing(chosen, window, {**values, "limit": window.limit, "offset": window.offset})


@counted(Span)
def traces(sql: SqlDialect, chosen: TraceFilter, *, field: str, descending: bool) -> Select[Any]:
    """By the beginning served by mastra_ai_spans_root_spans_idx, by the end by no index."""
    return _traces(sql, sql.columns(SPAN), chosen, field, descending)


def light_trace(*columns: Any) -> LightSpan:
    fields: list[Any] = [*columns[:-1], input_preview(columns[-1])]
    return LightSpan(*fields)


@counted(light_trace)
def light_traces(sql: SqlDialect, chosen: TraceFilter, *, field: str, descending: bool) -> Select[Any]:
    """As ``traces``. The input is read for its beginning."""
    columns = [*sql.columns(LIGHT_SPAN), *sql.columns([SpanRow.metadata_, SpanRow.input])]
    return _traces(sql, columns, chosen, field, descending)


def _traces(
    sql: SqlDialect, columns: list[ColumnElement[Any]], chosen: TraceFilter, field: str, descending: bool
) -> Select[Any]:
    conditions = chosen.conditions(sql)
    time = _TIMES[field]
    # What has no end yet sorts as if it ended last, wherever the database puts NULL.
    open_last = [time.is_(None)] if field == "ended_at" else []
    order = [*open_last, time.expression, SpanRow.trace_id.expression, SpanRow.span_id.expression]
    page = select(*columns).where(*conditions).order_by(*directed(order, descending)).limit(LIMIT).offset(OFFSET)
    return with_total(select(SpanRow.span_id).where(*conditions), page, order, descending)


def _of_status(status: str) -> list[ColumnElement[bool]]:
    if status == "error":
        return [SpanRow.error.is_not(None)]
    ended = SpanRow.ended_at.is_(None) if status == "running" else SpanRow.ended_at.is_not(None)
    return [SpanRow.error.is_(None), ended]
