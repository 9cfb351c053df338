"""Whoever wrote something reads it, whichever server answers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from mastra_store import Storage
from mastra_store.sql.replica import ASKED_AGAIN
from tests.replicas.conftest import Open
from tests.servers.postgres import Standby

HELLO = [{"role": "user", "content": "Hello"}]


async def save(storage: Storage) -> None:
    await storage.memory.save_messages("t", HELLO)


async def count(storage: Storage) -> int:
    return len(await storage.memory.get_messages("t"))


async def save_by_work(storage: Storage) -> None:
    await storage.memory.save_messages("t", HELLO)
    await storage.workflows.update_workflow_results("w", "r", step_id="s", result=1)


async def save_in_a_unit(storage: Storage) -> None:
    async with storage.transaction() as tx:
        await tx.memory.save_messages("t", HELLO)


async def save_by_a_callback(storage: Storage) -> None:
    async def work(tx: Any) -> None:
        await tx.memory.save_messages("t", HELLO)

    await storage.transaction(work)


@pytest.mark.parametrize("write", [save, save_by_work, save_in_a_unit, save_by_a_callback])
async def test_a_task_sees_what_it_wrote_and_no_other_has_to(
    opened: Open, standby: Standby, write: Callable[[Storage], Awaitable[None]]
) -> None:
    setting = await opened(standby)
    standby.pause()
    read = asyncio.Event()

    async def other() -> int:
        await count(setting.storage)
        await read.wait()
        return await count(setting.storage)

    others = asyncio.create_task(other())
    await asyncio.sleep(0)
    await write(setting.storage)
    read.set()

    assert [await count(setting.storage) for _ in range(3)] == [1, 1, 1]
    assert await others == 0


async def test_it_costs_no_round_trip_more(opened: Open, standby: Standby) -> None:
    setting = await opened(standby)
    storage = setting.storage

    assert (await setting.cost(save(storage)))[1] == 0
    standby.catch_up()
    assert await setting.cost(count(storage)) == (1, 0)  # the primary, which says how far it is
    assert await setting.cost(count(storage)) == (0, 1)  # the replica, which says that it has replayed that
    assert await setting.cost(count(storage)) == (0, 1)


async def test_writes_without_a_read_cost_nothing(opened: Open, standby: Standby) -> None:
    setting = await opened(standby)

    async def writes() -> None:
        for _ in range(5):
            await save(setting.storage)

    assert await setting.cost(writes()) == (5, 0)


async def test_a_replica_that_is_behind_is_not_asked_for_every_read(opened: Open, standby: Standby) -> None:
    setting = await opened(standby)
    standby.pause()
    await save(setting.storage)
    await count(setting.storage)

    async def reads() -> None:
        for _ in range(5):
            assert await count(setting.storage) == 1

    assert await setting.cost(reads()) == (5, 1)
    setting.clock.now += ASKED_AGAIN
    assert await setting.cost(reads()) == (5, 1)


async def test_tables_that_were_just_made_are_there_for_everybody(opened: Open, standby: Standby) -> None:
    standby.pause()
    setting = await opened(standby, ready=False)
    await setting.storage.init()
    [replica] = setting.database._replicas
    replica.take_in()

    assert await asyncio.create_task(count(setting.storage)) == 0
    assert not replica.left_out  # it was not blamed for it


class TestScopes:
    async def test_a_task_begins_with_what_its_starter_wrote(self, opened: Open, standby: Standby) -> None:
        setting = await opened(standby)
        standby.pause()
        await save(setting.storage)

        assert await asyncio.create_task(count(setting.storage)) == 1
        await count(setting.storage)  # the primary was asked
        assert await asyncio.create_task(count(setting.storage)) == 1

    async def test_in_a_block_all_tasks_see_what_one_of_them_wrote(self, opened: Open, standby: Standby) -> None:
        setting = await opened(standby)
        storage = setting.storage
        standby.pause()

        async with storage.session_scope():
            await asyncio.gather(save(storage), save(storage))
            inside = await count(storage)
            in_a_task = await asyncio.create_task(count(storage))

        assert (inside, in_a_task) == (2, 2)

    async def test_without_a_block_each_task_is_one(self, opened: Open, standby: Standby) -> None:
        setting = await opened(standby)
        standby.pause()

        await asyncio.create_task(save(setting.storage))

        assert await count(setting.storage) == 0

    @pytest.mark.parametrize("read_inside", [False, True])
    async def test_behind_a_block_its_writes_are_seen_too(
        self, opened: Open, standby: Standby, read_inside: bool
    ) -> None:
        setting = await opened(standby)
        storage = setting.storage
        standby.pause()

        async with storage.session_scope(), storage.session_scope():
            await asyncio.create_task(save(storage))
            if read_inside:
                await count(storage)

        assert await count(storage) == 1

    async def test_two_storages_have_scopes_of_their_own(self, opened: Open, standby: Standby) -> None:
        one, other = await opened(standby), await opened(standby)
        standby.pause()

        await save(one.storage)

        assert await count(other.storage) == 0

    async def test_a_write_that_failed_counts_as_written(self, opened: Open, standby: Standby) -> None:
        setting = await opened(standby)

        with pytest.raises(KeyError):
            async with setting.storage.transaction() as tx:
                await tx.memory.get_thread_by_id("t")
                raise KeyError

        assert await setting.cost(count(setting.storage)) == (1, 0)
