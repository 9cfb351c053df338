"""Rows of the harness domain, which exists on SQLite and LibSQL alone."""

from sqlalchemy.orm import Mapped, mapped_column

from .base import ONLY_SQLITE, Base
from .types import Json, JsonObject, UtcTime


class HarnessSessionRow(Base):
    """A session of the harness."""

    __tablename__ = "mastra_harness_sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = mapped_column("ownerId")
    resource_id: Mapped[str] = mapped_column("resourceId")
    thread_id: Mapped[str] = mapped_column("threadId")
    parent_session_id: Mapped[str | None] = mapped_column("parentSessionId")
    subagent_depth: Mapped[int | None] = mapped_column("subagentDepth")
    source: Mapped[str | None]
    origin: Mapped[str]
    runtime_compatibility_generation: Mapped[str | None] = mapped_column("runtimeCompatibilityGeneration")
    mode_id: Mapped[str] = mapped_column("modeId")
    model_id: Mapped[str] = mapped_column("modelId")
    title: Mapped[str | None]
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")
    state: Mapped[Json | None]
    pending: Mapped[Json | None]
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    last_activity_at: Mapped[UtcTime] = mapped_column("lastActivityAt")
    closing_at: Mapped[UtcTime | None] = mapped_column("closingAt")
    close_deadline_at: Mapped[UtcTime | None] = mapped_column("closeDeadlineAt")
    closed_at: Mapped[UtcTime | None] = mapped_column("closedAt")
    deleted_at: Mapped[UtcTime | None] = mapped_column("deletedAt")

    __table_args__ = {"info": ONLY_SQLITE}  # noqa: RUF012
