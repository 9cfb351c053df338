"""What every backend with units of work promises of them."""

import asyncio

import pytest

from ..errors import MastraError, NotFound, TransactionClosed
from ..storage import Storage
from ..transaction import Transaction
from .builders import ids, message, resource, thread

__all__ = [
    "TestConcurrentCallsInATransaction",
    "TestConcurrentTransactions",
    "TestReadOnlyTransaction",
    "TestSavepoint",
    "TestTransaction",
    "TestTransactionOfACallback",
]


class Oops(Exception):
    """Leaves a block to undo it."""


@pytest.mark.needs("transactions")
class TestTransaction:
    async def test_all_is_kept_at_the_end_of_the_block(self, storage: Storage) -> None:
        async with storage.transaction() as tx:
            await tx.memory.save_messages("t", [message("a")])
            await tx.memory.save_resource(resource("r"))

        assert ids(await storage.memory.get_messages("t")) == ["a"]
        assert await storage.memory.get_resource_by_id("r") == resource("r")

    async def test_nothing_is_kept_when_an_exception_leaves_the_block(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread("kept", title="Old"))

        with pytest.raises(Oops):
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", [message("a")])
                await tx.memory.update_thread("kept", title="New")
                raise Oops

        assert await storage.memory.get_threads() == [thread("kept", title="Old")]
        assert await storage.memory.get_messages("t") == []

    async def test_it_sees_what_it_wrote_and_others_do_not(self, storage: Storage) -> None:
        async with storage.transaction() as tx:
            await tx.memory.save_messages("t", [message("a")])

            inside = await tx.memory.get_messages("t")
            outside = await storage.memory.get_messages("t")

        assert (ids(inside), outside) == (["a"], [])

    async def test_every_call_of_a_storage_can_be_made_in_it(self, storage: Storage) -> None:
        async with storage.transaction() as tx:
            await tx.memory.create_thread(resource_id="r", thread_id="t")
            await tx.memory.save_messages("t", [message(f"{n}") for n in range(5)])
            await tx.memory.update_messages([{"id": "1", "role": "assistant"}])
            await tx.memory.delete_messages(["4"])
            await tx.memory.update_thread_metadata("t", lambda found: {"seen": found.title})
            await tx.memory.update_thread_resource_id("t", "s")
            await tx.memory.update_resource("s", working_memory="likes tea")
            cloned = await tx.memory.clone_thread("t", new_thread_id="copy")
            page = await tx.memory.list_messages("t", per_page=1, include=[{"id": "2", "withNextMessages": 1}])
            iterated = [each.id async for each in tx.memory.iter_messages("t", batch_size=2)]
            await tx.memory.delete_thread("copy")

        assert (ids(page), iterated) == (["0", "2", "3"], ["0", "1", "2", "3"])
        assert len(cloned.cloned_messages) == 4
        assert [(each.id, each.role) for each in await storage.memory.get_messages("t")] == [
            ("0", "user"), ("1", "assistant"), ("2", "user"), ("3", "user"),
        ]  # fmt: skip
        assert ids(await storage.memory.get_threads()) == ["t"]

    async def test_a_refusal_that_is_handled_inside_undoes_nothing(self, storage: Storage) -> None:
        async with storage.transaction() as tx:
            await tx.memory.save_messages("t", [message("a")])
            with pytest.raises(NotFound):
                await tx.memory.update_thread("unknown", title="New")
            with pytest.raises(NotFound):
                await tx.memory.save_messages(messages=[message("b", thread_id="unknown")])
            await tx.memory.save_messages("t", [message("c")])

        assert ids(await storage.memory.get_messages("t")) == ["a", "c"]

    async def test_errors_inside_have_the_ids_they_have_outside(self, storage: Storage) -> None:
        with pytest.raises(NotFound) as raised:
            async with storage.transaction() as tx:
                await tx.memory.update_thread("unknown", title="New")

        assert raised.value.id == f"MASTRA_STORAGE_{storage.memory.store}_UPDATE_THREAD_FAILED"

    async def test_after_its_end_it_says_that_it_is_closed(self, storage: Storage) -> None:
        async with storage.transaction() as tx:
            pass

        with pytest.raises(TransactionClosed):
            await tx.memory.save_messages("t", [message("a")])

        assert await storage.memory.get_threads() == []

    async def test_after_an_exception_it_is_closed_too(self, storage: Storage) -> None:
        with pytest.raises(Oops):
            async with storage.transaction() as tx:
                raise Oops

        with pytest.raises(TransactionClosed):
            await tx.memory.get_threads()

    async def test_an_empty_block_is_no_error(self, storage: Storage) -> None:
        async with storage.transaction():
            pass

        assert await storage.memory.get_threads() == []


