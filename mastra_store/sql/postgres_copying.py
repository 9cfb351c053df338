"""Rows of PostgreSQL as they are stored, for ``copy``: one snapshot to read from, COPY in both directions."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncConnection

from ..copying.cells import converted, from_postgres, to_postgres
from ..copying.ends import Batch, Catalog, OnConflict, Row, Writer
from ..copying.tables import Kind, StoredTable
from ..errors import Conflict, InvalidArgument
from . import postgres_piping
from .copying import SqlReader, SqlStoredRows, SqlWriter
from .database import SqlDatabase
from .postgres_piping import Pipe, Piped
from .postgres_pool import Driver

ROWS = 2000
"""Of one transaction, where rows are looked into."""
BYTES = 4_000_000
"""Of these rows, about."""

SNAPSHOT = """
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL enable_sort = off;
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0
"""
"""How a database is read. A table is read by one statement, for as long as the target takes, and along the index of its
key: else the server would write a sorted copy of it to its disk before it sent the first row."""

PLAIN_COUNTS = frozenset({"mastra_experiments", "mastra_experiment_results", "mastra_notifications"})
"""Tables whose twins ``@mastra/pg`` never writes, so that they hold the moment of insertion; and those of the knowledge
domain (contract: conventions.md, section 2.2)."""
STAMPING = ("mastra_ai_spans", "mastra_ai_spans_timestamps")
"""The table whose trigger would stamp every row with now, and the trigger."""

_TYPES: dict[Kind, str] = {"flag": "bool", "integer": "int8", "real": "float8"}
_CELL = {"time": """to_char(date_trunc('milliseconds', {}), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')""", "json": "{}::text"}


class PostgresStoredRows(SqlStoredRows):
    """One schema of a database."""

    family = "postgresql"

    @asynccontextmanager
    async def reading(self) -> AsyncIterator["PostgresReader"]:
        database = self.database
        await database.ready()
        with database.translating():
            async with database.engine.connect() as connection:
                driver = await _driver(database, connection)
                await driver.execute(SNAPSHOT, prepare=False)  # which could not be done with several statements
                yield PostgresReader(database, connection)

    def writing(self) -> AbstractAsyncContextManager[Writer]:
        return self._writing()

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Writer]:
        await self.database.ready()
        yield PostgresWriter(self.database)


