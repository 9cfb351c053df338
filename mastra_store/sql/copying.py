"""Rows of SQL databases as they are stored, for ``copy``: what PostgreSQL and SQLite share."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from sqlalchemy import Connection, delete, insert, inspect, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..clock import utc_now
from ..copying.ends import Batch, Catalog, Checkpoint, OnConflict, Reader, StoredRows, Writer, another_at_work
from ..copying.tables import KeyOrder, StoredTable, grouped, key_order
from ..models import load_all
from ..models.copies import CopyRow
from .database import SqlDatabase
from .domains import SQL_DOMAINS, sql_domain


class SqlStoredRows(StoredRows):
    """The rows of one SQL database."""

    def __init__(self, database: SqlDatabase, identity: str) -> None:
        self.database = database.primary
        self.shown = self.database.shown
        self.identity = identity
        self.store = self.database.sql.store

    def tables(self) -> list[StoredTable]:
        mappers: Any = load_all().registry.mappers
        homes = {each.class_.__tablename__: each.class_.__module__.rpartition(".")[2] for each in mappers}
        dialect = self.database.sql.name
        names = {each.class_.__tablename__ for each in mappers if each.local_table.info.get("only") in (None, dialect)}
        owners = {domain: [row.__tablename__ for row in sql_domain(domain).rows] for domain in SQL_DOMAINS}
        return grouped(owners, names, homes)


class SqlReader(Reader):
    """Reads on one connection, in one transaction where that is of use."""

    def __init__(self, database: SqlDatabase, connection: AsyncConnection) -> None:
        self.database = database
        self.connection = connection

    async def catalog(self, names: Sequence[str]) -> Catalog:
        if not names:  # which SQLAlchemy takes for all
            return Catalog({})
        with self.database.translating():
            return await self.connection.run_sync(catalog_of, names, self.database.schema)

    def order(self, table: StoredTable) -> KeyOrder:
        return key_order(table, self.database.sql.name)

    def quoted(self, name: str) -> str:
        return self.database.engine.dialect.identifier_preparer.quote_identifier(name)

    def place(self, table: StoredTable) -> str:
        """The table, to be written into a statement."""
        schema = f"{self.quoted(self.database.schema)}." if self.database.schema else ""
        return f"{schema}{self.quoted(table.name)}"

    def listed(self, columns: Sequence[str], prefix: str = "") -> str:
        return ", ".join(f"{prefix}{self.quoted(column)}" for column in columns)

    async def counts(self, tables: Sequence[StoredTable]) -> dict[str, int]:
        if not tables:
            return {}
        each = ", ".join(f"(SELECT count(*) FROM {self.place(table)})" for table in tables)  # noqa: S608 (quoted)
        [found] = await self._all(f"SELECT {each}")
        return {table.name: count for table, count in zip(tables, found, strict=True)}

    async def ambiguous(self, tables: Sequence[StoredTable]) -> list[str]:
        questions = [f"SELECT '{table.name}' WHERE {self._ambiguous(table)}" for table in tables]
        return [name for (name,) in await self._all(" UNION ALL ".join(questions))] if questions else []

    async def filled(self, tables: Sequence[StoredTable]) -> list[str]:
        """The names of tables that have rows."""
        questions = [f"SELECT '{each.name}' WHERE EXISTS (SELECT 1 FROM {self.place(each)})" for each in tables]  # noqa: S608 (ours)
        return [name for (name,) in await self._all(" UNION ALL ".join(questions))] if questions else []

    def _ambiguous(self, table: StoredTable) -> str:
        order = self.order(table)
        # Declared unique or not: SQLite takes NULL for a key.
        nulls = " OR ".join(f"{self.quoted(each)} IS NULL" for each in order.columns)
        condition = f"EXISTS (SELECT 1 FROM {self.place(table)} WHERE {nulls})"  # noqa: S608 (quoted)
        if order.unique:
            return condition
        keys = self.listed(order.columns)
        return f"{condition} OR EXISTS (SELECT 1 FROM {self.place(table)} GROUP BY {keys} HAVING count(*) > 1)"  # noqa: S608 (quoted)

    async def _all(self, sql: str) -> Sequence[Any]:
        with self.database.translating():
            return (await self.connection.exec_driver_sql(sql)).all()


class SqlWriter(Writer):
    """Writes each batch in a transaction of its own."""

    reader_class: ClassVar[type[SqlReader]]

    def __init__(self, database: SqlDatabase) -> None:
        self.database = database

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqlReader]:
        """A transaction that writes, and what reads in it."""
        with self.database.translating():
            async with self.database.writing(), self.database.engine.begin() as connection:
                yield self.reader_class(self.database, connection)

    async def catalog(self, names: Sequence[str]) -> Catalog:
        async with self.transaction() as inside:
            return await inside.catalog(names)

    async def filled(self, tables: Sequence[StoredTable]) -> list[str]:
        async with self.transaction() as inside:
            return await inside.filled(tables)

    async def checkpoints(self) -> list[Checkpoint]:
        row = CopyRow
        columns = (row.copy_id, row.table, row.source, row.last_key, row.batches, row.copied, row.skipped, row.done)
        async with self.transaction() as inside:
            found = await inside.connection.execute(select(*columns))
            return [Checkpoint(*each) for each in found]

    async def begin(self, checkpoints: Sequence[Checkpoint]) -> None:
        begun = [_cells(at) | {CopyRow.started_at: utc_now()} for at in checkpoints]
        if begun:
            async with self.transaction() as inside:
                await inside.connection.execute(insert(CopyRow).values(begun))

    async def write(
        self, table: StoredTable, batch: Batch, at: Checkpoint, on_conflict: OnConflict, *, raw: bool
    ) -> Checkpoint:
        async with self.transaction() as inside:
            copied, skipped = await self._put(inside, table, batch.rows, on_conflict, raw=raw)
            reached = at.moved(batch.last, copied, skipped)
            await _move(inside.connection, at, reached)
            return reached

    async def move(self, at: Checkpoint, reached: Checkpoint) -> None:
        async with self.transaction() as inside:
            await _move(inside.connection, at, reached)

    async def finish(self, copy_id: str) -> None:
        async with self.transaction() as inside:
            await inside.connection.execute(delete(CopyRow).where(CopyRow.copy_id == copy_id))

    @abstractmethod
    async def _put(
        self, inside: Any, table: StoredTable, rows: Any, on_conflict: OnConflict, *, raw: bool
    ) -> tuple[int, int]:
        """Write rows. How many were copied, and how many skipped."""


async def _move(connection: AsyncConnection, at: Checkpoint, reached: Checkpoint) -> None:
    """Remember how far a table has come, unless somebody else has moved on from there."""
    moved = await connection.execute(
        update(CopyRow)
        .where(CopyRow.copy_id == at.copy_id, CopyRow.table == at.table, CopyRow.batches == at.batches)
        .values(_cells(reached))
    )
    if moved.rowcount != 1:
        raise another_at_work(at)


def _cells(at: Checkpoint) -> dict[Any, Any]:
    return {
        CopyRow.copy_id: at.copy_id,
        CopyRow.table: at.table,
        CopyRow.source: at.source,
        CopyRow.last_key: at.last,
        CopyRow.batches: at.batches,
        CopyRow.copied: at.copied,
        CopyRow.skipped: at.skipped,
        CopyRow.done: at.done,
    }


def catalog_of(connection: Connection, names: Sequence[str], schema: str | None) -> Catalog:
    """Those of some tables that a database has, and their columns."""
    reflected = inspect(connection).get_multi_columns(schema=schema, filter_names=list(names))
    return Catalog(
        {name: {each["name"]: str(each["type"]) for each in columns} for (_, name), columns in reflected.items()}
    )
