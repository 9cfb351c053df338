"""The unit of work of the SQL backends: a session, and the domains on its connection."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import TypeVar

from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from ..domains import Domain
from ..domains.base import Watch
from ..errors import MastraError
from ..transaction import Transaction, Turns
from .database import Executor, OnConnection, SqlDatabase
from .domains import sql_part
from .engine import ThroughSqlalchemy, begin_to_write, prepare_connection
from .plans import Call, Work

R = TypeVar("R")

_TURNS = "mastra_store_turns"
"""The execution option by which an engine's error hook finds the unit of work that a connection belongs to."""


class SqlUnit(Executor):
    """Runs a domain's statements on the connection of one session, one after the other."""

    def __init__(
        self,
        database: SqlDatabase,
        through: OnConnection,
        session: AsyncSession,
        connection: AsyncConnection,
        turns: Turns,
    ) -> None:
        self.sql = database.sql
        self.schema = database.schema
        self.vector_indexes = dict(database.vector_indexes)
        self._through = through
        self._session = session
        self._connection = connection
        self._turns = turns

    async def read(self, call: Call[R]) -> R:
        async with self._statement():
            return await self._through.run_on(self._connection, call)

    async def write(self, call: Call[R]) -> R:
        async with self._statement():
            return await self._through.run_on(self._connection, call)

    async def run(self, work: Work[R]) -> R:
        async with self._statement():
            return await self._through.run_work_on(self._connection, work)

    @asynccontextmanager
    async def _statement(self) -> AsyncIterator[None]:
        async with self._turns.turn():
            session = self._session
            if session.new or session.dirty or session.deleted:
                await session.flush()
            try:
                yield
            except MastraError as error:
                # An error that a driver caused. Without a cause it is ours, raised before anything was written.
                if error.__cause__ is not None:
                    self._turns.fail(error)
                raise
            except BaseException as error:  # cancelled in the middle: nobody knows how far it came
                self._turns.fail(error)
                raise


class SqlTransaction(Transaction):
    """A storage's domains and a session, inside one transaction.

    Attributes:
        session: an ``AsyncSession`` in the same transaction, for the caller's own models and queries. Unlike domain
            calls it is not for concurrent use. Models without a schema of their own are looked for in the storage's
            schema; give them ``schema="public"`` to reach others.
    """

    def __init__(self, unit: SqlUnit, session: AsyncSession, turns: Turns) -> None:
        self._unit = unit
        self._session = session
        self._turns = turns

    def _make_domain(self, name: str) -> Domain:
        return sql_part(name, self._unit)

    @property
    def session(self) -> AsyncSession:
        self._turns.check_open()
        return self._session

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        async with self._turns.savepoint() as level, self._session.begin_nested():
            await self._session.connection()  # a session sends SAVEPOINT with its first use only
            yield
            level.check_failed()


@asynccontextmanager
async def unit_of_work(
    database: SqlDatabase,
    *,
    read_only: bool = False,
    session: AsyncSession | None = None,
    connection: AsyncConnection | None = None,
    watch: Watch | None = None,
) -> AsyncIterator[SqlTransaction]:
    """Open a unit of work on a connection of ours, or join the caller's session or connection.

    Args:
        watch: put around the methods of its domains.
    """
    await database.ready()
    turns = Turns()
    options = {_TURNS: turns, **database.transaction_options(read_only=read_only)}
    ours = session is None and connection is None
    try:
        async with _writing(database, ours and not read_only), _session(database, session, connection) as used:
            with database.translating():
                if connection is not None and not read_only:
                    # Before the session's savepoint: on SQLite that would begin a transaction that only reads.
                    await connection.run_sync(begin_to_write)
                bound = await used.connection(execution_options=options if ours else None)
                if not ours:
                    await bound.run_sync(prepare_connection)
                if not read_only:
                    await bound.run_sync(begin_to_write)
            # A connection of the caller's may be of any driver: there statements go through SQLAlchemy.
            through = database if ours else ThroughSqlalchemy(database)
            async with database.only_reading(bound) if read_only else nullcontext():
                transaction = SqlTransaction(SqlUnit(database, through, used, bound, turns), used, turns)
                transaction.watch = watch
                yield transaction
            turns.check_failed()
            if session is None:
                # On a connection of the caller's this ends our savepoint; the transaction around it stays open.
                with database.translating():
                    await used.commit()
    finally:
        turns.close()


def _writing(database: SqlDatabase, ours: bool) -> AbstractAsyncContextManager[None]:
    return database.writing() if ours else nullcontext()


@asynccontextmanager
async def _session(
    database: SqlDatabase, session: AsyncSession | None, connection: AsyncConnection | None
) -> AsyncIterator[AsyncSession]:
    """The caller's session; or one on the caller's connection, which it neither commits nor closes; or one of ours."""
    if session is not None:
        yield session
    elif connection is not None:
        async with AsyncSession(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as joined:
            yield joined
    else:
        async with AsyncSession(database.engine, expire_on_commit=False) as own:
            yield own


def remember_failures(engine: AsyncEngine) -> None:
    """Let statements that fail on ``tx.session`` mark their unit of work, as domain calls do."""

    @event.listens_for(engine.sync_engine, "handle_error")
    def fail(context: ExceptionContext) -> None:
        if context.connection is not None:
            turns = context.connection.get_execution_options().get(_TURNS)
            if turns is not None:
                turns.fail(context.original_exception)
