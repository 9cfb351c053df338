"""The cache in memory keeps what was used last, in so many bytes."""

import tracemalloc

from hypothesis import given, strategies as st

from mastra_store import MemoryCache
from mastra_store.cache.base import HELD, Entry, Hit, Hold, Miss
from mastra_store.testing.strategies import MODEST


def entry(name: str) -> Entry:
    return Entry(f"value {name}", ("whole", f"thread {name}"), 60)


async def keep(cache: MemoryCache, name: str, value: bytes) -> None:
    miss = await cache.get(entry(name))
    assert isinstance(miss, Miss)
    await cache.set(entry(name), miss, value)


async def kept(cache: MemoryCache, name: str) -> bool:
    return isinstance(await cache.get(entry(name)), Hit)


async def test_what_was_not_used_for_longest_goes_first() -> None:
    cache = MemoryCache(10_000)
    for name in "abc":
        await keep(cache, name, b"x" * 2000)
    assert await kept(cache, "a")

    await keep(cache, "d", b"x" * 2000)

    assert [await kept(cache, name) for name in "acd"] == [True, True, True]
    assert not await kept(cache, "b")


async def test_a_value_larger_than_the_cache_is_not_kept() -> None:
    cache = MemoryCache(5000)
    await keep(cache, "a", b"x" * 100)

    await keep(cache, "b", b"x" * 6000)

    assert not await kept(cache, "b")
    assert cache.size <= 5000


async def test_a_held_subject_is_never_forgotten() -> None:
    cache = MemoryCache(2000)
    await cache.hold(Hold("w", ("thread a",)), 60)

    for n in range(100):
        await keep(cache, f"{n}", b"x" * 500)

    assert await cache.get(entry("a")) is HELD


async def test_a_subject_that_was_forgotten_does_not_bring_old_values_back() -> None:
    cache = MemoryCache(3000)
    miss = await cache.get(entry("a"))
    assert isinstance(miss, Miss)
    for n in range(100):
        await keep(cache, f"{n}", b"x" * 500)

    await cache.set(entry("a"), miss, b"old")

    assert not await kept(cache, "a")


@MODEST
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3000), st.booleans())), st.integers(500, 20_000))
async def test_it_never_takes_more_than_it_may(uses: list[tuple[int, int, bool]], most: int) -> None:
    cache = MemoryCache(most)

    for number, length, write in uses:
        name = f"{number}"
        if write:
            hold = Hold("w", (f"thread {name}",))
            await cache.hold(hold, 60)
            await cache.release(hold)
        answer = await cache.get(entry(name))
        if isinstance(answer, Miss):
            await cache.set(entry(name), answer, b"x" * length)
        assert cache.size <= most or len(cache._items) == 1
        assert cache.size == sum(item.size for item in cache._items.values())


async def test_its_bytes_are_those_that_python_takes() -> None:
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    cache = MemoryCache(2**30)
    for n in range(5000):
        await keep(cache, f"{n}", bytes(bytearray(500)))
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert 0.5 < (after - before) / cache.size < 1.5


async def test_clearing_forgets_values_and_no_holds() -> None:
    cache = MemoryCache()
    await keep(cache, "a", b"value")
    await cache.hold(Hold("w", ("thread b",)), 60)

    cache.clear()

    assert not await kept(cache, "a")
    assert await cache.get(entry("b")) is HELD


async def test_leases_that_expired_are_swept_out() -> None:
    now = 0.0
    cache = MemoryCache(clock=lambda: now)
    for n in range(5000):
        miss = await cache.get(entry(f"{n}"))
        assert isinstance(miss, Miss)
        await cache.give_up(entry(f"{n}"), miss)
        now += 0.01

    assert len(cache._leases) <= 1000