@pytest.mark.needs("transactions")
class TestTransactionOfACallback:
    async def test_gives_what_the_callback_returned(self, storage: Storage) -> None:
        async def work(tx: Transaction) -> list[str]:
            await tx.memory.save_messages("t", [message("a")])
            return ids(await tx.memory.get_messages("t"))

        result = await storage.transaction(work)

        assert result == ["a"] == ids(await storage.memory.get_messages("t"))

    async def test_nothing_is_kept_when_it_raises(self, storage: Storage) -> None:
        async def work(tx: Transaction) -> None:
            await tx.memory.save_messages("t", [message("a")])
            raise Oops

        with pytest.raises(Oops):
            await storage.transaction(work)

        assert await storage.memory.get_threads() == []


@pytest.mark.needs("transactions")
class TestConcurrentCallsInATransaction:
    async def test_they_queue_and_are_all_kept(self, storage: Storage) -> None:
        async with storage.transaction() as tx:
            await asyncio.gather(*(tx.memory.create_thread(resource_id="r", thread_id=f"{n}") for n in range(20)))
            found = await asyncio.gather(*(tx.memory.get_thread_by_id(f"{n}") for n in range(20)))

        assert [each.id for each in found if each] == [f"{n}" for n in range(20)]
        assert len(await storage.memory.get_threads()) == 20

    async def test_they_are_all_undone(self, storage: Storage) -> None:
        with pytest.raises(Oops):
            async with storage.transaction() as tx:
                await asyncio.gather(*(tx.memory.save_messages("t", [message(f"{n}")]) for n in range(20)))
                raise Oops

        assert await storage.memory.get_threads() == []

    async def test_read_modify_write_calls_do_not_lose_each_other(self, storage: Storage) -> None:
        async with storage.transaction() as tx:
            await tx.memory.save_thread(thread("t"))
            await asyncio.gather(*(tx.memory.update_thread("t", metadata={f"k{n}": n}) for n in range(20)))

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert found.metadata == {f"k{n}": n for n in range(20)}


@pytest.mark.needs("transactions", "savepoints")
class TestSavepoint:
    async def test_it_is_undone_alone(self, storage: Storage) -> None:
        async with storage.transaction() as tx:
            await tx.memory.save_messages("t", [message("before")])
            with pytest.raises(Oops):
                async with tx.savepoint():
                    await tx.memory.save_messages("t", [message("inside")])
                    await tx.memory.delete_messages(["before"])
                    raise Oops
            await tx.memory.save_messages("t", [message("z after")])

        assert ids(await storage.memory.get_messages("t")) == ["before", "z after"]

    async def test_it_is_kept_with_the_transaction(self, storage: Storage) -> None:
        async with storage.transaction() as tx, tx.savepoint():
            await tx.memory.save_messages("t", [message("inside")])

        assert ids(await storage.memory.get_messages("t")) == ["inside"]

    async def test_it_is_undone_with_the_transaction(self, storage: Storage) -> None:
        with pytest.raises(Oops):
            async with storage.transaction() as tx:
                async with tx.savepoint():
                    await tx.memory.save_messages("t", [message("inside")])
                raise Oops

        assert await storage.memory.get_threads() == []

    async def test_one_inside_another(self, storage: Storage) -> None:
        async with storage.transaction() as tx, tx.savepoint():
            await tx.memory.save_messages("t", [message("outer")])
            with pytest.raises(Oops):
                async with tx.savepoint():
                    await tx.memory.save_messages("t", [message("inner")])
                    raise Oops
            await tx.memory.save_messages("t", [message("outer 2")])

        assert ids(await storage.memory.get_messages("t")) == ["outer", "outer 2"]

    async def test_several_one_after_the_other(self, storage: Storage) -> None:
        async with storage.transaction() as tx:
            for n in range(6):
                try:
                    async with tx.savepoint():
                        await tx.memory.save_messages("t", [message(f"{n}")])
                        if n % 2:
                            raise Oops
                except Oops:
                    pass

        assert ids(await storage.memory.get_messages("t")) == ["0", "2", "4"]

    async def test_concurrent_calls_inside_belong_to_it(self, storage: Storage) -> None:
        async with storage.transaction() as tx:
            await tx.memory.save_messages("t", [message("before")])
            with pytest.raises(Oops):
                async with tx.savepoint():
                    await asyncio.gather(*(tx.memory.save_messages("t", [message(f"{n}")]) for n in range(5)))
                    raise Oops

        assert ids(await storage.memory.get_messages("t")) == ["before"]

    async def test_calls_of_other_tasks_wait_until_it_ends(self, storage: Storage) -> None:
        entered = asyncio.Event()

        async def outsider(tx: Transaction) -> None:
            await entered.wait()
            await tx.memory.save_messages("t", [message("outsider")])

        async with storage.transaction() as tx:
            other = asyncio.create_task(outsider(tx))
            with pytest.raises(Oops):
                async with tx.savepoint():
                    entered.set()
                    # Each call gives the outsider a chance to slip in.
                    await asyncio.gather(*(tx.memory.save_messages("t", [message(f"{n}")]) for n in range(5)))
                    assert not other.done()
                    raise Oops
            await other

        assert ids(await storage.memory.get_messages("t")) == ["outsider"]

    async def test_concurrent_ones_take_turns(self, storage: Storage) -> None:
        async def work(tx: Transaction, n: int) -> None:
            async with tx.savepoint():
                await tx.memory.save_messages("t", [message(f"{n}")])
                await tx.memory.save_messages("t", [message(f"{n} again")])
                if n % 2:
                    raise Oops

        async with storage.transaction() as tx:
            results = await asyncio.gather(*(work(tx, n) for n in range(6)), return_exceptions=True)

        assert [type(each) for each in results] == [type(None), Oops] * 3
        assert ids(await storage.memory.get_messages("t")) == ["0", "0 again", "2", "2 again", "4", "4 again"]

    async def test_after_the_transaction_there_is_none(self, storage: Storage) -> None:
        async with storage.transaction() as tx:
            pass

        with pytest.raises(TransactionClosed):
            async with tx.savepoint():
                pass


