"""What becomes of statements and transactions when the network, the server or another writer gets in the way."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from mastra_store.hrana import errors
from mastra_store.hrana.address import Address
from mastra_store.hrana.dbapi import AsyncDriver
from mastra_store.hrana.stream import Stream
from mastra_store.hrana.transport import AsyncTransport
from tests.servers.hrana_wire import CUT_AFTER, CUT_BEFORE, HranaWire, Requests, commits
from tests.servers.sqld import LibsqlServer, Sqld

SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT count(*) FROM n"


@pytest.fixture
def libsql_server(own_sqld: Sqld) -> Sqld:
    """Not the server of all tests: what is cut off here keeps its lock for a while."""
    return own_sqld


@asynccontextmanager
async def connected(url: str, token: str | None, **options: Any) -> AsyncIterator[AsyncDriver]:
    address = Address.of(url, token)
    driver = AsyncDriver(Stream(address, **options), AsyncTransport(address))
    try:
        yield driver
    finally:
        await driver.close()


@pytest.fixture
async def driver(libsql_server: LibsqlServer, wire: HranaWire) -> AsyncIterator[AsyncDriver]:
    """A connection over the wire, to a database with one table."""
    libsql_server.execute("CREATE TABLE t (a PRIMARY KEY)")
    async with connected(wire.url, libsql_server.full_access) as driver:
        yield driver


def stored(server: LibsqlServer) -> list[Any]:
    return [int(a) for [a] in server.execute("SELECT a FROM t ORDER BY a")[0]]


async def alone(driver: AsyncDriver, sql: str, *, reads: bool) -> list[Any]:
    return (await driver.run(driver.stream.run_alone(sql, reads=reads))).rows


def first(fault: Any, when: Callable[[Requests], bool] = lambda requests: True) -> Callable[[Requests], Any]:
    """A fault of the first pipeline for which ``when`` holds."""
    left = [fault]
    return lambda requests: left.pop() if left and when(requests) else None


class TestCommit:
    @pytest.mark.parametrize(("fault", "kept"), [(CUT_BEFORE, []), (CUT_AFTER, [1])])
    async def test_that_was_not_answered_is_told_as_unknown(
        self, driver: AsyncDriver, wire: HranaWire, libsql_server: LibsqlServer, fault: str, kept: list[int]
    ) -> None:
        wire.fault = first(fault, commits)
        await driver.execute("INSERT INTO t VALUES (1)")

        with pytest.raises(errors.OutcomeUnknown):
            await driver.commit()

        assert sum(map(commits, wire.pipelines)) == 1
        if fault == CUT_BEFORE:
            await asyncio.sleep(0)  # nobody may wait for the lock of a transaction that nobody ends, so read only
        assert stored_by_reading(libsql_server) == kept

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    async def test_that_a_proxy_answered_is_told_as_unknown(
        self, driver: AsyncDriver, wire: HranaWire, status: int
    ) -> None:
        wire.fault = first((status, "<html>"), commits)
        await driver.execute("INSERT INTO t VALUES (1)")

        with pytest.raises(errors.OutcomeUnknown):
            await driver.commit()

    async def test_that_the_server_refused_is_known(
        self, driver: AsyncDriver, wire: HranaWire, libsql_server: LibsqlServer
    ) -> None:
        wire.fault = first((400, "Received an invalid baton"), commits)
        await driver.execute("INSERT INTO t VALUES (1)")

        with pytest.raises(errors.TransactionLost):
            await driver.commit()

        assert stored_by_reading(libsql_server) == []


class TestStatementInATransaction:
    @pytest.mark.parametrize("fault", [CUT_BEFORE, CUT_AFTER, (502, "<html>")])
    async def test_that_was_not_answered_ends_the_transaction(
        self, driver: AsyncDriver, wire: HranaWire, fault: Any
    ) -> None:
        await driver.execute("INSERT INTO t VALUES (1)")
        wire.fault = first(fault)

        with pytest.raises(errors.ConnectionLost):
            await driver.execute("INSERT INTO t VALUES (2)")
        with pytest.raises(errors.TransactionLost):
            await driver.execute("INSERT INTO t VALUES (3)")
        with pytest.raises(errors.TransactionLost):
            await driver.commit()

    async def test_after_rolling_back_another_begins(
        self, driver: AsyncDriver, wire: HranaWire, libsql_server: LibsqlServer
    ) -> None:
        await driver.execute("SELECT 1")
        wire.fault = first(CUT_BEFORE)
        with pytest.raises(errors.ConnectionLost):
            await driver.execute("INSERT INTO t VALUES (2)")

        await driver.rollback()
        await driver.execute("INSERT INTO t VALUES (3)")
        await driver.commit()

        assert stored(libsql_server) == [3]

    async def test_that_failed_leaves_the_transaction_open(
        self, driver: AsyncDriver, libsql_server: LibsqlServer
    ) -> None:
        await driver.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(errors.IntegrityError):
            await driver.execute("INSERT INTO t VALUES (1)")
        await driver.execute("INSERT INTO t VALUES (2)")
        await driver.commit()

        assert stored(libsql_server) == [1, 2]

    async def test_of_a_server_that_was_restarted_is_lost(self, own_sqld: Sqld) -> None:
        own_sqld.execute("CREATE TABLE t (a)")
        async with connected(own_sqld.http, own_sqld.full_access) as driver:
            await driver.execute("INSERT INTO t VALUES (1)")
            own_sqld.kill()
            own_sqld.start()

            with pytest.raises(errors.ConnectionLost):
                await driver.commit()

            await driver.execute("INSERT INTO t VALUES (2)")
            await driver.commit()
            assert stored(own_sqld) == [2]

    async def test_of_a_server_that_is_gone_says_so(self, own_sqld: Sqld) -> None:
        own_sqld.execute("CREATE TABLE t (a)")
        async with connected(own_sqld.http, own_sqld.full_access) as driver:
            await driver.execute("INSERT INTO t VALUES (1)")
            own_sqld.kill()

            with pytest.raises(errors.ConnectionLost):
                await driver.execute("INSERT INTO t VALUES (2)")
            with pytest.raises(errors.TransactionLost):
                await driver.commit()
            with pytest.raises(errors.CannotConnect):
                await driver.execute("INSERT INTO t VALUES (3)")


class TestStatementAlone:
    async def test_that_reads_is_asked_once_more(self, driver: AsyncDriver, wire: HranaWire) -> None:
        wire.fault = first(CUT_AFTER)

        assert await alone(driver, "SELECT 1", reads=True) == [(1,)]
        assert len(wire.pipelines) == 2

    async def test_that_reads_is_asked_no_third_time(self, driver: AsyncDriver, wire: HranaWire) -> None:
        wire.fault = lambda requests: CUT_AFTER

        with pytest.raises(errors.ConnectionLost):
            await alone(driver, "SELECT 1", reads=True)
        assert len(wire.pipelines) == 2

    @pytest.mark.parametrize("fault", [CUT_BEFORE, CUT_AFTER, (502, "<html>")])
    async def test_that_writes_is_never_sent_again(self, driver: AsyncDriver, wire: HranaWire, fault: Any) -> None:
        wire.fault = first(fault)

        with pytest.raises(errors.OutcomeUnknown):
            await alone(driver, "INSERT INTO t VALUES (1)", reads=False)
        assert len(wire.pipelines) == 1

    async def test_is_sent_again_where_the_server_was_too_busy(
        self, driver: AsyncDriver, wire: HranaWire, libsql_server: LibsqlServer
    ) -> None:
        error = {"type": "error", "error": {"code": "SQLITE_BUSY", "message": "locked"}}
        busy = json.dumps({"results": [error], "baton": None, "base_url": None})
        faults: list[Any] = [(200, busy), (429, ""), (200, busy)]
        wire.fault = lambda requests: faults.pop() if faults else None

        await alone(driver, "INSERT INTO t VALUES (1)", reads=False)

        assert stored(libsql_server) == [1]
        assert len(wire.pipelines) == 4

    async def test_gives_up_when_the_server_stays_busy(self, libsql_server: LibsqlServer, wire: HranaWire) -> None:
        wire.fault = lambda requests: (429, "")
        async with connected(wire.url, libsql_server.full_access, busy_timeout=0.05) as driver:
            with pytest.raises(errors.Busy):
                await alone(driver, "SELECT 1", reads=True)

    async def test_to_nobody_was_not_sent(self, libsql_server: LibsqlServer) -> None:
        async with connected("http://127.0.0.1:1", None) as driver:
            with pytest.raises(errors.CannotConnect):
                await alone(driver, "DELETE FROM t", reads=False)

    async def test_to_something_else_is_told(self, driver: AsyncDriver, wire: HranaWire) -> None:
        wire.fault = lambda requests: (200, "<html>Welcome!</html>")

        with pytest.raises(errors.ConnectionLost, match="not Hrana"):
            await alone(driver, "SELECT 1", reads=True)


class TestOtherWriters:
    """Two clients at one server. That it gives a lock away after 5 s is its own doing, and pinned here."""

    async def test_whoever_waits_gets_the_lock_when_it_is_free(
        self, libsql_server: LibsqlServer, libsql_url: str
    ) -> None:
        libsql_server.execute("CREATE TABLE t (a)")
        async with two(libsql_server) as (one, other):
            await one.execute("INSERT INTO t VALUES (1)")
            waiting = asyncio.create_task(other.execute("INSERT INTO t VALUES (2)"))
            await one.execute("INSERT INTO t VALUES (3)")
            await one.commit()
            await waiting
            await other.commit()

        assert stored(libsql_server) == [1, 2, 3]

    async def test_a_transaction_is_robbed_after_five_seconds_and_is_told(
        self, libsql_server: LibsqlServer, libsql_url: str
    ) -> None:
        libsql_server.execute("CREATE TABLE t (a)")
        async with two(libsql_server) as (idle, waiting):
            await idle.execute("INSERT INTO t VALUES (1)")
            await waiting.execute("INSERT INTO t VALUES (2)")

            with pytest.raises(errors.TransactionLost) as told:
                await idle.commit()
            await waiting.commit()

        assert told.value.code == "TRANSACTION_TIMEOUT"
        assert stored(libsql_server) == [2]

    async def test_a_lock_is_waited_for_no_longer_than_was_asked(
        self, libsql_server: LibsqlServer, libsql_url: str
    ) -> None:
        libsql_server.execute("CREATE TABLE t (a)")
        async with two(libsql_server) as (idle, impatient):
            await idle.execute("INSERT INTO t VALUES (1)")

            with pytest.raises(errors.Busy):
                await impatient.run(impatient.stream.take_lock(0.1))
            await idle.commit()
            await impatient.run(impatient.stream.take_lock(0.1))

        assert stored(libsql_server) == [1]

    async def test_a_stream_that_is_idle_for_too_long_is_lost(
        self, libsql_server: LibsqlServer, libsql_url: str
    ) -> None:
        libsql_server.execute("CREATE TABLE t (a)")
        async with two(libsql_server) as (idle, _):
            await idle.execute("INSERT INTO t VALUES (1)")
            await asyncio.sleep(11)  # the server's own limit, which can not be set, is 10

            with pytest.raises(errors.TransactionLost) as told:
                await idle.execute("INSERT INTO t VALUES (2)")

        assert told.value.code == "STREAM_EXPIRED"
        assert stored(libsql_server) == []


class TestCancellation:
    async def test_ends_the_transaction_of_a_statement_that_takes_long(
        self, libsql_server: LibsqlServer, libsql_url: str
    ) -> None:
        libsql_server.execute("CREATE TABLE t (a)")
        async with two(libsql_server) as (slow, other):
            await slow.execute("INSERT INTO t VALUES (1)")
            await cancelled(slow.execute(SLOW))
            with pytest.raises(errors.TransactionLost):
                await slow.execute("INSERT INTO t VALUES (2)")

            await other.run(other.stream.take_lock(3))

        assert stored(libsql_server) == []

    async def test_closes_the_stream_of_an_answer_that_came_too_late(
        self, driver: AsyncDriver, wire: HranaWire, libsql_server: LibsqlServer
    ) -> None:
        asked = asyncio.Event()

        def tell(requests: Requests) -> None:
            asked.set()

        wire.fault = tell
        statement = asyncio.create_task(driver.execute("INSERT INTO t VALUES (1)"))
        await asked.wait()
        statement.cancel()
        await asyncio.wait([statement])
        await driver.close()  # which waits for what was abandoned

        assert statement.cancelled()
        assert [each["type"] for each in wire.pipelines[-1]] == ["close"]
        assert stored(libsql_server) == []


@asynccontextmanager
async def two(server: LibsqlServer) -> AsyncIterator[tuple[AsyncDriver, AsyncDriver]]:
    async with (
        connected(server.http, server.full_access, begin="BEGIN IMMEDIATE") as one,
        connected(server.http, server.full_access, begin="BEGIN IMMEDIATE") as other,
    ):
        yield one, other


def stored_by_reading(server: LibsqlServer) -> list[int]:
    """What is stored, asked without the lock, which may still be somebody's."""
    [[found]] = server.read("SELECT group_concat(a) FROM t")
    return [int(a) for a in found.split(",")] if found else []


async def cancelled(call: Awaitable[Any]) -> None:
    """Cancel a call once the server is at it."""
    task = asyncio.ensure_future(call)
    done, _ = await asyncio.wait([task], timeout=0.3)
    assert not done
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
