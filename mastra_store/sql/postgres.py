"""PostgreSQL by psycopg: one pool serves the plans and the SQLAlchemy engine behind units of work."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from .. import jsontext
from ..errors import MastraError, SchemaMissing
from ..urls import postgresql_conninfo
from . import postgres_errors
from .cancellation import Cancellation
from .database import Plans, SqlDatabase, drive
from .first_use import version
from .plans import Call, Work
from .postgres_dialect import POSTGRESQL
from .unit import remember_failures

R = TypeVar("R")
Driver = psycopg.AsyncConnection[TupleRow]


class PgDatabase(SqlDatabase):
    """A pool of psycopg connections, in autocommit while plans have them and not while a session has them."""

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
    ) -> None:
        super().__init__(POSTGRESQL, schema, prepare_schema)
        self._conninfo = _with_timeout(postgresql_conninfo(connection_string), statement_timeout)
        self.shown = _shown(self._conninfo)
        self._prepare_statements = prepare
        options: dict[str, Any] = {"autocommit": True, "prepare_threshold": 5 if prepare else None}
        self._connector = _Connector(self._conninfo, options)
        self._pool: AsyncConnectionPool[Driver] = AsyncConnectionPool(
            self._conninfo,
            connection_class=cast("type[Driver]", self._connector),  # the pool only calls its connect()
            kwargs=options,
            min_size=pool_min,
            max_size=pool_size,
            timeout=pool_timeout,
            max_idle=idle_timeout,
            max_lifetime=max_lifetime,
            configure=_configure,
            close_returns=True,
            open=False,
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
        self.plans = Plans(POSTGRESQL, self.engine.dialect, schema)

    async def open(self) -> None:
        with self.translating():
            await self._connector.connect_first()
            await self._pool.open()

    async def close(self) -> None:
        await self.engine.dispose()
        await self._pool.close()
        await self._connector.close()

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
        return await self._read(call)

    async def _read(self, call: Call[R]) -> R:
        try:
            return await self._run_alone(call)
        except psycopg.OperationalError as error:
            if not await self._was_broken(error):
                raise self._reported(error) from error
        except psycopg.Error as error:
            raise self._reported(error) from error
        with self.translating():  # the pool has fresh connections now, and a read may be asked again
            return await self._run_alone(call)

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

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Driver]:
        """A connection in autocommit."""
        try:
            connection = await self._pool.getconn()
        except PoolTimeout:
            # Is the pool exhausted, or can the server not be reached? The second has a better error.
            await (await psycopg.AsyncConnection.connect(self._conninfo)).close()
            raise
        try:
            if not connection.autocommit:
                await connection.set_autocommit(True)
            yield connection
        finally:
            await self._pool.putconn(connection)

    async def _connection_for_session(self) -> Driver:
        await self._pool.open()  # the engine may be used before any domain; an open pool stays as it is
        connection = await self._pool.getconn()
        # A plan may have left it on: a session would then commit each statement.
        await connection.set_autocommit(False)
        return connection

    async def _execute(self, connection: Driver, call: Call[R], cancellation: Cancellation) -> R:
        cancellation.check()
        plan = self.plans.of(call.statement)
        started = time.perf_counter()
        cursor = await connection.execute(plan.text, plan.bind(call.values), prepare=self._prepare_statements)
        rows: list[Any] = [] if cursor.description is None else await cursor.fetchall()
        cancellation.check()
        if self.observers.watching:
            self.observers.tell(plan, rows, started)
        return plan.read(rows)

    async def _was_broken(self, error: psycopg.Error) -> bool:
        """Whether the connection itself had ended; if so, its idle siblings are looked at and replaced as well."""
        broken = (error.sqlstate or "08")[:2] in ("08", "57") and not isinstance(error, PoolTimeout)
        if broken and error.sqlstate != "57014":
            await self._pool.check()
            return True
        return False


class _Connector:
    """Connects for the pool.

    The pool tries again whatever goes wrong, a wrong password too, until its timeout. So a first connection is made
    before the pool opens, which says at once what is wrong; then it is the pool's first.
    """

    def __init__(self, conninfo: str, options: dict[str, Any]) -> None:
        self._conninfo = conninfo
        self._options = options
        self._first: Driver | None = None

    async def connect_first(self) -> None:
        await self.close()
        self._first = await psycopg.AsyncConnection.connect(self._conninfo, **self._options)

    async def connect(self, conninfo: str, **options: Any) -> Driver:
        first, self._first = self._first, None
        return first if first is not None else await psycopg.AsyncConnection.connect(conninfo, **options)

    async def close(self) -> None:
        """Close the first connection if the pool never came for it."""
        first, self._first = self._first, None
        if first is not None:
            await first.close()


async def _driver(connection: AsyncConnection) -> Driver:
    return (await connection.get_raw_connection()).driver_connection  # type: ignore[return-value]


async def _configure(connection: Driver) -> None:
    set_json_loads(jsontext.decode, connection)
    set_json_dumps(jsontext.encode, connection)


def _with_timeout(conninfo: str, statement_timeout: float | None) -> str:
    if statement_timeout is None:
        return conninfo
    options = str(conninfo_to_dict(conninfo).get("options") or "")
    return make_conninfo(conninfo, options=f"{options} -c statement_timeout={round(statement_timeout * 1000)}".strip())


def _shown(conninfo: str) -> str:
    parts = conninfo_to_dict(conninfo)
    return (
        f"PostgreSQL database {parts.get('dbname') or parts.get('user') or ''!r} on {parts.get('host') or 'localhost'}"
    )
