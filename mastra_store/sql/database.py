"""The one place that runs statements, and what a domain sees of it.

``Executor`` is all that a domain knows: ``SqlDatabase`` runs each call on its own, a unit of work (``unit.py``) runs
them in one transaction. ``SqlDatabase`` has three kinds: PostgreSQL by psycopg, SQLite by aiosqlite, and an engine
that the caller owns, through SQLAlchemy.
"""

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from sqlalchemy import Table
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql import visitors

from ..errors import MastraError, SchemaBehind
from .dialects import SqlDialect
from .plans import Call, Plan, Row, Statement, Work, compile_plan

R = TypeVar("R")

MAX_PLANS = 2000
"""Compiled statements that a database keeps. The domains have a few hundred; callers' vector filters are endless."""

logger = logging.getLogger("mastra_store.sql")


@dataclass(frozen=True, slots=True)
class Server:
    """Where a database is."""

    system: str
    """As OpenTelemetry calls it: ``postgresql``, ``sqlite``."""
    database: str | None
    host: str | None = None
    port: int | None = None
    role: Literal["primary", "replica"] = "primary"


@dataclass(frozen=True, slots=True)
class Executed:
    """One statement that ran, as observers are told."""

    operation: str
    """The name of the statement's function, as ``messages_of_thread``."""
    sql: str
    rows: int
    seconds: float
    server: Server | None = None


@dataclass(frozen=True, slots=True)
class RoundTrips:
    """What was sent and waited for: statements, and BEGIN and COMMIT around several of them."""

    server: Server
    count: int


@dataclass(frozen=True, slots=True)
class Waited:
    """A call waited for a connection of the pool, and got it or did not."""

    server: Server
    seconds: float
    in_vain: bool


@dataclass(frozen=True, slots=True)
class Routed:
    """Which server was to answer a read: the replica, or the primary and why."""

    server: Server
    why: Literal["replica", "own_writes", "current", "no_replica"]


Observer = Callable[[Executed], None]
Listener = Callable[[RoundTrips | Waited | Routed], None]


class OnConnection(Protocol):
    """Runs statements on a connection that a unit of work holds."""

    async def run_on(self, connection: AsyncConnection, call: Call[R]) -> R: ...

    async def run_work_on(self, connection: AsyncConnection, work: Work[R]) -> R: ...


class Executor(ABC):
    """Runs statements: each on its own, or all in one transaction.

    Attributes:
        schema: the PostgreSQL schema of the tables; ``None`` for ``public`` and on SQLite.
        copies: whether it runs ``Copy`` as well.
        autocommits: whether ``write`` runs outside of any transaction, as some DDL must.
        vector_indexes: what is known of vector indexes, by name. A unit of work begins with what its database knows;
            what it finds itself may be undone, and goes with it.
    """

    sql: SqlDialect
    schema: str | None
    copies: bool = False
    autocommits: bool = False
    vector_indexes: dict[str, Any]

    @abstractmethod
    async def read(self, call: Call[R]) -> R:
        """Run a statement that changes nothing."""

    @abstractmethod
    async def write(self, call: Call[R]) -> R:
        """Run a statement that changes rows, as a whole or not at all."""

    @abstractmethod
    async def run(self, work: Work[R]) -> R:
        """Run several statements as a whole or not at all. What the work raises rolls it back."""


class Plans:
    """The compiled statements of one dialect and schema.

    Attributes:
        lacking: tables that the database does not have as this version knows them, and what is missing. A statement
            that needs one is not compiled.
    """

    def __init__(self, sql: SqlDialect, dialect: Dialect, schema: str | None) -> None:
        self.sql = sql
        self.dialect = dialect
        self.schema = schema
        self.lacking: dict[str, list[str]] = {}
        self._plans: dict[Statement[Any], Plan[Any]] = {}

    def of(self, statement: Statement[R]) -> Plan[R]:
        """The compiled statement.

        Raises:
            SchemaBehind: it needs a table that the database lacks, whole or in part.
        """
        plan = self._plans.get(statement)
        if plan is None:
            plan = compile_plan(statement, self.sql, self.dialect, self.schema)
            if self.lacking:
                self._check(plan)
            if len(self._plans) >= MAX_PLANS:
                del self._plans[next(iter(self._plans))]
            self._plans[statement] = plan
        return plan

    def _check(self, plan: Plan[Any]) -> None:
        used = {each.name for each in visitors.iterate(plan.built) if isinstance(each, Table)}  # type: ignore[arg-type]
        if missing := [each for name in self.lacking.keys() & used for each in self.lacking[name]]:
            raise SchemaBehind(
                f"the database lacks {', '.join(missing)}: let the newest @mastra package create its tables, or run "
                "mastra_store.migrations.adopt() once it is whole",
                missing=", ".join(missing),
            )


