"""Units of work on MongoDB: what is tried again, and for how long; what a server without them means."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import pytest
from pymongo.asynchronous.collection import AsyncCollection

from mastra_store import (
    AlreadyExists,
    Conflict,
    MongoStorage,
    TransactionError,
)
from mastra_store.mongo.unit import MongoTransaction
from mastra_store.testing.builders import ids, message, thread
from mastra_store.testing.span_builders import span, span_ids
from mastra_store.testing.versioned_builders import CONFIGURATIONS, added, stored
from tests.mongodb.commands import Commands
from tests.requirements import skip_or_fail
from tests.servers import MissingServerError
from tests.servers.mongodb import MongoServer, bundled_mongodb

HELLO = {"role": "user", "content": "Hello"}


@pytest.fixture
async def storage(mongodb_url: str) -> AsyncIterator[MongoStorage]:
    async with MongoStorage(mongodb_url, busy_timeout=10) as storage:
        await storage.memory.save_thread(thread("t"))
        await storage.memory.save_thread(thread("u"))
        yield storage


class TestOthersWhoChangeTheSame:
    async def test_the_first_call_of_a_block_waits_for_them(self, storage: MongoStorage) -> None:
        changed, go_on = asyncio.Event(), asyncio.Event()

        async def other() -> None:
            async with storage.transaction() as tx:
                await tx.memory.update_thread("t", title="theirs", metadata={"theirs": 1})
                changed.set()
                await go_on.wait()

        async def ours() -> None:
            async with storage.transaction() as tx:
                waiting = asyncio.ensure_future(tx.memory.update_thread("t", metadata={"ours": 1}))
                await tried_again(storage)
                go_on.set()
                await waiting

        task = asyncio.create_task(other())
        await changed.wait()
        await ours()
        await task

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert (found.title, found.metadata) == ("theirs", {"theirs": 1, "ours": 1})

    async def test_a_later_call_raises_conflict_and_nothing_is_kept(self, storage: MongoStorage) -> None:
        async with storage.transaction() as other:
            await other.memory.update_thread("t", title="theirs")
            with pytest.raises(Conflict):
                async with storage.transaction() as tx:
                    await tx.memory.update_thread("u", title="ours")
                    await tx.memory.update_thread("t", title="ours")

        assert {each.title for each in await storage.memory.get_threads()} == {"theirs", ""}

    async def test_a_callback_is_called_again(self, storage: MongoStorage) -> None:
        calls = 0

        async def work(tx: MongoTransaction) -> str:
            nonlocal calls
            calls += 1
            await tx.memory.update_thread("u", metadata={f"call{calls}": 1})
            if calls == 1:
                await storage.memory.update_thread("t", title="theirs")  # after our snapshot was taken
            await tx.memory.update_thread("t", title="ours")
            return "done"

        assert await storage.transaction(work) == "done"
        found = await storage.memory.get_thread_by_id("u")
        assert found is not None
        assert (calls, found.metadata) == (2, {"call2": 1})

    async def test_a_callback_that_swallowed_the_conflict_is_called_again_too(self, storage: MongoStorage) -> None:
        calls = 0

        async def work(tx: MongoTransaction) -> None:
            nonlocal calls
            calls += 1
            await tx.memory.get_threads()
            if calls == 1:
                await storage.memory.update_thread("t", title="theirs")
            with suppress(Conflict):
                await tx.memory.update_thread("t", title="ours")

        await storage.transaction(work)

        assert calls == 2

    async def test_a_callback_s_own_error_is_not_tried_again(self, storage: MongoStorage) -> None:
        calls = 0

        async def work(tx: MongoTransaction) -> None:
            nonlocal calls
            calls += 1
            raise AlreadyExists("thing")

        with pytest.raises(AlreadyExists):
            await storage.transaction(work)

        assert calls == 1

    async def test_patience_has_an_end(self, mongodb_url: str) -> None:
        async with MongoStorage(mongodb_url, busy_timeout=0.2) as storage:
            await storage.memory.save_thread(thread("t"))
            async with storage.transaction() as other:
                await other.memory.update_thread("t", title="theirs")

                with pytest.raises(Conflict):
                    await storage.memory.update_thread("t", title="ours")
                with pytest.raises(Conflict):
                    async with storage.transaction() as tx:
                        await tx.memory.update_thread("t", title="ours")
                with pytest.raises(Conflict):
                    await storage.transaction(lambda tx: tx.memory.update_thread("t", title="ours"))

    async def test_an_agent_that_gets_a_version_can_not_be_deleted_meanwhile(
        self, storage: MongoStorage, mongodb_url: str
    ) -> None:
        await stored(storage)

        async with MongoStorage(mongodb_url, busy_timeout=0.1) as other, storage.transaction() as tx:
            version = await added(tx)
            with pytest.raises(Conflict):
                await other.agents.delete("e")

        assert await storage.agents.get_version(version.id) == version
        assert await storage.agents.get_by_id("e") is not None

    async def test_racing_callbacks_lose_nothing(self, storage: MongoStorage) -> None:
        async def count(tx: MongoTransaction) -> None:
            found = await tx.memory.get_thread_by_id("t")
            assert found is not None
            count = (found.metadata or {}).get("count", 0)
            await tx.memory.update_thread("t", metadata={"count": count + 1})

        await asyncio.gather(*(storage.transaction(count) for _ in range(20)))

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert found.metadata == {"count": 20}

    async def test_batches_that_share_spans_are_all_stored(self, storage: MongoStorage) -> None:
        forth = [span(f"{number:02}") for number in range(50)]

        await asyncio.gather(
            *(storage.observability.batch_create_spans(forth if number % 2 else forth[::-1]) for number in range(6)),
            *(storage.observability.create_span(span("49", output=number)) for number in range(6)),
        )

        trace = await storage.observability.get_trace("t")
        assert trace is not None
        assert span_ids(trace.spans) == span_ids(forth)

    async def test_a_batch_that_the_server_refuses_in_the_middle_leaves_nothing(self, mongodb_url: str) -> None:
        async with MongoStorage(mongodb_url) as storage:
            await storage.observability.create_span(span("s", input="kept"))
            await storage.database["mastra_ai_spans"].create_index("name", unique=True, name="theirs")

            with pytest.raises(AlreadyExists):
                await storage.observability.batch_create_spans(
                    [span("a", name="once"), span("b", name="twice"), span("c", name="twice"), span("s", input="lost")]
                )

            trace = await storage.observability.get_trace("t")
            assert trace is not None
            assert [(each.span_id, each.input) for each in trace.spans] == [("s", "kept")]


class TestCancellation:
    async def test_one_that_the_driver_swallowed_ends_the_call_all_the_same(
        self, storage: MongoStorage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """``asyncio.wait_for`` of Python 3.11 swallows one that comes when what it waits for is there."""
        asked = AsyncCollection.find_one_and_update

        async def swallowing(*arguments: Any, **options: Any) -> Any:
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            return await asked(*arguments, **options)

        monkeypatch.setattr(AsyncCollection, "find_one_and_update", swallowing)
        task = asyncio.create_task(storage.memory.update_thread("t", title="Lost"))
        await storage.ping()
        while not task.cancelling():
            await asyncio.sleep(0)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert found.title == ""


class TestSavepoints:
    async def test_there_are_no_savepoints(self, storage: MongoStorage) -> None:
        async with storage.transaction() as tx:
            with pytest.raises(TransactionError) as refused:
                tx.savepoint()
            await tx.memory.save_messages("t", [HELLO])

        assert "no savepoints" in refused.value.message
        assert len(await storage.memory.get_messages("t")) == 1


class TestCommandsOfTheCaller:
    async def test_the_session_takes_part(self, storage: MongoStorage) -> None:
        with pytest.raises(ZeroDivisionError):
            async with storage.transaction() as tx:
                await tx.database["invoices"].insert_one({"euros": 64}, session=tx.session)
                await tx.memory.save_messages("t", [HELLO])
                raise ZeroDivisionError
        async with storage.transaction() as tx:
            await tx.database["invoices"].insert_one({"euros": 90}, session=tx.session)

        assert [each["euros"] async for each in storage.database["invoices"].find()] == [90]
        assert await storage.memory.get_messages("t") == []


@pytest.fixture(scope="session")
def standalone() -> Iterator[MongoServer]:
    try:
        with bundled_mongodb(standalone=True) as process:
            yield process.server
    except MissingServerError as missing:
        skip_or_fail("MongoDB", missing)


@pytest.fixture
def standalone_url(standalone: MongoServer) -> Iterator[str]:
    with standalone.database() as url:
        yield url


class TestStandaloneServer:
    async def test_a_unit_of_work_is_refused_and_the_way_out_named(self, standalone_url: str) -> None:
        async with MongoStorage(standalone_url) as storage:
            with pytest.raises(TransactionError) as refused:
                async with storage.transaction():
                    pass
            with pytest.raises(TransactionError):
                await storage.transaction(lambda tx: tx.memory.get_threads())

        assert "replica set" in refused.value.message
        assert "allow_non_atomic=True" in refused.value.message

    async def test_it_can_be_had_without_being_undone(self, standalone_url: str) -> None:
        async with MongoStorage(standalone_url, allow_non_atomic=True) as storage:
            with pytest.raises(ZeroDivisionError):
                async with storage.transaction() as tx:
                    await tx.memory.save_messages("t", [HELLO])
                    with pytest.raises(TransactionError):
                        _ = tx.session
                    raise ZeroDivisionError

            assert len(await storage.memory.get_messages("t")) == 1

    async def test_calls_work_one_command_after_the_other(self, standalone_url: str) -> None:
        listener = Commands()
        async with MongoStorage(standalone_url, event_listeners=[listener]) as storage:
            await storage.memory.save_messages("t", [message("a"), message("b")])
            await storage.memory.update_messages([{"id": "a", "content": "changed"}])
            await storage.memory.update_thread("t", title="New", metadata={"a": 1})
            await storage.memory.update_thread_metadata("t", lambda found: {"title": found.title})
            await storage.memory.update_thread_resource_id("t", "s")
            copied = await storage.memory.clone_thread("t", new_thread_id="copy")
            await storage.memory.delete_messages(["b"])
            await storage.memory.delete_thread("copy")

            assert ids(await storage.memory.get_messages("t")) == ["a"]
            assert ids(await storage.memory.get_threads("s")) == ["t"]
            assert len(copied.cloned_messages) == 2
        assert "commitTransaction" not in listener.names

    async def test_agents_are_made_saved_and_deleted(self, standalone_url: str) -> None:
        async with MongoStorage(standalone_url) as storage:
            await storage.agents.create(id="e", **CONFIGURATIONS["agents"])
            before = await storage.agents.get_by_id("e")
            await storage.agents.create_version("e", **CONFIGURATIONS["agents"])
            same = await storage.agents.get_by_id("e")
            saved = await storage.agents.save_agent(id="e", **CONFIGURATIONS["agents"] | {"name": "New"})
            await storage.favorites.favorite(user_id="u", entity_type="agent", entity_id="e")
            await storage.agents.delete("e")

            assert (before, saved.name) == (same, "New")
            assert await storage.agents.count_versions("e") == 0
            assert await storage.favorites.list_favorited_ids(user_id="u", entity_type="agent") == []

    async def test_what_comes_first_is_what_a_repeated_call_mends(self, standalone_url: str) -> None:
        """A call that broke off between two commands can be made again."""
        listener = Commands()
        async with MongoStorage(standalone_url, event_listeners=[listener]) as storage:
            await storage.memory.save_messages("t", [message("a")])
            listener.sent.clear()
            await storage.memory.update_thread_resource_id("t", "s")
            await storage.memory.delete_thread("t")

        written = [next(iter(each.values())) for each in listener.sent if next(iter(each)) in ("update", "delete")]
        assert written == ["mastra_messages", "mastra_threads"] * 2


async def tried_again(storage: MongoStorage) -> None:
    """Give a call that waits some turns."""
    for _ in range(20):
        await storage.ping()
