"""Rows of the blobs domain."""

from sqlalchemy.orm import Mapped, mapped_column

from .base import Base
from .types import UtcTime


class SkillBlobRow(Base):
    """The content of a skill's file, by its hash."""

    __tablename__ = "mastra_skill_blobs"

    hash: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[str]
    size: Mapped[int]
    mime_type: Mapped[str | None] = mapped_column("mimeType")
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
