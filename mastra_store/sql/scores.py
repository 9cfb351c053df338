"""The scores domain on SQL."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Executable, Select, bindparam, delete, func, select
from sqlalchemy.sql.dml import Delete

from ..domains.base import operation
from ..domains.message_input import identifier
from ..domains.score_summaries import DayOfScorer
from ..domains.scores import ScoresDomain
from ..models.scores import ScoreRow
from ..models.types import UtcTimeType
from ..pages import DateRange, Page, Window
from ..records.scores import Score
from .bounds import Bounds, bound_values
from .dialects import Attribute, SqlDialect
from .paging import LIMIT, OFFSET, directed, with_total
from .plans import counted, statement
from .pruning import SqlPruning


def _attribute(field: str) -> Attribute:
    return getattr(ScoreRow, "metadata_" if field == "metadata" else field)  # type: ignore[no-any-return]


ATTRIBUTES = {field.name: _attribute(field.name) for field in msgspec.structs.fields(Score)}
"""The columns of a score, by the names of the record's fields and in their order."""
SCORE = tuple(ATTRIBUTES.values())


class SqlScores(SqlPruning, ScoresDomain):
    """The scores domain on SQL."""

    rows = (ScoreRow,)
    ages = {"scorers": ScoreRow.created_at}  # noqa: RUF012

    async def _save_score(self, score: Score) -> None:
        values = {f"new_{name}": value for name, value in score.to_dict().items()}
        await self._database.write(saved_score().bind(**values))

    @operation
    async def get_score_by_id(self, score_id: str) -> Score | None:
        found = await self._database.read(score_by_id().bind(score_id=identifier(score_id, "score_id")))
        return found[0] if found else None

    @operation
    async def dangerously_clear_all(self) -> None:
        await self._database.write(without_scores().bind())

    async def _list_scores(self, chosen: Mapping[str, str], window: Window) -> Page[Score]:
        call = scores(by=tuple(chosen)).bind(**chosen, limit=window.limit, offset=window.offset)
        found = await self._database.read(call)
        return window.show(found.items, found.total)

    async def _days_of_scorers(self, chosen: Mapping[str, str], between: DateRange | None) -> list[DayOfScorer]:
        shape = days_of_scorers(by=tuple(chosen), bounds=Bounds.of(between))
        return await self._database.read(shape.bind(**chosen, **bound_values(between)))


@statement(lambda: None)
def saved_score(sql: SqlDialect) -> Executable:
    """Store a score, or replace every column of the one with its id."""
    values: dict[Any, Any] = {}
    for name, attribute in ATTRIBUTES.items():
        if isinstance(attribute.type, UtcTimeType):
            values |= sql.times(attribute, sql.moment(f"new_{name}"))
        else:
            values[attribute] = bindparam(f"new_{name}", type_=attribute.type)
    insert = sql.insert(ScoreRow).values(values)
    replaced = [column for column in values if column is not ScoreRow.id]
    return sql.replacing(insert, [ScoreRow.id], replaced)  # type: ignore[no-any-return]


@statement(Score)
def score_by_id(sql: SqlDialect) -> Select[Any]:
    return select(*sql.columns(SCORE)).where(ScoreRow.id == bindparam("score_id"))


@counted(Score)
def scores(sql: SqlDialect, *, by: tuple[str, ...]) -> Select[Any]:
    """Newest first. Served by the indexes mastra_store_scores_*, those of a span by mastra_scores_trace_id_*.

    Args:
        by: the fields that must equal the parameters of their names.
    """
    conditions = [ATTRIBUTES[name] == bindparam(name) for name in by]
    order = [ScoreRow.created_at, ScoreRow.id]
    page = select(*sql.columns(SCORE)).where(*conditions).order_by(*directed(order, descending=True))
    matching = select(ScoreRow.id).where(*conditions)
    return with_total(matching, page.limit(LIMIT).offset(OFFSET), order, descending=True)


@statement(DayOfScorer)
def days_of_scorers(sql: SqlDialect, *, by: tuple[str, ...], bounds: Bounds) -> Select[Any]:
    """By scorer and day. With a scorer or bounds served by mastra_store_scores_scorer_idx."""
    day = sql.day(ScoreRow.created_at).label("day")
    score = ScoreRow.score
    conditions = [ATTRIBUTES[name] == bindparam(name) for name in by]
    conditions += bounds.plain_conditions(ScoreRow.created_at)
    return (
        select(ScoreRow.scorer_id, day, func.count(), func.sum(score), func.min(score), func.max(score))
        .where(*conditions)
        .group_by(ScoreRow.scorer_id, day)
    )


@statement(lambda: None)
def without_scores(sql: SqlDialect) -> Delete:
    return delete(ScoreRow)
