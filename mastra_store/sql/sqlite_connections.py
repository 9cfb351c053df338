"""aiosqlite connections that run a whole unit in one hop to their thread, and the pool of them."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from typing import Any, TypeVar

import aiosqlite

from ..errors import PoolTimeout, Unavailable
from . import sqlite_functions

R = TypeVar("R")


class SqliteConnection(aiosqlite.Connection):
    """A connection of a pool."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        # As SQLAlchemy does it: a storage that nobody closed must not keep the interpreter from ending.
        self._thread.daemon = True

    async def call(self, function: Callable[[sqlite3.Connection], R]) -> R:
        """Run a function in the connection's thread. It runs to its end even if the caller is cancelled."""
        # aiosqlite has no public name for this; _execute is the one door of all its methods (checked on 0.22.1).
        return await self._execute(function, self._conn)  # type: ignore[no-untyped-call, no-any-return]

    async def close(self) -> None:
        """Close it, thread and all."""
        await super().close()
        self._thread.join()  # it has nothing left to do


class LentConnection:
    """A connection while a session has it. What SQLAlchemy closes goes back to the pool.

    SQLAlchemy also stops a connection when it is cancelled while it waits for its closing. That goes on nevertheless,
    and by then the connection may be somebody else's: only the first of the two calls counts.
    """

    def __init__(self, pool: "SqlitePool", connection: SqliteConnection) -> None:
        self._pool = pool
        self._lent = connection
        self._returned = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lent, name)

    async def call(self, function: Callable[[sqlite3.Connection], R]) -> R:
        return await self._lent.call(function)

    async def close(self) -> None:
        if not self._returned:
            self._returned = True
            await self._pool.give_back(self._lent)

    def stop(self) -> None:
        if not self._returned:
            self._returned = True
            self._pool.drop(self._lent)


class SqlitePool:
    """Connections to one database file.

    Args:
        location: what ``sqlite3.connect`` takes.
        uri: whether it is a ``file:`` URI.
        size: connections at most.
        timeout: seconds that a caller waits for a free connection.
        busy_timeout: seconds that a statement waits for another writer.
    """

    def __init__(self, location: str, *, uri: bool, size: int, timeout: float, busy_timeout: float) -> None:
        self._location = location
        self._uri = uri
        self._timeout = timeout
        self._busy_timeout = busy_timeout
        self._idle: list[SqliteConnection] = []
        self._free = asyncio.Semaphore(size)
        self._closed = False

    async def call(self, function: Callable[[sqlite3.Connection], R]) -> R:
        """Run a function that leaves no transaction open in the thread of a free connection."""
        connection = await self.take()
        try:
            return await connection.call(function)
        finally:
            self.release(connection)

    async def take(self) -> SqliteConnection:
        """An idle connection, or a new one.

        Raises:
            PoolTimeout: all stay in use.
        """
        if self._closed:
            raise Unavailable("the storage is closed")
        if self._free.locked():
            try:
                async with asyncio.timeout(self._timeout):
                    await self._free.acquire()
            except TimeoutError as error:
                raise PoolTimeout(
                    f"no connection to {self._location} became free in {self._timeout} s; a unit of work may be open "
                    "while its own storage is called, instead of tx"
                ) from error
        else:
            await self._free.acquire()
        if self._idle:
            return self._idle.pop()
        connection = SqliteConnection(self._connect)
        try:
            await connection
        except BaseException:
            self._free.release()
            # aiosqlite has told the thread to stop, and the thread answers to this loop: let it come to its end.
            await asyncio.shield(asyncio.to_thread(connection._thread.join))
            raise
        return connection

    def release(self, connection: SqliteConnection) -> None:
        """Keep a connection that has no transaction for the next caller.

        Its thread may still be busy for a caller who was cancelled; the next call waits its turn behind that.
        """
        if self._closed:
            self.drop(connection)
        else:
            self._idle.append(connection)
            self._free.release()

    def drop(self, connection: SqliteConnection) -> None:
        """Have a connection closed that nobody shall have again."""
        connection.stop()
        self._free.release()

    async def lend(self) -> LentConnection:
        """A connection for a session, as ``take``."""
        return LentConnection(self, await self.take())

    async def give_back(self, connection: SqliteConnection) -> None:
        """Keep a connection that a session had, unless that left a statement open."""
        try:
            clean = await asyncio.shield(connection.call(_reset))
        except BaseException:
            self.drop(connection)
            raise
        if clean:
            self.release(connection)
        else:
            self.drop(connection)

    async def close(self) -> None:
        """Close the idle connections; those in use close when they are given back."""
        self._closed = True
        while self._idle:
            await self._idle.pop().close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._location,
            timeout=self._busy_timeout,
            isolation_level=None,  # the driver begins no transactions: ours are explicit
            uri=self._uri,
            cached_statements=256,
        )
        sqlite_functions.register(connection)
        # WAL lets readers go on beside a writer; NORMAL is durable there but for the last moments before a power cut.
        # The others are what @mastra/libsql sets on local files (contract: conventions.md, section 2.1).
        _use_wal(connection, self._busy_timeout)
        connection.executescript(
            """
            PRAGMA synchronous = NORMAL;
            PRAGMA foreign_keys = ON;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -16000;
            PRAGMA mmap_size = 134217728;
            """
        )
        return connection


def _use_wal(connection: sqlite3.Connection, patience: float) -> None:
    """Switch the file to WAL, unless it is. SQLite itself does not wait for others who switch a new file in this
    moment: some of them would be told that it is locked."""
    until = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(0.005)


def _reset(connection: sqlite3.Connection) -> bool:
    """End what a session left behind. Returns whether nothing is left."""
    if connection.in_transaction:
        connection.rollback()
    connection.execute("PRAGMA query_only = OFF")
    try:
        # Refused while a statement is open: one of a cancelled caller, who never fetched its rows.
        sqlite_functions.register(connection)
    except sqlite3.OperationalError:
        return False
    return True


def run_in_transaction(connection: sqlite3.Connection, function: Callable[[], R]) -> R:
    """Run a function that writes between BEGIN IMMEDIATE and COMMIT, in the connection's thread."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = function()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.rollback()
        raise
    return result
