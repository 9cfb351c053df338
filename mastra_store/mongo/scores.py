"""The scores domain on MongoDB."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

import msgspec

from ..documents.scores import SCORES
from ..domains.base import operation
from ..domains.message_input import identifier
from ..domains.score_summaries import DayOfScorer
from ..domains.scores import ScoresDomain
from ..pages import DateRange, Page, Window
from ..records.scores import Score
from .decoding import record_of
from .encoding import as_json, document, instant_of, object_of
from .executor import Document
from .filters import date_of, within
from .paging import page_of, sorted_by
from .pruning import MongoPruning

NAMES = {field.name: field.encode_name for field in msgspec.structs.fields(Score)}
"""What a document calls the fields of a score."""


class MongoScores(MongoPruning, ScoresDomain):
    """The scores domain on MongoDB."""

    collections = (SCORES,)
    ages: ClassVar = {"scorers": (SCORES, "createdAt")}

    async def _save_score(self, score: Score) -> None:
        given = {NAMES[name]: value for name, value in score.to_dict().items() if value is not None}
        await self._database.replace(SCORES, {"id": score.id}, document(given, "score"))

    @operation
    async def get_score_by_id(self, score_id: str) -> Score | None:
        found = await self._database.find_one(SCORES, {"id": identifier(score_id, "score_id")})
        return None if found is None else score_of(found)

    @operation
    async def dangerously_clear_all(self) -> None:
        await self._database.delete(SCORES, {})

    async def _list_scores(self, chosen: Mapping[str, str], window: Window) -> Page[Score]:
        newest_first = sorted_by("createdAt", "id", direction="desc")
        found, total = await page_of(self._database, SCORES, _where(chosen), newest_first, window)
        return window.show([score_of(each) for each in found], total)

    async def _days_of_scorers(self, chosen: Mapping[str, str], between: DateRange | None) -> list[DayOfScorer]:
        where = _where(chosen) | within("createdAt", between)
        return [_day(each) for each in await self._database.aggregate(SCORES, days_of_scorers(where))]


def days_of_scorers(where: Document) -> list[Document]:
    """The pipeline that adds scores up, by scorer and day."""
    day = {"$dateToString": {"date": date_of("$createdAt"), "format": "%Y-%m-%d"}}
    figures = {"sum": {"$sum": "$score"}, "min": {"$min": "$score"}, "max": {"$max": "$score"}}
    group = {"_id": {"scorer": "$scorerId", "day": day}, "count": {"$sum": 1}, **figures}
    return [{"$match": {**where, "score": {"$type": "number"}}}, {"$group": group}]


def number_of(value: Any) -> float | None:
    """A score out of a document, where a whole one may be an integer. ``None`` where there is no number."""
    return float(value) if isinstance(value, int | float) else None


score_of = record_of(
    Score,
    {
        "score": number_of,
        **dict.fromkeys(("input", "output"), as_json),
        **dict.fromkeys(("created_at", "updated_at"), instant_of),
        **dict.fromkeys(
            [
                "scorer",
                "entity",
                "preprocess_step_result",
                "extract_step_result",
                "analyze_step_result",
                "metadata",
                "additional_context",
                "request_context",
            ],
            object_of,
        ),
    },
)
"""A stored score."""


def _where(chosen: Mapping[str, str]) -> Document:
    return {NAMES[name]: value for name, value in chosen.items()}


def _day(found: Document) -> DayOfScorer:
    scorer, day = found["_id"]["scorer"], date.fromisoformat(found["_id"]["day"])
    return DayOfScorer(scorer, day, found["count"], *(float(found[name]) for name in ("sum", "min", "max")))
