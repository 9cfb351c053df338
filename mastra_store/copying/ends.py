"""What a copy asks of a storage: its rows as they are stored, to be read in order and written in batches.

``Storage.stored_rows`` gives them. Between databases of one family (PostgreSQL; SQLite and LibSQL; MongoDB) cells
travel as they are; between families in a neutral form, which ``cells.py`` describes.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ..errors import Conflict
from .tables import StoredTable

Row = Sequence[Any]
"""Cells in the order of ``StoredTable.columns``; what stands behind them belongs to the family alone."""

Family = Literal["postgresql", "sqlite", "mongodb"]
OnConflict = Literal["fail", "skip", "replace"]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that follow each other, and are written in one transaction."""

    rows: Any
    """A list of ``Row``; or what a writer of the same family alone understands, where ``piped`` was asked for."""
    last: dict[str, Any]
    """The key of the last of them, by column. Of piped rows it is filled in when they are written."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a copy has come with one table."""

    copy_id: str
    table: str
    source: str
    """What the source is called, for people."""
    last: dict[str, Any] | None = None
    batches: int = 0
    copied: int = 0
    skipped: int = 0
    done: bool = False

    def moved(self, last: dict[str, Any], copied: int, skipped: int) -> "Checkpoint":
        """After one more batch."""
        return replace(
            self, last=last, batches=self.batches + 1, copied=self.copied + copied, skipped=self.skipped + skipped
        )

    def ended(self) -> "Checkpoint":
        """After the last batch."""
        return replace(self, batches=self.batches + 1, done=True)


def another_at_work(at: Checkpoint) -> Conflict:
    """Somebody else has written the checkpoint since it was read."""
    return Conflict(
        f"another process is copying {at.table} from {at.source} as well, and has moved on; let it go on alone",
        table=at.table,
    )


@dataclass(frozen=True, slots=True)
class Catalog:
    """What a database has."""

    tables: Mapping[str, Mapping[str, str]]
    """Name -> columns -> their types, as far as they are declared."""
    obstacles: Mapping[str, str] = field(default_factory=dict)
    """Tables that can not be written exactly, and why."""


class Reader(ABC):
    """Reads tables. What it reads is of one moment, where the database can do that."""

    @abstractmethod
    async def catalog(self, names: Sequence[str]) -> Catalog:
        """What there is of some tables."""

    @abstractmethod
    async def counts(self, tables: Sequence[StoredTable]) -> dict[str, int]:
        """How many rows tables have, by their names."""

    @abstractmethod
    async def ambiguous(self, tables: Sequence[StoredTable]) -> list[str]:
        """The names of tables with rows that have no key, or the same: they could not be told apart."""

    @abstractmethod
    def batches(
        self, table: StoredTable, after: dict[str, Any] | None, *, most: int | None, raw: bool, piped: bool
    ) -> AsyncGenerator[Batch, None]:
        """The rows behind a key, in the order of keys.

        Args:
            most: rows of a batch; ``None`` for as many as suit it.
            raw: cells as this family has them, instead of neutral ones.
            piped: the batch need not be looked into: only a writer of this family will have it.
        """

    @abstractmethod
    async def find(self, table: StoredTable, keys: Sequence[Mapping[str, Any]], *, raw: bool) -> list[Row]:
        """The rows with these keys, in any order."""


class Writer(ABC):
    """Writes tables, and how far it has come."""

    @abstractmethod
    async def catalog(self, names: Sequence[str]) -> Catalog:
        """What there is of some tables."""

    @abstractmethod
    async def filled(self, tables: Sequence[StoredTable]) -> list[str]:
        """The names of tables that have rows."""

    @abstractmethod
    async def checkpoints(self) -> list[Checkpoint]:
        """Of all copies that are not finished."""

    @abstractmethod
    async def begin(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Remember that the copy of these tables has begun."""

    @abstractmethod
    async def write(
        self, table: StoredTable, batch: Batch, at: Checkpoint, on_conflict: OnConflict, *, raw: bool
    ) -> Checkpoint:
        """Write a batch and how far that is, in one transaction.

        Args:
            at: how far the copy had come before.

        Raises:
            Conflict: another process is at the same copy; or with ``fail``, a row's key is there.
        """

    @abstractmethod
    def settled(self, table: StoredTable, rows: list[Row]) -> list[Row]:
        """Neutral rows as they are read back when they were written here: JSON without what can not be stored."""

    @abstractmethod
    async def move(self, at: Checkpoint, reached: Checkpoint) -> None:
        """Remember how far a table has come.

        Raises:
            Conflict: another process is at the same copy, and has moved on from ``at``.
        """

    async def done(self, at: Checkpoint) -> Checkpoint:
        """Remember that a table is copied to its end."""
        reached = at.ended()
        await self.move(at, reached)
        return reached

    @abstractmethod
    async def finish(self, copy_id: str) -> None:
        """Forget the copy, which is done."""


class StoredRows(ABC):
    """The rows of one storage.

    Attributes:
        family: whose cells it has.
        shown: how error messages call the database, without a password.
        identity: what tells it from all others.
        store: its word in the id of an error.
    """

    family: Family
    shown: str
    identity: str
    store: str

    @abstractmethod
    def tables(self) -> list[StoredTable]:
        """The tables that it knows, in the order in which they are copied."""

    @abstractmethod
    def reading(self) -> AbstractAsyncContextManager[Reader]: ...

    @abstractmethod
    def writing(self) -> AbstractAsyncContextManager[Writer]: ...
