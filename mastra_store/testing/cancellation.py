"""What every backend promises of calls that are cancelled or timed out."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from ..storage import Storage
from .builders import ids, message, thread

__all__ = ["TestCancelledCalls"]

# Of the event loop, until a call is cancelled: dense at first, and then until calls come to their end.
STEPS = [*range(30), *range(30, 900, 30)]


class TestCancelledCalls:
    """A call that is cancelled leaves no connection taken and no transaction open."""

    async def test_a_call_cancelled_at_any_step(self, storage: Storage) -> None:
        for steps in STEPS:
            await _cancelled_after(steps, storage.memory.save_messages("t", [message(f"{steps}"), message("all")]))
            await _cancelled_after(steps, storage.memory.list_messages("t"))

        # Whether a cancelled call was done is unknown; that each was done as a whole is not.
        found = ids(await storage.memory.get_messages("t"))
        assert ("all" in found) == (len(found) > 1)
        await _works(storage)

    @pytest.mark.needs("transactions")
    async def test_a_unit_of_work_cancelled_at_any_step(self, storage: Storage) -> None:
        async def work(n: int) -> None:
            async with storage.transaction() as tx:
                await tx.memory.save_messages(f"t{n}", [message(f"{n}a", thread_id=f"t{n}")])
                await tx.memory.save_messages(f"t{n}", [message(f"{n}b", thread_id=f"t{n}")])

        for steps in STEPS:
            await _cancelled_after(steps, work(steps))

        kept = [ids(await storage.memory.get_messages(each.id)) for each in await storage.memory.get_threads()]
        assert all(len(each) == 2 for each in kept)
        await _works(storage)

    @pytest.mark.needs("transactions")
    async def test_a_call_cancelled_while_it_waits_for_a_lock(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread("t", title="Old"))

        async with storage.transaction() as tx:
            await tx.memory.update_thread("t", title="New")
            waiting = [asyncio.create_task(storage.memory.update_thread("t", title="Lost")) for _ in range(30)]
            await tx.memory.get_threads()
            for each in waiting:
                each.cancel()
            results = await asyncio.gather(*waiting, return_exceptions=True)

        assert {type(each) for each in results} == {asyncio.CancelledError}
        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert found.title == "New"
        await _works(storage)

    @pytest.mark.needs("transactions")
    async def test_a_unit_of_work_cancelled_in_its_block(self, storage: Storage) -> None:
        written = asyncio.Event()

        async def work() -> None:
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", [message("a")])
                written.set()
                await asyncio.Event().wait()

        for _ in range(30):
            task = asyncio.create_task(work())
            await written.wait()
            written.clear()
            task.cancel()
            await asyncio.wait([task])

        assert await storage.memory.get_threads() == []
        await _works(storage)

    @pytest.mark.needs("transactions")
    async def test_a_unit_of_work_that_timed_out(self, storage: Storage) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01), storage.transaction() as tx:
                await tx.memory.save_messages("t", [message("a")])
                await asyncio.Event().wait()

        assert await storage.memory.get_threads() == []
        await _works(storage)


async def _cancelled_after(steps: int, call: Awaitable[Any]) -> None:
    """Run a call for so many steps of the event loop, then cancel it and wait for its end."""
    task = asyncio.ensure_future(call)
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()


async def _works(storage: Storage) -> None:
    """More calls at once than any pool has connections, reading and writing."""
    await asyncio.gather(
        *(storage.memory.save_messages("works", [message(f"w{n}", thread_id="works")]) for n in range(40))
    )
    assert len(await storage.memory.get_messages("works")) == 40
