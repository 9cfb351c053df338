"""Addresses, options and what becomes of them; errors that show no password."""

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.monitoring import ConnectionPoolListener, PoolCreatedEvent

from mastra_store import InvalidArgument, MongoStorage, PoolTimeout, Unavailable, open_storage
from mastra_store.errors import masked
from mastra_store.testing.builders import ids, message, thread
from tests.mongodb.commands import Commands
from tests.mongodb.faults import failing
from tests.requirements import skip_or_fail
from tests.servers import MissingServerError
from tests.servers.mongodb import bundled_mongodb

SRV = "mongodb+srv://ada:secret@cluster.example.org/agents"
"""Nothing is looked up before the first call."""


class Pools(ConnectionPoolListener):
    """The options of the pools that a client made."""

    def __init__(self) -> None:
        self.options: dict[str, Any] = {}

    def pool_created(self, event: PoolCreatedEvent) -> None:
        self.options = event.options

    def _ignore(self, event: object) -> None: ...

    pool_ready = pool_cleared = pool_closed = connection_created = connection_ready = connection_closed = _ignore
    connection_check_out_started = connection_check_out_failed = connection_checked_out = connection_checked_in = (
        _ignore
    )


class TestAddresses:
    @pytest.mark.parametrize("url", ["mongodb://host/agents", "mongodb://h1:1,h2:2/agents?replicaSet=rs", SRV])
    def test_means_a_mongo_storage(self, url: str) -> None:
        storage = open_storage(url)

        assert isinstance(storage, MongoStorage)
        assert storage.database.name == "agents"

    @pytest.mark.parametrize(
        ("url", "name"),
        [
            ("mongodb://host/agents?w=1", "agents"),
            ("mongodb://host/a%20gents%C3%BC", "a gentsü"),
            ("mongodb://ada:p%40ss%2F@host/agents", "agents"),
        ],
    )
    def test_the_database_is_the_uri_s(self, url: str, name: str) -> None:
        if " " in name:
            with pytest.raises(InvalidArgument):
                MongoStorage(url)
        else:
            assert MongoStorage(url).database.name == name

    def test_another_can_be_named(self) -> None:
        assert MongoStorage("mongodb://host/agents", db_name="other").database.name == "other"
        assert MongoStorage("mongodb://host", db_name="other").database.name == "other"

    @pytest.mark.parametrize("url", ["mongodb://host", "mongodb://host/", "mongodb://host/?w=1"])
    def test_without_a_database_it_is_refused(self, url: str) -> None:
        with pytest.raises(InvalidArgument) as refused:
            MongoStorage(url)

        assert refused.value.details["argument"] == "db_name"

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "host/agents",
            "postgresql://ada:secret@host/agents",
            "mongodb://ada:secret%@host/agents",
            "mongodb://ada:sec/ret@host/agents",
            "mongodb://ada:secret@host:port/agents",
            "mongodb://ada:se:cret@host/agents",
            "mongodb://",
        ],
    )
    def test_what_can_not_be_read_is_refused_without_its_password(self, url: str) -> None:
        with pytest.raises(InvalidArgument) as refused:
            MongoStorage(url, db_name="agents")

        assert refused.value.details["argument"] == "uri"
        assert "secret" not in refused.value.message
        assert refused.value.__cause__ is None

    @pytest.mark.parametrize("name", ["a.b", "a b", "$a", "a/b", "x" * 64])
    def test_names_that_no_database_has_are_refused(self, name: str) -> None:
        with pytest.raises(InvalidArgument) as refused:
            MongoStorage("mongodb://host", db_name=name)

        assert refused.value.details["argument"] == "db_name"

    @pytest.mark.parametrize(
        "url",
        [
            "mongodb://ada:secret@host/agents",
            "mongodb+srv://ada:secret@host/agents?tlsCertificateKeyFilePassword=secret",
            "mongodb://host/?authMechanism=MONGODB-AWS&authMechanismProperties=AWS_SESSION_TOKEN:secret",
        ],
    )
    def test_passwords_are_masked(self, url: str) -> None:
        assert "secret" not in masked(url)


