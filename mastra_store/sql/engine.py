"""Statements through SQLAlchemy's own execution, for connections and engines that the caller owns.

Any async driver of the dialect will do (asyncpg, say). The results are those of the plans, at SQLAlchemy's pace.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ..errors import MastraError
from ..revisions import VERSION_TABLE
from ..urls import shown
from . import sqlite_errors, sqlite_functions
from .database import Plans, Server, SqlDatabase, drive
from .dialects import SqlDialect
from .first_use import version
from .plans import Call, Work

R = TypeVar("R")

_PREPARED = "mastra_store_prepared"


class ThroughSqlalchemy:
    """Runs statements on any connection of the database's dialect."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def run_on(self, connection: AsyncConnection, call: Call[R]) -> R:
        database, plan = self._database, self._database.plans.of(call.statement)
        schema = database.schema
        options: dict[str, Any] = {"schema_translate_map": {None: schema}} if schema else {}
        started = time.perf_counter()
        with database.translating():
            result = await connection.execute(plan.built, call.values, execution_options=options)
            rows: list[Any] = list(result.all()) if result.returns_rows else []
        if database.observers.watching:
            database.observers.tell(plan, rows, started, database.server)
        return call.statement.assemble(rows)

    async def run_work_on(self, connection: AsyncConnection, work: Work[R]) -> R:
        return await drive(work, lambda call: self.run_on(connection, call))


class EngineDatabase(SqlDatabase):
    """A database behind an engine that the caller owns and closes."""

    def __init__(
        self,
        engine: AsyncEngine,
        sql: SqlDialect,
        prepare_schema: Callable[[SqlDatabase], Awaitable[str]],
        schema: str | None,
    ) -> None:
        super().__init__(sql, schema, prepare_schema)
        self.engine = engine.execution_options(schema_translate_map={None: schema}) if schema else engine
        self.shown = shown(engine.url.render_as_string(hide_password=True))
        self.server = Server(sql.name, engine.url.database, engine.url.host, engine.url.port)
        self.plans = Plans(sql, engine.dialect, schema)
        self._through = ThroughSqlalchemy(self)

    async def open(self) -> None:
        async with self._connection():
            pass

    async def close(self) -> None:
        pass  # the engine is the caller's

    async def revision(self) -> str | None:
        async with self._connection() as connection:
            if not await connection.run_sync(lambda c: inspect(c).has_table(VERSION_TABLE, schema=self.schema)):
                return None
            found: list[str] = await self._through.run_on(connection, version().bind())
            return found[0] if found else None

    async def read(self, call: Call[R]) -> R:
        await self.ready()
        async with self._connection() as connection:
            return await self._through.run_on(connection, call)

    async def write(self, call: Call[R]) -> R:
        return await self.read(call)

    async def run(self, work: Work[R]) -> R:
        await self.ready()
        async with self._connection() as connection:
            await connection.run_sync(begin_to_write)
            return await self._through.run_work_on(connection, work)

    async def run_on(self, connection: AsyncConnection, call: Call[R]) -> R:
        await connection.run_sync(prepare_connection)
        return await self._through.run_on(connection, call)

    async def run_work_on(self, connection: AsyncConnection, work: Work[R]) -> R:
        await connection.run_sync(prepare_connection)
        return await self._through.run_work_on(connection, work)

    def transaction_options(self, *, read_only: bool) -> dict[str, Any]:
        return {"postgresql_readonly": True} if read_only and self.sql.name == "postgresql" else {}

    @asynccontextmanager
    async def only_reading(self, connection: AsyncConnection) -> AsyncIterator[None]:
        if self.sql.name != "sqlite":
            yield
            return
        if connection.dialect.driver == "hrana":  # whose servers know no such pragma
            stream = (await connection.get_raw_connection()).driver_connection.stream  # type: ignore[union-attr]
            stream.read_only = True
            try:
                yield
            finally:
                stream.read_only = False
            return
        await connection.exec_driver_sql("PRAGMA query_only = ON")
        try:
            yield
        finally:
            await connection.exec_driver_sql("PRAGMA query_only = OFF")  # others have the connection after us

    def translated(self, error: BaseException) -> MastraError | None:
        if self.engine.dialect.driver == "hrana":
            from .. import libsql_errors

            return libsql_errors.translated(error, self.shown)
        if self.sql.name == "sqlite":
            return sqlite_errors.translated(error, self.shown)
        from . import postgres_errors  # psycopg is imported by those who use PostgreSQL

        sqlstate = getattr(error, "sqlstate", None)  # asyncpg's; psycopg's are known by class
        known = postgres_errors.translated(error, self.shown)
        return known or (postgres_errors.by_sqlstate(sqlstate, type(error).__name__, self.shown) if sqlstate else None)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        with self.translating():
            async with self.engine.begin() as connection:
                await connection.run_sync(prepare_connection)
                yield connection


def prepare_connection(connection: Connection) -> None:
    """Make our functions known to a connection of the caller's, once. Other dialects need nothing, and a server takes
    none."""
    if (
        connection.dialect.name == "sqlite"
        and connection.dialect.driver != "hrana"
        and not connection.info.get(_PREPARED)
    ):
        driver: Any = connection.connection.dbapi_connection
        for name, arguments, function in sqlite_functions.FUNCTIONS:
            driver.create_function(name, arguments, function, deterministic=True)
        connection.info[_PREPARED] = True


def begin_to_write(connection: Connection) -> None:
    """Take SQLite's write lock where no transaction is open yet. Other dialects need nothing.

    sqlite3 begins a transaction before the first statement that writes, and not earlier: another writer could change
    what was read until then, and that change would be lost.
    """
    if connection.dialect.name != "sqlite":
        return
    if not connection.in_transaction():
        connection.begin()  # on an engine of ours this takes the lock
    if not connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
        connection.exec_driver_sql("BEGIN IMMEDIATE")