class PostgresReader(SqlReader):
    """Reads in one transaction, so that all of it is of one moment."""

    def __init__(self, database: SqlDatabase, connection: AsyncConnection) -> None:
        super().__init__(database, connection)
        self.columns: Mapping[str, Mapping[str, str]] = {}

    def table(self, table: StoredTable) -> sql.Composable:
        schema = self.database.schema
        return sql.Identifier(schema, table.name) if schema else sql.Identifier(table.name)

    async def catalog(self, names: Sequence[str]) -> Catalog:
        found = await super().catalog(names)
        self.columns = found.tables
        stamped = await self._rows(
            sql.SQL(
                "SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE c.oid = to_regclass({}) AND t.tgname = {} AND t.tgenabled <> 'D'"
            ).format(self._quoted_name(STAMPING[0]), STAMPING[1])
        )
        if not stamped or stamped[0][0]:
            return found
        why = "has a trigger that stamps rows with now, which its owner alone can switch off: copy as that role"
        return Catalog(found.tables, {STAMPING[0]: why})

    async def batches(
        self, table: StoredTable, after: dict[str, Any] | None, *, most: int | None, raw: bool, piped: bool
    ) -> AsyncGenerator[Batch, None]:
        if piped:
            async for batch in self._piped(table, after, most or postgres_piping.ROWS):
                yield batch
        else:
            async for batch in self._looked_into(table, after, most or ROWS, raw=raw):
                yield batch

    async def _piped(self, table: StoredTable, after: dict[str, Any] | None, most: int) -> AsyncIterator[Batch]:
        """Batches that are read while they are written."""

        def query(types: Mapping[str, str]) -> sql.Composed:
            selected = sql.SQL(", ").join([self._cast(table, name, types[name]) for name in all_columns(table)])
            return _copy_out(self._behind(table, selected, after), binary=True)

        async with AsyncExitStack() as stack:
            pipe = Pipe(self.database, await _driver(self.database, self.connection), stack, query)
            while True:
                piped = Piped(pipe, table, after, most)
                yield Batch(piped, piped.last)
                await piped.finished.wait()
                if not await pipe.has_more():
                    return

    def _cast(self, table: StoredTable, name: str, wanted: str) -> sql.Composable:
        cell = sql.Identifier(name)
        if self.columns[table.name][name] == wanted:
            return cell
        return sql.SQL("{}::{}").format(cell, sql.SQL(wanted))  # as the target's catalog spells it

    async def _looked_into(
        self, table: StoredTable, after: dict[str, Any] | None, most: int, *, raw: bool
    ) -> AsyncIterator[Batch]:
        """Batches of rows. They come by one COPY, row by row, so that large rows make small batches."""
        order = self.order(table).columns
        positions = {column.name: place for place, column in enumerate(table.columns) if column.name in order}
        query = _copy_out(self._behind(table, cells(table, raw=raw), after), binary=False)
        async for rows in self._parts(query, types_of(table, raw=raw), most):
            last = {name: _typed(rows[-1][place], table, name) for name, place in positions.items()}
            yield Batch(rows if raw else neutral(table, rows), last)

    async def _parts(self, query: sql.Composed, types: list[str], most: int) -> AsyncIterator[list[Row]]:
        with self.database.translating():
            driver = await _driver(self.database, self.connection)
            async with driver.cursor() as cursor, cursor.copy(query) as copy:
                copy.set_types(types)
                rows: list[Row] = []
                size = 0
                async for row in copy.rows():
                    rows.append(row)
                    size += sum(len(cell) for cell in row if type(cell) is str)
                    if size > BYTES or len(rows) == most:
                        yield rows
                        rows, size = [], 0
                if rows:
                    yield rows

    async def find(self, table: StoredTable, keys: Sequence[Mapping[str, Any]], *, raw: bool) -> list[Row]:
        columns = self.order(table).columns
        kinds = {column.name: kind for column, kind in zip(table.columns, table.kinds, strict=True)}
        arrays = sql.SQL(", ").join(
            sql.SQL("{}::{}[]").format(
                [_typed(key[column], table, column) for key in keys], sql.SQL(_TYPES.get(kinds[column], "text"))
            )
            for column in columns
        )
        rows = await self._rows(
            sql.SQL("SELECT {} FROM {} WHERE ({}) IN (SELECT * FROM unnest({}))").format(
                cells(table, raw=raw), self.table(table), _listed(columns), arrays
            )
        )
        return rows if raw else neutral(table, rows)

    def _quoted_name(self, name: str) -> str:
        return f'"{self.database.schema}"."{name}"' if self.database.schema else f'"{name}"'

    def _behind(self, table: StoredTable, selected: sql.Composable, after: dict[str, Any] | None) -> sql.Composed:
        """The rows behind a key, in order."""
        keys = self.order(table).columns
        behind: sql.Composable = sql.SQL("")
        if after:
            values = sql.SQL(", ").join([sql.Literal(_typed(after[key], table, key)) for key in keys])
            behind = sql.SQL("WHERE ({}) > ({})").format(_listed(keys), values)
        return sql.SQL("SELECT {} FROM {} {} ORDER BY {}").format(selected, self.table(table), behind, _listed(keys))

    async def _rows(self, query: sql.Composed) -> list[Row]:
        with self.database.translating():
            driver = await _driver(self.database, self.connection)
            async with driver.cursor() as cursor:
                await cursor.execute(query, prepare=False)
                return await cursor.fetchall()  # type: ignore[return-value]


class PostgresWriter(SqlWriter):
    """Writes by COPY: into the table where nothing is in the way, else by way of a table for the transaction."""

    reader_class = PostgresReader

    def __init__(self, database: SqlDatabase) -> None:
        super().__init__(database)
        self._columns: Mapping[str, Mapping[str, str]] = {}

    async def catalog(self, names: Sequence[str]) -> Catalog:
        found = await super().catalog(names)
        self._columns = found.tables
        return found

    def settled(self, table: StoredTable, rows: list[Row]) -> list[Row]:
        return neutral(table, stored(table, rows))

    async def _put(
        self, inside: PostgresReader, table: StoredTable, rows: Any, on_conflict: OnConflict, *, raw: bool
    ) -> tuple[int, int]:
        driver = await _driver(self.database, inside.connection)
        async with driver.cursor() as cursor:
            stamps = table.name == STAMPING[0]
            if stamps:
                await cursor.execute(_trigger(inside.table(table), "DISABLE"))
            into = inside.table(table)
            if on_conflict != "fail":
                into = sql.Identifier("mastra_store_copied")
                await cursor.execute(
                    sql.SQL("CREATE TEMPORARY TABLE {} (LIKE {}) ON COMMIT DROP").format(into, inside.table(table))
                )
            await self._copy(cursor, into, table, rows)
            given = copied = cursor.rowcount
            if on_conflict != "fail":
                copied = await _moved(cursor, inside, table, into, on_conflict)
            if stamps:
                await cursor.execute(_trigger(inside.table(table), "ENABLE"))
            return copied, given - copied

    async def _copy(self, cursor: Any, into: sql.Composable, table: StoredTable, rows: Any) -> None:
        names = all_columns(table)
        if isinstance(rows, Piped):
            async with cursor.copy(_copy_in(into, names, binary=True)) as copy:
                async for chunk in rows.chunks(self._columns[table.name]):
                    await copy.write(chunk)
            return
        times = [place for place, kind in enumerate(table.kinds) if kind == "time"]
        async with cursor.copy(_copy_in(into, names, binary=False)) as copy:
            for row in stored(table, rows):
                try:
                    await copy.write_row((*row, *(row[place] for place in times)))
                except psycopg.DataError as error:
                    key = {
                        column.name: cell
                        for column, cell in zip(table.columns, row, strict=True)
                        if column.name in table.key
                    }
                    raise Conflict(
                        f"a row of {table.name} holds text that PostgreSQL can not, as NUL is ({key})", table=table.name
                    ) from error


