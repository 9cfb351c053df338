"""Units of work on a server: who is robbed, killed, cut off, and what remains."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from mastra_store import (
    CommitOutcomeUnknown,
    LibSQLStorage,
    LockTimeout,
    QueryFailed,
    Storage,
    TransactionLost,
    Unavailable,
    migrations,
)
from tests.conftest import our_tables
from tests.servers.hrana_wire import CUT_AFTER, CUT_BEFORE, HranaWire, commits, hrana_wire
from tests.servers.sqld import LibsqlServer, Sqld

HELLO = [{"id": "m", "role": "user", "content": "Hello"}]
SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT count(*) FROM n"


@pytest.fixture
def libsql_server(own_sqld: Sqld) -> Sqld:
    """Not the server of all tests: what is cut off here keeps its lock for a while."""
    return own_sqld


@pytest.fixture
def server(libsql_server: LibsqlServer) -> LibsqlServer:
    """A server with fresh tables."""
    libsql_server.migrated(*our_tables())
    return libsql_server


@pytest.fixture
async def storage(server: LibsqlServer) -> AsyncIterator[LibSQLStorage]:
    async with LibSQLStorage(server.url) as storage:
        yield storage


@pytest.fixture
async def wire(server: LibsqlServer) -> AsyncIterator[HranaWire]:
    async with hrana_wire(server.http) as wire:
        yield wire


@pytest.fixture
async def wired(server: LibsqlServer, wire: HranaWire) -> AsyncIterator[LibSQLStorage]:
    """A storage over the wire."""
    async with LibSQLStorage(wire.url, server.full_access) as storage:
        yield storage


@pytest.mark.parametrize(("fault", "done"), [(CUT_BEFORE, False), (CUT_AFTER, True)])
async def test_a_commit_without_an_answer_is_told_as_unknown(
    wired: LibSQLStorage, wire: HranaWire, server: LibsqlServer, fault: str, done: bool
) -> None:
    wire.fault = lambda requests: fault if commits(requests) else None

    with pytest.raises(CommitOutcomeUnknown, match="as a whole or not at all"):
        async with wired.transaction() as tx:
            await tx.memory.save_messages("t", HELLO)

    assert sum(map(commits, wire.pipelines)) == 1
    assert bool(server.read("SELECT 1 FROM mastra_messages")) == done


async def test_a_write_of_several_statements_without_an_answer_to_its_commit_is_unknown_too(
    wired: LibSQLStorage, wire: HranaWire, server: LibsqlServer
) -> None:
    wire.fault = lambda requests: CUT_AFTER if commits(requests) else None

    with pytest.raises(CommitOutcomeUnknown) as told:
        await wired.memory.save_messages("t", HELLO)

    assert told.value.id == "MASTRA_STORAGE_LIBSQL_SAVE_MESSAGES_COMMIT_OUTCOME_UNKNOWN"
    assert len(server.read("SELECT 1 FROM mastra_messages")) == 1


async def test_a_write_of_one_statement_without_an_answer_is_unknown_too(wired: LibSQLStorage, wire: HranaWire) -> None:
    wire.fault = lambda requests: CUT_AFTER
    before = len(wire.pipelines)

    with pytest.raises(CommitOutcomeUnknown):
        await wired.workflows.persist_workflow_snapshot("w", "r", snapshot={})

    assert len(wire.pipelines) == before + 1


async def test_a_read_without_an_answer_is_tried_once_more(wired: LibSQLStorage, wire: HranaWire) -> None:
    faults = [CUT_AFTER]
    wire.fault = lambda requests: faults.pop() if faults else None

    assert await wired.memory.get_messages("t") == []


async def test_a_statement_without_an_answer_ends_the_unit(
    wired: LibSQLStorage, wire: HranaWire, server: LibsqlServer
) -> None:
    with pytest.raises(Unavailable):
        async with wired.transaction() as tx:
            await tx.memory.save_messages("t", HELLO)
            wire.fault = lambda requests: CUT_BEFORE
            await tx.memory.get_messages("t")

    assert server.read("SELECT 1 FROM mastra_messages") == []


async def test_an_error_that_was_swallowed_does_not_let_the_rest_be_kept(
    wired: LibSQLStorage, wire: HranaWire, server: LibsqlServer
) -> None:
    faults = [CUT_BEFORE]
    with pytest.raises(TransactionLost):
        async with wired.transaction() as tx:
            await tx.memory.save_messages("t", HELLO)
            wire.fault = lambda requests: faults.pop() if faults else None
            with pytest.raises(Unavailable):
                await tx.memory.get_messages("t")
            await tx.memory.save_messages("t", [{"role": "user", "content": "alone"}])

    assert server.read("SELECT 1 FROM mastra_messages") == []


async def test_a_server_that_is_killed_and_restarted_keeps_nothing_of_the_unit(own_sqld: Sqld) -> None:
    migrations.upgrade(own_sqld.url)
    async with LibSQLStorage(own_sqld.url) as storage:
        await storage.memory.save_messages("kept", HELLO)
        with pytest.raises((TransactionLost, Unavailable)):
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", [{"role": "user", "content": "Hello"}])
                own_sqld.kill()
                own_sqld.start()
                await tx.memory.get_messages("t")

        assert await storage.memory.get_messages("t") == []
        assert len(await storage.memory.get_messages("kept")) == 1
        await storage.memory.save_messages("t", [{"role": "user", "content": "Hello again"}])
        assert len(await storage.memory.get_messages("t")) == 1


async def test_a_unit_that_takes_longer_than_five_seconds_is_robbed_by_another_client_and_told(
    storage: LibSQLStorage, server: LibsqlServer
) -> None:
    async with LibSQLStorage(server.url) as other:
        with pytest.raises(TransactionLost, match="keep units of work short") as told:
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", HELLO)
                await other.memory.save_messages("t", [{"id": "other", "role": "user", "content": "Mine"}])

        assert told.value.details["code"] == "TRANSACTION_TIMEOUT"
        assert [message.id for message in await other.memory.get_messages("t")] == ["other"]


async def test_writers_of_one_process_do_not_rob_each_other(server: LibsqlServer) -> None:
    async with LibSQLStorage(server.url, busy_timeout=6) as storage:
        async with storage.transaction() as tx:
            await tx.memory.save_messages("t", HELLO)
            for write in (
                storage.memory.save_messages("t", [{"role": "user", "content": "too late"}]),
                storage.workflows.persist_workflow_snapshot("w", "r", snapshot={}),
            ):
                with pytest.raises(LockTimeout, match="instead of tx"):
                    await asyncio.wait_for(write, 30)
                storage._database._turns._timeout = 0.1  # type: ignore[attr-defined]  # once is long enough

        assert len(await storage.memory.get_messages("t")) == 1


async def test_two_clients_that_fight_for_the_lock_lose_nothing(storage: LibSQLStorage, server: LibsqlServer) -> None:
    async def count_up(one: Storage) -> None:
        async with one.transaction() as tx:
            run = await tx.workflows.load_workflow_snapshot("w", "r")
            assert run is not None
            await tx.workflows.persist_workflow_snapshot("w", "r", snapshot={"n": run["n"] + 1})

    await storage.workflows.persist_workflow_snapshot("w", "r", snapshot={"n": 0})
    async with LibSQLStorage(server.url) as other:
        await asyncio.gather(*(count_up(one) for one in (storage, other) for _ in range(20)))

    assert await storage.workflows.load_workflow_snapshot("w", "r") == {"n": 40}


async def test_the_event_loop_goes_on_while_a_slow_query_runs(storage: LibSQLStorage) -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0)
            beats += 1

    heart = asyncio.create_task(beat())
    async with storage.transaction(read_only=True) as tx:
        before = beats
        await tx.session.execute(text(SLOW))
        during = beats - before
    heart.cancel()

    assert during > 1000


class TestReadOnlyUnit:
    async def test_refuses_writes(self, storage: LibSQLStorage, server: LibsqlServer) -> None:
        writes: list[Any] = [
            lambda tx: tx.memory.save_messages("t", HELLO),
            lambda tx: tx.session.execute(text("INSERT INTO mastra_threads (id) VALUES ('t')")),
            lambda tx: tx.session.execute(text("WITH x AS (SELECT 1) DELETE FROM mastra_threads")),
            lambda tx: tx.session.execute(text("CREATE TABLE t (a)")),
            lambda tx: tx.session.execute(text("REPLACE INTO mastra_threads (id) VALUES ('t')")),
        ]
        for write in writes:
            with pytest.raises(Exception, match="read-only"):
                async with storage.transaction(read_only=True) as tx:
                    await write(tx)

        assert server.read("SELECT 1 FROM mastra_threads") == []

    async def test_says_so_in_our_words(self, storage: LibSQLStorage) -> None:
        with pytest.raises(QueryFailed, match="read-only here"):
            async with storage.transaction(read_only=True) as tx:
                await tx.memory.save_messages("t", HELLO)

    async def test_reads_one_state(self, storage: LibSQLStorage) -> None:
        async with storage.transaction(read_only=True) as tx:
            before = await tx.memory.get_messages("t")
            await storage.memory.save_messages("t", HELLO)
            after = await tx.memory.get_messages("t")

        assert before == after == []

    async def test_waits_for_no_writer(self, storage: LibSQLStorage) -> None:
        async with storage.transaction() as writer:
            await writer.memory.save_messages("t", HELLO)
            async with storage.transaction(read_only=True) as tx:
                assert await tx.memory.get_messages("t") == []

    async def test_reads_by_with_too(self, storage: LibSQLStorage) -> None:
        async with storage.transaction(read_only=True) as tx:
            found = await tx.session.execute(text("WITH x AS (SELECT 1 AS a) SELECT a FROM x"))

        assert found.scalars().all() == [1]
