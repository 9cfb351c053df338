"""How results and states are merged into a snapshot inside the server: the same as ``domains.workflow_merging`` does in
Python, as expressions. A test holds both equal.

A stored snapshot that is none of a run's stays as it is; the caller, who gets it back, says so.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ..domains.workflow_merging import PENDING_MARKER
from .executor import Document
from .filters import exists, is_object, literal, member, or_null

SNAPSHOT = "$snapshot"


def with_result(
    step_id: str, result: Any, request_context: Mapping[str, Any], empty: Mapping[str, Any], now: datetime
) -> list[Document]:
    """The update that merges a step's result and the request's context into a snapshot.

    Args:
        empty: the snapshot of a run that is missing.
    """
    context = {"$ifNull": ["$snapshot.context", {}]}
    merged = {
        "context": {
            "$setField": {
                "field": literal(step_id),
                "input": context,
                "value": _result(member(context, step_id), result),
            }
        },
        "requestContext": {"$mergeObjects": ["$snapshot.requestContext", literal(request_context)]},
    }
    of_a_run = {"$and": [is_object(SNAPSHOT), _object_or_none("context"), _object_or_none("requestContext")]}
    made = {"$cond": [{"$eq": [{"$type": SNAPSHOT}, "missing"]}, literal(empty), SNAPSHOT]}
    return [
        {"$set": {"snapshot": made, "createdAt": {"$ifNull": ["$createdAt", now]}}},
        {"$set": _changed(of_a_run, {"$mergeObjects": [SNAPSHOT, merged]}, now)},
    ]


def with_changes(changes: Mapping[str, Any], expected: Iterable[str] | None, now: datetime) -> list[Document]:
    """The update that changes the top of a snapshot, if it has an expected status."""
    conditions = [is_object(SNAPSHOT), is_object("$snapshot.context")]
    if expected is not None:
        conditions.append({"$in": ["$snapshot.status", literal(sorted(expected))]})
    merged = {"$mergeObjects": [SNAPSHOT, literal(changes)]}
    return [{"$set": _changed({"$and": conditions}, merged, now)}]


def with_status(status: str, now: datetime) -> list[Document]:
    """The update that sets a snapshot's status."""
    return [{"$set": _changed(is_object(SNAPSHOT), {"$mergeObjects": [SNAPSHOT, literal({"status": status})]}, now)}]


def mergeable(snapshot: Any) -> bool:
    """Whether a snapshot is one that ``with_result`` has merged into, and not one that it left alone."""
    return isinstance(snapshot, dict) and all(
        isinstance(snapshot.get(key), dict) for key in ("context", "requestContext")
    )


def _changed(condition: Document, snapshot: Document, now: datetime) -> Document:
    """The fields of a run whose snapshot is another, where the condition holds."""
    return {
        "snapshot": {"$cond": [condition, snapshot, SNAPSHOT]},
        "updatedAt": {"$cond": [condition, now, "$updatedAt"]},
    }


def _object_or_none(key: str) -> Document:
    return {"$in": [{"$type": f"$snapshot.{key}"}, ["object", "null", "missing"]]}


def _result(stored: Document, given: Any) -> Any:
    """A step's new result over its stored one."""
    if not (isinstance(given, dict) and isinstance(given.get("output"), list)):
        return literal(given)
    has_list = {"$and": [is_object("$$stored"), {"$isArray": ["$$stored.output"]}]}
    merged = _merged(given, given["output"])
    return {"$let": {"vars": {"stored": or_null(stored)}, "in": {"$cond": [has_list, merged, literal(given)]}}}


def _merged(given: dict[str, Any], output: list[Any]) -> Document:
    marked = [_is_marker(element) for element in output]
    if any(marked):
        return {"$mergeObjects": ["$$stored", {"output": _elements(len(output), _reset(marked))}]}
    new = {"$arrayElemAt": [literal(output), "$$index"]}
    return {"$mergeObjects": ["$$stored", literal(given), {"output": _elements(len(output), _either(new, _OLD))}]}


_OLD = {"$arrayElemAt": ["$$stored.output", "$$index"]}


def _elements(length: int, each: Document) -> Document:
    """A list as long as the longer of the stored one and the given one, made by ``each`` of ``$$index``."""
    longest = {"$max": [{"$size": "$$stored.output"}, length]}
    return {"$map": {"input": {"$range": [0, longest]}, "as": "index", "in": each}}


def _reset(marked: list[bool]) -> Document:
    """The stored element; null where it is marked and no result: a suspended step's, or a marker stored as it is."""
    suspended = {
        "$and": [
            {"$eq": ["$$old.status", "suspended"]},
            {"$or": [exists(member("$$old", "suspendPayload")), exists(member("$$old", "suspendedAt"))]},
        ]
    }
    no_result = {"$or": [suspended, {"$eq": ["$$old", literal({PENDING_MARKER: True})]}]}
    is_marked = {"$arrayElemAt": [literal(marked), "$$index"]}
    # Lazily: a member is asked of objects alone.
    kept = {"$cond": [{"$and": [is_marked, is_object("$$old")]}, {"$cond": [no_result, None, "$$old"]}, "$$old"]}
    return {"$let": {"vars": {"old": _either(_OLD, None)}, "in": kept}}


def _either(first: Any, second: Any) -> Document:
    """The first unless it is null or missing, else the second, else null."""
    return {"$ifNull": [first, second, None]}


def _is_marker(element: Any) -> bool:
    return isinstance(element, dict) and len(element) == 1 and element.get(PENDING_MARKER) is True