async def _moved(
    cursor: Any, inside: PostgresReader, table: StoredTable, given: sql.Composable, on_conflict: OnConflict
) -> int:
    """Put rows from the transaction's own table where they belong. How many were put there."""
    keys = sorted(table.key)
    same = sql.SQL(" AND ").join(sql.SQL("stored.{key} = given.{key}").format(key=sql.Identifier(key)) for key in keys)
    parts = {
        "into": inside.table(table),
        "given": given,
        "same": same,
        "columns": _listed(all_columns(table)),
        "unless": sql.SQL(""),
    }
    if on_conflict == "replace":
        await cursor.execute(
            sql.SQL("DELETE FROM {into} AS stored USING {given} AS given WHERE {same}").format(**parts)
        )
    if on_conflict == "skip" and inside.order(table).unique:  # somebody else may insert one in this moment
        parts["unless"] = sql.SQL("ON CONFLICT ({}) DO NOTHING").format(_listed(keys))
    await cursor.execute(
        sql.SQL(
            "INSERT INTO {into} ({columns}) SELECT {columns} FROM {given} AS given "
            "WHERE NOT EXISTS (SELECT FROM {into} AS stored WHERE {same}) {unless}"
        ).format(**parts)
    )
    return int(cursor.rowcount)


def all_columns(table: StoredTable) -> list[str]:
    """The names of a table's columns, and of the twins of its times in the order of these."""
    return [*(column.name for column in table.columns), *table.twins]


def cells(table: StoredTable, *, raw: bool) -> sql.Composable:
    """What is selected of a table: its cells in neutral form, or everything as text."""
    if raw:
        return sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in all_columns(table))
    return sql.SQL(", ").join(
        _cell(table, column.name, kind) for column, kind in zip(table.columns, table.kinds, strict=True)
    )


def types_of(table: StoredTable, *, raw: bool) -> list[str]:
    """The types of ``cells``."""
    return ["text"] * len(all_columns(table)) if raw else [_TYPES.get(kind, "text") for kind in table.kinds]


def neutral(table: StoredTable, rows: list[Row]) -> list[Row]:
    return converted(rows, [from_postgres(kind) for kind in table.kinds])


def stored(table: StoredTable, rows: list[Row]) -> list[Row]:
    """Neutral rows as they are written.

    Raises:
        Conflict: JSON that ``jsonb`` can not hold.
    """
    try:
        return converted(rows, [to_postgres(kind) for kind in table.kinds])
    except (ValueError, InvalidArgument) as error:
        raise Conflict(f"{table.name} has JSON that PostgreSQL can not hold: {error}", table=table.name) from error


def _cell(table: StoredTable, name: str, kind: Kind) -> sql.Composable:
    column: sql.Composable = sql.Identifier(name)
    if kind == "time":
        plain = table.name in PLAIN_COUNTS or table.name.startswith("mastra_knowledge_")
        if not plain:
            twin = sql.Identifier(f"{name}Z")
            column = sql.SQL("coalesce({} AT TIME ZONE 'UTC', {})").format(twin, column)
        return sql.SQL(_CELL["time"]).format(column)
    return sql.SQL(_CELL["json"]).format(column) if "json" in kind else column


def _typed(value: Any, table: StoredTable, name: str) -> Any:
    """A part of a key as its column has it: raw cells are text."""
    kind = next(kind for column, kind in zip(table.columns, table.kinds, strict=True) if column.name == name)
    return int(value) if kind == "integer" else value


def _listed(names: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _copy_out(query: sql.Composed, *, binary: bool) -> sql.Composed:
    return sql.SQL("COPY ({}) TO STDOUT (FORMAT {})").format(query, _format(binary=binary))


def _copy_in(table: sql.Composable, names: Sequence[str], *, binary: bool) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT {})").format(table, _listed(names), _format(binary=binary))


def _format(*, binary: bool) -> sql.SQL:
    return sql.SQL("BINARY") if binary else sql.SQL("TEXT")


def _trigger(table: sql.Composable, what: str) -> sql.Composed:
    # For this transaction alone: whoever else writes meanwhile waits, and finds it switched on again.
    return sql.SQL("ALTER TABLE {} {} TRIGGER {}").format(table, sql.SQL(what), sql.Identifier(STAMPING[1]))


async def _driver(database: SqlDatabase, connection: AsyncConnection) -> Driver:
    driver = (await connection.get_raw_connection()).driver_connection
    if not isinstance(driver, psycopg.AsyncConnection):
        raise InvalidArgument(
            "storage", f"is on an engine whose driver knows no COPY ({database.shown}); open it by URL"
        )
    return driver
