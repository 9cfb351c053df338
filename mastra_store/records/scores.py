"""Records of the scores domain."""

import datetime as dt
from datetime import datetime
from typing import Any

from .base import Record


class Score(Record, frozen=True, rename="camel"):
    """What a scorer found of one run, as stored."""

    id: str
    scorer_id: str
    run_id: str
    """The run that was scored: of an agent, a workflow, a test."""
    scorer: dict[str, Any]
    """What is known of the scorer: ``id``, ``name``, ..."""
    score: float
    """Finite. Its range is the scorer's own, most often 0 to 1."""
    output: Any
    """What was scored: any JSON."""
    source: str
    """``LIVE`` for a run of production, ``TEST`` for one of an evaluation."""
    created_at: datetime
    """UTC, millisecond precision: when it was saved. Ties are broken by ``id``."""
    updated_at: datetime
    """UTC, millisecond precision."""
    trace_id: str | None = None
    span_id: str | None = None
    preprocess_step_result: dict[str, Any] | None = None
    extract_step_result: dict[str, Any] | None = None
    analyze_step_result: dict[str, Any] | None = None
    reason: str | None = None
    """Why, in words."""
    metadata: dict[str, Any] | None = None
    preprocess_prompt: str | None = None
    extract_prompt: str | None = None
    generate_score_prompt: str | None = None
    generate_reason_prompt: str | None = None
    analyze_prompt: str | None = None
    reason_prompt: str | None = None
    input: Any | None = None
    """What the run was given: any JSON; ``None`` when nothing was said of it."""
    additional_context: dict[str, Any] | None = None
    request_context: dict[str, Any] | None = None
    entity_type: str | None = None
    """``AGENT``, ``WORKFLOW``, ``TRAJECTORY``, ``STEP``, ``EXTERNAL``, or a type of span."""
    entity: dict[str, Any] | None = None
    """What is known of whom the run was of: ``id``, ``name``, ..."""
    entity_id: str | None = None
    resource_id: str | None = None
    thread_id: str | None = None
    organization_id: str | None = None
    project_id: str | None = None
    batch_id: str | None = None
    dataset_id: str | None = None
    dataset_item_id: str | None = None


class ScoresOfDay(Record, frozen=True, rename="camel"):
    """The scores that one scorer gave on one day."""

    day: dt.date
    """In UTC."""
    count: int
    """At least 1."""
    mean: float
    min: float
    max: float


class ScoreSummary(Record, frozen=True, rename="camel"):
    """The scores that one scorer gave."""

    scorer_id: str
    count: int
    """At least 1."""
    mean: float
    min: float
    max: float
    days: list[ScoresOfDay]
    """The days that have scores, in order."""
