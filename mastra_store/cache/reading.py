"""Reads through the cache: a cold key is read from the database once, however many ask for it."""

import asyncio
from collections.abc import Awaitable, Callable
from copy import deepcopy
from typing import Any, NamedTuple, TypeVar

from .base import Entry, Held, Hit, Miss
from .encoding import Codec
from .resilient import ResilientCache

T = TypeVar("T")

PATIENCE = 0.5
"""Seconds that a reader waits at most for another process that is reading the same."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.02

Load = Callable[[], Awaitable[T | None]]


class Flown(NamedTuple):
    """What a flight brought: a value, and the bytes that are kept of it."""

    value: Any
    kept: bytes | None


class Flight(NamedTuple):
    """A read that is on its way for all who wait for it."""

    task: asyncio.Task[Flown]
    waits: bool
    """It began by waiting for another process."""


class CachedReads:
    """Reads values from the cache, and keeps what it had to read from the database.

    Readers of one process that miss the same value under the same versions share one read of the database. Since the
    versions are the same, nobody has changed the value since the read began, so that it is as current for those who
    came later. A reader that came after a change has other versions and reads for itself.

    Of several processes the one with the lease reads. The others look again from time to time, for ``PATIENCE`` at
    most, and then read themselves.
    """

    def __init__(self, cache: ResilientCache) -> None:
        self._cache = cache
        self._flights: dict[tuple[str, tuple[str, ...]], Flight] = {}

    async def read(self, entry: Entry, codec: Codec[T], load: Load[T]) -> T | None:
        """The value of an entry: from the cache, or what ``load`` reads from the database."""
        counts = self._cache.counts
        answer = await self._cache.get(entry)
        match answer:
            case Hit(kept):
                if (value := codec.decode(kept)) is not None:
                    counts.count("hits")
                    return value
                counts.count("unreadable")
            case Miss():
                return await self._together(entry, codec, load, answer)
            case Held():
                counts.count("held")
        return await load()

    async def _together(self, entry: Entry, codec: Codec[T], load: Load[T], miss: Miss) -> T | None:
        flight = self._flights.get((entry.key, miss.versions))
        # Answers overtake each other: a flight that waits for another process may find that the lease is here.
        if flight is not None and not (flight.waits and miss.lease):
            self._cache.counts.count("shared")
            flown = await asyncio.shield(flight.task)
            # Each gets values of its own: what one reader does to a dict is not seen by another.
            return deepcopy(flown.value) if flown.kept is None else codec.decode(flown.kept)
        self._cache.counts.count("misses")
        # A task of its own: those who share it do not suffer when the first one is cancelled.
        flight = Flight(asyncio.create_task(self._fly(entry, codec, load, miss)), miss.wait)
        self._flights[entry.key, miss.versions] = flight
        flight.task.add_done_callback(lambda task: self._landed(entry, miss, task))
        value: T | None = (await asyncio.shield(flight.task)).value
        return value

    async def _fly(self, entry: Entry, codec: Codec[T], load: Load[T], miss: Miss) -> Flown:
        if miss.wait:
            answer = await self._patiently(entry, miss)
            if isinstance(answer, Hit) and (found := codec.decode(answer.value)) is not None:
                return Flown(found, answer.value)
            if isinstance(answer, Miss):
                miss = answer
        kept = None
        try:
            value = await load()
            kept = codec.encode(value)
        finally:
            if kept is None:
                await self._cache.give_up(entry, miss)
        if kept is not None:
            await self._cache.set(entry, miss, kept)
        return Flown(value, kept)

    async def _patiently(self, entry: Entry, miss: Miss) -> Hit | Miss | Held | None:
        """What the cache says when the value has come, nobody reads it any more, or patience has come to its end."""
        loop = asyncio.get_running_loop()
        end, pause = loop.time() + PATIENCE, _FIRST_PAUSE
        answer: Hit | Miss | Held | None = miss
        while isinstance(answer, Miss) and answer.wait and loop.time() < end:
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            answer = await self._cache.get(entry)
        return answer

    def _landed(self, entry: Entry, miss: Miss, task: asyncio.Task[Flown]) -> None:
        flight = self._flights.get((entry.key, miss.versions))
        if flight is not None and flight.task is task:
            del self._flights[entry.key, miss.versions]
        if not task.cancelled():
            task.exception()  # seen by those who wait, if any still does

    async def close(self) -> None:
        """Wait for the reads that are on their way."""
        await asyncio.gather(*(flight.task for flight in self._flights.values()), return_exceptions=True)
