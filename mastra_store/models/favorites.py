"""Rows of the favorites domain."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import UNPREFIXED, Base
from .types import UtcTime


class FavoriteRow(Base):
    """That a user likes an agent or a skill."""

    __tablename__ = "mastra_favorites"

    user_id: Mapped[str] = mapped_column("userId", primary_key=True)
    entity_type: Mapped[str] = mapped_column("entityType", primary_key=True)
    entity_id: Mapped[str] = mapped_column("entityId", primary_key=True)
    created_at: Mapped[UtcTime] = mapped_column("createdAt")

    __table_args__ = (
        # delete_favorites_for_entity.
        Index("idx_favorites_entity", entity_type, entity_id, info=UNPREFIXED),
    )
