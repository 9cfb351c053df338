"""Units of work: nothing is cached inside, and the cache learns what was written when it is committed, not before."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from mastra_store import CachedStorage, InvalidArgument, MastraCompositeStore, SqliteStorage, TransactionFailed
from mastra_store.models.memory import ThreadRow
from mastra_store.testing.builders import message, thread
from tests.cache.breakable import BreakableCache


class Oops(Exception):
    """Leaves a block to undo it."""


@pytest.fixture(autouse=True)
async def rows(storage: CachedStorage) -> None:
    """A thread, which is in the cache."""
    await storage.memory.save_thread(thread("t", title="Old"))
    await storage.memory.get_thread_by_id("t")


async def title(storage: Any, thread_id: str = "t") -> str | None:
    found = await storage.memory.get_thread_by_id(thread_id)
    return None if found is None else str(found.title)


async def test_inside_the_transaction_is_read_and_outside_the_cache(storage: CachedStorage, asked: list[str]) -> None:
    async with storage.transaction() as tx:
        await tx.memory.update_thread("t", title="New")
        asked.clear()

        assert (await title(tx), asked) == ("New", ["thread_by_id"])
        asked.clear()
        assert (await title(storage), asked) == ("Old", [])


async def test_what_is_read_inside_is_not_kept(storage: CachedStorage) -> None:
    with pytest.raises(Oops):
        async with storage.transaction() as tx:
            await tx.memory.save_thread(thread("u", title="Never"))
            assert await title(tx, "u") == "Never"
            raise Oops

    assert await title(storage, "u") is None


async def test_after_the_commit_the_new_value_is_read(storage: CachedStorage) -> None:
    async with storage.transaction() as tx:
        await tx.memory.update_thread("t", title="New")

    assert await title(storage) == "New"


async def test_a_callback_is_the_same(storage: CachedStorage) -> None:
    async def work(tx: Any) -> str:
        await tx.memory.update_thread("t", title="New")
        return "done"

    assert await storage.transaction(work) == "done"
    assert await title(storage) == "New"


async def test_what_was_rolled_back_touches_nothing(
    storage: CachedStorage, cache: BreakableCache, asked: list[str]
) -> None:
    cache.calls.clear()
    with pytest.raises(Oops):
        async with storage.transaction() as tx:
            await tx.memory.update_thread("t", title="Never")
            raise Oops

    assert cache.calls == []
    asked.clear()
    assert (await title(storage), asked) == ("Old", [])


async def test_a_swallowed_error_leaves_the_old_value(storage: CachedStorage) -> None:
    with pytest.raises(TransactionFailed):
        async with storage.transaction() as tx:
            await tx.memory.update_thread("t", title="Never")
            with pytest.raises(DBAPIError):
                await tx.session.execute(text("SELECT 1 FROM nowhere"))

    assert await title(storage) == "Old"


async def test_a_savepoint_that_was_undone_changes_nothing(storage: CachedStorage) -> None:
    async with storage.transaction() as tx:
        with pytest.raises(Oops):
            async with tx.savepoint():
                await tx.memory.update_thread("t", title="Never")
                raise Oops
        await tx.memory.save_thread(thread("u"))

    assert await title(storage) == "Old"


async def test_a_savepoint_that_was_kept_is_seen(storage: CachedStorage) -> None:
    async with storage.transaction() as tx, tx.savepoint():
        await tx.memory.update_thread("t", title="New")

    assert await title(storage) == "New"


async def test_the_cache_is_held_before_the_commit_and_released_after_it(
    storage: CachedStorage, inner: SqliteStorage, cache: BreakableCache
) -> None:
    seen = {}

    async def look(at: str) -> None:
        seen[at] = await title(inner)

    cache.before = {"hold": lambda: look("hold"), "release": lambda: look("release")}

    async with storage.transaction() as tx:
        await tx.memory.update_thread("t", title="New")

    assert seen == {"hold": "Old", "release": "New"}


async def test_changes_by_message_id_invalidate_the_domain(storage: CachedStorage) -> None:
    await storage.memory.save_messages("t", [message("a")])
    before = await storage.memory.get_thread_by_id("t")

    async with storage.transaction() as tx:
        await tx.memory.delete_messages(["a"])

    assert await storage.memory.get_thread_by_id("t") != before
    assert await storage.memory.get_thread_by_id("t") == await storage.wrapped.memory.get_thread_by_id("t")


async def test_what_the_session_writes_can_be_said(storage: CachedStorage) -> None:
    async with storage.transaction() as tx:
        await tx.session.execute(update(ThreadRow).values(title="New"))
        tx.invalidate("memory", thread_id="t")

    assert await title(storage) == "New"


async def test_what_the_session_writes_is_not_known_otherwise(storage: CachedStorage) -> None:
    async with storage.transaction() as tx:
        await tx.session.execute(update(ThreadRow).values(title="New"))

    assert await title(storage) == "Old"


async def test_what_can_not_be_invalidated_is_refused(storage: CachedStorage) -> None:
    async with storage.transaction() as tx:
        with pytest.raises(InvalidArgument):
            tx.invalidate("memory", run_id="run")


async def test_a_joined_session_commits_later_and_until_then_nothing_is_cached(
    storage: CachedStorage, asked: list[str]
) -> None:
    async with AsyncSession(storage.engine) as session, session.begin():
        async with storage.transaction(session=session) as tx:
            await tx.memory.update_thread("t", title="New")
        assert await title(storage) == "Old"
        asked.clear()
        assert (await title(storage), asked) == ("Old", ["thread_by_id"])

    assert await title(storage) == "New"


async def test_a_unit_that_is_cancelled_while_it_takes_hold_is_rolled_back(
    storage: CachedStorage, cache: BreakableCache
) -> None:
    holding, never = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        holding.set()
        await never.wait()

    async def work() -> None:
        async with storage.transaction() as tx:
            await tx.memory.update_thread("t", title="Never")

    cache.before["hold"] = hold
    task = asyncio.create_task(work())
    await holding.wait()
    task.cancel()
    await asyncio.wait([task])

    assert task.cancelled()
    assert await title(storage) == "Old"


async def test_a_call_that_is_cancelled_after_its_commit_still_invalidates(
    storage: CachedStorage, cache: BreakableCache
) -> None:
    releasing, go_on = asyncio.Event(), asyncio.Event()

    async def release() -> None:
        releasing.set()
        await go_on.wait()

    cache.before["release"] = release
    task = asyncio.create_task(storage.memory.update_thread("t", title="New"))
    await releasing.wait()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert await title(storage) == "New"  # from the database, since it is still held
    go_on.set()
    cache.before.clear()
    while not storage.counts.hits:  # sooner or later it is released, and cached again
        assert await title(storage) == "New"


async def test_a_composite_of_cached_domains_has_transactions(storage: CachedStorage) -> None:
    composite = MastraCompositeStore(memory=storage.memory, workflows=storage.workflows)

    async with composite.transaction() as tx:
        await tx.memory.update_thread("t", title="New")

    assert await title(composite) == "New"


async def test_a_composite_can_be_cached(inner: SqliteStorage, cache: BreakableCache, asked: list[str]) -> None:
    storage = CachedStorage(MastraCompositeStore(memory=inner), cache=cache)
    async with storage.transaction(domains=["memory"]) as tx:
        await tx.memory.update_thread("t", title="New")

    for _ in range(2):
        assert await title(storage) == "New"
        asked.clear()

    assert asked == []
