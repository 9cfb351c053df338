"""Rows of the notifications domain."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base
from .types import Json, JsonObject, UtcTime


class NotificationRow(Base):
    """Something that a thread shall be told. The table has no key in SQL (contract: conventions.md, section 1)."""

    __tablename__ = "mastra_notifications"

    id: Mapped[str] = mapped_column()
    thread_id: Mapped[str] = mapped_column("threadId")
    source: Mapped[str] = mapped_column()
    kind: Mapped[str] = mapped_column()
    priority: Mapped[str]
    status: Mapped[str] = mapped_column()
    summary: Mapped[str]
    payload: Mapped[Json | None]
    resource_id: Mapped[str | None] = mapped_column("resourceId")
    agent_id: Mapped[str | None] = mapped_column("agentId")
    source_id: Mapped[str | None] = mapped_column("sourceId")
    dedupe_key: Mapped[str | None] = mapped_column("dedupeKey")
    coalesce_key: Mapped[str | None] = mapped_column("coalesceKey")
    coalesced_count: Mapped[int] = mapped_column("coalescedCount")
    attributes: Mapped[JsonObject | None]
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")
    delivered_at: Mapped[UtcTime | None] = mapped_column("deliveredAt")
    seen_at: Mapped[UtcTime | None] = mapped_column("seenAt")
    dismissed_at: Mapped[UtcTime | None] = mapped_column("dismissedAt")
    archived_at: Mapped[UtcTime | None] = mapped_column("archivedAt")
    discarded_at: Mapped[UtcTime | None] = mapped_column("discardedAt")
    deliver_at: Mapped[UtcTime | None] = mapped_column("deliverAt")
    summary_at: Mapped[UtcTime | None] = mapped_column("summaryAt")
    delivery_reason: Mapped[str | None] = mapped_column("deliveryReason")
    delivery_attempts: Mapped[int] = mapped_column("deliveryAttempts")
    last_delivery_attempt_at: Mapped[UtcTime | None] = mapped_column("lastDeliveryAttemptAt")
    last_delivery_error: Mapped[str | None] = mapped_column("lastDeliveryError")
    delivered_signal_id: Mapped[str | None] = mapped_column("deliveredSignalId")
    summary_signal_id: Mapped[str | None] = mapped_column("summarySignalId")
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")

    __table_args__ = (
        # create_notification: which pending one the new one joins.
        Index(
            "idx_notifications_coalescing",
            thread_id,
            source,
            kind,
            status,
            agent_id,
            resource_id,
            dedupe_key,
            coalesce_key,
        ),
        # list_due_notifications.
        Index("idx_notifications_due", status, deliver_at, summary_at),
        # list_notifications of a thread.
        Index("idx_notifications_thread_status_updated", thread_id, status, updated_at),
    )
    __mapper_args__ = {"primary_key": [thread_id, id], "eager_defaults": False}  # noqa: RUF012
