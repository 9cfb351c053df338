"""Rows of the memory domain: threads, messages, resources, observational memory."""

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import ONLY_POSTGRESQL, ONLY_SQLITE, Base
from .types import JsonObject, MessageContent, MessageKind, NestedJson, UtcTime


class ThreadRow(Base):
    """A conversation, owned by one resource (a user, a team, a ticket)."""

    __tablename__ = "mastra_threads"

    id: Mapped[str] = mapped_column(primary_key=True)
    resource_id: Mapped[str] = mapped_column("resourceId")
    title: Mapped[str]
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")


class MessageRow(Base):
    """One message of a thread."""

    __tablename__ = "mastra_messages"

    id: Mapped[str] = mapped_column(primary_key=True)
    thread_id: Mapped[str]
    content: Mapped[MessageContent]
    role: Mapped[str]
    type: Mapped[MessageKind]
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    resource_id: Mapped[str | None] = mapped_column("resourceId")
