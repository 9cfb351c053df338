"""Rows of the background tasks domain. Its columns are snake_case in the database, but for the times."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import ONLY_POSTGRESQL, Base
from .types import NestedJson, UtcTime


class BackgroundTaskRow(Base):
    """A tool call that runs on after its agent has answered."""

    __tablename__ = "mastra_background_tasks"

    id: Mapped[str] = mapped_column(primary_key=True)
    tool_call_id: Mapped[str] = mapped_column()
    tool_name: Mapped[str]
    agent_id: Mapped[str] = mapped_column()
    run_id: Mapped[str]
    thread_id: Mapped[str | None] = mapped_column()
    resource_id: Mapped[str | None]
    status: Mapped[str] = mapped_column()
    args: Mapped[NestedJson]
    result: Mapped[NestedJson | None]
    error: Mapped[NestedJson | None]
    suspend_payload: Mapped[NestedJson | None]
    retry_count: Mapped[int]
    max_retries: Mapped[int]
    timeout_ms: Mapped[int]
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    started_at: Mapped[UtcTime | None] = mapped_column("startedAt")
    suspended_at: Mapped[UtcTime | None] = mapped_column("suspendedAt")
    completed_at: Mapped[UtcTime | None] = mapped_column("completedAt")

    __table_args__ = (
        # get_running_count_by_agent; list_tasks of an agent.
        Index("mastra_bg_tasks_agent_status_idx", agent_id, status, info=ONLY_POSTGRESQL),
        # get_running_count; list_tasks of a status.
        Index("mastra_bg_tasks_status_created_at_idx", status, created_at, info=ONLY_POSTGRESQL),
        # list_tasks of a thread.
        Index("mastra_bg_tasks_thread_idx", thread_id, created_at, info=ONLY_POSTGRESQL),
        # list_tasks of a tool call.
        Index("mastra_bg_tasks_tool_call_idx", tool_call_id, info=ONLY_POSTGRESQL),
    )
