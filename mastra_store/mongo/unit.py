"""The unit of work on MongoDB: a session, and the domains in its transaction."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from ..documents import Collection
from ..domains import Domain
from ..errors import Conflict, MastraError, QueryFailed, TransactionError, TransactionFailed
from ..transaction import Transaction, Turns
from .database import InSession, MongoDatabase
from .domains import mongo_part
from .errors import TRANSIENT, has_label
from .executor import Command, Executor, Work
from .patience import Patience
from .transactions import begin, commit, undo

R = TypeVar("R")


class IndexesJustMade(Conflict):
    """Once in the life of a database, where a unit of work used a domain that nothing had used before."""


class MongoUnit(Executor):
    """Runs a domain's commands in one transaction, one after the other.

    Args:
        session: ``None`` on a server without transactions.
        patience: how long the first call is tried again. Nobody has seen anything of the transaction then, so it may
            begin anew.
    """

    is_unit = True

    def __init__(
        self,
        database: MongoDatabase,
        session: AsyncClientSession | None,
        turns: Turns,
        patience: Patience | None,
        *,
        read_only: bool,
    ) -> None:
        self._database = database
        self._session = session
        self._turns = turns
        self._patience = patience
        self._read_only = read_only
        self._has_begun = False
        self._inside = InSession(database, session)

    def use(self, collections: Iterable[Collection]) -> None:
        self._database.use(collections)

    async def on(self, collection: Collection, command: Command[R], *, reads: bool = False) -> R:
        return await self._call(lambda inside: inside.on(collection, command, reads=reads), reads=reads)

    async def run(self, work: Work[R]) -> R:
        return await self._call(work, reads=False)

    async def _call(self, work: Work[R], *, reads: bool) -> R:
        async with self._turns.turn():
            try:
                self._check(reads)
                await self._prepare()
                return await self._tried(work)
            except MastraError as error:
                # An error that the server caused has undone the transaction there. Without a cause it is ours, raised
                # before anything was written.
                if error.__cause__ is not None or self._read_only or isinstance(error, IndexesJustMade):
                    self._turns.fail(error)
                raise
            except BaseException as error:  # cancelled in the middle: nobody knows how far it came
                self._turns.fail(error)
                raise

    def _check(self, reads: bool) -> None:
        if (failure := self._turns.failure) is not None:
            raise QueryFailed("an earlier call of the transaction failed") from failure
        if self._read_only and not reads:
            raise QueryFailed(f"the transaction in {self._database.shown} is read-only")

    async def _prepare(self) -> None:
        made, begun, self._has_begun = await self._database.prepared(), self._has_begun, True
        if made and begun and self._session is not None:
            raise IndexesJustMade(
                "indexes were missing and have been made just now, which a transaction that began before can not see; "
                "try again"
            )

    async def _tried(self, work: Work[R]) -> R:
        patience, self._patience = self._patience, None
        if patience is None or self._session is None:
            return await work(self._inside)
        while True:
            try:
                return await work(self._inside)
            except MastraError as error:
                if not has_label(error, TRANSIENT) or not await patience.again():
                    raise
                await undo(self._session)
                await begin(self._database, self._session)


class MongoTransaction(Transaction):
    """A storage's domains inside one transaction."""

    def __init__(self, unit: MongoUnit, database: MongoDatabase, session: AsyncClientSession | None, turns: Turns):
        self._unit = unit
        self._database = database
        self._session = session
        self._turns = turns

    def _make_domain(self, name: str) -> Domain:
        return mongo_part(name, self._unit)

    @property
    def session(self) -> AsyncClientSession:
        """pymongo's session, for commands of your own in the same transaction:
        ``await tx.database["invoices"].insert_one({...}, session=tx.session)``. Not for concurrent use.

        Raises:
            TransactionError: the server has no transactions.
        """
        self._turns.check_open()
        if self._session is None:
            raise TransactionError(f"{self._database.shown} has no transactions", status="NO_TRANSACTIONS")
        return self._session

    @property
    def database(self) -> AsyncDatabase[dict[str, Any]]:
        """pymongo's database."""
        return self._database.documents

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """MongoDB has none.

        Raises:
            TransactionError: always.
        """
        raise TransactionError("MongoDB has no savepoints: a transaction is undone as a whole", status="NO_SAVEPOINTS")


@asynccontextmanager
async def unit_of_work(
    database: MongoDatabase, *, read_only: bool, patience: Patience, repeats: bool = True
) -> AsyncIterator[MongoTransaction]:
    """Open a unit of work.

    Args:
        patience: how long its first call and its commit are tried again.
        repeats: whether the first call is; not where somebody repeats the whole unit.

    Raises:
        TransactionError: the server has no transactions, and ``allow_non_atomic`` was not given.
        TransactionFailed: at the end of the block, when a call failed inside and its error was swallowed.
    """
    await database.ready()
    turns = Turns()
    if not database.transactions:
        _check_allowed(database)
        unit = MongoUnit(database, None, turns, None, read_only=read_only)
        try:
            yield MongoTransaction(unit, database, None, turns)
            _check_failed(turns)
        finally:
            turns.close()
        return
    async with database.session() as session:
        try:
            await begin(database, session)
            unit = MongoUnit(database, session, turns, patience if repeats else None, read_only=read_only)
            yield MongoTransaction(unit, database, session, turns)
            _check_failed(turns)
            if not read_only:
                await commit(database, session, patience)
        finally:
            turns.close()
            await undo(session)


async def repeated(database: MongoDatabase, work: Callable[[MongoTransaction], Awaitable[R]], *, read_only: bool) -> R:
    """Run ``work`` in a unit of work, in a new one while there is patience when the server undid the last: others
    changed the same documents, or the server was replaced."""
    patience = Patience(database.busy_timeout)
    while True:
        try:
            async with unit_of_work(database, read_only=read_only, patience=patience, repeats=False) as transaction:
                return await work(transaction)
        except MastraError as error:
            if not (_is_transient(error) or _is_transient(error.__cause__)) or not await patience.again():
                raise


def _is_transient(error: BaseException | None) -> bool:
    return has_label(error, TRANSIENT) or isinstance(error, IndexesJustMade)


def _check_allowed(database: MongoDatabase) -> None:
    if not database.allow_non_atomic:
        raise TransactionError(
            f"{database.shown} is a standalone server, which has no transactions: make it a replica set (of one "
            "member, if you like), or open the storage with allow_non_atomic=True to do without",
            status="NO_TRANSACTIONS",
        )


def _check_failed(turns: Turns) -> None:
    if turns.failure is not None:
        raise TransactionFailed(
            "a call failed inside the transaction and its error was swallowed, so all of it was rolled back; MongoDB "
            "undoes a transaction with its first error"
        ) from turns.failure
