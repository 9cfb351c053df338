"""However many ask for a cold key, the database is asked once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from mastra_store import CachedStorage, MastraError, Order, RedisCache, SqliteStorage
from mastra_store.cache import reading
from mastra_store.testing.builders import message, thread
from tests.cache.breakable import BreakableCache

READERS = 100
NEWEST = Order("created_at", "desc")

Call = Callable[[CachedStorage], Awaitable[Any]]
READS: dict[str, Call] = {
    "a thread": lambda s: s.memory.get_thread_by_id("t"),
    "a thread that is not there": lambda s: s.memory.get_thread_by_id("unknown"),
    "a last page": lambda s: s.memory.list_messages("t", order=NEWEST),
    "a value that can not be kept": lambda s: s.memory.list_messages("wild", order=NEWEST),
    "a snapshot": lambda s: s.workflows.load_workflow_snapshot("daily", "run"),
}


@pytest.fixture(autouse=True)
async def rows(inner: SqliteStorage) -> None:
    await inner.memory.save_thread(thread("t", metadata={}))
    await inner.memory.save_messages("t", [message("a", metadata={})])
    await inner.memory.save_messages("wild", [message("w", "\ud83d", thread_id="wild", metadata={})])
    await inner.workflows.persist_workflow_snapshot("daily", "run", snapshot={"status": "running"})


@pytest.fixture
async def processes(inner: SqliteStorage, redis_url: str) -> AsyncIterator[list[CachedStorage]]:
    """Storages that share nothing but the database and a Redis, as those of several processes do."""
    storages = [CachedStorage(inner, cache=RedisCache(redis_url, timeout=60)) for _ in range(4)]
    yield storages
    for storage in storages:
        await storage.close()


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
async def test_of_one_process(storage: CachedStorage, asked: list[str], read: Call) -> None:
    found = await asyncio.gather(*(read(storage) for _ in range(READERS)))

    assert len(asked) == 1
    assert all(each == found[0] for each in found)
    assert found[0] == await read(storage.wrapped)  # type: ignore[arg-type]


async def test_of_several_processes(processes: list[CachedStorage], inner: SqliteStorage, asked: list[str]) -> None:
    found = await asyncio.gather(
        *(storage.memory.get_thread_by_id("t") for _ in range(READERS // 4) for storage in processes)
    )

    assert len(asked) == 1
    assert found == [await inner.memory.get_thread_by_id("t")] * READERS


async def test_a_reader_that_died_is_waited_for_no_longer_than_patience(
    processes: list[CachedStorage], asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PATIENCE", 0.01)
    monkeypatch.setattr("mastra_store.cache.scripts.LEASE", 3600)
    died = asyncio.Event()

    async def read_and_die() -> None:
        died.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(processes[0]._reads.read(_entry(processes[0]), _codec(), read_and_die))  # type: ignore[arg-type]
    await died.wait()

    found = await processes[1].memory.get_thread_by_id("t")
    assert found is not None
    assert asked == ["thread_by_id"]
    for each in (task, *(flight.task for flight in processes[0]._reads._flights.values())):
        each.cancel()


async def test_each_reader_has_a_value_of_its_own(storage: CachedStorage) -> None:
    for read in (READS["a thread"], READS["a value that can not be kept"]):
        values = await asyncio.gather(*(read(storage) for _ in range(10)))

        dicts = [each.metadata if not hasattr(each, "items") else each.items[0].content for each in values]
        assert len({id(each) for each in dicts}) == len(dicts)


async def test_others_do_not_suffer_when_the_first_reader_is_cancelled(
    storage: CachedStorage, cache: BreakableCache, asked: list[str]
) -> None:
    reading_now, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        reading_now.set()
        await go_on.wait()

    cache.before["set"] = wait
    first = asyncio.create_task(storage.memory.get_thread_by_id("t"))
    await reading_now.wait()
    second = asyncio.create_task(storage.memory.get_thread_by_id("t"))
    while not storage.counts.shared:
        await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    go_on.set()

    assert await second is not None
    assert first.cancelled()
    assert asked == ["thread_by_id"]


async def test_an_error_reaches_everyone_and_the_next_reader_tries_again(storage: CachedStorage, inner: Any) -> None:
    await inner.close()

    results = await asyncio.gather(
        *(storage.memory.get_thread_by_id("t") for _ in range(READERS)), return_exceptions=True
    )

    assert all(isinstance(each, MastraError) for each in results)
    assert {each.id for each in results} == {"MASTRA_STORAGE_SQLITE_GET_THREAD_BY_ID_UNAVAILABLE"}  # type: ignore[union-attr]
    assert not storage._reads._flights


def _entry(storage: CachedStorage) -> Any:
    return storage._keys["memory"].entry(_codec(), "thread", "t")


def _codec() -> Any:
    from mastra_store.cache.encoding import THREAD

    return THREAD
