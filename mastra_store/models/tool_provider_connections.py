"""Rows of the tool provider connections domain."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base
from .types import UtcTime


class ToolProviderConnectionRow(Base):
    """An author's account at a provider of tools."""

    __tablename__ = "mastra_tool_provider_connections"

    author_id: Mapped[str] = mapped_column("authorId", primary_key=True)
    provider_id: Mapped[str] = mapped_column("providerId", primary_key=True)
    connection_id: Mapped[str] = mapped_column("connectionId", primary_key=True)
    toolkit: Mapped[str] = mapped_column()
    label: Mapped[str | None]
    scope: Mapped[str]
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")

    __table_args__ = (
        # list_connections_by_author.
        Index("idx_tool_provider_connections_author", author_id, provider_id, toolkit),
    )
