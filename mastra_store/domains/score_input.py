"""What callers give as scores, checked and completed, before anything is sent to a database."""

import math
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from ..errors import InvalidArgument
from ..jsontext import as_object, storable, text_of
from ..records.scores import Score
from .message_input import identifier, optional_identifier
from .workflow_input import stored_object

ScoreInput = Score | Mapping[str, Any]
"""A record, or a dict with Mastra's fields. Keys may be snake_case or camelCase."""

SOURCES = ("LIVE", "TEST")

_FIELDS = {name: field.name for field in msgspec.structs.fields(Score) for name in (field.name, field.encode_name)}
_WITHOUT_COLUMN = frozenset({"structured_output", "structuredOutput"})
"""What Mastra takes and its SQL stores drop."""
_GIVEN_BY_STORAGE = frozenset({"created_at", "updated_at"})
_SHORT = {"id": "score_id", "score": "value", "scorer_id": "metric"}
"""What the short call calls a field."""


def _number(value: Any, path: str) -> float:
    try:
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise InvalidArgument(path, f"must be a finite number, not {value!r}")
    return number


def source(value: Any, path: str = "source") -> str:
    """Where a scored run comes from.

    Raises:
        InvalidArgument: neither ``LIVE`` nor ``TEST``.
    """
    if not isinstance(value, str) or value not in SOURCES:
        raise InvalidArgument(path, f"must be one of {', '.join(SOURCES)}, not {value!r}")
    return str.__str__(value)


def _text(value: Any, path: str) -> str | None:
    return None if value is None else text_of(value, path)


def _object(value: Any, path: str) -> dict[str, Any] | None:
    return None if value is None else stored_object(value, path)


_CHECKS: dict[str, Callable[[Any, str], Any]] = {
    "id": identifier,
    "scorer_id": identifier,
    "run_id": identifier,
    "entity_id": identifier,
    "scorer": stored_object,
    "entity": stored_object,
    "score": _number,
    "source": source,
    "input": storable,
    "output": storable,
    **dict.fromkeys(
        [
            "reason",
            "preprocess_prompt",
            "extract_prompt",
            "generate_score_prompt",
            "generate_reason_prompt",
            "analyze_prompt",
            "reason_prompt",
        ],
        _text,
    ),
    **dict.fromkeys(
        [
            "preprocess_step_result",
            "extract_step_result",
            "analyze_step_result",
            "metadata",
            "additional_context",
            "request_context",
        ],
        _object,
    ),
    **dict.fromkeys(
        [
            "trace_id",
            "span_id",
            "entity_type",
            "resource_id",
            "thread_id",
            "organization_id",
            "project_id",
            "batch_id",
            "dataset_id",
            "dataset_item_id",
        ],
        optional_identifier,
    ),
}
_MAY_BE_NONE = frozenset(name for name, check in _CHECKS.items() if check in (_text, _object, optional_identifier))
_REQUIRED = ("scorer_id", "run_id", "entity_id", "scorer", "entity", "score", "source", "output")


def whole_score(given: ScoreInput, now: datetime) -> Score:
    """A score as Mastra's ``saveScore`` takes it, as it will be stored.

    Raises:
        InvalidArgument: a field is missing, unknown or can not be stored, as ``score.metadata.tags[0]``.
    """
    fields = _fields(given)
    if missing := [name for name in _REQUIRED if name not in fields]:
        raise InvalidArgument(f"score.{missing[0]}", f"is missing; a score has {', '.join(_REQUIRED)}")
    return _checked(fields, lambda name: f"score.{name}", now)


def short_score(fields: Mapping[str, Any], now: datetime) -> Score:
    """A score of a metric's value for a run; what Mastra wants besides is filled in.

    Args:
        fields: those that were given, by the names of the short call.

    Raises:
        InvalidArgument: one is missing or can not be stored.
    """
    for name in ("run_id", "metric", "value"):
        if name not in fields:
            raise InvalidArgument(name, "is missing; give run_id, metric and value, or a whole score")
    metric, run_id = fields["metric"], fields["run_id"]
    entity = as_object(fields.get("entity", {"id": fields.get("entity_id", run_id)}), "entity")
    named = entity.get("id")
    completed = {
        "scorer_id": metric,
        "scorer": {"id": metric, "name": metric},
        "score": fields["value"],
        "source": "TEST",
        "entity": entity,
        "entity_id": named if isinstance(named, str) else run_id,
        "output": None,
        **{name: value for name, value in fields.items() if name not in ("metric", "value")},
    }
    return _checked(completed, lambda name: _SHORT.get(name, name), now)


def _checked(fields: dict[str, Any], path_of: Callable[[str], str], now: datetime) -> Score:
    given = {"id": str(uuid.uuid4())} | fields if fields.get("id") is None else fields
    # In the order of the fields, so that of two offenders the first is named; the metric before the scorer made of it.
    checked: dict[str, Any] = {
        name: None if given[name] is None and name in _MAY_BE_NONE else check(given[name], path_of(name))
        for name, check in _CHECKS.items()
        if name in given
    }
    return Score(**checked, created_at=now, updated_at=now)


def _fields(score: Any) -> dict[str, Any]:
    if isinstance(score, Score):
        fields = score.to_dict()
    elif isinstance(score, Mapping):
        if unknown := [key for key in score if key not in _FIELDS and key not in _WITHOUT_COLUMN]:
            raise InvalidArgument(
                f"score.{unknown[0]}", f"is no field of a score; those are {', '.join(sorted(set(_FIELDS.values())))}"
            )
        fields = {_FIELDS[key]: value for key, value in score.items() if key in _FIELDS}
    else:
        raise InvalidArgument("score", f"must be a Score or a dict, not {type(score).__name__}")
    return {name: value for name, value in fields.items() if name not in _GIVEN_BY_STORAGE}
