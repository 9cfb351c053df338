"""The scores domain: what scorers found of runs.

Contract: scores.md. Where the TypeScript backends differ from each other, every backend here does the same, and the
method says what.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from ..clock import utc_now
from ..errors import InvalidArgument
from ..pages import DateRange, Page, Window
from ..records.scores import Score, ScoreSummary
from . import score_input
from .base import operation
from .message_input import identifier, optional_identifier
from .pruning import Prunable
from .score_input import ScoreInput
from .score_summaries import DayOfScorer, summaries_of


class ScoresDomain(Prunable, ABC):
    """Scores, each given by one scorer to one run.

    Lists show the newest first; ties by ``id``, backwards too. A ``source`` is ``LIVE`` or ``TEST``; any other is an
    ``InvalidArgument``.
    """

    prunable = ("scorers",)

    @operation
    async def save_score(
        self,
        score: ScoreInput | None = None,
        *,
        run_id: str | None = None,
        metric: str | None = None,
        value: float | None = None,
        score_id: str | None = None,
        source: str | None = None,
        reason: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        input: Any = None,  # noqa: A002 (the field's name)
        output: Any = None,
        entity_id: str | None = None,
        entity_type: str | None = None,
        entity: Mapping[str, Any] | None = None,
        trace_id: str | None = None,
        span_id: str | None = None,
        resource_id: str | None = None,
        thread_id: str | None = None,
    ) -> Score:
        """Store a score; one with this id is replaced as a whole, in one statement.

        ``save_score(run_id="run-123", metric="accuracy", value=0.95)`` stores a metric's value for a run.
        ``save_score({...})`` takes a whole score, as Mastra's ``saveScore`` does.

        ``created_at`` and ``updated_at`` are now, whatever a whole score says, and of a replaced score too.

        Contract: scores.md, "saveScore".

        Args:
            score: a record, or a dict with the fields of one, in snake_case or camelCase: ``scorer_id``, ``scorer``,
                ``run_id``, ``entity_id``, ``entity``, ``score``, ``source`` and ``output`` must be there. Mastra's
                ``structuredOutput`` has no column, here and there; other unknown fields are refused.
            metric: becomes the scorer's id and name.
            value: becomes the score, a finite number.
            score_id: made up if ``None``.
            source: ``TEST`` if ``None``.
            entity_id: who the run was of; the id in ``entity`` if ``None``, else the run's own.
            entity: ``{"id": entity_id}`` if ``None``.

        Returns:
            The score as stored: JSON without NUL and unpaired surrogates.

        Raises:
            InvalidArgument: a field is missing or can not be stored. Nothing was written.
        """
        short = {
            "run_id": run_id,
            "metric": metric,
            "value": value,
            "id": score_id,
            "source": source,
            "reason": reason,
            "metadata": metadata,
            "input": input,
            "output": output,
            "entity_id": entity_id,
            "entity_type": entity_type,
            "entity": entity,
            "trace_id": trace_id,
            "span_id": span_id,
            "resource_id": resource_id,
            "thread_id": thread_id,
        }
        given = {name: each for name, each in short.items() if each is not None}
        try:
            saved = _one_of(score, given)
        except InvalidArgument as error:
            error.status = "VALIDATION_FAILED"  # the contract's
            raise
        await self._save_score(saved)
        return saved

    @abstractmethod
    async def _save_score(self, score: Score) -> None:
        """Store a checked score, its times too, or replace the one with its id."""

    @abstractmethod
    async def get_score_by_id(self, score_id: str) -> Score | None:
        """One score, or ``None`` if there is none."""

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
        """The scores that a scorer gave.

        Contract: scores.md, "listScoresByScorerId".

        Args:
            page: zero-based.
            per_page: rows in a page; ``None`` for all of them, on whatever page; 0 for the total alone.

        Raises:
            InvalidArgument: a bad page, id or source.
        """
        key = {"scorer_id": identifier(scorer_id, "scorer_id")}
        chosen = _chosen(entity_id=entity_id, entity_type=entity_type, source=source)
        chosen |= _chosen(organization_id=organization_id, project_id=project_id)
        return await self._list_scores(key | chosen, Window.of(page, per_page))

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
        """The scores of a run. Everything else as in ``list_scores_by_scorer_id``."""
        key = {"run_id": identifier(run_id, "run_id")}
        chosen = _chosen(organization_id=organization_id, project_id=project_id)
        return await self._list_scores(key | chosen, Window.of(page, per_page))

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
        """The scores of an entity: an agent, a workflow. Everything else as in ``list_scores_by_scorer_id``."""
        key = {"entity_id": identifier(entity_id, "entity_id"), "entity_type": identifier(entity_type, "entity_type")}
        chosen = _chosen(organization_id=organization_id, project_id=project_id)
        return await self._list_scores(key | chosen, Window.of(page, per_page))

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
        """The scores of a span of a trace. Everything else as in ``list_scores_by_scorer_id``."""
        key = {"trace_id": identifier(trace_id, "trace_id"), "span_id": identifier(span_id, "span_id")}
        chosen = _chosen(organization_id=organization_id, project_id=project_id)
        return await self._list_scores(key | chosen, Window.of(page, per_page))

    @abstractmethod
    async def _list_scores(self, chosen: Mapping[str, str], window: Window) -> Page[Score]:
        """The scores whose fields have these values, newest first."""

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
        """Count, mean, least and greatest of the scores of each scorer, in all and by day. Mastra has no such method.

        Reads every matching score: without a ``scorer_id`` that is the whole table.

        Args:
            between: bounds on ``created_at``.

        Returns:
            One summary for each scorer that has matching scores, by ``scorer_id``.

        Raises:
            InvalidArgument: a bad id or source.
        """
        chosen = _chosen(scorer_id=scorer_id, entity_id=entity_id, entity_type=entity_type, source=source)
        return summaries_of(await self._days_of_scorers(chosen, between))

    @abstractmethod
    async def _days_of_scorers(self, chosen: Mapping[str, str], between: DateRange | None) -> list[DayOfScorer]:
        """The scores whose fields have these values, added up by scorer and day."""

    @abstractmethod
    async def dangerously_clear_all(self) -> None:
        """Delete every score. There is no way back."""


def _one_of(score: ScoreInput | None, given: dict[str, Any]) -> Score:
    if score is None:
        return score_input.short_score(given, utc_now())
    if given:
        raise InvalidArgument(next(iter(given)), "stands beside a whole score; put it into the score")
    return score_input.whole_score(score, utc_now())


def _chosen(*, source: str | None = None, **ids: str | None) -> dict[str, str]:
    """The filters that were given, checked."""
    given = {name: optional_identifier(value, name) for name, value in ids.items()}
    given["source"] = None if source is None else score_input.source(source)
    return {name: value for name, value in given.items() if value is not None}
