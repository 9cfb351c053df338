"""How results and states are merged into a snapshot. Pure: every backend does the same with it.

Contract: workflows.md, "updateWorkflowResults merge" and "updateWorkflowState opts".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..errors import Conflict

PENDING_MARKER = "__mastra_pending__"
"""The single key of an element that shall be reset: ``{"__mastra_pending__": true}``."""


def empty_snapshot(run_id: str, status: str, now: datetime) -> dict[str, Any]:
    """The snapshot of a run of which nothing is known yet."""
    return {
        "runId": run_id,
        "status": status,
        "value": {},
        "context": {},
        "serializedStepGraph": [],
        "activePaths": [],
        "activeStepsPath": {},
        "suspendedPaths": {},
        "waitingPaths": {},
        "resumeLabels": {},
        "requestContext": {},
        "timestamp": round(now.timestamp() * 1000),
    }


def with_result(snapshot: Any, step_id: str, result: Any, request_context: Mapping[str, Any]) -> dict[str, Any]:
    """A snapshot with a step's result and the request's context merged into it. A missing ``context`` is made.

    Raises:
        Conflict: the snapshot, its ``context`` or its ``requestContext`` is no object.
    """
    state = as_state(snapshot)
    context = _object_in(state, "context")
    merged = {**context, step_id: merged_result(context.get(step_id), result)}
    return {**state, "context": merged, "requestContext": {**_object_in(state, "requestContext"), **request_context}}


def with_changes(snapshot: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A snapshot whose top is changed.

    Raises:
        Conflict: it has no ``context``, so it is none of a run's.
    """
    state = as_state(snapshot)
    if not isinstance(state.get("context"), dict):
        raise Conflict("the stored snapshot has no context, so it is none of a workflow run's", status="FAILED")
    return {**state, **changes}


def as_state(snapshot: Any) -> dict[str, Any]:
    """What is stored as a snapshot, which is a run's state.

    Raises:
        Conflict: it is no object.
    """
    if not isinstance(snapshot, dict):
        raise Conflict("the stored snapshot is no object, so it is none of a workflow run's", status="FAILED")
    return snapshot


def merged_result(stored: Any, given: Any) -> Any:
    """A step's new result over its stored one.

    Where both have a list as ``output`` (foreach), the lists are merged element by element and the rest key by key;
    markers among the new elements only reset what is stored. Otherwise the new result replaces the stored one.
    """
    if not (_has_list(stored) and _has_list(given)):
        return given
    if any(_is_marker(element) for element in given["output"]):
        return {**stored, "output": _reset(stored["output"], given["output"])}
    return {**stored, **given, "output": _over(stored["output"], given["output"])}


def _over(stored: list[Any], given: list[Any]) -> list[Any]:
    """New elements over stored ones; what is null keeps the stored one."""
    length = max(len(stored), len(given))
    pairs = zip(_padded(stored, length), _padded(given, length), strict=True)
    return [old if new is None else new for old, new in pairs]


def _reset(stored: list[Any], given: list[Any]) -> list[Any]:
    """The stored elements, as many as were given at least, of which the marked ones are null unless they are final."""
    elements = _padded(stored, len(given))
    for index, element in enumerate(given):
        if _is_marker(element) and not _is_final(elements[index]):
            elements[index] = None
    return elements


def _is_final(element: Any) -> bool:
    """Whether an element is a result. A suspended step's, and a marker that was stored as it is, are not."""
    if not isinstance(element, dict):
        return element is not None
    suspended = element.get("status") == "suspended" and ("suspendPayload" in element or "suspendedAt" in element)
    return not (suspended or _is_marker(element))


def _is_marker(element: Any) -> bool:
    return isinstance(element, dict) and len(element) == 1 and element.get(PENDING_MARKER) is True


def _has_list(result: Any) -> bool:
    return isinstance(result, dict) and isinstance(result.get("output"), list)


def _padded(elements: list[Any], length: int) -> list[Any]:
    """A copy with nulls up to a length."""
    return elements + [None] * (length - len(elements))


def _object_in(state: Mapping[str, Any], key: str) -> dict[str, Any]:
    """An object inside a state; what is missing or null is empty."""
    value = state.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Conflict(f"{key} of the stored snapshot is no object", status="FAILED")
    return value
