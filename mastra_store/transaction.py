"""The unit of work: a storage's domains bound to one transaction.

Every backend has its own kind; what they share is here: the calls take turns, what failed inside is remembered, and
after its end the unit says that it is closed.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar

from .domains import Domains
from .errors import TransactionClosed, TransactionFailed


class Transaction(Domains, ABC):
    """The domains of a storage inside one transaction.

    Domain calls may run concurrently (``asyncio.gather``): they queue. A call after the end of the block raises
    ``TransactionClosed``.
    """

    @abstractmethod
    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """A block inside the transaction that can be undone alone: an exception that leaves it undoes it.

        Calls of other tasks wait until the block ends; tasks started inside it belong to it.
        """


class Turns:
    """Who may use the transaction's one connection: one call at a time, and inside a savepoint only its own.

    A savepoint takes the lock of the level around it and opens a level of its own. Which level a call belongs to is
    the context's: tasks that were started inside a savepoint inherit it.
    """

    def __init__(self) -> None:
        self._outermost = Level(self, None)
        self._innermost = self._outermost

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until it is the caller's turn. An error of the database in the block marks the level as failed."""
        async with self._callers_level().lock:
            self.check_open()
            yield

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator["Level"]:
        """Wait for a turn and keep it until the block ends; calls from inside it take turns among themselves."""
        around = self._callers_level()
        async with around.lock:
            self.check_open()
            level = self._innermost = Level(self, _level.get())
            _level.set(level)
            try:
                yield level
            finally:
                level.closed = True
                self._innermost = around
                _level.set(level.outer)

    def fail(self, error: BaseException) -> None:
        """Remember the first error of the innermost level: it can only be undone now."""
        self._innermost.failure = self._innermost.failure or error

    @property
    def failure(self) -> BaseException | None:
        """The first error of the transaction, if there was one."""
        return self._outermost.failure

    def check_open(self) -> None:
        if self._outermost.closed:
            raise TransactionClosed("the transaction has ended; open another with storage.transaction()")

    def check_failed(self) -> None:
        self._outermost.check_failed()

    def close(self) -> None:
        self._outermost.closed = True

    def _callers_level(self) -> "Level":
        level = _level.get()
        while level is not None and (level.turns is not self or level.closed):
            level = level.outer
        return level or self._outermost


class Level:
    """The transaction itself, or one savepoint of it."""

    def __init__(self, turns: Turns, outer: "Level | None") -> None:
        self.turns = turns
        self.outer = outer
        self.lock = asyncio.Lock()
        self.closed = False
        self.failure: BaseException | None = None

    def check_failed(self) -> None:
        """Raise what was swallowed."""
        if self.failure is not None:
            raise TransactionFailed(
                "a statement failed inside the transaction and its error was swallowed, so all of it was rolled back; "
                "to survive an error, wrap the call in tx.savepoint()"
            ) from self.failure


_level: ContextVar[Level | None] = ContextVar("mastra_store_transaction_level", default=None)
