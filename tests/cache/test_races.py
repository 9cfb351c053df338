"""Thousands of rounds of a writer and its readers on one key: nobody ever sees a value older than one seen before, nor
one that was deleted.

What a reader has seen counts whichever way it saw it: readers look into the database too, past the cache. And what a
writer's call has done counts from its return. Titles are numbers that only grow.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from mastra_store import CachedStorage, MemoryCache, Order, PgStorage, RedisCache, SqliteStorage
from mastra_store.cache.base import Cache
from mastra_store.testing.builders import after, message, thread
from tests.servers.postgres import MAJORS, PostgresServer

ROUNDS = {"memory": 2000, "redis": 500}
"""Of a writer. On Redis one takes twenty times as long, and readers come between in many more places."""
OF_PROCESSES = 500
READERS = 6
NEWEST = Order("created_at", "desc")


class Never(Exception):
    """Undoes a transaction."""


@pytest.fixture(params=["memory", "redis"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def rounds(kind: str) -> int:
    return ROUNDS[kind]


@pytest.fixture
async def racing(
    request: pytest.FixtureRequest, kind: str, inner: SqliteStorage
) -> AsyncIterator[tuple[CachedStorage, CachedStorage]]:
    """A storage that writes and one that reads, as those of two processes, on one cache."""
    url = request.getfixturevalue("redis_url") if kind == "redis" else None
    caches: list[Cache] = [RedisCache(url, timeout=60), RedisCache(url, timeout=60)] if url else [MemoryCache()] * 2
    writer, reader = (CachedStorage(inner, cache=cache) for cache in caches)
    yield writer, reader
    await reader._cache.close()
    await writer._cache.close()


class Truth:
    """What every reader must see at least, from when on."""

    def __init__(self) -> None:
        self.floor = 0
        self.over = False
        self.reads = 0


async def race(writes: Awaitable[None], reads: list[Awaitable[None]], truth: Truth, rounds: int) -> None:
    readers = [asyncio.ensure_future(read) for read in reads]
    writing = asyncio.ensure_future(writes)
    await asyncio.wait([writing, *readers], return_when=asyncio.FIRST_COMPLETED)
    truth.over = True
    await asyncio.gather(writing, *readers)
    assert truth.reads > rounds


Look = Callable[[], Awaitable[int | None]]


async def follow(truth: Truth, look: Look, past: Look) -> None:
    """Read again and again, sometimes past the cache, and never see less than before."""
    seen = 0
    while not truth.over:
        truth.reads += 1
        least = max(seen, truth.floor)
        found = await (past() if truth.reads % 7 == 0 else look())
        if found is not None:
            assert found >= least, f"saw {found} after {least}"
            seen = found


async def number(storage: CachedStorage | SqliteStorage) -> int:
    found = await storage.memory.get_thread_by_id("t")
    return 0 if found is None else int(found.title)


async def test_updates(racing: tuple[CachedStorage, CachedStorage], inner: SqliteStorage, rounds: int) -> None:
    writer, reader = racing
    truth = Truth()
    await writer.memory.save_thread(thread("t", title="0"))

    async def write() -> None:
        for n in range(1, rounds + 1):
            if n % 5:
                await writer.memory.update_thread("t", title=str(n))
            else:
                async with writer.transaction() as tx:
                    await tx.memory.update_thread("t", title=str(n))
            if n % 10 == 0:
                with pytest.raises(Never):
                    async with writer.transaction() as tx:
                        await tx.memory.update_thread("t", title=str(10**9))  # nobody may ever see it
                        raise Never
            truth.floor = n

    each = [reader, reader, reader, writer, writer, reader][:READERS]
    await race(write(), [follow(truth, lambda s=s: number(s), lambda: number(inner)) for s in each], truth, rounds)  # type: ignore[misc]
    assert [await number(s) for s in (writer, reader, writer, reader)] == [rounds] * 4
    assert reader.counts.hits > 0


async def test_deletions(racing: tuple[CachedStorage, CachedStorage], inner: SqliteStorage, rounds: int) -> None:
    """A thread that is deleted and made again, with the next number."""
    writer, reader = racing
    truth = Truth()
    deleted = 0

    async def write() -> None:
        nonlocal deleted
        for n in range(1, rounds // 2 + 1):
            await writer.memory.save_thread(thread("t", title=str(n)))
            await asyncio.gather(number(reader), number(writer))
            await writer.memory.delete_thread("t")
            deleted = n

    async def look(storage: CachedStorage | SqliteStorage) -> int | None:
        gone = deleted
        found = await number(storage)
        assert found == 0 or found > gone, f"saw {found} after {gone} was deleted"
        return found or None

    each = [reader, reader, reader, writer, writer, reader][:READERS]
    await race(write(), [follow(truth, lambda s=s: look(s), lambda: look(inner)) for s in each], truth, rounds)  # type: ignore[misc]
    assert reader.counts.hits > 0


async def test_last_pages(racing: tuple[CachedStorage, CachedStorage], inner: SqliteStorage, rounds: int) -> None:
    """Messages that are saved, changed, moved away and deleted: the last page's newest number only grows."""
    writer, reader = racing
    truth = Truth()
    await writer.memory.save_messages("t", [message("0", "0")])
    await writer.memory.save_thread(thread("away"))

    async def write() -> None:
        for n in range(1, rounds // 4 + 1):
            await writer.memory.save_messages("t", [message(f"{n}", f"{n}", at=after(n))])
            truth.floor = n
            old = f"{n - 1}"
            if n % 3 == 0:
                await writer.memory.delete_messages([old])
            elif n % 3 == 1:
                await writer.memory.update_messages([{"id": old, "thread_id": "away"}])
            else:
                await writer.memory.save_messages("away", [message(old, old, thread_id="away")])
            gone.add(n - 1)

    gone: set[int] = set()

    async def look(storage: CachedStorage | SqliteStorage) -> int:
        missing = set(gone)
        page = await storage.memory.list_messages("t", per_page=3, order=NEWEST)
        numbers = [int(each.text) for each in page]
        assert not missing & set(numbers), f"saw {numbers} after {missing & set(numbers)} had left"
        return max(numbers)

    each = [reader, reader, reader, writer, writer, reader][:READERS]
    await race(write(), [follow(truth, lambda s=s: look(s), lambda: look(inner)) for s in each], truth, rounds)  # type: ignore[misc]


PROCESS = """
import asyncio, sys
from mastra_store import CachedStorage, PgStorage, RedisCache

async def number(storage):
    found = await storage.memory.get_thread_by_id("t")
    return int(found.title)

async def follow(inner, cached, last):
    seen, reads = 0, 0
    while seen < last:
        now = await number(cached if reads % 4 else inner)
        assert now >= seen, f"saw {now} after {seen}"
        seen, reads = now, reads + 1

async def write(cached, first, last, step):
    for n in range(first, last + 1, step):
        async with cached.transaction() as tx:
            # The row is locked from here on, so that of two writers the greater number stays.
            found = await tx.memory.update_thread_metadata("t", lambda found: {"n": n})
            if int(found.title) < n:
                await tx.memory.update_thread("t", title=str(n))
        assert await number(cached) >= n, f"did not see {n} that was written"

async def main(database, url, first, last):
    cache = RedisCache(url, timeout=60)
    async with PgStorage(database) as inner, CachedStorage(PgStorage(database), cache=cache) as cached:
        print("ready", flush=True)
        await asyncio.to_thread(input)
        await asyncio.gather(
            write(cached, int(first), int(last), 2), *(follow(inner, cached, int(last) - 1) for _ in range(4))
        )
        print(cached.counts.hits, cached.counts.held, cached.counts.failures)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_two_processes_that_write_and_read(
    postgres_servers: Callable[[int], PostgresServer], migrated_template: Callable[[int], str], redis_url: str
) -> None:
    with postgres_servers(MAJORS[0]).copy(migrated_template(MAJORS[0])) as database:
        async with PgStorage(database) as storage:
            await storage.memory.save_thread(thread("t", title="0"))
        arguments = [(database, redis_url, str(first), str(OF_PROCESSES)) for first in (1, 2)]

        printed = await asyncio.to_thread(at_once, arguments)

    counts = [tuple(map(int, each.split())) for each in printed]
    assert all(hits > 0 and held > 0 and failures == 0 for hits, held, failures in counts), counts


def at_once(arguments: list[tuple[str, ...]]) -> list[str]:
    """Run the program in one process for each of ``arguments``, all starting together. What they print after that."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, *each], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for each in arguments
    ]
    try:
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in running:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        printed = [process.communicate(timeout=200)[0].strip() for process in running]
        assert [process.returncode for process in running] == [0] * len(running)
        return printed
    finally:
        for process in running:
            process.kill()
            process.wait()
