"""How results and states are merged into a snapshot. Pure: every backend does the same with it.

Contract: workflows.md, "updateWorkflowResults merge" and "updateWorkflowState opts".
"""

from collections.abc import Mapping
from typing import Any

from ..clock import utc_now

PENDING_MARKER = "__mastra_pending__"
"""The single key of an element that shall be reset: ``{"__mastra_pending__": true}``."""


def empty_snapshot(run_id: str, status: str = "pending") -> dict[str, Any]:
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
        "timestamp": round(utc_now().timestamp() * 1000),
    }


def with_result(
    snapshot: Mapping[str, Any], step_id: str, result: Any, request_context: Mapping[str, Any]
) -> dict[str, Any]:
    """A snapshot with a step's result and the request's context merged into it."""
    context = dict(snapshot.get("context") or {})
    context[step_id] = merged_result(context.get(step_id), result)
    merged_context = {**(snapshot.get("requestContext") or {}), **request_context}
    return {**snapshot, "context": context, "requestContext": merged_context}


def merged_result(stored: Any, given: Any) -> Any:
    """A step's new result over its stored one: element by element where both have a list as ``output`` (foreach)."""
    if not (_has_list(stored) and _has_list(given)):
        return given
    if any(_is_marker(element) for element in given["output"]):
        return {**stored, "output": _reset(stored["output"], given["output"])}
    return {**given, "output": _over(stored["output"], given["output"])}


def _over(stored: list[Any], given: list[Any]) -> list[Any]:
    """New elements over stored ones; what is null keeps the stored one, and null behind its end."""
    length = max(len(stored), len(given))
    pairs = zip(_padded(stored, length), _padded(given, length), strict=True)
    return [old if new is None else new for old, new in pairs]


def _reset(stored: list[Any], given: list[Any]) -> list[Any]:
    """The stored elements, of which the marked ones are null again, unless they are finished."""
    marked = [index for index, element in enumerate(given) if _is_marker(element)]
    elements = _padded(stored, max(len(stored), marked[-1] + 1))
    for index in marked:
        if _may_be_reset(elements[index]):
            elements[index] = None
    return elements


def _may_be_reset(element: Any) -> bool:
    suspended = isinstance(element, dict) and element.get("status") == "suspended"
    return element is None or _is_marker(element) or suspended


def _is_marker(element: Any) -> bool:
    return isinstance(element, dict) and len(element) == 1 and element.get(PENDING_MARKER) is True


def _has_list(result: Any) -> bool:
    return isinstance(result, dict) and isinstance(result.get("output"), list)


def _padded(elements: list[Any], length: int) -> list[Any]:
    return elements + [None] * (length - len(elements))
