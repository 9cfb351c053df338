"""Scores whose fields a test does not care about are filled in."""

from datetime import datetime
from typing import Any

from ..records.scores import Score
from ..storage import Storage
from .builders import NOON


def score(score_id: str = "s", value: float = 0.5, *, at: datetime = NOON, **fields: Any) -> Score:
    """A score; ``at`` is when it was saved."""
    required: dict[str, Any] = {
        "scorer_id": "accuracy",
        "run_id": "run",
        "scorer": {"id": "accuracy", "name": "Accuracy"},
        "output": "42",
        "source": "LIVE",
        "entity": {"id": "agent"},
        "entity_id": "agent",
    }
    return Score(id=score_id, score=value, created_at=at, updated_at=at, **(required | fields))


def payload(**fields: Any) -> dict[str, Any]:
    """A score as Mastra's ``saveScore`` takes it; ``fields`` by their names on the wire."""
    return {
        "scorerId": "accuracy",
        "entityId": "agent",
        "entity": {"id": "agent"},
        "runId": "run",
        "output": {"text": "42"},
        "score": 0.5,
        "scorer": {"id": "accuracy"},
        "source": "LIVE",
    } | fields


async def stored(storage: Storage, *scores: Score) -> None:
    """Store scores with the times that they have, which ``save_score`` does not."""
    for each in scores:
        await storage.scores._save_score(each)
