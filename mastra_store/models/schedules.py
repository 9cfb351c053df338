"""Rows of the schedules domain. Its columns are snake_case in the database, its times milliseconds since 1970."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import ONLY_POSTGRESQL, ONLY_SQLITE, Base
from .types import BigInt, Json, JsonObject


class ScheduleRow(Base):
    """When a target shall run, as a cron expression."""

    __tablename__ = "mastra_schedules"

    id: Mapped[str] = mapped_column(primary_key=True)
    target: Mapped[Json]
    cron: Mapped[str]
    timezone: Mapped[str | None]
    status: Mapped[str] = mapped_column()
    next_fire_at: Mapped[BigInt] = mapped_column()
    last_fire_at: Mapped[BigInt | None]
    last_run_id: Mapped[str | None]
    created_at: Mapped[BigInt]
    updated_at: Mapped[BigInt]
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")
    owner_type: Mapped[str | None]
    owner_id: Mapped[str | None]

    __table_args__ = (
        # list_due_schedules.
        Index("idx_mastra_schedules_status_next_fire", status, next_fire_at, info=ONLY_POSTGRESQL),
        # list_due_schedules.
        Index("idx_schedules_status_next_fire", status, next_fire_at, info=ONLY_SQLITE),
    )


class ScheduleTriggerRow(Base):
    """That a schedule fired, and what came of it."""

    __tablename__ = "mastra_schedule_triggers"

    id: Mapped[str] = mapped_column(primary_key=True)
    schedule_id: Mapped[str] = mapped_column()
    run_id: Mapped[str | None]
    scheduled_fire_at: Mapped[BigInt]
    actual_fire_at: Mapped[BigInt] = mapped_column()
    outcome: Mapped[str]
    error: Mapped[str | None]
    trigger_kind: Mapped[str]
    parent_trigger_id: Mapped[str | None]
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")

    __table_args__ = (
        # list_triggers.
        Index("idx_mastra_schedule_triggers_schedule_fire", schedule_id, actual_fire_at.desc(), info=ONLY_POSTGRESQL),
        # list_triggers.
        Index("idx_schedule_triggers_schedule_fire", schedule_id, actual_fire_at, info=ONLY_SQLITE),
    )