class TestOptions:
    @pytest.mark.parametrize(
        "options",
        [
            {"pool_size": 0},
            {"pool_size": True},
            {"pool_min": -1},
            {"pool_timeout": 0},
            {"command_timeout": -1},
            {"busy_timeout": 0},
            {"read_preference": "sometimes"},
            {"write_concern": 0},
            {"write_concern": True},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, options: dict[str, Any]) -> None:
        with pytest.raises(InvalidArgument) as refused:
            MongoStorage("mongodb://host/agents", **options)

        assert refused.value.details["argument"] == next(iter(options))

    def test_unacknowledged_writes_are_refused_in_the_uri_too(self) -> None:
        with pytest.raises(InvalidArgument) as refused:
            MongoStorage("mongodb://host/agents?w=0")

        assert refused.value.details["argument"] == "write_concern"

    @pytest.mark.parametrize(
        ("url", "options", "expected"),
        [
            ("", {}, {"waitQueueTimeoutMS": 30_000}),
            ("?maxPoolSize=7&waitQueueTimeoutMS=5", {}, {"maxPoolSize": 7, "waitQueueTimeoutMS": 5}),
            ("?maxPoolSize=7", {"pool_size": 3, "pool_min": 2}, {"maxPoolSize": 3, "minPoolSize": 2}),
            ("", {"pool_timeout": 0.5, "idle_timeout": 2}, {"waitQueueTimeoutMS": 500, "maxIdleTimeMS": 2000}),
        ],
    )
    async def test_the_storage_s_go_over_the_uri_s(
        self, mongodb_url: str, url: str, options: dict[str, Any], expected: dict[str, Any]
    ) -> None:
        pools = Pools()
        async with MongoStorage(mongodb_url + url, event_listeners=[pools], **options):
            pass

        in_seconds = {name: value / 1000 for name, value in expected.items()}
        found = {name: pools.options.get(name) for name in expected}
        assert all(value in (expected[name], in_seconds[name]) for name, value in found.items()), found

    @pytest.mark.parametrize(
        ("url", "options", "concern"),
        [
            ("", {}, {"w": "majority"}),
            ("?w=1", {}, {"w": 1}),
            ("?w=1&wtimeoutMS=500", {"write_concern": "majority"}, {"w": "majority", "wtimeout": 500}),
        ],
    )
    async def test_writes_wait_for_a_majority_unless_told_otherwise(
        self, mongodb_url: str, url: str, options: dict[str, Any], concern: dict[str, Any]
    ) -> None:
        listener = Commands()
        async with MongoStorage(mongodb_url + url, event_listeners=[listener], **options) as storage:
            await storage.memory.save_thread(thread())
            await storage.memory.save_messages("t", [message()])

        sent = {next(iter(each)): each.get("writeConcern") for each in listener.sent}
        assert sent["update"] in (concern, None)  # none inside of the transaction
        assert sent["commitTransaction"] == concern
        assert [each["writeConcern"] for each in listener.sent if "update" in each and "writeConcern" in each] == [
            concern
        ]

    async def test_one_connection_is_enough_for_units_of_work_beside_each_other(self, mongodb_url: str) -> None:
        """A transaction is a session's, not a connection's."""
        async with MongoStorage(mongodb_url, pool_size=1) as storage:
            await storage.memory.save_thread(thread())
            async with storage.transaction() as tx, storage.transaction() as other:
                await tx.memory.get_threads()
                await other.memory.get_threads()

                assert ids(await storage.memory.get_threads()) == ["t"]

    async def test_a_client_of_one_s_own_is_shared_and_stays_open(self, mongodb_url: str) -> None:
        name = mongodb_url.rpartition("/")[2]
        async with AsyncMongoClient[dict[str, Any]](mongodb_url) as client:
            async with MongoStorage(client, db_name=name) as storage:
                await storage.memory.save_messages("t", [message()])

            assert await client[name]["mastra_messages"].count_documents({}) == 1

    async def test_after_its_end_it_is_closed(self, mongodb_url: str) -> None:
        async with MongoStorage(mongodb_url) as storage:
            await storage.ping()

        with pytest.raises(Unavailable) as told:
            await storage.memory.get_threads()

        assert "closed" in told.value.message


class TestReadPreference:
    async def test_reads_go_where_it_says_and_follow_what_was_written(self, mongodb_url: str) -> None:
        listener = Commands()
        async with MongoStorage(
            mongodb_url, read_preference="secondaryPreferred", event_listeners=[listener]
        ) as storage:
            await storage.memory.save_messages("t", [message()])
            written = listener.sent[-1]
            listener.sent.clear()
            await storage.memory.get_messages("t")
            await storage.workflows.persist_workflow_snapshot("w", "r", snapshot={"context": {}})
            await storage.workflows.load_workflow_snapshot("w", "r")

        assert "commitTransaction" in written
        for read in (each for each in listener.sent if "find" in each):
            assert read["$readPreference"] == {"mode": "secondaryPreferred"}
            assert read["readConcern"]["level"] == "majority"
            assert read["readConcern"]["afterClusterTime"] is not None

    async def test_units_of_work_read_from_the_primary(self, mongodb_url: str) -> None:
        listener = Commands()
        url = f"{mongodb_url}?readPreference=nearest"
        async with MongoStorage(url, event_listeners=[listener]) as storage, storage.transaction() as tx:
            await tx.memory.get_threads()

        [read] = [each for each in listener.sent if "find" in each]
        assert read["startTransaction"] is True
        assert "$readPreference" not in read
        assert read["readConcern"]["level"] == "snapshot"

    async def test_without_one_reads_are_plain(self, mongodb_url: str) -> None:
        listener = Commands()
        async with MongoStorage(mongodb_url, event_listeners=[listener]) as storage:
            await storage.memory.get_thread_by_id("t")

        [read] = [each for each in listener.sent if "find" in each]
        assert not read.keys() & {"$readPreference", "readConcern"}


@pytest.fixture(scope="module")
def own_server() -> Any:
    try:
        with bundled_mongodb() as process:
            yield process
    except MissingServerError as missing:
        skip_or_fail("MongoDB", missing)


class TestTimeouts:
    async def test_a_command_that_takes_too_long_is_given_up(self, own_server: Any) -> None:
        with own_server.server.database() as url:
            async with MongoStorage(url, command_timeout=5) as storage:
                await storage.memory.get_threads()
            async with MongoStorage(url, command_timeout=1, create_schema="never") as storage:
                await storage.memory.get_threads()
                with (
                    failing(own_server, "find", blockConnection=True, blockTimeMS=3000),
                    pytest.raises(Unavailable),
                ):
                    await storage.memory.get_threads()

    async def test_a_connection_that_does_not_become_free_is_told(self, own_server: Any) -> None:
        with own_server.server.database() as url:
            async with MongoStorage(url, pool_size=1, pool_timeout=0.05) as storage:
                await storage.memory.get_threads()
                with failing(own_server, "find", blockConnection=True, blockTimeMS=1500):
                    calls = [storage.memory.get_threads() for _ in range(2)]
                    results = await asyncio.gather(*calls, return_exceptions=True)

        assert {type(each) for each in results} == {list, PoolTimeout}


def test_without_pymongo_the_extra_is_named() -> None:
    program = (
        "import importlib.util as u, sys\n"
        "found = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'pymongo' else found(name, *rest)\n"
        "from mastra_store import MongoStorage\n"
        "try:\n    MongoStorage('mongodb://host/agents')\n"
        "except ModuleNotFoundError as error:\n    print(error)\n"
        "print('pymongo' in sys.modules)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ['MongoStorage needs pymongo: pip install "mastra-store[mongodb]"', "False"]
