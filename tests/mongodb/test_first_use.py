"""What a storage does with the collections and indexes that it finds on first use."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pymongo
import pytest

from mastra_store import Conflict, InvalidArgument, MongoStorage, SchemaBehind, SchemaMissing, export_schemas
from mastra_store.documents import load_all
from mastra_store.documents.memory import THREADS
from mastra_store.documents.observability import METRICS
from mastra_store.testing.builders import NOON
from mastra_store.testing.span_builders import span
from tests.mongodb.commands import Commands

GOLDEN = Path(__file__).parent.parent / "golden"
HELLO = {"id": "m", "role": "user", "content": "Hello"}

Database = pymongo.database.Database[dict[str, Any]]


@pytest.fixture
def database(mongodb_url: str) -> Any:
    """The fresh database, by the driver."""
    with pymongo.MongoClient(mongodb_url) as client:
        yield client.get_default_database()


async def test_an_empty_database_gets_every_collection_with_its_indexes(mongodb_url: str, database: Database) -> None:
    async with MongoStorage(mongodb_url) as storage:
        assert storage.schema_state == "created"

    assert catalog(database) == declared()


async def test_a_database_that_has_them_is_left_alone(mongodb_url: str) -> None:
    async with MongoStorage(mongodb_url):
        pass

    listener = Commands()
    async with MongoStorage(mongodb_url, event_listeners=[listener]) as storage:
        await storage.memory.save_messages("t", [HELLO])

        assert storage.schema_state == "current"
        assert "createIndexes" not in listener.names


async def test_many_at_once_are_no_error(mongodb_url: str, database: Database) -> None:
    storages = [MongoStorage(mongodb_url) for _ in range(8)]

    await asyncio.gather(
        *(each.memory.save_messages("t", [{**HELLO, "id": f"{n}"}]) for n, each in enumerate(storages))
    )

    assert catalog(database) == declared()
    assert len(await storages[0].memory.get_messages("t")) == 8
    for each in storages:
        await each.close()


async def test_collections_that_are_missing_are_made_beside_those_of_others(
    mongodb_url: str, database: Database
) -> None:
    database["invoices"].insert_one({"euros": 64})
    database["mastra_threads"].create_index("id", unique=True)

    async with MongoStorage(mongodb_url) as storage:
        await storage.memory.save_messages("t", [HELLO])

    found = catalog(database)
    assert found.pop("invoices") == set()
    assert found == declared()


async def test_collections_get_the_indexes_they_lack_when_their_domain_is_first_used(
    mongodb_url: str, database: Database
) -> None:
    for collection in load_all():
        database[collection.name].create_index("createdAt", name="theirs")

    async with MongoStorage(mongodb_url) as storage:
        await storage.memory.get_threads()

    found = catalog(database)
    assert found["mastra_threads"] == declared()["mastra_threads"] | {("theirs", False)}
    assert found["mastra_messages"] == declared()["mastra_messages"] | {("theirs", False)}
    assert found["mastra_workflow_snapshot"] == {("theirs", False)}


class TestIndexesThatAreMadeDuringAUnitOfWork:
    """A transaction can not see what is made after it began."""

    @pytest.fixture(autouse=True)
    def without_indexes(self, database: Database) -> None:
        for collection in load_all():
            database[collection.name].insert_one({"id": "theirs", "workflow_name": "theirs"})

    async def test_before_its_first_call_they_are_no_matter(self, mongodb_url: str, database: Database) -> None:
        async with MongoStorage(mongodb_url) as storage:
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", [HELLO])

            assert len(await storage.memory.get_messages("t")) == 1

    async def test_later_they_are_a_conflict_once(self, mongodb_url: str) -> None:
        async with MongoStorage(mongodb_url) as storage:
            with pytest.raises(Conflict):
                async with storage.transaction() as tx:
                    await tx.memory.save_messages("t", [HELLO])
                    await tx.workflows.create_run(workflow_id="daily", run_id="run")
            before = await storage.memory.get_messages("t")
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", [HELLO])
                await tx.workflows.create_run(workflow_id="daily", run_id="run")

            assert (before, len(await storage.memory.get_messages("t"))) == ([], 1)
            assert await storage.workflows.get_run("run") is not None

    async def test_a_callback_is_called_again(self, mongodb_url: str) -> None:
        async def work(tx: Any) -> None:
            await tx.memory.save_messages("t", [HELLO])
            await tx.workflows.create_run(workflow_id="daily", run_id="run")

        async with MongoStorage(mongodb_url) as storage:
            await storage.transaction(work)

            assert len(await storage.memory.get_messages("t")) == 1
            assert await storage.workflows.get_run("run") is not None


async def test_an_index_of_another_name_is_as_good(mongodb_url: str, database: Database) -> None:
    database["mastra_threads"].create_index("id", unique=True, name="mine")

    async with MongoStorage(mongodb_url) as storage:
        await storage.memory.get_threads()

    names = {name for name, _ in catalog(database)["mastra_threads"]}
    assert "mine" in names
    assert "id_1" not in names


@pytest.mark.parametrize(
    "existing",
    [
        {"keys": "id"},
        {"keys": "id", "unique": True, "sparse": True},
        {"keys": "id", "unique": True, "partialFilterExpression": {"title": {"$exists": True}}},
        {"keys": "title", "name": "id_1"},
    ],
)
async def test_an_index_that_contradicts_is_told_with_both_definitions_and_stays(
    mongodb_url: str, database: Database, existing: dict[str, Any]
) -> None:
    database["mastra_threads"].create_index(**existing)
    before = catalog(database)["mastra_threads"]

    with pytest.raises(SchemaBehind) as told:
        async with MongoStorage(mongodb_url) as storage:
            await storage.memory.save_messages("t", [HELLO])

    assert '{"key": {"id": 1}, "name": "id_1", "unique": true}' in told.value.message
    assert "has the index {" in told.value.message
    assert told.value.details == {"collection": "mastra_threads", "index": "id_1"}
    assert catalog(database)["mastra_threads"] == before
    assert database["mastra_threads"].find_one() is None


async def test_documents_with_one_key_are_told(mongodb_url: str, database: Database) -> None:
    database["mastra_threads"].insert_many([{"id": "t"}, {"id": "t"}])

    with pytest.raises(SchemaBehind) as told:
        async with MongoStorage(mongodb_url) as storage:
            await storage.memory.get_threads()

    assert "documents with the same key" in told.value.message


class TestNever:
    async def test_an_empty_database_is_refused_and_stays_empty(self, mongodb_url: str, database: Database) -> None:
        with pytest.raises(SchemaMissing) as refused:
            async with MongoStorage(mongodb_url, create_schema="never"):
                pass

        assert "schema/mongodb.json" in refused.value.message
        assert database.list_collection_names() == []

    async def test_what_an_export_made_is_used(self, mongodb_url: str, database: Database) -> None:
        for command in json.loads(export_schemas(dialect="mongodb")):
            database.command(command)

        listener = Commands()
        async with MongoStorage(mongodb_url, create_schema="never", event_listeners=[listener]) as storage:
            await storage.memory.save_messages("t", [HELLO])
            await storage.workflows.create_run(workflow_id="daily", run_id="run")

        assert "createIndexes" not in listener.names
        assert catalog(database) == declared()

    async def test_a_missing_unique_index_is_refused(self, mongodb_url: str, database: Database) -> None:
        database["mastra_threads"].create_index("createdAt")

        with pytest.raises(SchemaMissing) as refused:
            async with MongoStorage(mongodb_url, create_schema="never") as storage:
                await storage.memory.get_threads()

        assert "id_1" in refused.value.message
        assert catalog(database) == {"mastra_threads": {("createdAt_1", False)}}

    async def test_a_database_of_mastra_has_spans_and_no_metrics_until_somebody_makes_their_collection(
        self, mongodb_url: str, database: Database
    ) -> None:
        commands = json.loads(export_schemas(dialect="mongodb"))
        ours, mastras = (
            [each for each in commands if (each["createIndexes"] == METRICS.name) is is_ours]
            for is_ours in (True, False)
        )
        for command in mastras:
            database.command(command)

        async with MongoStorage(mongodb_url, create_schema="never") as storage:
            await storage.observability.create_span(span())
            with pytest.raises(SchemaMissing, match=METRICS.name) as refused:
                await storage.observability.record_metric("tokens", 1)
            async with storage.transaction() as tx:
                await tx.observability.create_span(span(ended_at=NOON))
                with pytest.raises(SchemaMissing):
                    await tx.observability.record_metric("tokens", 1)
            await storage.memory.get_threads()
            there = METRICS.name in database.list_collection_names()
            for command in ours:
                database.command(command)
            recorded = await storage.observability.record_metric("tokens", 1)

            assert (await storage.observability.list_metrics()).items == (recorded,)
            assert (await storage.observability.list_traces(status="success")).total == 1
        assert not there
        assert "id_1" in refused.value.message

    async def test_another_missing_index_is_a_warning(
        self, mongodb_url: str, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        for collection in load_all():
            for index in (each for each in collection.indexes if each.unique or collection != THREADS):
                database[collection.name].create_index(list(index.keys), unique=index.unique)

        with caplog.at_level(logging.WARNING, "mastra_store"):
            async with MongoStorage(mongodb_url, create_schema="never") as storage:
                await storage.memory.get_threads()
                await storage.memory.get_threads()

        [record] = caplog.records
        assert "createdAt_1_id_1" in record.getMessage()

    async def test_another_word_is_no_choice(self) -> None:
        with pytest.raises(InvalidArgument) as refused:
            MongoStorage("mongodb://host/database", create_schema="maybe")  # type: ignore[arg-type]

        assert refused.value.details["argument"] == "create_schema"


def test_the_indexes_of_mastra_are_among_ours() -> None:
    golden = json.loads((GOLDEN / "mongodb-indexes.json").read_text())

    for collection in load_all():
        ours = {(index.keys, index.unique) for index in collection.indexes}
        theirs = {
            (tuple((field, way) for field, way in index["keys"]), index.get("unique", False))
            for index in golden.get(collection.name, [])  # it has no favorites, and nothing that is ours alone
        }
        assert theirs <= ours, collection.name


def test_no_index_is_declared_twice() -> None:
    for collection in load_all():
        names = [index.name for index in collection.indexes]
        assert len(names) == len(set(names))


def test_an_export_can_be_applied_twice(database: Database) -> None:
    for command in json.loads(export_schemas(dialect="mongodb")) * 2:
        database.command(command)

    assert catalog(database) == declared()


def test_an_export_has_no_schema() -> None:
    with pytest.raises(InvalidArgument):
        export_schemas("agents", dialect="mongodb")


def catalog(database: Database) -> dict[str, set[tuple[str, bool]]]:
    """Every collection, and its indexes beside the one on ``_id``: their names, and whether they are unique."""
    return {
        name: {
            (index["name"], bool(index.get("unique")))
            for index in database[name].list_indexes()
            if index["name"] != "_id_"
        }
        for name in database.list_collection_names()
    }


def declared() -> dict[str, set[tuple[str, bool]]]:
    return {each.name: {(index.name, index.unique) for index in each.indexes} for each in load_all()}
