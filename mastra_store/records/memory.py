"""Records of the memory domain."""

from datetime import datetime
from typing import Any

from .base import Record


class Thread(Record, frozen=True, rename="camel"):
    """A conversation, owned by one resource."""

    id: str
    resource_id: str
    """Whose it is: a user, a team, a ticket."""
    title: str
    """May be empty."""
    created_at: datetime
    """UTC, millisecond precision."""
    updated_at: datetime
    """UTC, millisecond precision: the last time that the thread or one of its messages changed."""
    metadata: dict[str, Any] | None = None


class Message(Record, frozen=True, rename="camel"):
    """One message of a thread, as stored."""

    id: str
    thread_id: str
    content: dict[str, Any]
    """Format 2: ``{"format": 2, "parts": [...]}``."""
    role: str
    """``user``, ``assistant``, ``system``, ``signal``, or what another writer stored."""
    created_at: datetime
    """UTC, millisecond precision. Ties are broken by ``id``."""
    type: str | None = None
    """``None`` for format 2; legacy kinds are ``text``, ``tool-call``, ``tool-result``."""
    resource_id: str | None = None

    @property
    def text(self) -> str:
        """The text parts of the content, joined by line feeds."""
        parts = self.content.get("parts")
        texts = [part.get("text") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
        return "\n".join(text for text in texts if isinstance(text, str))


class Resource(Record, frozen=True, rename="camel"):
    """What is remembered of a resource across its threads."""

    id: str
    created_at: datetime
    """UTC, millisecond precision."""
    updated_at: datetime
    """UTC, millisecond precision."""
    working_memory: str | None = None
    metadata: dict[str, Any] | None = None


class Include(Record, frozen=True, rename="camel"):
    """A message to be shown with a list although it may be no part of it, and its neighbours in its own thread."""

    id: str
    with_previous_messages: int = 0
    """How many messages before it, the nearest ones."""
    with_next_messages: int = 0
    """How many messages after it, the nearest ones."""


class CopiedThread(Record, frozen=True, rename="camel"):
    """A thread made from another."""

    thread: Thread
    message_id_map: dict[str, str]
    """Id of each source message and of its copy."""


class ClonedThread(Record, frozen=True, rename="camel"):
    """A thread made from another, with its messages."""

    thread: Thread
    cloned_messages: list[Message]
    """Oldest first."""
    message_id_map: dict[str, str]
    """Id of each source message and of its copy."""
