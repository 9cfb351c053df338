"""The scores domain on SQL."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import Executable, Select, bindparam, delete, func, select
from sqlalchemy.sql.dml import Delete

from ..domains.base import operation
from ..domains.message_input import identifier, optional_identifier
from ..domains.score_input import source as checked_source
from ..domains.scores import ScoresDomain
from ..models.scores import ScoreRow
from ..models.types import UtcTimeType
from ..pages import DateRange, Page, Window
from ..records.scores import Score, ScoresOfDay, ScoreSummary
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


@dataclass(frozen=True, slots=True)
class DayOfScorer:
    """The scores of one scorer on one day, as the database adds them up."""

    scorer_id: str
    day: date
    count: int
    sum: float
    min: float
    max: float


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
    async def list_scores_by_scorer_id(
        self,
        scorer_id: str,
        *,
        entity_id: str | None = None,
        entity_type: str | None = None,
        source: str | None = None,
        organization_id: str | None = None,
        project_id: str | None = None,
        page: int = 0,
        per_page: int | None = 100,
    ) -> Page[Score]:
        return await self._page(
            Window.of(page, per_page),
            {"scorer_id": identifier(scorer_id, "scorer_id")}
            | _chosen(entity_id=entity_id, entity_type=entity_type, source=source)
            | _chosen(organization_id=organization_id, project_id=project_id),
        )

    @operation
    async def list_scores_by_run_id(
        self,
        run_id: str,
        *,
        organization_id: str | None = None,
        project_id: str | None = None,
        page: int = 0,
        per_page: int | None = 100,
    ) -> Page[Score]:
        key = {"run_id": identifier(run_id, "run_id")}
        chosen = _chosen(organization_id=organization_id, project_id=project_id)
        return await self._page(Window.of(page, per_page), key | chosen)

    @operation
    async def list_scores_by_entity_id(
        self,
        entity_id: str,
        *,
        entity_type: str,
        organization_id: str | None = None,
        project_id: str | None = None,
        page: int = 0,
        per_page: int | None = 100,
    ) -> Page[Score]:
        key = {
            "entity_id": identifier(entity_id, "entity_id"),
            "entity_type": identifier(entity_type, "entity_type"),
        }
        chosen = _chosen(organization_id=organization_id, project_id=project_id)
        return await self._page(Window.of(page, per_page), key | chosen)

    @operation
    async def list_scores_by_span(
        self,
        trace_id: str,
        span_id: str,
        *,
        organization_id: str | None = None,
        project_id: str | None = None,
        page: int = 0,
        per_page: int | None = 100,
    ) -> Page[Score]:
        key = {"trace_id": identifier(trace_id, "trace_id"), "span_id": identifier(span_id, "span_id")}
        chosen = _chosen(organization_id=organization_id, project_id=project_id)
        return await self._page(Window.of(page, per_page), key | chosen)

    @operation
    async def get_score_summary(
        self,
        *,
        scorer_id: str | None = None,
        entity_id: str | None = None,
        entity_type: str | None = None,
        source: str | None = None,
        between: DateRange | None = None,
    ) -> list[ScoreSummary]:
        chosen = _chosen(scorer_id=scorer_id, entity_id=entity_id, entity_type=entity_type, source=source)
        shape = days_of_scorers(by=tuple(chosen), bounds=Bounds.of(between))
        found = await self._database.read(shape.bind(**chosen, **bound_values(between)))
        by_scorer = groupby(found, key=lambda day: day.scorer_id)
        summaries = [_summary(scorer, list(days)) for scorer, days in by_scorer]
        return sorted(summaries, key=lambda summary: summary.scorer_id)  # databases sort text each in its own way

    @operation
    async def dangerously_clear_all(self) -> None:
        await self._database.write(without_scores().bind())

    async def _page(self, window: Window, chosen: dict[str, str]) -> Page[Score]:
        call = scores(by=tuple(chosen)).bind(**chosen, limit=window.limit, offset=window.offset)
        found = await self._database.read(call)
        return window.show(found.items, found.total)


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
        .order_by(ScoreRow.scorer_id, day)
    )


@statement(lambda: None)
def without_scores(sql: SqlDialect) -> Delete:
    return delete(ScoreRow)


def _chosen(*, source: str | None = None, **ids: str | None) -> dict[str, str]:
    """The filters that were given, checked."""
    given = {name: optional_identifier(value, name) for name, value in ids.items()}
    given["source"] = None if source is None else checked_source(source)
    return {name: value for name, value in given.items() if value is not None}


def _summary(scorer_id: str, days: list[DayOfScorer]) -> ScoreSummary:
    count = sum(day.count for day in days)
    return ScoreSummary(
        scorer_id,
        count,
        sum(day.sum for day in days) / count,
        min(day.min for day in days),
        max(day.max for day in days),
        [ScoresOfDay(day.day, day.count, day.sum / day.count, day.min, day.max) for day in days],
    )
