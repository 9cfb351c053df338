"""What every cache promises, whatever it keeps its values in."""

import asyncio
import os
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from mastra_store import MemoryCache, RedisCache, UpstashCache
from mastra_store.cache.base import HELD, Cache, Entry, Hit, Hold, Miss
from tests.servers.upstash import TOKEN

PATIENT = 60.0
"""Seconds: times on a busy machine say nothing."""
LIVE = [os.environ.get(f"UPSTASH_REDIS_REST_{name}", "") for name in ("URL", "TOKEN")]
"""A database at Upstash itself, where one is given."""


@pytest.fixture(params=["memory", "redis", "upstash", *(["upstash itself"] if all(LIVE) else [])])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    if request.param == "memory":
        made: Cache = MemoryCache()
    elif request.param == "redis":
        made = RedisCache(request.getfixturevalue("redis_url"), timeout=PATIENT)
    elif request.param == "upstash":
        made = UpstashCache(request.getfixturevalue("upstash_url"), TOKEN, timeout=PATIENT)
    else:
        made = UpstashCache(*LIVE)
    yield made
    await made.close()


@pytest.fixture
def whole() -> str:
    """A subject that nobody else uses."""
    return f"test:{uuid4()}:s"


@pytest.fixture
def entry(whole: str) -> Entry:
    return Entry(f"{whole}:value", (whole, f"{whole}:thread:t"), 60)


def hold_of(*changed: str, fenced: tuple[str, ...] = ()) -> Hold:
    return Hold(str(uuid4()), changed, fenced)


async def miss(cache: Cache, entry: Entry) -> Miss:
    answer = await cache.get(entry)
    assert isinstance(answer, Miss)
    return answer


async def keep(cache: Cache, entry: Entry, value: bytes = b"value") -> None:
    await cache.set(entry, await miss(cache, entry), value)
    assert await cache.get(entry) == Hit(value)


async def test_what_was_kept_is_served(cache: Cache, entry: Entry) -> None:
    await cache.set(entry, await miss(cache, entry), "Grüße, \U0001f600\n,\x00".encode())

    assert await cache.get(entry) == Hit("Grüße, \U0001f600\n,\x00".encode())


async def test_an_empty_value_is_a_value(cache: Cache, entry: Entry) -> None:
    await keep(cache, entry, b"")


async def test_a_large_value_is_served(cache: Cache, entry: Entry) -> None:
    await keep(cache, entry, b"x" * 2_000_000)


async def test_versions_stay_while_nobody_writes(cache: Cache, entry: Entry) -> None:
    assert (await miss(cache, entry)).versions == (await miss(cache, entry)).versions


async def test_a_value_of_old_versions_is_kept_in_vain(cache: Cache, entry: Entry) -> None:
    before = await miss(cache, entry)
    hold = hold_of(entry.subjects[1])
    await cache.hold(hold, 60)
    await cache.release(hold)

    await cache.set(entry, before, b"old")

    assert isinstance(await cache.get(entry), Miss)


@pytest.mark.parametrize("which", [0, 1])
async def test_what_is_held_is_neither_served_nor_kept(cache: Cache, entry: Entry, which: int) -> None:
    await keep(cache, entry)
    hold = hold_of(entry.subjects[which])

    await cache.hold(hold, 60)

    assert await cache.get(entry) is HELD
    await cache.release(hold)
    assert isinstance(await cache.get(entry), Miss)


async def test_what_depends_on_nothing_held_is_served(cache: Cache, entry: Entry, whole: str) -> None:
    await keep(cache, entry)

    await cache.hold(hold_of(f"{whole}:thread:another"), 60)

    assert await cache.get(entry) == Hit(b"value")


async def test_what_was_only_fenced_is_served_again(cache: Cache, entry: Entry, whole: str) -> None:
    await keep(cache, entry)
    hold = hold_of(fenced=(whole,))

    await cache.hold(hold, 60)

    assert await cache.get(entry) is HELD
    await cache.release(hold)
    assert await cache.get(entry) == Hit(b"value")


async def test_of_two_writers_the_last_one_lets_go(cache: Cache, entry: Entry) -> None:
    first, second = hold_of(entry.subjects[1]), hold_of(entry.subjects[1])
    await cache.hold(first, 60)
    await cache.hold(second, 60)

    await cache.release(second)

    assert await cache.get(entry) is HELD
    await cache.release(first)
    assert isinstance(await cache.get(entry), Miss)


async def test_a_hold_ends_by_itself_and_what_was_kept_before_is_gone(cache: Cache, entry: Entry) -> None:
    await keep(cache, entry)
    before = await cache.get(entry)

    await cache.hold(hold_of(entry.subjects[1]), 0.02)

    answer = await cache.get(entry)
    while answer is HELD:
        answer = await cache.get(entry)
    assert isinstance(before, Hit)
    assert isinstance(answer, Miss)


