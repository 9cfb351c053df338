"""A cache that a test can take down, and stop at each of its calls."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from mastra_store.cache.base import Answer, Cache, Entry, Hold, Miss
from mastra_store.errors import Unavailable

Before = Callable[[], Awaitable[Any]]


class BreakableCache(Cache):
    """Another cache that is down while ``down`` says so.

    Attributes:
        down: names of methods that fail; ``all`` for every one.
        before: what is awaited before a method is done, by its name.
        calls: the names of the methods that were called.
        held: the last hold that was asked for.
    """

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.down: set[str] = set()
        self.before: dict[str, Before] = {}
        self.calls: list[str] = []
        self.held: Hold | None = None

    def __repr__(self) -> str:
        return "<BreakableCache>"

    async def _enter(self, method: str) -> None:
        self.calls.append(method)
        await asyncio.sleep(0)  # as a cache beyond a network does, it lets others run
        if method in self.before:
            await self.before[method]()
        if self.down & {method, "all"}:
            raise Unavailable("the cache was taken down")

    async def get(self, entry: Entry) -> Answer:
        await self._enter("get")
        return await self.cache.get(entry)

    async def set(self, entry: Entry, miss: Miss, value: bytes) -> None:
        await self._enter("set")
        await self.cache.set(entry, miss, value)

    async def give_up(self, entry: Entry, miss: Miss) -> None:
        await self._enter("give_up")
        await self.cache.give_up(entry, miss)

    async def hold(self, hold: Hold, seconds: float) -> None:
        self.held = hold
        await self._enter("hold")
        await self.cache.hold(hold, seconds)

    async def release(self, hold: Hold) -> None:
        await self._enter("release")
        await self.cache.release(hold)

    async def ping(self) -> None:
        await self._enter("ping")
        await self.cache.ping()

    async def close(self) -> None:
        await self.cache.close()
