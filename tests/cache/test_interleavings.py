"""Each race of readers and writers, step by step."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from mastra_store import CachedStorage, MemoryCache, SqliteStorage
from mastra_store.testing.builders import ids, message, thread
from tests.cache.breakable import BreakableCache


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Gate:
    """Stops who comes until it is opened."""

    def __init__(self) -> None:
        self._reached, self._open = asyncio.Event(), asyncio.Event()

    async def __call__(self) -> None:
        self._reached.set()
        await self._open.wait()

    async def reached(self) -> None:
        await self._reached.wait()

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shared(clock: Clock) -> MemoryCache:
    """The cache that several processes share."""
    return MemoryCache(clock=clock)


@pytest.fixture
async def process(inner: SqliteStorage, shared: MemoryCache) -> AsyncIterator[Callable[[], CachedStorage]]:
    """Makes storages as those of other processes; each may be broken on its own."""
    made = []

    def make() -> CachedStorage:
        made.append(CachedStorage(inner, cache=BreakableCache(shared), hold=60, retry_after=1e-6))
        return made[-1]

    await inner.memory.save_thread(thread("t", title="Old"))
    yield make
    for storage in made:
        await storage._reads.close()


def cache_of(storage: CachedStorage) -> BreakableCache:
    cache = storage._cache._cache
    assert isinstance(cache, BreakableCache)
    return cache


async def title(storage: Any) -> str | None:
    found = await storage.memory.get_thread_by_id("t")
    return None if found is None else str(found.title)


Make = Callable[[], CachedStorage]


async def test_a_reader_that_stores_late_stores_in_vain(process: Make) -> None:
    reader, writer = process(), process()
    gate = cache_of(reader).before["set"] = Gate()
    reading = asyncio.create_task(title(reader))
    await gate.reached()  # it has read the old value

    await writer.memory.update_thread("t", title="New")
    gate.open()

    assert await reading == "Old"  # which it was when it asked
    assert [await title(each) for each in (reader, writer, reader)] == ["New"] * 3


async def test_a_reader_does_not_join_a_read_from_before_a_write(process: Make) -> None:
    reader, writer = process(), process()
    gate = cache_of(reader).before["set"] = Gate()
    first = asyncio.create_task(title(reader))
    await gate.reached()
    await writer.memory.update_thread("t", title="New")
    cache_of(reader).before.clear()

    second = await title(reader)

    gate.open()
    assert (second, await first) == ("New", "Old")


async def test_between_commit_and_release_the_database_is_read(process: Make, inner: SqliteStorage) -> None:
    reader, writer = process(), process()
    assert await title(reader) == "Old"
    gate = cache_of(writer).before["release"] = Gate()
    writing = asyncio.create_task(writer.memory.update_thread("t", title="New"))
    await gate.reached()  # it has committed

    assert await title(inner) == "New"
    assert await title(reader) == "New"
    assert (reader.counts.held, reader.counts.hits) == (1, 0)

    gate.open()
    await writing
    assert [await title(reader) for _ in range(2)] == ["New"] * 2


async def test_between_hold_and_commit_nothing_is_kept(process: Make, inner: SqliteStorage) -> None:
    reader, writer = process(), process()
    release = cache_of(writer).before["release"] = Gate()

    def rename(_: Any) -> dict[str, Any]:
        return {"n": 1}

    async with inner.transaction() as tx:  # SQLite has one writer: the other one waits with its hold
        await tx.memory.save_thread(thread("another"))
        writing = asyncio.create_task(writer.memory.update_thread_metadata("t", rename))
        while "hold" not in cache_of(writer).calls or (await title(reader) and not reader.counts.held):
            await asyncio.sleep(0)
        assert await title(reader) == "Old"
        assert reader.counts.held
    await release.reached()
    found = await reader.memory.get_thread_by_id("t")
    assert found is not None
    assert found.metadata == {"n": 1}
    release.open()
    await writing


async def test_two_writers_of_one_row_hold_it_until_both_are_done(process: Make) -> None:
    reader, first, second = process(), process(), process()
    slow = cache_of(first).before["release"] = Gate()
    writing = asyncio.create_task(first.memory.update_thread("t", title="First"))
    await slow.reached()

    await second.memory.update_thread("t", title="Second")

    assert await title(reader) == "Second"
    assert reader.counts.held == 1
    slow.open()
    await writing
    assert [await title(reader) for _ in range(2)] == ["Second"] * 2
    assert reader.counts.hits == 1


async def test_a_writer_that_dies_after_its_commit_leaves_nothing_old(process: Make, clock: Clock) -> None:
    reader, writer = process(), process()
    assert await title(reader) == "Old"
    dead = cache_of(writer).before["release"] = Gate()
    task = asyncio.create_task(writer.memory.update_thread("t", title="New"))
    await dead.reached()

    assert await title(reader) == "New"
    clock.now += 61  # its hold has ended by itself

    assert [await title(reader) for _ in range(2)] == ["New"] * 2
    assert reader.counts.hits == 1
    dead.open()
    await task


async def test_a_hold_that_ended_too_early_is_made_good_by_the_release(process: Make, clock: Clock) -> None:
    reader, writer = process(), process()
    async with writer.transaction() as tx:
        await tx.memory.update_thread("t", title="New")

        async def a_minute_passes_and_somebody_reads() -> None:
            await cache_of(writer).cache.hold(_hold_of(writer), 60)
            clock.now += 61
            assert await title(reader) == "Old"  # and kept it

        cache_of(writer).before["hold"] = a_minute_passes_and_somebody_reads

    assert await title(reader) == "New"


async def test_a_message_that_is_moved_while_it_is_deleted_is_gone_everywhere(process: Make) -> None:
    from mastra_store import Order

    newest = Order("created_at", "desc")
    reader, mover, deleter = process(), process(), process()
    await mover.memory.save_messages("t", [message("m")])
    await mover.memory.save_thread(thread("u"))
    found = cache_of(deleter)

    async def moved_meanwhile() -> None:
        if found.held is not None and found.held.changed:  # it has found the message's thread
            await mover.memory.update_messages([{"id": "m", "thread_id": "u"}])
            assert ids(await reader.memory.list_messages("u", order=newest)) == ["m"]

    found.before["hold"] = moved_meanwhile

    await deleter.memory.delete_messages(["m"])

    for each in ("t", "u"):
        assert ids(await reader.memory.list_messages(each, order=newest)) == []


def _hold_of(storage: CachedStorage) -> Any:
    from mastra_store.cache.base import Hold

    return Hold("another", storage._keys["memory"].subject("thread", "t"))
