"""Who of this process may write: one unit of work, or any number of single statements.

A LibSQL server gives the lock of a transaction that waits for its client to whoever has waited 5 s for it. Writers of
one process would rob each other; so they queue here, in the order in which they came. Single statements need no turn of
their own, since the server runs each at once.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..errors import LockTimeout


class WriteTurns:
    """A queue before one database.

    Args:
        shown: how error messages call the database.
        timeout: seconds that a writer waits for its turn.
    """

    def __init__(self, shown: str, timeout: float) -> None:
        self._shown = shown
        self._timeout = timeout
        self._alone = False
        self._together = 0
        self._waiting: deque[tuple[asyncio.Future[None], bool]] = deque()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """A block in which nobody else writes.

        Raises:
            LockTimeout: others wrote for too long.
        """
        await self._take(alone=True)
        try:
            yield
        finally:
            self._alone = False
            self._admit()

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """A block in which others may write together with this one, but nobody alone.

        Raises:
            LockTimeout: somebody wrote alone for too long.
        """
        await self._take(alone=False)
        try:
            yield
        finally:
            self._together -= 1
            self._admit()

    async def _take(self, *, alone: bool) -> None:
        if not self._waiting and self._is_free(alone):
            self._enter(alone)
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((turn, alone))
        try:
            async with asyncio.timeout(self._timeout):
                await turn
        except TimeoutError as error:
            self._give_up(turn, alone)
            raise LockTimeout(
                f"{self._shown} was locked by another writer of this process for too long; a unit of work may be open "
                "while its own storage is called, instead of tx"
            ) from error
        except BaseException:
            self._give_up(turn, alone)
            raise

    def _give_up(self, turn: "asyncio.Future[None]", alone: bool) -> None:
        if turn.done() and not turn.cancelled():  # it was our turn at that very moment
            if alone:
                self._alone = False
            else:
                self._together -= 1
        elif (turn, alone) in self._waiting:
            self._waiting.remove((turn, alone))
        self._admit()

    def _admit(self) -> None:
        """Let those in front of the queue in, as many as may write now."""
        while self._waiting and (self._waiting[0][0].cancelled() or self._is_free(self._waiting[0][1])):
            turn, alone = self._waiting.popleft()
            if not turn.cancelled():  # its writer was cancelled, and has not yet come to say so
                self._enter(alone)
                turn.set_result(None)

    def _is_free(self, alone: bool) -> bool:
        return not self._alone and (not alone or self._together == 0)

    def _enter(self, alone: bool) -> None:
        if alone:
            self._alone = True
        else:
            self._together += 1