async def test_a_release_without_a_hold_invalidates(cache: Cache, entry: Entry) -> None:
    await keep(cache, entry)

    await cache.release(hold_of(entry.subjects[1]))

    assert isinstance(await cache.get(entry), Miss)


async def test_holding_and_releasing_twice_is_doing_it_once(cache: Cache, entry: Entry) -> None:
    hold = hold_of(entry.subjects[1])
    await cache.hold(hold, 60)
    await cache.hold(hold, 60)
    await cache.release(hold)
    await cache.release(hold)

    await keep(cache, entry)


async def test_a_value_lives_for_its_time(cache: Cache, entry: Entry) -> None:
    short = Entry(entry.key, entry.subjects, 0.02)
    await cache.set(short, await miss(cache, short), b"value")

    while isinstance(await cache.get(short), Hit):
        await asyncio.sleep(0)

    assert isinstance(await cache.get(short), Miss)


class TestLease:
    async def test_one_asker_gets_it(self, cache: Cache, entry: Entry) -> None:
        answers = [await miss(cache, entry) for _ in range(3)]

        assert [answer.lease is not None for answer in answers] == [True, False, False]
        assert [answer.wait for answer in answers] == [False, True, True]

    async def test_it_ends_with_the_value(self, cache: Cache, entry: Entry) -> None:
        first = await miss(cache, entry)
        hold = hold_of(entry.subjects[1])
        await cache.set(entry, first, b"value")
        await cache.hold(hold, 60)
        await cache.release(hold)

        assert (await miss(cache, entry)).lease is not None

    async def test_it_ends_without_one_and_then_nobody_waits(self, cache: Cache, entry: Entry) -> None:
        await cache.give_up(entry, await miss(cache, entry))

        answers = [await miss(cache, entry) for _ in range(2)]
        assert [(answer.lease, answer.wait) for answer in answers] == [(None, False)] * 2

    async def test_after_a_write_there_may_be_something_to_keep(self, cache: Cache, entry: Entry) -> None:
        await cache.give_up(entry, await miss(cache, entry))
        await cache.release(hold_of(entry.subjects[1]))

        answers = [await miss(cache, entry) for _ in range(2)]
        assert [answer.lease is not None for answer in answers] == [True, False]
        assert [answer.wait for answer in answers] == [False, True]

    async def test_nobody_else_can_end_it(self, cache: Cache, entry: Entry) -> None:
        first, second = await miss(cache, entry), await miss(cache, entry)
        await cache.give_up(entry, second)
        await cache.give_up(entry, Miss(first.versions, "another", wait=False))

        assert (await miss(cache, entry)).wait

    async def test_it_ends_by_itself(self, cache: Cache, entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
        for module in ("memory", "scripts"):
            monkeypatch.setattr(f"mastra_store.cache.{module}.LEASE", 0.02)
        await miss(cache, entry)

        while (await miss(cache, entry)).lease is None:
            await asyncio.sleep(0)


async def test_no_cancellation_is_lost(cache: Cache, whole: str) -> None:
    """Nor while it connects: more calls at once than there are connections, each time on new ones."""
    for steps in range(30):
        await cache.close()
        tasks = [asyncio.create_task(cache.hold(hold_of(whole), 60)) for _ in range(30)]
        for _ in range(steps):
            await asyncio.sleep(0)
        running = [task for task in tasks if not task.done()]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

        assert all(task.cancelled() for task in running)


async def test_it_gives_a_sign_of_life(cache: Cache) -> None:
    await cache.ping()


async def test_it_can_be_used_after_it_was_closed(cache: Cache, entry: Entry) -> None:
    await cache.close()

    await keep(cache, entry)


async def test_calls_at_once_get_each_its_own_answer(cache: Cache, whole: str) -> None:
    entries = [Entry(f"{whole}:{n}", (whole,), 60) for n in range(200)]

    async def use(entry: Entry) -> None:
        await keep(cache, entry, entry.key.encode())

    await asyncio.gather(*map(use, entries))

    answers = await asyncio.gather(*map(cache.get, entries))
    assert answers == [Hit(entry.key.encode()) for entry in entries]


async def test_calls_that_are_cancelled_leave_no_answer_to_another(cache: Cache, whole: str) -> None:
    entries = [Entry(f"{whole}:{n}", (whole,), 60) for n in range(20)]
    for entry in entries:
        await keep(cache, entry, entry.key.encode())

    for steps in range(30):
        tasks = [asyncio.create_task(cache.get(entry)) for entry in entries]
        for _ in range(steps):
            await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        for entry, answer in zip(entries, answers, strict=True):
            assert isinstance(answer, asyncio.CancelledError) or answer == Hit(entry.key.encode())
