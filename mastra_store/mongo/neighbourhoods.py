"""Messages shown besides a page, and their neighbours: pipelines that find them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from ..documents.memory import MESSAGES
from ..pages import Direction
from ..records.memory import Include
from .executor import Document
from .paging import beside, sorted_by

_TARGET = "mastra_store_target"
_BRANCHES = 100
"""Neighbourhoods that one command looks for: a pipeline has 1,000 stages at most."""


def targets_of(include: list[Include], resource_id: str | None) -> list[Document]:
    """The pipeline that finds the included messages, and marks them."""
    where: Document = {"id": {"$in": [item.id for item in include]}, **_owned(resource_id)}
    return [{"$match": where}, {"$set": {_TARGET: True}}]


def included_in(documents: Iterable[Document]) -> tuple[list[Document], list[Document]]:
    """The documents without a mark, and those with one."""
    sides: tuple[list[Document], list[Document]] = ([], [])
    for each in documents:
        sides[each.pop(_TARGET, False)].append(each)
    return sides


def neighbours_of(targets: list[Document], include: list[Include], resource_id: str | None) -> Iterator[list[Document]]:
    """The pipelines that find the messages before and after each target in its own thread: none if nobody wants any."""
    by_id = {target["id"]: target for target in targets}
    branches = [
        _near(by_id[item.id], direction, most, resource_id)
        for item in include
        for direction, most in _sides(item)
        if most and item.id in by_id
    ]
    for start in range(0, len(branches), _BRANCHES):
        first, *others = branches[start : start + _BRANCHES]
        yield [*first, *(beside(MESSAGES, branch) for branch in others)]


def beyond(here: Document, direction: Direction) -> Document:
    """A filter on what comes after a document in the order of ``(createdAt, id)``.

    The bound on the time alone is what an index is entered with.
    """
    nearer, further = ("$lte", "$lt") if direction == "desc" else ("$gte", "$gt")
    at, key = here.get("createdAt"), here["id"]
    return {"createdAt": {nearer: at}, "$or": [{"createdAt": {further: at}}, {"id": {further: key}}]}


def beyond_kind(here: Document, direction: Direction) -> Document | None:
    """A filter on times that are no Dates, or on Dates after those, where they come after a document; else ``None``.

    BSON sorts text before Dates. Mastra writes Dates (contract: README.md, "A reader must accept").
    """
    is_date = isinstance(here.get("createdAt"), datetime)
    if direction == "desc":
        return {"createdAt": {"$not": {"$type": "date"}}} if is_date else None
    return None if is_date else {"createdAt": {"$type": "date"}}


def _sides(item: Include) -> tuple[tuple[Direction, int], tuple[Direction, int]]:
    return ("desc", item.with_previous_messages), ("asc", item.with_next_messages)


def _near(target: Document, direction: Direction, most: int, resource_id: str | None) -> list[Document]:
    where = {"thread_id": target.get("thread_id"), **_owned(resource_id), **beyond(target, direction)}
    return [{"$match": where}, {"$sort": sorted_by("createdAt", "id", direction=direction)}, {"$limit": most}]


def _owned(resource_id: str | None) -> dict[str, Any]:
    return {} if resource_id is None else {"resourceId": resource_id}
