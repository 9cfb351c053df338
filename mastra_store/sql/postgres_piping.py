"""Rows handed on from one PostgreSQL server to another, as the bytes of binary COPY."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

from psycopg import AsyncCopy, errors, generators
from psycopg.abc import Buffer

from ..copying.tables import StoredTable
from .database import SqlDatabase
from .postgres_pool import Driver

ROWS, BYTES = 20_000, 64_000_000
"""Of one transaction at most, but one row at least."""
CHUNK = 64 * 1024
"""Bytes of rows that are handed on at once, about."""

_HEAD, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
"""Before the first row, and behind the last one in place of the number of its cells."""


class Pipe:
    """The rows behind a key, all by one COPY, of which each batch takes its part.

    So the server looks for the first of them once, and goes on sending while a batch is committed.

    Args:
        stack: closes it.
        query: what is sent to begin it, to a table whose columns have these types.
    """

    def __init__(
        self, database: SqlDatabase, driver: Driver, stack: AsyncExitStack, query: Callable[[Mapping[str, str]], Any]
    ) -> None:
        self._database = database
        self._driver = driver
        self._stack = stack
        self._query = query
        self._copy: AsyncCopy | None = None
        self._rows: Sequence[Buffer] = ()
        self._before = len(_HEAD)
        self._has_ended = False

    async def begin(self, types: Mapping[str, str]) -> None:
        """Begin it, unless that is done."""
        if self._copy is None:
            with self._database.translating():
                cursor = await self._stack.enter_async_context(self._driver.cursor())
                self._copy = await self._stack.enter_async_context(cursor.copy(self._query(types)))

    async def has_more(self) -> bool:
        if self._copy and not self._rows and not self._has_ended:
            with self._database.translating():
                self._rows = await self._arrived(self._copy)
        return bool(self._rows)

    async def take(self, most: int) -> Sequence[Buffer]:
        """The next rows, so many at most; none at the end."""
        await self.has_more()
        taken, self._rows = self._rows[:most], self._rows[most:]
        return taken

    async def _arrived(self, copy: AsyncCopy) -> list[Buffer]:
        """The rows that have come, up to a chunk, of which the first alone is waited for.

        To wait for each, as ``AsyncCopy.read`` does, takes longer than all else that is done with a row.
        """
        pgconn = self._driver.pgconn
        rows: list[Buffer] = []
        size = 0
        row = memoryview(await copy.read())[self._before :]
        self._before = 0
        while row:
            if row[:2] == _END:
                self._has_ended = not await copy.read()  # the outcome
                break
            rows.append(row)
            size += len(row)
            state, row = pgconn.get_copy_data(1)
            if state == 0 and size < CHUNK:  # the driver has no more, but the socket may have
                pgconn.consume_input()
                state, row = pgconn.get_copy_data(1)
            if state < 0:  # it ended before its end
                results = await self._driver.wait(generators.fetch_many(pgconn))
                raise errors.error_from_result(results[0])
        return rows


class Piped:
    """One batch of the rows in a pipe.

    Attributes:
        last: the key of the last of them, when all were handed on.
        finished: told then.
    """

    def __init__(self, pipe: Pipe, table: StoredTable, after: Mapping[str, Any] | None, most: int) -> None:
        self._pipe = pipe
        self._table = table
        self._left = most
        self.last = dict(after or {})
        self.finished = asyncio.Event()

    async def chunks(self, types: Mapping[str, str]) -> AsyncIterator[bytes]:
        """What binary COPY says of them, for a table whose columns have these types."""
        await self._pipe.begin(types)
        yield _HEAD
        row: Buffer | None = None
        size = 0
        while self._left and size < BYTES and (rows := await self._pipe.take(self._left)):
            self._left -= len(rows)
            row = rows[-1]
            chunk = b"".join(rows)
            size += len(chunk)
            yield chunk
        yield _END
        if row is not None:
            self.last.update(_key_of(self._table, bytes(row)))
        self.finished.set()


def _key_of(table: StoredTable, row: bytes) -> dict[str, Any]:
    """The key in a row as binary COPY has it: for each cell its length and its bytes."""
    position = 2  # behind the number of cells
    key = {}
    for column, kind in zip(table.columns, table.kinds, strict=True):
        size = int.from_bytes(row[position : position + 4], signed=True)
        cell = row[position + 4 : position + 4 + max(size, 0)]
        position += 4 + max(size, 0)
        if column.name in table.key:
            key[column.name] = int.from_bytes(cell, signed=True) if kind == "integer" else cell.decode()
    return key
