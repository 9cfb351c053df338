"""A cache that is down: nothing fails, nothing old is served when it is back, and it is said once."""

import asyncio
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest

from mastra_store import CachedStorage, MemoryCache, RedisCache, SqliteStorage
from mastra_store.cache.base import Hold
from mastra_store.cache.circuit import FAILURES, LONGEST_PAUSE, Circuit
from mastra_store.cache.owed import MOST, Owed
from mastra_store.testing.builders import message, thread
from tests.cache.breakable import BreakableCache
from tests.servers.valkey import ValkeyServer


@pytest.fixture(autouse=True)
async def rows(inner: SqliteStorage) -> None:
    await inner.memory.save_thread(thread("t", title="Old"))


async def title(storage: Any) -> str | None:
    found = await storage.memory.get_thread_by_id("t")
    return None if found is None else str(found.title)


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "mastra_store.cache"]


async def until_settled(storage: CachedStorage) -> None:
    while storage._cache._owed:
        await asyncio.sleep(0)


class TestACacheThatIsDown:
    async def test_fails_no_call(self, storage: CachedStorage, cache: BreakableCache) -> None:
        cache.down.add("all")

        await storage.memory.save_messages("t", [message("a")])
        await storage.memory.delete_messages(["a"])
        async with storage.transaction() as tx:
            await tx.memory.update_thread("t", title="New")
        await storage.workflows.create_run(workflow_id="daily", run_id="run")
        await storage.invalidate("memory")

        assert await title(storage) == "New"
        assert await storage.workflows.get_run("run") is not None
        assert storage.cache_is_down
        assert storage.counts.failures >= FAILURES

    @pytest.mark.parametrize("method", ["get", "set", "give_up", "hold", "release"])
    async def test_in_one_of_its_methods(self, storage: CachedStorage, cache: BreakableCache, method: str) -> None:
        cache.down.add(method)

        for n in range(10):
            assert await storage.memory.get_thread_by_id("unknown") is None
            assert await title(storage) == await title(storage.wrapped)
            await storage.memory.update_thread("t", title=f"{n}")
            assert await title(storage) == f"{n}"

    async def test_is_logged_once_and_once_when_it_is_back(
        self, storage: CachedStorage, cache: BreakableCache, caplog: pytest.LogCaptureFixture
    ) -> None:
        cache.down.add("all")
        for _ in range(20):
            await title(storage)
        down = said(caplog)
        cache.down.clear()
        while storage.cache_is_down:
            await title(storage)
        for _ in range(20):
            await title(storage)

        assert down == ["<BreakableCache> is down, so reads go to the database: the cache was taken down"]
        assert len(said(caplog)) == 2
        assert said(caplog)[1].startswith("<BreakableCache> is back after ")
        assert storage.counts.hits > 0

    async def test_is_not_asked_while_the_circuit_is_open(self, inner: SqliteStorage, cache: BreakableCache) -> None:
        now = 0.0
        storage = CachedStorage(inner, cache=cache, retry_after=10, clock=lambda: now)
        cache.down.add("all")
        for _ in range(20):
            await title(storage)
        assert cache.calls == ["get"] * FAILURES

        now = 11.0
        for _ in range(20):
            await title(storage)

        assert cache.calls == ["get"] * (FAILURES + 1)
        assert storage.counts.bypassed == 40


class TestAWriteThatTheCacheWasNotTold:
    @pytest.mark.parametrize("down", [{"release"}, {"hold", "release"}, {"all"}])
    async def test_is_made_good_before_it_is_read_again(
        self, storage: CachedStorage, cache: BreakableCache, down: set[str]
    ) -> None:
        assert [await title(storage) for _ in range(2)] == ["Old", "Old"]
        cache.down |= down
        await storage.memory.update_thread("t", title="New")
        assert storage.counts.owed == 1

        cache.down.clear()

        assert [await title(storage) for _ in range(3)] == ["New"] * 3
        await until_settled(storage)
        hits = storage.counts.hits
        assert [await title(storage) for _ in range(3)] == ["New"] * 3
        assert storage.counts.hits > hits

    async def test_is_made_good_without_a_read(self, inner: SqliteStorage, storage: CachedStorage, cache: Any) -> None:
        other = CachedStorage(inner, cache=cache.cache)
        assert [await title(other) for _ in range(2)] == ["Old", "Old"]
        cache.down.add("all")
        await storage.memory.update_thread("t", title="New")
        cache.down.clear()

        await until_settled(storage)  # nobody reads there

        assert await title(other) == "New"

    async def test_is_made_good_when_the_storage_is_closed(self, inner: SqliteStorage, cache: BreakableCache) -> None:
        storage = CachedStorage(inner, cache=cache, retry_after=3600)
        other = CachedStorage(inner, cache=cache.cache)
        assert await title(other) == "Old"
        cache.down.add("all")
        await storage.memory.update_thread("t", title="New")
        cache.down.clear()

        await storage._cache.close()

        assert await title(other) == "New"

    async def test_that_is_owed_at_the_end_is_said(
        self, inner: SqliteStorage, cache: BreakableCache, caplog: pytest.LogCaptureFixture
    ) -> None:
        storage = CachedStorage(inner, cache=cache, retry_after=3600)
        cache.down.add("all")
        await storage.memory.update_thread("t", title="New")

        await storage._cache.close()

        assert said(caplog)[-1].startswith("<BreakableCache> was never told of 1 writes")

    async def test_whose_hold_failed_lets_nobody_of_its_process_read_the_cache(
        self, storage: CachedStorage, cache: BreakableCache
    ) -> None:
        assert await title(storage) == "Old"
        released, go_on = asyncio.Event(), asyncio.Event()

        async def release() -> None:
            released.set()
            await go_on.wait()

        cache.before["release"] = release
        cache.down.add("hold")
        writing = asyncio.create_task(storage.memory.update_thread("t", title="New"))
        await released.wait()  # it has committed, and the cache was never told

        assert await title(storage) == "New"
        go_on.set()
        await writing
        assert [await title(storage) for _ in range(2)] == ["New"] * 2


