"""Rows of the channels domain."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base
from .types import Json, UtcTime


class ChannelInstallationRow(Base):
    """An agent's presence on a platform such as Slack."""

    __tablename__ = "mastra_channel_installations"

    id: Mapped[str] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column()
    agent_id: Mapped[str] = mapped_column("agentId")
    status: Mapped[str]
    webhook_id: Mapped[str | None] = mapped_column("webhookId")
    data: Mapped[Json]
    config_hash: Mapped[str | None] = mapped_column("configHash")
    error: Mapped[str | None]
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")

    __table_args__ = (
        # get_installation_by_agent.
        Index("idx_channel_installations_platform_agent", platform, agent_id),
        # get_installation_by_webhook_id.
        Index("idx_channel_installations_webhook", webhook_id, unique=True),
    )


class ChannelConfigRow(Base):
    """What is configured of a platform."""

    __tablename__ = "mastra_channel_config"

    platform: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[Json]
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")