class Observers:
    """Who is told of each statement: the logger ``mastra_store.sql`` at DEBUG, and whoever was added."""

    def __init__(self) -> None:
        self._observers: list[Observer] = []
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell ``listener`` what happens beside the statements from now on. Returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @property
    def listening(self) -> bool:
        return bool(self._listeners)

    def report(self, event: RoundTrips | Waited | Routed) -> None:
        for listener in self._listeners:
            listener(event)

    def add(self, observer: Observer) -> Callable[[], None]:
        """Tell ``observer`` of every statement from now on. Returns what ends that.

        On SQLite it is called in the connection's thread.
        """
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    @property
    def watching(self) -> bool:
        return bool(self._observers) or logger.isEnabledFor(logging.DEBUG)

    def tell(self, plan: Plan[Any], rows: list[Row], started: float, server: Server | None = None) -> None:
        """Report a statement that ended now; ``started`` is by ``time.perf_counter``."""
        executed = Executed(plan.statement.name, plan.text, len(rows), time.perf_counter() - started, server)
        logger.debug("%s: %d rows in %.6f s: %s", executed.operation, executed.rows, executed.seconds, executed.sql)
        for observer in self._observers:
            observer(executed)


class SqlDatabase(Executor):
    """A database: its connections, its dialect, its schema.

    Attributes:
        engine: for units of work and for migrations. Shares the connections that plans use.
        plans: the compiled statements.
        shown: how error messages call it, without a password.
        server: where it is.
        prepare: brings the schema into being on first use, see ``first_use.py``.
        schema_state: what ``prepare`` found; ``None`` before the first use.
    """

    engine: AsyncEngine
    plans: Plans
    shown: str
    server: Server

    def __init__(self, sql: SqlDialect, schema: str | None, prepare: "Callable[[SqlDatabase], Awaitable[str]]") -> None:
        self.sql = sql
        self.schema = schema
        self.observers = Observers()
        self.schema_state: str | None = None
        self.vector_indexes = {}
        self._prepare = prepare
        self._preparing = asyncio.Lock()

    async def ready(self) -> None:
        """Connect and see to the schema, once. Concurrent callers wait; after a failure the next call tries again."""
        if self.schema_state is None:
            async with self._preparing:
                if self.schema_state is None:
                    await self.open()
                    self.schema_state = await self._prepare(self)

    @abstractmethod
    async def open(self) -> None:
        """Connect for the first time, so that what is wrong with the address is said at once."""

    @abstractmethod
    async def close(self) -> None:
        """Give all connections back. A caller's own engine stays."""

    @abstractmethod
    async def revision(self) -> str | None:
        """The revision in our version table, ``None`` when there is no such table. Before the schema is ready."""

    @property
    def primary(self) -> "SqlDatabase":
        """The database that takes writes."""
        return self

    def writing(self) -> AbstractAsyncContextManager[None]:
        """Around a unit of work that writes: where the database has one writer at a time, those of this process queue
        here in order."""
        return nullcontext()

    def session_scope(self) -> AbstractAsyncContextManager[None]:
        """A block whose reads see what was written in it."""
        return nullcontext()

    def current_reads(self) -> AbstractContextManager[None]:
        """A block whose reads see all that was committed before, by whomever."""
        return nullcontext()

    def only_reading(self, connection: AsyncConnection) -> AbstractAsyncContextManager[None]:
        """Around the use of a connection that may not write, where ``transaction_options`` can not say it."""
        return nullcontext()

    @abstractmethod
    async def run_on(self, connection: AsyncConnection, call: Call[R]) -> R:
        """Run a statement on a connection that a unit of work holds."""

    @abstractmethod
    async def run_work_on(self, connection: AsyncConnection, work: Work[R]) -> R:
        """Run several statements on a connection that a unit of work holds."""

    @abstractmethod
    def transaction_options(self, *, read_only: bool) -> dict[str, Any]:
        """The execution options with which a unit of work begins."""

    @abstractmethod
    def translated(self, error: BaseException) -> MastraError | None:
        """A driver's error as ours; ``None`` if it is no driver's error."""

    @contextmanager
    def translating(self) -> Iterator[None]:
        """A block in which the driver's errors, also those that SQLAlchemy wrapped, become ours."""
        try:
            yield
        except Exception as error:
            translated = self.translated(error.orig if isinstance(error, DBAPIError) and error.orig else error)
            if translated is None:
                raise
            raise translated from error


async def drive(work: Work[R], execute: Callable[[Call[Any]], Awaitable[Any]]) -> R:
    """Run the statements of ``work`` one after the other."""
    try:
        call = next(work)
        while True:
            call = work.send(await execute(call))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    finally:
        work.close()
