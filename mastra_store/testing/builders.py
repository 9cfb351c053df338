"""Records whose fields a test does not care about are filled in, and the times that tests share."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from ..records.memory import Message, Resource, Thread

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LONG_AGO = datetime(2001, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC)
"""Before every time that a storage itself takes from the clock."""


class Identified(Protocol):
    @property
    def id(self) -> str: ...


def after(milliseconds: int = 0, *, seconds: int = 0) -> datetime:
    """So long after ``NOON``."""
    return NOON + timedelta(milliseconds=milliseconds, seconds=seconds)


def thread(
    id: str = "t",
    *,
    resource_id: str = "r",
    title: str = "",
    at: datetime = NOON,
    updated_at: datetime | None = None,
    metadata: dict[str, Any] | None = None,
) -> Thread:
    """A thread; ``at`` is when it was made, and last changed unless ``updated_at`` says otherwise."""
    return Thread(id, resource_id, title, at, updated_at or at, metadata)


def message(
    id: str = "m",
    text: str = "Hello",
    *,
    thread_id: str = "t",
    resource_id: str | None = "r",
    role: str = "user",
    at: datetime = NOON,
    metadata: dict[str, Any] | None = None,
    content: dict[str, Any] | None = None,
    type: str | None = None,
) -> Message:
    """A message of one text part.

    Args:
        metadata: what ``content.metadata`` shall hold.
        content: the whole content, instead of ``text`` and ``metadata``.
    """
    return Message(id, thread_id, content or said(text, metadata), role, at, type, resource_id)


def said(text: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    """Content of one text part, in format 2."""
    content: dict[str, Any] = {"format": 2, "parts": [{"type": "text", "text": text}]}
    return content if metadata is None else {**content, "metadata": metadata}


def resource(
    id: str = "r",
    *,
    working_memory: str | None = None,
    at: datetime = NOON,
    metadata: dict[str, Any] | None = None,
) -> Resource:
    """What is remembered of a resource."""
    return Resource(id, at, at, working_memory, metadata)


def ids(records: Iterable[Identified]) -> list[str]:
    """The ids of records, in order."""
    return [record.id for record in records]
