"""A cache that may be down: nothing fails for it, and nothing old is served when it is back.

Reads of a cache that fails go to the database. A write that could not be told the cache is remembered, and the cache is
not read by this process until all that is owed was made good; a task tries that from time to time, so that others do
not wait for this process to read. Beyond ``owed.MOST`` writes, everything of the storage is invalidated instead.

What remains: while this process can not reach a cache that others reach, those may be served what it has overwritten,
until the cache is told or the values' time is up, whichever is first. The same holds for ever if this process dies
before. A subject that it still took hold of before the cache went down is not concerned: that is read from the
database.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from secrets import token_hex

from ..errors import Unavailable
from .base import Answer, Cache, Entry, Hold, Miss
from .circuit import Circuit
from .counts import Counts
from .owed import Owed

logger = logging.getLogger("mastra_store.cache")


class ResilientCache:
    """What a storage asks of its cache. No method raises because the cache is down.

    Args:
        everything: the subjects on which every value of the storage depends.
        hold_seconds: how long subjects stay held when their writer dies.
        retry_after: seconds until a cache that is down is tried again.
    """

    def __init__(
        self,
        cache: Cache,
        everything: tuple[str, ...],
        *,
        hold_seconds: float,
        retry_after: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.counts = Counts()
        self.circuit = Circuit(repr(cache), retry_after, clock)
        self._cache = cache
        self._hold_seconds = hold_seconds
        self._owed = Owed(everything)
        # Writers that go on without a hold: until they are done, what the cache has may be old.
        self._unheld: set[str] = set()
        self._settling = asyncio.Lock()
        self._settler: asyncio.Task[None] | None = None
        self._ends: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return repr(self._cache)

    # Reading

    async def get(self, entry: Entry) -> Answer | None:
        """What the cache says; ``None`` when it is not to be asked, or failed."""
        answers: list[Answer] = []

        async def ask() -> None:
            answers.append(await self._cache.get(entry))

        if self._unheld or not await self._is_usable() or not await self._try(ask):
            self.counts.count("bypassed")
            return None
        return answers[0]

    async def set(self, entry: Entry, miss: Miss, value: bytes) -> None:
        if not (self._unheld or self._owed or self.circuit.is_open):
            await self._try(lambda: self._cache.set(entry, miss, value))

    async def give_up(self, entry: Entry, miss: Miss) -> None:
        if miss.lease is not None and not self.circuit.is_open:
            await self._try(lambda: self._cache.give_up(entry, miss))

    # Writing

    def writing(self) -> "Write":
        """A write that is about to begin."""
        return Write(self)

    async def hold(self, hold: Hold) -> bool:
        """Whether the subjects are held now. If not, the write goes on without, and meanwhile nothing is read here."""
        if await self._is_usable() and await self._try(lambda: self._cache.hold(hold, self._hold_seconds)):
            return True
        self._unheld.add(hold.writer)
        return False

    async def release(self, holds: Sequence[Hold]) -> None:
        """End holds, or remember that they have to be ended; to the end also when the caller is cancelled."""
        task = asyncio.create_task(self._release(holds))
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)
        await asyncio.shield(task)

    async def _release(self, holds: Sequence[Hold]) -> None:
        self.counts.count("invalidations")
        for hold in holds:
            if not await self._is_usable() or not await self._try(lambda hold=hold: self._cache.release(hold)):  # type: ignore[misc]
                self.owe(hold)
        # Now only: a read that comes earlier must find a reason to pass by.
        self._unheld.difference_update(hold.writer for hold in holds)

    def owe(self, hold: Hold) -> None:
        """Remember that a hold has to be ended."""
        self.counts.count("owed")
        self._owed.add(hold)
        self._unheld.discard(hold.writer)
        if self._settler is None or self._settler.done():
            self._settler = asyncio.create_task(self._settle_in_time())

    # What is owed

    async def _is_usable(self) -> bool:
        """Whether the cache may be asked now. What is owed is made good first."""
        if not self._owed:
            return self.circuit.allows()
        return not self._settling.locked() and self.circuit.allows() and await self._settle()

    async def _settle(self) -> bool:
        """Make good what is owed. Whether nothing is owed any more."""
        async with self._settling:
            while self._owed:
                hold = self._owed.first()
                if not await self._try(lambda hold=hold: self._cache.release(hold)):  # type: ignore[misc]
                    return False
                self._owed.paid(hold)
        return True

    async def _settle_in_time(self) -> None:
        while self._owed:
            await asyncio.sleep(self.circuit.pause)
            if self._owed and not self._settling.locked() and self.circuit.allows():
                await self._settle()

    async def _try(self, call: Callable[[], Awaitable[None]]) -> bool:
        """Whether the cache did it."""
        try:
            await call()
        except Unavailable as error:
            self.counts.count("failures")
            self.circuit.failed(error)
            return False
        self.circuit.succeeded()
        return True

    async def close(self) -> None:
        """Wait for what is on its way, make good what is owed if that can be done, and close the cache."""
        await asyncio.gather(*self._ends)
        if self._settler is not None:
            self._settler.cancel()
            await asyncio.gather(self._settler, return_exceptions=True)
        if self._owed and not await self._settle():
            logger.error(
                "%s was never told of %d writes: whoever reaches it may be served what they have overwritten, until "
                "its time is up",
                self,
                len(self._owed),
            )
        await self._cache.close()


class Write:
    """A write in progress, and what is held for it."""

    def __init__(self, cache: ResilientCache) -> None:
        self._cache = cache
        self._holds: list[Hold] = []
        self._missed: list[Hold] = []

    async def hold(self, changed: Sequence[str], fenced: Sequence[str] = ()) -> None:
        """Take hold of subjects, before the database commits."""
        if not changed and not fenced:
            return
        hold = Hold(token_hex(8), tuple(changed), tuple(fenced))
        self._holds.append(hold)  # first: when this call is cancelled, nobody knows whether it was done
        if not await self._cache.hold(hold):
            # What was not fenced may have been kept as it must not be.
            self._holds[-1] = missed = Hold(hold.writer, hold.subjects)
            self._missed.append(missed)

    async def end(self) -> None:
        """The database has committed or rolled back: let go."""
        if self._holds:
            await self._cache.release(self._holds)

    def leave(self) -> None:
        """Somebody else commits, later. The holds end by themselves."""
        for hold in self._missed:
            self._cache.owe(hold)
