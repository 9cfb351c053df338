"""Which server answers: replicas, as long as they are fit to."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from mastra_store import InvalidArgument, PgStorage, Unavailable
from tests.replicas.conftest import Open
from tests.servers.postgres import Standby

HELLO = [{"role": "user", "content": "Hello"}]


class TestReads:
    async def test_reads_go_to_the_replica_and_all_else_to_the_primary(self, opened: Open, standby: Standby) -> None:
        setting = await opened(standby)
        memory, workflows = setting.storage.memory, setting.storage.workflows

        async def unit(read_only: bool) -> None:
            async with setting.storage.transaction(read_only=read_only) as tx:
                await tx.memory.get_thread_by_id("t")

        assert await setting.cost(memory.get_thread_by_id("t")) == (0, 1)
        assert await setting.cost(memory.list_messages("t")) == (0, 1)
        assert await setting.cost(workflows.list_workflow_runs()) == (0, 1)
        assert (await setting.cost(unit(read_only=True)))[1] == 0
        assert (await setting.cost(unit(read_only=False)))[1] == 0
        assert (await setting.cost(memory.save_messages("t", HELLO)))[1] == 0
        assert (await setting.cost(setting.storage.ping())) == (1, 0)

    async def test_two_replicas_share_them(self, opened: Open, new_standby: Callable[[], Standby]) -> None:
        setting = await opened(new_standby(), new_standby())

        async def reads() -> None:
            for _ in range(10):
                await setting.storage.memory.get_thread_by_id("t")

        assert await setting.cost(reads()) == (0, 5, 5)

    async def test_the_less_busy_replica_is_asked(self, opened: Open, new_standby: Callable[[], Standby]) -> None:
        setting = await opened(new_standby(), new_standby())
        busy, free = setting.database._replicas
        busy.in_flight += 3

        async def reads() -> None:
            for _ in range(10):
                await setting.storage.memory.get_thread_by_id("t")

        assert (await setting.cost(reads()))[1] == 0
        assert free.in_flight == 0

    async def test_a_cancelled_read_is_not_counted_as_busy_for_ever(self, opened: Open, standby: Standby) -> None:
        setting = await opened(standby)
        read = asyncio.create_task(setting.storage.memory.get_thread_by_id("t"))
        await asyncio.sleep(0)

        read.cancel()
        await asyncio.gather(read, return_exceptions=True)

        assert [each.in_flight for each in setting.database._replicas] == [0]


class TestBrokenReplicas:
    async def test_no_read_fails_when_a_replica_dies_and_it_comes_back_by_itself(
        self, opened: Open, standby: Standby
    ) -> None:
        setting = await opened(standby)
        storage = setting.storage
        await asyncio.gather(*(storage.memory.get_thread_by_id("t") for _ in range(8)))

        standby.kill()
        await asyncio.gather(*(storage.memory.get_thread_by_id("t") for _ in range(8)))
        assert await setting.cost(storage.memory.get_thread_by_id("t")) == (1, 0)

        standby.restart()
        standby.catch_up()
        assert await setting.cost(storage.memory.get_thread_by_id("t")) == (1, 0)  # its time is not up
        setting.clock.now += 2
        await storage.memory.get_thread_by_id("t")
        await setting.probed()
        await storage.memory.get_thread_by_id("t")
        assert await setting.cost(storage.memory.get_thread_by_id("t")) == (0, 1)

    async def test_it_is_left_out_for_longer_each_time(self, opened: Open, standby: Standby) -> None:
        setting = await opened(standby)
        storage, [replica] = setting.storage, setting.database._replicas
        standby.kill()
        times = []

        for _ in range(9):
            await storage.memory.get_thread_by_id("t")
            await setting.probed()
            times.append(replica._until - setting.clock.now)
            setting.clock.now = replica._until

        assert all(0.75 * 2**n <= time <= 1.25 * 2**n for n, time in enumerate(times[:6]))
        assert all(45 <= time <= 75 for time in times[6:])

    async def test_a_promoted_standby_answers_no_more(self, opened: Open, standby: Standby) -> None:
        setting = await opened(standby)
        storage = setting.storage
        await asyncio.create_task(_save(storage))
        standby.catch_up()

        standby.promote()
        setting.clock.now += 2
        before = await asyncio.create_task(_count(storage))
        await asyncio.create_task(_save(storage))
        after = await asyncio.create_task(_count(storage))

        assert (before, after) == (1, 2)
        assert await setting.cost(asyncio.create_task(_count(storage))) == (1, 0)

    async def test_a_storage_opens_without_its_replicas(self, opened: Open, standby: Standby) -> None:
        standby.kill()
        setting = await opened(standby, ready=False)

        await setting.storage.init()

        assert await setting.cost(setting.storage.memory.get_thread_by_id("t")) >= (1, 0)

    async def test_replicas_go_on_without_the_primary(self, opened: Open, standby: Standby) -> None:
        setting = await opened(standby)
        storage = setting.storage
        await asyncio.create_task(_save(storage))
        standby.catch_up()

        await setting.primary.cut()
        for _ in range(5):
            setting.clock.now += 20
            assert await asyncio.create_task(_count(storage)) == 1
        with pytest.raises(Unavailable):
            await storage.memory.save_messages("t", HELLO)

    async def test_reads_do_not_wait_for_a_primary_that_is_known_to_be_gone(
        self, opened: Open, standby: Standby
    ) -> None:
        setting = await opened(standby)
        await setting.primary.cut()
        setting.clock.now += 20
        await setting.storage.memory.get_thread_by_id("t")  # which waits, and learns that it is gone

        async with setting.database._asking_primary, asyncio.timeout(30):  # somebody asks it, and gets no answer
            setting.clock.now += 20
            await setting.storage.memory.get_thread_by_id("t")

        setting.clock.now += 20
        await setting.storage.memory.get_thread_by_id("t")
        assert setting.database._asking

    async def test_a_replica_without_the_tables_is_left_out(self, opened: Open, standby: Standby) -> None:
        standby.pause()
        setting = await opened(standby, ready=False)
        storage, [replica] = setting.storage, setting.database._replicas
        await storage.init()
        setting.database._made_at = 0  # as it is where another process has made them
        replica.take_in()

        assert await storage.memory.get_thread_by_id("t") is None
        assert replica.left_out

    async def test_closing_ends_what_asks_beside_the_reads(self, opened: Open, standby: Standby) -> None:
        setting = await opened(standby)
        standby.kill()
        await setting.storage.memory.get_thread_by_id("t")
        setting.clock.now += 2
        async with setting.database._asking_primary:  # which it waits for
            await setting.storage.memory.get_thread_by_id("t")
            [probe] = setting.database._asking

            await setting.storage.close()

        assert probe.cancelled()


class TestLag:
    async def test_a_replica_that_lags_is_left_out_and_comes_back(self, opened: Open, standby: Standby) -> None:
        setting = await opened(standby, max_lag=10)
        storage = setting.storage
        standby.pause()
        await asyncio.create_task(_save(storage))

        setting.clock.now += 2
        assert await asyncio.create_task(_count(storage)) == 0  # within max_lag
        setting.clock.now += 6
        assert await asyncio.create_task(_count(storage)) == 0  # of a moment 9 seconds ago it has everything
        setting.clock.now += 4
        assert await asyncio.create_task(_count(storage)) == 1
        assert (await setting.cost(asyncio.create_task(_count(storage))))[1] == 0

        standby.resume()
        standby.catch_up()
        setting.clock.now += 2
        await storage.memory.get_thread_by_id("t")
        await setting.probed()
        assert (await setting.cost(asyncio.create_task(_count(storage))))[1] == 1

    async def test_after_a_pause_the_replica_must_have_what_the_primary_has_now(
        self, opened: Open, standby: Standby
    ) -> None:
        setting = await opened(standby, max_lag=10)
        standby.pause()
        await asyncio.create_task(_save(setting.storage))

        setting.clock.now += 3600

        assert await asyncio.create_task(_count(setting.storage)) == 1

    async def test_looking_at_it_costs_the_primary_one_round_trip_in_an_interval(
        self, opened: Open, standby: Standby
    ) -> None:
        setting = await opened(standby, max_lag=10, lag_interval=5)

        async def reads() -> None:
            for _ in range(10):
                await setting.storage.memory.get_thread_by_id("t")

        assert await setting.cost(reads()) == (0, 10)
        setting.clock.now += 6
        assert await setting.cost(reads()) == (1, 10)


class TestOptions:
    async def test_primary_is_another_name_for_the_address(self, url: str, standby: Standby) -> None:
        replica = standby.url_of(url.rpartition("/")[2])

        async with PgStorage(primary=url, replicas=[replica]) as storage:
            await storage.memory.save_messages("t", HELLO)
            assert len(await storage.memory.get_messages("t")) == 1
        async with PgStorage(primary=url) as storage:
            assert len(await storage.memory.get_messages("t")) == 1

    @pytest.mark.parametrize(
        ("options", "argument"),
        [
            ({}, "connection_string"),
            ({"connection_string": "postgresql://a/b", "primary": "postgresql://a/b"}, "primary"),
            ({"primary": "postgresql://a/b", "replicas": "postgresql://c/b"}, "replicas"),
            ({"primary": "postgresql://a/b", "replicas": ["postgresql://c/b", None]}, "replicas[1]"),
            ({"primary": "postgresql://a/b", "replicas": ["postgresql://c/b"], "max_lag": 0}, "max_lag"),
            ({"primary": "postgresql://a/b", "replicas": ["postgresql://c/b"], "lag_interval": 6}, "lag_interval"),
        ],
    )
    def test_what_means_nothing_is_refused(self, options: dict[str, Any], argument: str) -> None:
        with pytest.raises(InvalidArgument) as caught:
            PgStorage(**options)

        assert caught.value.details["argument"] == argument


async def _save(storage: Any) -> None:
    await storage.memory.save_messages("t", HELLO)


async def _count(storage: Any) -> int:
    return len(await storage.memory.get_messages("t"))
