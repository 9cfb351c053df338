"""Rows of SQLite and LibSQL as they are stored, for ``copy``: pages by key, statements of many rows."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from ..copying.cells import converted, from_sqlite, to_sqlite
from ..copying.ends import Batch, OnConflict, Row, Writer
from ..copying.tables import StoredTable
from ..errors import Conflict
from .copying import SqlReader, SqlStoredRows, SqlWriter

ROWS = 2000
"""Of one transaction."""
BYTES = 4_000_000
"""Of the cells of one page, about: a LibSQL server answers with 10 MB at most. A row that is larger comes alone."""
PARAMETERS = 8_000
"""Of one statement: SQLite takes 32,766."""


class SqliteStoredRows(SqlStoredRows):
    """A file or a LibSQL server."""

    family = "sqlite"

    @asynccontextmanager
    async def reading(self) -> AsyncIterator["SqliteReader"]:
        database = self.database
        await database.ready()
        with database.translating():
            # A LibSQL server ends transactions that are idle for seconds, so there each page is of its own moment.
            options = {"isolation_level": "AUTOCOMMIT"} if self._is_remote else {}
            engine = database.engine.execution_options(**database.transaction_options(read_only=True), **options)
            async with engine.connect() as connection:
                yield SqliteReader(database, connection)

    @property
    def _is_remote(self) -> bool:
        return self.database.engine.dialect.driver == "hrana"

    def writing(self) -> AbstractAsyncContextManager[Writer]:
        return self._writing()

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Writer]:
        await self.database.ready()
        yield SqliteWriter(self.database)


class SqliteReader(SqlReader):
    """Reads a page in two steps: how many rows are small enough together, and those."""

    async def batches(
        self, table: StoredTable, after: dict[str, Any] | None, *, most: int | None, raw: bool, piped: bool
    ) -> AsyncGenerator[Batch, None]:
        order = self.order(table)
        while sizes := await self._sizes(table, after, most or ROWS):
            fitting = _fitting(sizes)
            where, values = self._behind(table, after)
            keys = self.listed(order.columns)
            page = f"{self._select(table)} {where} ORDER BY {keys} LIMIT {fitting}"
            rows = await self._rows(page, values)
            if not rows:
                return
            after = {name: rows[-1][position] for position, name in enumerate(_names(table)) if name in order.columns}
            yield Batch(rows if raw else neutral(table, rows), after)

    async def find(self, table: StoredTable, keys: Sequence[Mapping[str, Any]], *, raw: bool) -> list[Row]:
        columns = self.order(table).columns
        found: list[Row] = []
        for some in _parts(keys, PARAMETERS // len(columns)):
            values = [key[column] for key in some for column in columns]
            rows = await self._rows(f"{self._select(table)} WHERE {self.among(columns, len(some))}", values)
            found += rows if raw else neutral(table, rows)
        return found

    def among(self, columns: Sequence[str], count: int) -> str:
        """Whether a key is one of so many."""
        if len(columns) == 1:
            return f"{self.quoted(columns[0])} IN ({', '.join('?' * count)})"
        one = f"({', '.join('?' * len(columns))})"
        return f"({self.listed(columns)}) IN (VALUES {', '.join([one] * count)})"

    async def _sizes(self, table: StoredTable, after: dict[str, Any] | None, most: int) -> list[int]:
        """The sizes of the cells of the next rows."""
        large = (
            name for name, kind in zip(_names(table), table.kinds, strict=True) if kind == "text" or "json" in kind
        )
        size = " + ".join(f"coalesce(length({self.quoted(name)}), 0)" for name in large)
        where, values = self._behind(table, after)
        keys = self.listed(self.order(table).columns)
        found = await self._rows(f"SELECT {size} FROM {self.place(table)} {where} ORDER BY {keys} LIMIT {most}", values)  # noqa: S608 (quoted)
        return [size for (size,) in found]

    def _behind(self, table: StoredTable, after: dict[str, Any] | None) -> tuple[str, list[Any]]:
        if after is None:
            return "", []
        columns = self.order(table).columns
        marks = ", ".join("?" * len(columns))
        return f"WHERE ({self.listed(columns)}) > ({marks})", [after[column] for column in columns]

    def _select(self, table: StoredTable) -> str:
        return f"SELECT {self.listed(_names(table))} FROM {self.place(table)}"  # noqa: S608 (quoted)

    async def _rows(self, sql: str, values: Sequence[Any]) -> list[Row]:
        with self.database.translating():
            return [tuple(row) for row in (await self.connection.exec_driver_sql(sql, tuple(values))).all()]


class SqliteWriter(SqlWriter):
    """Writes statements of many rows, which are as fast as the driver's ``executemany`` and few requests."""

    reader_class = SqliteReader

    def settled(self, table: StoredTable, rows: list[Row]) -> list[Row]:
        return neutral(table, converted(rows, [to_sqlite(kind) for kind in table.kinds]))

    async def _put(
        self, inside: SqliteReader, table: StoredTable, rows: list[Row], on_conflict: OnConflict, *, raw: bool
    ) -> tuple[int, int]:
        stored = rows if raw else converted(rows, [to_sqlite(kind) for kind in table.kinds])
        copied = 0
        for some in _parts(stored, PARAMETERS // len(table.columns)):
            if on_conflict == "replace":
                await self._delete(inside, table, some)
            sql = self._insert(inside, table, len(some), new_alone=on_conflict == "skip")
            done = await inside.connection.exec_driver_sql(sql, tuple(cell for row in some for cell in row))
            copied += done.rowcount
        return copied, len(stored) - copied

    def _insert(self, inside: SqliteReader, table: StoredTable, count: int, *, new_alone: bool) -> str:
        one = f"({', '.join('?' * len(table.columns))})"
        columns = inside.listed(_names(table))
        rows = f"VALUES {', '.join([one] * count)}"
        if not new_alone:
            return f"INSERT INTO {inside.place(table)} ({columns}) {rows}"
        same = " AND ".join(f"stored.{inside.quoted(each)} = given.{inside.quoted(each)}" for each in sorted(table.key))
        return (
            f"INSERT INTO {inside.place(table)} ({columns}) WITH given ({columns}) AS ({rows}) "  # noqa: S608 (quoted)
            f"SELECT * FROM given WHERE NOT EXISTS (SELECT 1 FROM {inside.place(table)} AS stored WHERE {same})"
        )

    async def _delete(self, inside: SqliteReader, table: StoredTable, rows: Sequence[Row]) -> None:
        columns = inside.order(table).columns
        positions = [_names(table).index(column) for column in columns]
        values = tuple(row[position] for row in rows for position in positions)
        sql = f"DELETE FROM {inside.place(table)} WHERE {inside.among(columns, len(rows))}"  # noqa: S608 (quoted)
        await inside.connection.exec_driver_sql(sql, values)


def neutral(table: StoredTable, rows: list[Row]) -> list[Row]:
    """Rows of SQLite as every family understands them.

    Raises:
        Conflict: a cell is not what its column should hold.
    """
    try:
        return converted(rows, [from_sqlite(kind) for kind in table.kinds])
    except ValueError as error:
        raise unreadable(table, rows) from error


def unreadable(table: StoredTable, rows: list[Row]) -> Conflict:
    """The error that names the first row, and its column, that can not be read."""
    for row in rows:
        for position, kind in enumerate(table.kinds):
            try:
                converted([row[position : position + 1]], [from_sqlite(kind)])
            except ValueError:
                key = {name: row[place] for place, name in enumerate(_names(table)) if name in table.key}
                column = _names(table)[position]
                return Conflict(
                    f"{table.name} holds something in {column} that is no {kind} ({key})",
                    table=table.name,
                    column=column,
                )
    return Conflict(f"{table.name} can not be read", table=table.name)


def _names(table: StoredTable) -> list[str]:
    return [column.name for column in table.columns]


def _fitting(sizes: Sequence[int]) -> int:
    """How many rows are small enough together; one at least."""
    total = 0
    for count, size in enumerate(sizes):
        total += size
        if total > BYTES:
            return max(1, count)
    return len(sizes)


def _parts(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))