@pytest.mark.needs("transactions")
class TestReadOnlyTransaction:
    async def test_it_reads(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a")])

        async with storage.transaction(read_only=True) as tx:
            found = await tx.memory.get_messages("t")

        assert ids(found) == ["a"]

    async def test_it_refuses_to_write(self, storage: Storage) -> None:
        with pytest.raises(MastraError) as refused:
            async with storage.transaction(read_only=True) as tx:
                await tx.memory.save_messages("t", [message("a")])

        assert "read-only" in refused.value.message
        assert await storage.memory.get_threads() == []

    async def test_others_write_beside_it(self, storage: Storage) -> None:
        async with storage.transaction(read_only=True) as tx:
            await tx.memory.get_threads()

            await storage.memory.save_messages("t", [message("a")])

        assert ids(await storage.memory.get_messages("t")) == ["a"]

    async def test_those_that_follow_may_write(self, storage: Storage) -> None:
        for n in range(8):
            async with storage.transaction(read_only=True) as tx:
                await tx.memory.get_threads()
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", [message(f"{n}")])

        assert len(await storage.memory.get_messages("t")) == 8


@pytest.mark.needs("transactions")
class TestConcurrentTransactions:
    async def test_each_is_kept_or_undone_as_a_whole(self, storage: Storage) -> None:
        async def work(n: int) -> None:
            async with storage.transaction() as tx:
                await tx.memory.save_messages(f"t{n}", [message(f"{n}a", thread_id=f"t{n}")])
                await tx.memory.save_messages(f"t{n}", [message(f"{n}b", thread_id=f"t{n}")])
                if n % 3 == 0:
                    raise Oops

        await asyncio.gather(*(work(n) for n in range(12)), return_exceptions=True)

        kept = {each.id: ids(await storage.memory.get_messages(each.id)) for each in await storage.memory.get_threads()}
        assert kept == {f"t{n}": [f"{n}a", f"{n}b"] for n in range(12) if n % 3}

    async def test_updates_of_one_thread_follow_each_other(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread("t"))

        async def work(n: int) -> None:
            async with storage.transaction() as tx:
                await tx.memory.update_thread("t", metadata={f"k{n}": n})

        await asyncio.gather(*(work(n) for n in range(12)))

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert found.metadata == {f"k{n}": n for n in range(12)}

    async def test_more_than_there_are_connections(self, storage: Storage) -> None:
        async def work(n: int) -> None:
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", [message(f"{n:02}")])

        await asyncio.gather(*(work(n) for n in range(60)))

        assert len(await storage.memory.get_messages("t")) == 60
