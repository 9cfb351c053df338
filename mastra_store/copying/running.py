"""Doing what was planned: batch after batch, the next one read while one is written."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import TypeVar

from ..cancellation import Cancellation
from ..records.copying import CopyProgress
from .ends import Checkpoint
from .planning import Manner, Part, Progress, Trip
from .vectors import IndexPart

B = TypeVar("B")


class Pace:
    """How fast a table goes, for those who watch.

    Args:
        done: rows of earlier calls, which say nothing of the pace.
    """

    def __init__(
        self, part: Part | IndexPart, progress: Progress | None, *, done: int = 0, verifying: bool = False
    ) -> None:
        self._part = part
        self._progress = progress
        self._before = done
        self._verifying = verifying
        self._started = time.perf_counter()
        self.tell(done)

    def tell(self, done: int) -> None:
        """Say how many rows are done."""
        if self._progress is None:
            return
        of_now = done - self._before
        rate = of_now / max(time.perf_counter() - self._started, 1e-9)
        left = max(self._part.total - done, 0) / rate if of_now else None
        part, total = self._part, max(self._part.total, done)
        self._progress(CopyProgress(part.domain, part.name, done, total, rate, left, self._verifying))


async def copied(trip: Trip, part: Part, how: Manner) -> Checkpoint:
    """Copy one table from where an earlier call left it to its end."""
    at, raw, cancellation = part.at, trip.route.is_raw, Cancellation()
    pace = Pace(part, how.progress, done=at.copied + at.skipped)
    if at.done:
        return at
    async with ahead(trip.reader.batches(part.table, at.last, most=how.batch_size, raw=raw, piped=raw)) as coming:
        async for batch in coming:
            at = await trip.writer.write(part.table, batch, at, how.on_conflict, raw=raw)
            pace.tell(at.copied + at.skipped)
            cancellation.check()
    return await trip.writer.done(at)


async def vectors_copied(trip: Trip, part: IndexPart, how: Manner) -> Checkpoint:
    """Copy one vector index from where an earlier call left it to its end.

    A batch is stored, and then it is remembered how far that is: what is stored twice, since a call was killed in
    between, is stored in place of itself.
    """
    at, cancellation = part.at, Cancellation()
    pace = Pace(part, how.progress, done=at.copied + at.skipped)
    if at.done:
        return at
    async with ahead(part.pages(how.batch_size)) as coming:
        async for page in coming:
            copied = await part.put(page, how.on_conflict)
            reached = at.moved(part.key_of(page[-1]), copied, len(page) - copied)
            await trip.writer.move(at, reached)
            at = reached
            pace.tell(at.copied + at.skipped)
            cancellation.check()
    await part.finish()
    return await trip.writer.done(at)


@asynccontextmanager
async def ahead(batches: AsyncGenerator[B, None]) -> AsyncIterator[AsyncIterator[B]]:
    """The batches, each read while the one before it is in use. What is read ahead is one batch."""
    async with aclosing(batches):
        following = asyncio.ensure_future(anext(batches, None))

        async def each() -> AsyncIterator[B]:
            nonlocal following
            while (batch := await following) is not None:
                following = asyncio.ensure_future(anext(batches, None))
                yield batch

        try:
            yield each()
        finally:
            # A generator can not be closed while it is being asked.
            following.cancel()
            await asyncio.wait([following])
            if not following.cancelled():
                following.exception()
