"""PostgreSQL by psycopg: one pool serves the plans and the SQLAlchemy engine behind units of work."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from .. import jsontext
from ..cancellation import Cancellation
from ..errors import MastraError, SchemaMissing
from ..urls import postgresql_conninfo
from . import postgres_errors
from .database import Plans, RoundTrips, Server, SqlDatabase, Waited, drive
from .first_use import version
from .plans import Call, Copy, Plan, Work
from .postgres_dialect import POSTGRESQL
from .postgres_pool import Driver, PgPool
from .unit import remember_failures

R = TypeVar("R")

PATIENCE = 3.0
"""Seconds for which connecting is tried again: a server that restarts is back by then."""


class PgDatabase(SqlDatabase):
    """A pool of psycopg connections, in autocommit while plans have them and not while a session has them."""

    copies = True
    autocommits = True

    def __init__(
        self,
        connection_string: str,
        prepare_schema: Callable[[SqlDatabase], Awaitable[str]],
        *,
        schema: str | None,
        pool_size: int,
        pool_min: int,
        pool_timeout: float,
        idle_timeout: float,
        max_lifetime: float,
        statement_timeout: float | None,
        prepare: bool,
        patience: float = PATIENCE,
        connect_timeout: int | None = None,
        role: Literal["primary", "replica"] = "primary",
    ) -> None:
        super().__init__(POSTGRESQL, schema, prepare_schema)
        self._conninfo = _with_timeouts(postgresql_conninfo(connection_string), statement_timeout, connect_timeout)
        self.shown = _shown(self._conninfo)
        self.server = _server(self._conninfo, role)
        self._prepare_statements = prepare
        options: dict[str, Any] = {"autocommit": True, "prepare_threshold": 5 if prepare else None}
        self._pool = PgPool(
            self._conninfo,
            self.shown,
            options,
            size=pool_size,
            minimum=pool_min,
            timeout=pool_timeout,
            idle_timeout=idle_timeout,
            max_lifetime=max_lifetime,
            patience=patience,
        )
        self.engine = create_async_engine(
            "postgresql+psycopg://",
            poolclass=NullPool,  # the pool is psycopg's: what SQLAlchemy closes goes back there
            async_creator=self._connection_for_session,
            use_native_hstore=False,
            json_serializer=jsontext.encode,
            json_deserializer=jsontext.decode,
        ).execution_options(schema_translate_map={None: schema} if schema else {})
        remember_failures(self.engine)
        for end in ("commit", "rollback"):
            event.listen(self.engine.sync_engine, end, self._count_ends)
        self.plans = Plans(POSTGRESQL, self.engine.dialect, schema)

    async def open(self) -> None:
        with self.translating():
            await self._pool.start()

    async def close(self) -> None:
        await self.engine.dispose()
        await self._pool.stop()

    async def revision(self) -> str | None:
        plan = self.plans.of(version())
        try:
            with self.translating():
                async with self._connection() as connection:
                    # Asked once, so not prepared: that would be a round trip of its own.
                    cursor = await connection.execute(plan.text, prepare=False)
                    rows: list[Any] = await cursor.fetchall()
                    found = plan.read(rows)
        except SchemaMissing:
            return None
        return found[0] if found else None

    async def read(self, call: Call[R]) -> R:
        await self.ready()
        return await self._read(self._run_alone, call)

    async def read_together(self, first: Call[Any], second: Call[R]) -> tuple[Any, R]:
        """Run two statements that change nothing, one after the other on one connection, in one round trip."""
        await self.ready()
        return await self._read(self._run_together, first, second)

    async def _read(self, run: Callable[..., Awaitable[R]], *calls: Call[Any]) -> R:
        try:
            return await run(*calls)
        except psycopg.OperationalError as error:
            if not await self._was_broken(error):
                raise self._reported(error) from error
        except psycopg.Error as error:
            raise self._reported(error) from error
        with self.translating():  # the pool has fresh connections now, and a read may be asked again
            return await run(*calls)

    async def write(self, call: Call[R]) -> R:
        await self.ready()
        try:
            return await self._run_alone(call)
        except psycopg.Error as error:
            await self._was_broken(error)
            raise self._reported(error) from error

    async def run(self, work: Work[R]) -> R:
        await self.ready()
        try:
            cancellation = Cancellation()
            async with self._connection() as connection, connection.transaction():
                self._count_round_trips(2)  # BEGIN, and COMMIT or ROLLBACK
                return await drive(work, lambda call: self._execute(connection, call, cancellation))
        except psycopg.Error as error:
            await self._was_broken(error)
            raise self._reported(error) from error

    async def run_on(self, connection: AsyncConnection, call: Call[R]) -> R:
        cancellation = Cancellation()
        driver = await _driver(connection)
        with self.translating():
            return await self._execute(driver, call, cancellation)

    async def run_work_on(self, connection: AsyncConnection, work: Work[R]) -> R:
        cancellation = Cancellation()
        driver = await _driver(connection)
        with self.translating():
            return await drive(work, lambda call: self._execute(driver, call, cancellation))

    def transaction_options(self, *, read_only: bool) -> dict[str, Any]:
        return {"postgresql_readonly": True} if read_only else {}

    def translated(self, error: BaseException) -> MastraError | None:
        return postgres_errors.translated(error, self.shown)

    def _reported(self, error: psycopg.Error) -> MastraError:
        return self.translated(error) or MastraError(type(error).__name__)

    async def _run_alone(self, call: Call[R]) -> R:
        cancellation = Cancellation()
        async with self._connection() as connection:
            return await self._execute(connection, call, cancellation)

    async def _run_together(self, first: Call[Any], second: Call[R]) -> tuple[Any, R]:
        cancellation = Cancellation()
        plans = (self.plans.of(first.statement), self.plans.of(second.statement))
        started = time.perf_counter()
        async with self._connection() as connection:
            async with connection.pipeline():
                cursors = [
                    await connection.execute(plan.text, plan.bind(call.values), prepare=self._prepare_statements)
                    for plan, call in zip(plans, (first, second), strict=True)
                ]
            found: list[list[Any]] = [await cursor.fetchall() for cursor in cursors]
        cancellation.check()
        if self.observers.watching:
            for plan, rows in zip(plans, found, strict=True):
                self.observers.tell(plan, rows, started, self.server)
        self._count_round_trips(1)
        return plans[0].read(found[0]), plans[1].read(found[1])

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Driver]:
        """A connection in autocommit."""
        connection = await self._take()
        try:
            if not connection.autocommit:
                await connection.set_autocommit(True)
            yield connection
        finally:
            await self._pool.putconn(connection)

    async def _take(self) -> Driver:
        if not self.observers.listening:
            return await self._pool.take()
        started, in_vain = time.perf_counter(), True
        try:
            connection = await self._pool.take()
            in_vain = False
        finally:
            self.observers.report(Waited(self.server, time.perf_counter() - started, in_vain))
        return connection

    def _count_round_trips(self, count: int) -> None:
        if self.observers.listening:
            self.observers.report(RoundTrips(self.server, count))

    async def _connection_for_session(self) -> Driver:
        await self._pool.open()  # the engine may be used before any domain; an open pool stays as it is
        connection = await self._take()
        # A plan may have left it on: a session would then commit each statement.
        await connection.set_autocommit(False)
        return connection

    def _count_ends(self, connection: Connection) -> None:
        """A unit of work ends; one that did nothing sent no BEGIN either."""
        driver: Any = connection.connection.driver_connection
        if driver is not None and driver.pgconn.transaction_status != TransactionStatus.IDLE:
            self._count_round_trips(2)

    async def _execute(self, connection: Driver, call: Call[R], cancellation: Cancellation) -> R:
        cancellation.check()
        plan = self.plans.of(call.statement)
        started = time.perf_counter()
        if isinstance(call, Copy):
            rows: list[Any] = await _copied(connection, plan, call)
        else:
            cursor = await connection.execute(plan.text, plan.bind(call.values), prepare=self._prepare_statements)
            rows = [] if cursor.description is None else await cursor.fetchall()
        cancellation.check()
        if self.observers.watching:
            self.observers.tell(plan, rows, started, self.server)
        self._count_round_trips(1)
        return plan.read(rows)

    async def _was_broken(self, error: psycopg.Error) -> bool:
        """Whether the connection itself had ended; if so, its idle siblings are looked at and replaced as well."""
        broken = (error.sqlstate or "08")[:2] in ("08", "57")
        if broken and error.sqlstate != "57014":
            await self._pool.check()
            return True
        return False


async def _copied(connection: Driver, plan: Plan[Any], call: Copy) -> list[Any]:
    async with connection.cursor() as cursor, cursor.copy(plan.text) as copy:
        for chunk in call.chunks:
            await copy.write(chunk)
    return []


async def _driver(connection: AsyncConnection) -> Driver:
    return (await connection.get_raw_connection()).driver_connection  # type: ignore[return-value]


def _with_timeouts(conninfo: str, statement_timeout: float | None, connect_timeout: int | None) -> str:
    """``connect_timeout`` is for those who did not say one."""
    given = conninfo_to_dict(conninfo)
    added: dict[str, Any] = {}
    if statement_timeout is not None:
        options = str(given.get("options") or "")
        added["options"] = f"{options} -c statement_timeout={round(statement_timeout * 1000)}".strip()
    if connect_timeout is not None and "connect_timeout" not in given:
        added["connect_timeout"] = connect_timeout
    return make_conninfo(conninfo, **added) if added else conninfo


def _shown(conninfo: str) -> str:
    parts = conninfo_to_dict(conninfo)
    return (
        f"PostgreSQL database {parts.get('dbname') or parts.get('user') or ''!r} on {parts.get('host') or 'localhost'}"
    )


def _server(conninfo: str, role: Literal["primary", "replica"]) -> Server:
    parts = conninfo_to_dict(conninfo)
    port = str(parts.get("port") or 5432)
    return Server(
        "postgresql",
        str(parts.get("dbname") or parts.get("user") or "") or None,
        str(parts.get("host") or "localhost"),
        int(port) if port.isdecimal() else None,  # several hosts may have a port each
        role,
    )
