"""Records whose fields a test does not care about are filled in, and the times that tests share."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from ..records.memory import Message, Resource, Thread

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)
"""Before every time that a storage itself takes from the clock."""


class Identified(Protocol):
    @property
    def id(self) -> str: ...


def after(milliseconds: int = 0, *, seconds: int = 0) -> datetime:
    """So long after ``NOON``."""
    return NOON + timedelta(milliseconds=milliseconds, seconds=seconds)


def thread(
    thread_id: str = "t",
    *,
    resource_id: str = "r",
    title: str = "",
    at: datetime = NOON,
    updated_at: datetime | None = None,
    metadata: dict[str, Any] | None = None,
) -> Thread:
    """A thread; ``at`` is when it was made, and last changed unless ``updated_at`` says otherwise."""
    return Thread(thread_id, resource_id, title, at, at if updated_at is None else updated_at, metadata)


def message(
    message_id: str = "m",
    text: str = "Hello",
    *,
    thread_id: str = "t",
    resource_id: str | None = "r",
    role: str = "user",
    at: datetime = NOON,
    metadata: dict[str, Any] | None = None,
    content: dict[str, Any] | None = None,
    kind: str | None = None,
) -> Message:
    """A message of one text part.

    Args:
        metadata: what ``content.metadata`` shall hold.
        content: the whole content, instead of ``text`` and ``metadata``.
        kind: its ``type``.
    """
    shown = said(text, metadata) if content is None else content
    return Message(message_id, thread_id, shown, role, at, kind, resource_id)


def said(text: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    """Content of one text part, in format 2."""
    content: dict[str, Any] = {"format": 2, "parts": [{"type": "text", "text": text}]}
    return content if metadata is None else {**content, "metadata": metadata}


def resource(
    resource_id: str = "r",
    *,
    working_memory: str | None = None,
    at: datetime = NOON,
    metadata: dict[str, Any] | None = None,
) -> Resource:
    """What is remembered of a resource."""
    return Resource(resource_id, at, at, working_memory, metadata)


def ids(records: Iterable[Identified]) -> list[str]:
    """The ids of records, in order."""
    return [record.id for record in records]
