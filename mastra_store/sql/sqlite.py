"""SQLite by aiosqlite: a statement, or all statements of a unit, is one hop to the connection's thread."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import copy_context
from typing import Any, TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from .. import jsontext
from ..errors import LockTimeout, MastraError
from ..urls import sqlite_location
from . import sqlite_errors
from .database import Plans, Server, SqlDatabase
from .dialects import SqlDialect
from .first_use import version
from .plans import Call, Work
from .sqlite_connections import LentConnection, SqlitePool, run_in_transaction
from .sqlite_dialect import SQLITE
from .unit import remember_failures

R = TypeVar("R")

_READ_ONLY = "mastra_store_read_only"
"""The execution option of a unit of work that may not write."""


class SqliteDatabase(SqlDatabase):
    """A pool of connections to one file. Writers of this process take turns in it; others wait at the file's lock."""

    def __init__(
        self,
        path_or_url: str,
        prepare_schema: Callable[[SqlDatabase], Awaitable[str]],
        *,
        pool_size: int,
        pool_timeout: float,
        busy_timeout: float,
        sql: SqlDialect = SQLITE,
    ) -> None:
        super().__init__(sql, None, prepare_schema)
        location, uri = sqlite_location(path_or_url)
        self.shown = f"SQLite database {location!r}"
        self.server = Server("sqlite", location)
        in_memory = location == ":memory:" or (uri and "mode=memory" in location)
        size = 1 if in_memory else pool_size  # every connection to :memory: would be a database of its own
        self._pool = SqlitePool(location, uri=uri, size=size, timeout=pool_timeout, busy_timeout=busy_timeout)
        self._busy_timeout = busy_timeout
        # Writers of one process queue here in order, instead of polling the file's lock against each other.
        self._writer = asyncio.Lock()
        self.engine = create_async_engine(
            "sqlite+aiosqlite://",
            poolclass=NullPool,  # the pool is ours: what SQLAlchemy closes goes back there
            async_creator=self._pool.lend,
            json_serializer=jsontext.encode,
            json_deserializer=jsontext.decode,
        )
        event.listen(self.engine.sync_engine, "begin", _begin)
        remember_failures(self.engine)
        self.plans = Plans(sql, self.engine.dialect, None)

    async def open(self) -> None:
        with self.translating():
            self._pool.release(await self._pool.take())

    async def close(self) -> None:
        await self.engine.dispose()
        await self._pool.close()

    async def revision(self) -> str | None:
        def find(connection: sqlite3.Connection) -> str | None:
            table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'mastra_store_version'").fetchone()
            found = self._execute(connection, version().bind()) if table else []
            return found[0] if found else None

        with self.translating():
            return await self._pool.call(find)

    async def read(self, call: Call[R]) -> R:
        if self.schema_state is None:
            await self.ready()
        try:
            return await self._pool.call(self._told(lambda driver: self._execute(driver, call)))
        except sqlite3.Error as error:
            raise self._reported(error) from error

    async def write(self, call: Call[R]) -> R:
        return await self._write(lambda driver: self._execute(driver, call))

    async def run(self, work: Work[R]) -> R:
        return await self._write(lambda driver: run_in_transaction(driver, lambda: self._drive(driver, work)))

    async def run_on(self, connection: AsyncConnection, call: Call[R]) -> R:
        driver = await _driver(connection)
        with self.translating():
            return await driver.call(self._told(lambda raw: self._execute(raw, call)))

    async def run_work_on(self, connection: AsyncConnection, work: Work[R]) -> R:
        driver = await _driver(connection)
        with self.translating():
            return await driver.call(self._told(lambda raw: self._drive(raw, work)))

    def transaction_options(self, *, read_only: bool) -> dict[str, Any]:
        return {_READ_ONLY: read_only}

    def translated(self, error: BaseException) -> MastraError | None:
        return sqlite_errors.translated(error, self.shown)

    def _reported(self, error: sqlite3.Error) -> MastraError:
        return self.translated(error) or MastraError(type(error).__name__)

    async def _write(self, function: Callable[[sqlite3.Connection], R]) -> R:
        if self.schema_state is None:
            await self.ready()
        await self._take_turn()
        try:
            return await self._pool.call(self._told(function))
        except sqlite3.Error as error:
            raise self._reported(error) from error
        finally:
            self._writer.release()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        await self._take_turn()
        try:
            yield
        finally:
            self._writer.release()

    async def _take_turn(self) -> None:
        if not self._writer.locked():
            await self._writer.acquire()
            return
        try:
            async with asyncio.timeout(self._busy_timeout):
                await self._writer.acquire()
        except TimeoutError as error:
            raise LockTimeout(
                f"{self.shown} was locked by another writer of this process for too long; a unit of work may be open "
                "while its own storage is called, instead of tx"
            ) from error

    def _told(self, function: Callable[[sqlite3.Connection], R]) -> Callable[[sqlite3.Connection], R]:
        """``function`` for the connection's thread, where observers find the caller's context variables."""
        if not self.observers.watching:
            return function
        context = copy_context()
        return lambda connection: context.run(function, connection)

    def _execute(self, connection: sqlite3.Connection, call: Call[R]) -> R:
        """Run one statement, in the connection's thread."""
        plan = self.plans.of(call.statement)
        started = time.perf_counter()
        rows: list[Any] = connection.execute(plan.text, plan.bind(call.values)).fetchall()
        if self.observers.watching:
            self.observers.tell(plan, rows, started, self.server)
        return plan.read(rows)

    def _drive(self, connection: sqlite3.Connection, work: Work[R]) -> R:
        """Run the statements of ``work``, in the connection's thread."""
        try:
            call = next(work)
            while True:
                call = work.send(self._execute(connection, call))
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        finally:
            work.close()


async def _driver(connection: AsyncConnection) -> LentConnection:
    return (await connection.get_raw_connection()).driver_connection  # type: ignore[return-value]


def _begin(connection: Connection) -> None:
    """Begin a session's transaction. What may write takes the write lock at once: a reader that turns into a writer
    later is refused when somebody else wrote in between."""
    if connection.get_execution_options().get(_READ_ONLY):
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
