"""Who of a process may write, and when."""

import asyncio
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from hypothesis import given, strategies as st

from mastra_store import LockTimeout
from mastra_store.sql.write_turns import WriteTurns


async def steps(number: int = 20) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


def turns(timeout: float = 30) -> WriteTurns:
    return WriteTurns("a database", timeout)


async def holds(turn: AbstractAsyncContextManager[None], until: Awaitable[Any], log: list[str], name: str) -> None:
    async with turn:
        log.append(name)
        await until


async def test_single_statements_write_together() -> None:
    both = turns()

    async with both.together(), both.together():
        pass


async def test_a_unit_writes_alone() -> None:
    one, log, release = turns(), list[str](), asyncio.Event()
    tasks = [
        asyncio.create_task(holds(turn, release.wait(), log, name))
        for turn, name in [(one.alone(), "a"), (one.alone(), "b"), (one.together(), "c"), (one.together(), "d")]
    ]

    await steps()
    assert log == ["a"]
    release.set()
    await asyncio.gather(*tasks)
    assert log == ["a", "b", "c", "d"]


async def test_a_unit_that_waits_is_not_overtaken_for_ever() -> None:
    one, log, release = turns(), list[str](), asyncio.Event()
    tasks = [
        asyncio.create_task(holds(turn, release.wait(), log, name))
        for turn, name in [(one.together(), "a"), (one.alone(), "b"), (one.together(), "c")]
    ]

    await steps()
    assert log == ["a"]
    release.set()
    await asyncio.gather(*tasks)
    assert log == ["a", "b", "c"]


async def test_who_waits_for_too_long_is_told_and_does_not_stand_in_the_way() -> None:
    one = turns(timeout=0.01)
    async with one.together():
        with pytest.raises(LockTimeout, match="instead of tx"):
            async with one.alone():
                pass
        async with one.together():
            pass
    async with one.alone():
        pass


@given(
    kinds=st.lists(st.booleans(), min_size=2, max_size=8),
    cancelled=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 12)), max_size=6),
)
async def test_cancelled_at_any_moment_nobody_keeps_a_turn(kinds: list[bool], cancelled: list[tuple[int, int]]) -> None:
    one, inside = turns(), list[bool]()

    async def write(alone: bool) -> None:
        async with one.alone() if alone else one.together():
            assert not inside if alone else True not in inside
            inside.append(alone)
            try:
                await steps(2)
            finally:
                inside.remove(alone)

    tasks = [asyncio.create_task(write(alone)) for alone in kinds]
    for moment in range(13):
        for who, when in cancelled:
            if when == moment and who < len(tasks):
                tasks[who].cancel()
        await asyncio.sleep(0)
    results = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)

    assert {type(each) for each in results} <= {type(None), asyncio.CancelledError}
    async with asyncio.timeout(10), one.alone():
        assert inside == []