class TestOwed:
    def test_beyond_a_bound_everything_is_invalidated(self) -> None:
        owed = Owed(("memory", "workflows"))

        for n in range(MOST + 1):
            owed.add(Hold(f"w{n}", (f"thread {n}",)))

        assert len(owed) == 1
        assert owed.first() == Hold(f"w{MOST}", ("memory", "workflows"))

    def test_what_is_added_while_another_is_paid_stays(self) -> None:
        owed = Owed(("memory",))
        first = Hold("a", ("t",))
        owed.add(first)
        owed.add(Hold("b", ("t",)))

        owed.paid(first)

        assert owed.first().writer == "b"


def test_pauses_grow_to_a_bound_and_begin_anew() -> None:
    now = 0.0
    circuit = Circuit("it", 1.0, lambda: now)
    for _ in range(FAILURES):
        circuit.failed(OSError())
    pauses = []
    for _ in range(8):
        now += circuit.pause
        assert circuit.allows()
        assert not circuit.allows()
        circuit.failed(OSError())
        pauses.append(circuit.pause)

    assert pauses == [2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]
    circuit.succeeded()
    assert circuit.allows()
    for _ in range(FAILURES - 1):
        circuit.failed(OSError())
    assert not circuit.is_open
    circuit.failed(OSError())
    assert (circuit.is_open, circuit.pause) == (True, 1)


class TestARealServer:
    @pytest.fixture
    async def remote(self, inner: SqliteStorage, valkey: ValkeyServer) -> AsyncIterator[CachedStorage]:
        storage = CachedStorage(inner, cache=RedisCache(valkey.url, timeout=0.5), retry_after=0.01)
        yield storage
        await storage._cache.close()

    async def test_that_is_stopped_and_started(self, remote: CachedStorage, valkey: ValkeyServer) -> None:
        assert [await title(remote) for _ in range(2)] == ["Old"] * 2
        valkey.stop()
        for n in range(5):
            await remote.memory.update_thread("t", title=f"{n}")
            assert await title(remote) == f"{n}"
        assert remote.cache_is_down

        valkey.start()

        hits = remote.counts.hits
        while remote.counts.hits == hits:
            assert await title(remote) == "4"
        assert not remote.cache_is_down

    async def test_that_does_not_answer(self, remote: CachedStorage, valkey: ValkeyServer) -> None:
        """Its values survive: what it kept before must not come back."""
        assert [await title(remote) for _ in range(2)] == ["Old"] * 2
        valkey.signal(signal.SIGSTOP)
        try:
            await remote.memory.update_thread("t", title="New")
            assert await title(remote) == "New"
        finally:
            valkey.signal(signal.SIGCONT)

        hits = remote.counts.hits
        while remote.counts.hits == hits:
            assert await title(remote) == "New"


async def test_counts_tell_what_happened(inner: SqliteStorage) -> None:
    storage = CachedStorage(inner, cache=MemoryCache())

    await asyncio.gather(*(title(storage) for _ in range(5)))
    await title(storage)
    await storage.memory.update_thread("t", title="New")

    counts = storage.counts
    assert (counts.misses, counts.shared, counts.hits, counts.invalidations) == (1, 4, 1, 1)


async def test_what_is_unreadable_is_read_from_the_database(storage: CachedStorage, cache: BreakableCache) -> None:
    from mastra_store.cache.base import Miss
    from mastra_store.cache.encoding import THREAD

    entry = storage._keys["memory"].entry(THREAD, "thread", "t")
    miss = await cache.get(entry)
    assert isinstance(miss, Miss)
    await cache.set(entry, miss, b'{"of": "another"}')

    assert await title(storage) == "Old"
    assert storage.counts.unreadable == 1
