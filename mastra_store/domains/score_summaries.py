"""Summaries of scores, made of what a database adds up by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from ..records.scores import ScoresOfDay, ScoreSummary


@dataclass(frozen=True, slots=True)
class DayOfScorer:
    """The scores of one scorer on one day, as the database adds them up."""

    scorer_id: str
    day: date
    count: int
    sum: float
    min: float
    max: float


def summaries_of(days: Iterable[DayOfScorer]) -> list[ScoreSummary]:
    """One summary for each scorer, by its id: databases sort text each in its own way."""
    ordered = sorted(days, key=lambda day: (day.scorer_id, day.day))
    return [_summary(scorer, list(own)) for scorer, own in groupby(ordered, key=lambda day: day.scorer_id)]


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
