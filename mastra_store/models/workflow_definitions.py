"""Rows of the workflow definitions domain."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base
from .types import Json, JsonObject, UtcTime


class WorkflowDefinitionRow(Base):
    """A workflow that is defined by data."""

    __tablename__ = "mastra_workflow_definitions"

    id: Mapped[str] = mapped_column(primary_key=True)
    description: Mapped[str | None]
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")
    input_schema: Mapped[Json] = mapped_column("inputSchema")
    output_schema: Mapped[Json] = mapped_column("outputSchema")
    state_schema: Mapped[Json | None] = mapped_column("stateSchema")
    request_context_schema: Mapped[Json | None] = mapped_column("requestContextSchema")
    graph: Mapped[Json]
    schedule: Mapped[Json | None]
    status: Mapped[str] = mapped_column()
    source: Mapped[str]
    author_id: Mapped[str | None] = mapped_column("authorId")
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")

    __table_args__ = (
        # list_workflow_definitions of a status.
        Index("idx_workflow_definitions_status", status),
    )
