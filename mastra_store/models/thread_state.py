"""Rows of the thread state domain."""

from sqlalchemy.orm import Mapped, mapped_column

from .base import Base
from .types import Json, UtcTime


class ThreadStateRow(Base):
    """One kind of state that is kept beside a thread."""

    __tablename__ = "mastra_thread_state"

    thread_id: Mapped[str] = mapped_column("threadId", primary_key=True)
    type: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Json]
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")
