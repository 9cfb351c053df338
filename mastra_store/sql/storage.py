"""The storages on SQL databases."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from sqlalchemy import Select, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from ..domains import Domain
from ..errors import InvalidArgument
from ..storage import SchemaState, Storage
from ..urls import sqlite_address
from .database import Observer, Observers, SqlDatabase
from .dialects import SqlDialect
from .domains import sql_part
from .first_use import CreateSchema, FirstUse
from .opening import libsql_database, postgres_database, sqlite_database
from .plans import statement
from .unit import SqlTransaction, unit_of_work

if TYPE_CHECKING:
    from ..copying.ends import StoredRows

R = TypeVar("R")


@statement(lambda one: one)
def sign_of_life(sql: SqlDialect) -> Select[Any]:
    return select(literal_column("1"))


class SqlStorage(Storage):
    """A storage whose domains run on one SQL database."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    def _make_domain(self, name: str) -> Domain:
        return sql_part(name, self._database)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._database.shown}>"

    @cached_property
    def address(self) -> str:  # made once: a database in memory has one of its own
        server = self._database.server
        if server.system == "postgresql":
            return f"postgresql://{server.host or 'localhost'}:{server.port or 5432}/{server.database or ''}"
        return sqlite_address(server.database) if server.host is None else f"{server.system}://{server.host}"

    @property
    def schema_name(self) -> str | None:
        return self._database.schema

    @property
    def schema_state(self) -> SchemaState | None:
        return self._database.schema_state  # type: ignore[return-value]

    def stored_rows(self) -> "StoredRows":
        from .sqlite_copying import SqliteStoredRows  # for those who copy

        identity = f"{self.address}/{self.schema_name or ''}"
        if self._database.sql.name == "postgresql":
            from .postgres_copying import PostgresStoredRows

            return PostgresStoredRows(self._database, identity)
        return SqliteStoredRows(self._database, identity)

    @property
    def engine(self) -> AsyncEngine:
        """The SQLAlchemy engine on the storage's own connections, for queries beside it.

        On SQLite its transactions begin IMMEDIATE, also to read: inside an open unit of work use ``tx.session``.
        """
        return self._database.engine

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Have ``observer`` told of every statement of the domains: operation, SQL, rows, seconds, server.

        Returns a function that ends it.
        """
        return self._database.observers.add(observer)

    @property
    def observers(self) -> Observers:
        """Who is told what happens in the storage's database, for telemetry."""
        return self._database.observers

    async def init(self) -> None:
        await self._database.ready()

    async def ping(self) -> None:
        await self._database.primary.read(sign_of_life().bind())

    def session_scope(self) -> AbstractAsyncContextManager[None]:
        return self._database.session_scope()

    def current_reads(self) -> AbstractContextManager[None]:
        return self._database.current_reads()

    async def close(self) -> None:
        await self._database.close()

    @overload
    def transaction(
        self,
        work: None = None,
        /,
        *,
        read_only: bool = False,
        session: AsyncSession | None = None,
        connection: AsyncConnection | None = None,
    ) -> AbstractAsyncContextManager[SqlTransaction]: ...
    @overload
    def transaction(
        self,
        work: Callable[[Any], Awaitable[R]],
        /,
        *,
        read_only: bool = False,
        session: AsyncSession | None = None,
        connection: AsyncConnection | None = None,
    ) -> Awaitable[R]: ...
    def transaction(
        self,
        work: Callable[[Any], Awaitable[R]] | None = None,
        /,
        *,
        read_only: bool = False,
        session: AsyncSession | None = None,
        connection: AsyncConnection | None = None,
    ) -> Any:
        """A unit of work: all that is done by it is kept, or nothing.

        ``async with storage.transaction() as tx`` commits at the end of the block and rolls back when an exception
        leaves it; ``await storage.transaction(work)`` does the same around ``await work(tx)`` and returns its result.

        Args:
            read_only: nothing may be written. On SQLite a unit that may write holds the file's write lock from its
                beginning; a read-only one does not.
            session: join this session's transaction. It is then neither committed nor closed here.
            connection: join this connection's transaction, likewise.

        Raises:
            TransactionFailed: at the end of the block, when a statement failed inside and its error was swallowed.
        """
        if session is not None and connection is not None:
            raise InvalidArgument("session", "and connection were both given; join one of them")
        if read_only and (session is not None or connection is not None):
            raise InvalidArgument("read_only", "is for whoever began the transaction to say, and this one is joined")
        unit = unit_of_work(
            self._database, read_only=read_only, session=session, connection=connection, watch=self.watch
        )
        return unit if work is None else _within(unit, work)


