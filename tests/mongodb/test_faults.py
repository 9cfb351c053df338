"""A server that fails in the middle: no acknowledged write is lost, and no half of a transaction stays."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from mastra_store import (
    AccessDenied,
    CommitOutcomeUnknown,
    Conflict,
    MastraError,
    MongoStorage,
    QueryFailed,
    SchemaMissing,
    TransactionFailed,
    Unavailable,
)
from mastra_store.mongo.unit import MongoTransaction
from mastra_store.testing.builders import ids, message, thread
from mastra_store.testing.workflow_builders import snapshot
from tests.mongodb.commands import Commands
from tests.mongodb.faults import failing
from tests.requirements import skip_or_fail
from tests.servers import MissingServerError
from tests.servers.mongodb import MongoProcess, bundled_mongodb

TRANSIENT = {"errorCode": 251, "errorLabels": ["TransientTransactionError"]}
CONFLICT = {"errorCode": 112, "errorLabels": ["TransientTransactionError"]}
UNKNOWN = {"errorCode": 64, "errorLabels": ["UnknownTransactionCommitResult"]}


@pytest.fixture(scope="module")
def process() -> Iterator[MongoProcess]:
    try:
        with bundled_mongodb() as process:
            yield process
    except MissingServerError as missing:
        skip_or_fail("MongoDB", missing)


@pytest.fixture
def listener() -> Commands:
    return Commands()


@pytest.fixture
async def storage(process: MongoProcess, listener: Commands) -> AsyncIterator[MongoStorage]:
    with process.server.database() as url:
        async with MongoStorage(url, busy_timeout=2, event_listeners=[listener]) as storage:
            await storage.memory.save_thread(thread("t"))
            await storage.memory.save_messages("t", [message("stored")])
            await storage.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot())
            listener.sent.clear()
            yield storage


class TestOneCall:
    @pytest.mark.parametrize("fault", [CONFLICT, TRANSIENT, {"closeConnection": True}])
    @pytest.mark.parametrize("command", ["findAndModify", "update", "commitTransaction"])
    async def test_a_transaction_that_was_undone_is_tried_again(
        self, process: MongoProcess, storage: MongoStorage, command: str, fault: dict[str, object]
    ) -> None:
        with failing(process, command, **fault):
            await storage.memory.save_messages("t", [message("new")])

        assert ids(await storage.memory.get_messages("t")) == ["new", "stored"]

    async def test_a_commit_whose_end_is_unknown_is_sent_again(
        self, process: MongoProcess, storage: MongoStorage, listener: Commands
    ) -> None:
        with failing(process, "commitTransaction", times=3, **UNKNOWN):
            await storage.memory.save_messages("t", [message("new")])

        assert listener.names == ["findAndModify", "update"] + ["commitTransaction"] * 4
        assert ids(await storage.memory.get_messages("t")) == ["new", "stored"]

    async def test_a_commit_whose_end_stays_unknown_says_so(self, process: MongoProcess, storage: MongoStorage) -> None:
        with failing(process, "commitTransaction", times=1000, **UNKNOWN), pytest.raises(CommitOutcomeUnknown) as told:
            await storage.memory.save_messages("t", [message("new")])

        assert told.value.id == "MASTRA_STORAGE_MONGODB_SAVE_MESSAGES_COMMIT_OUTCOME_UNKNOWN"

    async def test_what_stays_in_the_way_is_a_conflict_in_the_end(
        self, process: MongoProcess, storage: MongoStorage
    ) -> None:
        with failing(process, "update", times=100_000, **CONFLICT), pytest.raises(Conflict):
            await storage.memory.save_messages("t", [message("new")])

        assert ids(await storage.memory.get_messages("t")) == ["stored"]

    async def test_another_error_is_not_tried_again_and_undone(
        self, process: MongoProcess, storage: MongoStorage, listener: Commands
    ) -> None:
        with failing(process, "update", errorCode=2), pytest.raises(QueryFailed) as told:
            await storage.memory.save_messages("t", [message("new")])

        assert told.value.details == {"code": 2}
        assert listener.names == ["findAndModify", "update", "abortTransaction"]
        assert ids(await storage.memory.get_messages("t")) == ["stored"]

    async def test_a_single_write_whose_connection_broke_is_done_once(
        self, process: MongoProcess, storage: MongoStorage
    ) -> None:
        with failing(process, "update", closeConnection=True):
            await storage.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot(status="success"))
        with failing(process, "findAndModify", closeConnection=True):
            context = await storage.workflows.update_workflow_results("daily", "run", step_id="s", result=[1])

        assert context["s"] == [1]
        assert len(await storage.workflows.list_runs(status="success")) == 1

    async def test_a_read_whose_connection_broke_is_tried_again(
        self, process: MongoProcess, storage: MongoStorage
    ) -> None:
        with failing(process, "aggregate", "find", closeConnection=True):
            assert ids(await storage.memory.list_messages("t")) == ["stored"]

    @pytest.mark.parametrize(
        ("code", "kind"),
        [(50, Unavailable), (13, AccessDenied), (43, Unavailable), (26, SchemaMissing), (2, QueryFailed)],
    )
    async def test_errors_are_told_apart_by_their_code(
        self, process: MongoProcess, storage: MongoStorage, code: int, kind: type[MastraError]
    ) -> None:
        with failing(process, "find", errorCode=code), pytest.raises(kind) as told:
            await storage.memory.get_thread_by_id("t")

        assert told.value.details == {"code": code}
        assert told.value.id.startswith("MASTRA_STORAGE_MONGODB_GET_THREAD_BY_ID_")
        assert told.value.__cause__ is not None


class TestUnitsOfWork:
    async def test_the_first_call_of_a_block_is_tried_again(self, process: MongoProcess, storage: MongoStorage) -> None:
        with failing(process, "findAndModify", times=3, **CONFLICT):
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", [message("new")])

        assert ids(await storage.memory.get_messages("t")) == ["new", "stored"]

    async def test_a_later_one_is_not(self, process: MongoProcess, storage: MongoStorage) -> None:
        with pytest.raises(Conflict):
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", [message("new")])
                with failing(process, "find", **TRANSIENT):
                    await tx.memory.get_thread_by_id("t")

        assert ids(await storage.memory.get_messages("t")) == ["stored"]

    @pytest.mark.parametrize("command", ["findAndModify", "find", "commitTransaction"])
    async def test_a_callback_is_called_again(self, process: MongoProcess, storage: MongoStorage, command: str) -> None:
        calls = 0

        async def work(tx: MongoTransaction) -> None:
            nonlocal calls
            calls += 1
            await tx.memory.save_messages("t", [message(f"call{calls}")])
            await tx.memory.get_thread_by_id("t")

        with failing(process, command, **TRANSIENT):
            await storage.transaction(work)

        assert ids(await storage.memory.get_messages("t")) == ["call2", "stored"]

    async def test_a_commit_whose_end_is_unknown_is_sent_again(
        self, process: MongoProcess, storage: MongoStorage
    ) -> None:
        with failing(process, "commitTransaction", times=3, **UNKNOWN):
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", [message("new")])

        assert ids(await storage.memory.get_messages("t")) == ["new", "stored"]

    async def test_a_swallowed_error_is_told_at_the_end(self, process: MongoProcess, storage: MongoStorage) -> None:
        with pytest.raises(TransactionFailed) as told:
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", [message("new")])
                with failing(process, "find", errorCode=2), pytest.raises(QueryFailed) as swallowed:
                    await tx.memory.get_thread_by_id("t")
                with pytest.raises(QueryFailed):
                    await tx.memory.get_threads()

        assert told.value.__cause__ is swallowed.value
        assert ids(await storage.memory.get_messages("t")) == ["stored"]


class TestAKilledServer:
    """Power fails while many write."""

    async def test_every_acknowledged_write_is_there_and_no_half_of_a_transaction(self) -> None:
        try:
            running = bundled_mongodb(durable=True)
            with running as process:
                await self._killed(process)
        except MissingServerError as missing:
            skip_or_fail("MongoDB", missing)

    async def _killed(self, process: MongoProcess) -> None:
        acknowledged: list[int] = []
        url = process.server.url_of("killed")

        async def write(storage: MongoStorage, number: int) -> None:
            async with storage.transaction() as tx:
                await tx.memory.save_messages(f"t{number}", [message(f"{number}a", thread_id=f"t{number}")])
                await tx.workflows.create_run(workflow_id="daily", run_id=f"{number}")
            acknowledged.append(number)

        async with MongoStorage(url, server_selection_timeout=1, busy_timeout=1) as storage:
            await storage.memory.get_threads()
            writers = [asyncio.create_task(write(storage, number)) for number in range(200)]
            while len(acknowledged) < 20:
                await asyncio.sleep(0)
            process.kill()
            results = await asyncio.gather(*writers, return_exceptions=True)

        assert {type(each) for each in results if each is not None} <= {Unavailable, CommitOutcomeUnknown}
        assert len(acknowledged) < 200
        process.start()
        async with MongoStorage(url) as storage:
            threads = {int(each.id[1:]) for each in await storage.memory.get_threads()}
            runs = {int(each.run_id) for each in await storage.workflows.list_runs()}
            messages = [await storage.memory.get_messages(f"t{number}") for number in threads]
        assert set(acknowledged) <= threads
        assert threads == runs
        assert {len(each) for each in messages} == {1}


class TestAServerThatIsAway:
    async def test_it_is_unavailable_and_its_password_is_not_shown(self) -> None:
        storage = MongoStorage("mongodb://ada:secret@127.0.0.1:1/agents", server_selection_timeout=0.1)

        with pytest.raises(Unavailable) as told:
            await storage.ping()
        await storage.close()

        assert "127.0.0.1:1" in told.value.message
        assert "agents" in told.value.message
        assert "secret" not in f"{told.value.message} {told.value.to_json()}"

    async def test_one_that_comes_back_is_used_again(self) -> None:
        try:
            running = bundled_mongodb(durable=True)
            with running as process:
                url = process.server.url_of("back")
                async with MongoStorage(url, server_selection_timeout=0.5, busy_timeout=0.5) as storage:
                    await storage.memory.save_messages("t", [message("a")])
                    process.kill()
                    with pytest.raises(Unavailable):
                        await storage.memory.save_messages("t", [message("b")])
                    process.start()
                    await asyncio.wait_for(_until_it_answers(storage), 60)

                    assert ids(await storage.memory.get_messages("t")) == ["a"]
        except MissingServerError as missing:
            skip_or_fail("MongoDB", missing)


async def _until_it_answers(storage: MongoStorage) -> None:
    while True:
        try:
            return await storage.ping()
        except Unavailable:
            continue
