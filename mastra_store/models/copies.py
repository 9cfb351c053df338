"""How far copies from other storages have come. The table is ours; Mastra has none like it."""

from sqlalchemy.orm import Mapped, mapped_column

from .base import Base
from .types import BigInt, JsonObject, UtcTime


class CopyRow(Base):
    """One table of a copy that has begun and is not finished. It is written in the transaction of each batch."""

    __tablename__ = "mastra_store_copies"

    copy_id: Mapped[str] = mapped_column("copyId", primary_key=True)
    table: Mapped[str] = mapped_column("tableName", primary_key=True)
    source: Mapped[str]
    last_key: Mapped[JsonObject | None] = mapped_column("lastKey")
    batches: Mapped[BigInt]
    copied: Mapped[BigInt]
    skipped: Mapped[BigInt]
    done: Mapped[bool]
    started_at: Mapped[UtcTime] = mapped_column("startedAt")