class PgStorage(SqlStorage):
    """Storage on PostgreSQL, in the tables of ``@mastra/pg``.

    ::

        async with PgStorage("postgresql://user:password@host/database") as storage:
            await storage.memory.save_messages("thread-1", [{"role": "user", "content": "Hello"}])

    Args:
        connection_string: as libpq, node-postgres or SQLAlchemy write it; or an ``AsyncEngine``, which is then shared
            and never disposed (statements go through SQLAlchemy, and the pool options mean nothing).
        primary: another name for it, beside ``replicas``.
        replicas: addresses of standbys of it. They answer reads outside of units of work.
        max_lag: seconds that a replica may be behind the primary.
        lag_interval: seconds between two looks at that, at most half of ``max_lag``; ``None`` for 1 s or that.
        schema_name: the PostgreSQL schema of the tables.
        pool_size: connections at most, to each server.
        pool_min: connections that stay open when idle.
        pool_timeout: seconds that a call waits for a free connection.
        idle_timeout: seconds after which an idle connection is closed.
        max_lifetime: seconds after which any connection is replaced.
        statement_timeout: seconds that one statement may take; ``None`` leaves it to the server. It is sent as a
            startup option, which PgBouncer refuses: set it on the role there.
        prepare: use named prepared statements. ``False`` behind PgBouncer below 1.21 in transaction mode.
        create_schema: ``if_missing`` makes the tables in an empty database; ``never`` runs no DDL at all.
    """

    def __init__(
        self,
        connection_string: str | AsyncEngine | None = None,
        *,
        primary: str | AsyncEngine | None = None,
        replicas: Sequence[str] = (),
        max_lag: float = 10.0,
        lag_interval: float | None = None,
        schema_name: str | None = None,
        pool_size: int = 20,
        pool_min: int = 0,
        pool_timeout: float = 30.0,
        idle_timeout: float = 30.0,
        max_lifetime: float = 3600.0,
        statement_timeout: float | None = None,
        prepare: bool = True,
        create_schema: CreateSchema = "if_missing",
    ) -> None:
        super().__init__(
            postgres_database(
                _one_of(connection_string, primary),
                FirstUse(create_schema),
                replicas=replicas,
                max_lag=max_lag,
                lag_interval=lag_interval,
                schema_name=schema_name,
                pool_size=pool_size,
                pool_min=pool_min,
                pool_timeout=pool_timeout,
                idle_timeout=idle_timeout,
                max_lifetime=max_lifetime,
                statement_timeout=statement_timeout,
                prepare=prepare,
            )
        )


class SqliteStorage(SqlStorage):
    """Storage in an SQLite file, in the tables of ``@mastra/libsql``.

    ::

        async with SqliteStorage("agent.db") as storage:
            await storage.memory.save_messages("thread-1", [{"role": "user", "content": "Hello"}])

    Args:
        path_or_url: a path, ``:memory:``, ``sqlite:///...`` or ``file:...``; or an ``AsyncEngine``, which is then
            shared and never disposed.
        pool_size: connections (each a thread) at most. ``:memory:`` has one.
        pool_timeout: seconds that a call waits for a free connection.
        busy_timeout: seconds that a write waits for other writers.
        create_schema: ``if_missing`` makes the tables in an empty database; ``never`` runs no DDL at all.
    """

    def __init__(
        self,
        path_or_url: str | Path | AsyncEngine,
        *,
        pool_size: int = 5,
        pool_timeout: float = 30.0,
        busy_timeout: float = 30.0,
        create_schema: CreateSchema = "if_missing",
    ) -> None:
        super().__init__(
            sqlite_database(
                path_or_url,
                FirstUse(create_schema),
                pool_size=pool_size,
                pool_timeout=pool_timeout,
                busy_timeout=busy_timeout,
            )
        )


class LibSQLStorage(SqlStorage):
    """Storage on a LibSQL server (Turso, sqld) or in a file, in the tables of ``@mastra/libsql``.

    ::

        async with LibSQLStorage("libsql://database-owner.turso.io", auth_token=token) as storage:
            await storage.memory.save_messages("thread-1", [{"role": "user", "content": "Hello"}])

    A server needs ``pip install "mastra-store[libsql]"``. A file is used as ``SqliteStorage`` uses it.

    Args:
        url: ``libsql://``, ``https://`` or ``http://``; ``libsql://host?tls=0`` is a server without TLS. Or a file:
            ``file:...``, a path or ``:memory:``. Or an ``AsyncEngine``, which is then shared and never disposed.
        auth_token: what lets us in; it may also stand in the URL, as ``?authToken=...``. Files need none.
        pool_size: requests to the server at the same time, at most; of a file, connections (each a thread).
        pool_timeout: seconds that a call waits for one of them.
        busy_timeout: seconds that a write waits for other writers.
        request_timeout: seconds that an answer of the server may take.
        create_schema: ``if_missing`` makes the tables in an empty database; ``never`` runs no DDL at all.
    """

    def __init__(
        self,
        url: str | Path | AsyncEngine,
        auth_token: str | None = None,
        *,
        pool_size: int | None = None,
        pool_timeout: float = 30.0,
        busy_timeout: float = 30.0,
        request_timeout: float = 30.0,
        create_schema: CreateSchema = "if_missing",
    ) -> None:
        super().__init__(
            libsql_database(
                url,
                FirstUse(create_schema),
                auth_token=auth_token,
                pool_size=pool_size,
                pool_timeout=pool_timeout,
                busy_timeout=busy_timeout,
                request_timeout=request_timeout,
            )
        )


async def _within(
    unit: AbstractAsyncContextManager[SqlTransaction], work: Callable[[SqlTransaction], Awaitable[R]]
) -> R:
    async with unit as transaction:
        return await work(transaction)


def _one_of(connection_string: str | AsyncEngine | None, primary: str | AsyncEngine | None) -> str | AsyncEngine:
    if connection_string is not None and primary is not None:
        raise InvalidArgument("primary", "and connection_string were both given, and are the same; give one")
    address = primary if connection_string is None else connection_string
    if address is None:
        raise InvalidArgument("connection_string", "is missing: say where the database is")
    return address
