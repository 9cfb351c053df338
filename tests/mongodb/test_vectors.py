"""Vectors on MongoDB: their documents, what is sent to search them, and what a unit of work can not do."""

import json
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

import pymongo
import pytest
from hypothesis import given, strategies as st

from mastra_store import (
    InvalidArgument,
    MongoStorage,
    MongoVector,
    NotFound,
    QueryFailed,
    TransactionError,
)
from mastra_store.clock import utc_now
from mastra_store.mongo.vectors.filters import mongo_filter
from mastra_store.mongo.vectors.indexes import MongoIndex
from mastra_store.mongo.vectors.searching import MOST_CANDIDATES, by_atlas, search_definition
from mastra_store.testing.builders import message
from mastra_store.vectors.base import Search
from mastra_store.vectors.filter_parsing import parsed
from mastra_store.vectors.input import values_of
from tests.mongodb.commands import Commands

Database = pymongo.database.Database[dict[str, Any]]

INDEX = MongoIndex("docs", 2, "cosine")
EAST = values_of([1, 0], "vector")
MATCHES = {"$project": {"metadata": 1, "mastra_store_score": 1}}


@pytest.fixture
def database(mongodb_url: str) -> Iterator[Database]:
    """The fresh database, by the driver."""
    with pymongo.MongoClient[dict[str, Any]](mongodb_url, tz_aware=True, tzinfo=UTC) as client:
        yield client.get_default_database()


def search(filter_: dict[str, Any] | None = None, **options: Any) -> Search:
    options = {"top_k": 4, "min_score": None, "ef_search": None, **options}
    condition = None if filter_ is None else parsed(filter_)
    return Search(EAST, condition, include_vector=False, namespace="default", probes=None, **options)


class TestDocuments:
    """As the contract has them (vectors.md, section 4)."""

    async def test_an_index_is_registered_as_theirs_are(self, mongodb_url: str, database: Database) -> None:
        async with MongoVector(mongodb_url) as vectors:
            await vectors.create_index("golden_idx", dimension=3)

        assert database["__mastra_vector_indexes__"].find_one() == {
            "_id": "golden_idx",
            "indexName": "golden_idx",
            "collectionName": "golden_idx",
            "searchIndexName": "golden_idx_vector_index",
            "textSearchIndexName": "golden_idx_search_index",
            "isByo": False,
            "allowWrites": True,
            "dimension": 3,
            "metric": "cosine",
            "autoEmbed": None,
        }

    async def test_a_vector_is_a_document_under_its_id(self, mongodb_url: str, database: Database) -> None:
        async with MongoVector(mongodb_url) as vectors:
            await vectors.create_index("docs", dimension=2)
            await vectors.upsert("docs", [{"id": "a", "values": [1, 0.5], "metadata": {"n": {"x": 1}}}])

        assert database["docs"].find_one() == {"_id": "a", "embedding": [1.0, 0.5], "metadata": {"n": {"x": 1}}}

    async def test_what_javascript_wrote_is_read(self, mongodb_url: str, database: Database) -> None:
        async with MongoVector(mongodb_url) as vectors:
            await vectors.create_index("docs", dimension=2)
            database["docs"].insert_many(
                [{"_id": "a", "embedding": [1, 0], "document": "text", "metadata": {"n": 2.0**40}}, {"_id": "b"}]
            )

            [found] = await vectors.query("docs", [2, 0], include_vector=True)

        assert (found.id, found.score, found.vector) == ("a", 1.0, [1.0, 0.0])
        assert (found.metadata, type(found.metadata["n"])) == ({"n": 2**40}, int)

    async def test_what_is_theirs_in_a_document_stays(self, mongodb_url: str, database: Database) -> None:
        async with MongoVector(mongodb_url) as vectors:
            await vectors.create_index("docs", dimension=2)
            database["docs"].insert_one({"_id": "a", "embedding": [1, 0], "document": "text"})

            await vectors.upsert("docs", [{"id": "a", "values": [0, 1]}])

        assert database["docs"].find_one() == {"_id": "a", "embedding": [0.0, 1.0], "metadata": {}, "document": "text"}

    async def test_a_store_alone_makes_no_collections_of_mastra(self, mongodb_url: str, database: Database) -> None:
        async with MongoVector(mongodb_url) as vectors:
            await vectors.create_index("docs", dimension=2)

        assert sorted(database.list_collection_names()) == ["__mastra_vector_indexes__", "docs"]

    async def test_another_namespace_is_refused(self, mongodb_url: str) -> None:
        async with MongoVector(mongodb_url) as vectors:
            await vectors.create_index("docs", dimension=2)

            with pytest.raises(InvalidArgument, match="namespace must be 'default'"):
                await vectors.upsert("docs", [[1, 0]], namespace="other")


class TestAtlas:
    """What is sent where the server has Atlas' search, which no test server has."""

    def test_an_index_is_defined_as_theirs_are(self) -> None:
        assert search_definition(MongoIndex("docs", 2, "dotproduct"), ["kind"]) == {
            "name": "docs_vector_index",
            "type": "vectorSearch",
            "definition": {
                "fields": [
                    {"type": "vector", "path": "embedding", "numDimensions": 2, "similarity": "dotProduct"},
                    {"type": "filter", "path": "_id"},
                    {"type": "filter", "path": "document"},
                    {"type": "filter", "path": "metadata.kind"},
                ]
            },
        }

    @pytest.mark.parametrize(
        ("options", "candidates"), [({}, 80), ({"ef_search": 7}, 7), ({"ef_search": 2}, 4), ({"top_k": 9999}, 10_000)]
    )
    def test_the_stage_is_that_of_the_contract(self, options: dict[str, Any], candidates: int) -> None:
        made = by_atlas(INDEX, search(**options), EAST, {"_id"})

        assert made is not None
        assert made[0] == {
            "$vectorSearch": {
                "index": "docs_vector_index",
                "path": "embedding",
                "queryVector": [1.0, 0.0],
                "numCandidates": candidates,
                "limit": options.get("top_k", 4),
            }
        }
        assert [next(iter(stage)) for stage in made] == ["$vectorSearch", "$set", "$project", "$unionWith"]
        assert made[2] == MATCHES

    def test_texts_that_a_declared_field_must_equal_are_filtered_by_atlas_and_all_is_filtered_behind_it(self) -> None:
        condition = {"kind": "note", "year": {"$gt": 2020}, "other": "x"}

        made = by_atlas(INDEX, search(condition), EAST, {"_id", "metadata.kind"})

        assert made is not None
        assert made[0]["$vectorSearch"]["filter"] == {"metadata.kind": {"$eq": "note"}}
        assert made[1] == {"$match": mongo_filter(parsed(condition))}

    @pytest.mark.parametrize(
        "given",
        [
            search({"kind": "note"}),
            search({"$or": [{"year": "note"}, {"year": "text"}]}),
            search({"year": {"$gt": 1}}),
            search(top_k=MOST_CANDIDATES + 1),
        ],
    )
    def test_what_it_can_not_search_is_searched_exactly(self, given: Search) -> None:
        assert by_atlas(INDEX, given, EAST, {"_id", "metadata.year"}) is None

    async def test_a_server_that_has_it_is_sent_the_stage(self, mongodb_url: str) -> None:
        listener = Commands()
        async with MongoStorage(mongodb_url, event_listeners=[listener]) as storage:
            vectors: Any = storage.vectors
            await vectors.create_index("docs", dimension=2)
            vectors._has_search, vectors._searched["docs"] = True, frozenset({"_id"})

            with pytest.raises(QueryFailed):  # this one says that it has not
                await vectors.query("docs", [1, 0])

            assert listener.sent[-1]["pipeline"] == by_atlas(INDEX, search(top_k=10), EAST, {"_id"})

    async def test_the_server_is_asked_once_whether_it_has_it(self, mongodb_url: str) -> None:
        listener = Commands()
        async with MongoStorage(mongodb_url, event_listeners=[listener]) as storage:
            await storage.vectors.create_index("docs", dimension=2)
            await storage.vectors.query("docs", [1, 0])
            listener.sent.clear()

            await storage.vectors.query("docs", [1, 0])
            await storage.vectors.query("docs", filter={"a": 1})

            assert listener.names == ["aggregate", "aggregate"]


class TestAnIndexThatOthersChange:
    async def test_one_that_is_gone_is_not_found(self, mongodb_url: str) -> None:
        async with MongoVector(mongodb_url) as vectors, MongoVector(mongodb_url) as other:
            await vectors.create_index("docs", dimension=2)
            await vectors.query("docs", [1, 0])
            await other.delete_index("docs")

            with pytest.raises(NotFound):
                await vectors.query("docs", [1, 0])

    async def test_one_that_was_made_anew_is_searched_as_it_is_now(self, mongodb_url: str) -> None:
        async with MongoVector(mongodb_url) as vectors, MongoVector(mongodb_url) as other:
            await vectors.create_index("docs", dimension=2)
            await vectors.query("docs", [1, 0])
            await other.delete_index("docs")
            await other.create_index("docs", dimension=2, metric="dotproduct")
            await other.upsert("docs", [{"id": "a", "values": [3, 0]}])

            [found] = await vectors.query("docs", [2, 0])

        assert found.score == 6.0


async def test_a_collection_can_not_be_dropped_in_a_unit_of_work(mongodb_url: str) -> None:
    async with MongoStorage(mongodb_url) as storage:
        await storage.vectors.create_index("docs", dimension=2)

        with pytest.raises(TransactionError, match="drops no collection in a transaction"):
            async with storage.transaction() as tx:
                await tx.vectors.delete_index("docs")

        assert await storage.vectors.list_indexes() == ["docs"]


async def test_what_a_unit_of_work_can_not_make_of_an_index_is_made_behind_it(
    mongodb_url: str, database: Database
) -> None:
    async with MongoStorage(mongodb_url) as storage:
        async with storage.transaction() as tx:
            await tx.vectors.create_index("docs", dimension=2, metadata_indexes=["kind"])
            await tx.vectors.upsert("docs", [[1, 0]])
        before = database["docs"].index_information()

        await storage.vectors.create_index("docs", dimension=2, metadata_indexes=["kind"])

    assert (len(before), list(database["docs"].index_information())) == (1, ["_id_", "metadata.kind_1"])


async def test_vectors_of_messages_have_indexes_by_what_they_are_deleted_by(
    mongodb_url: str, database: Database
) -> None:
    async with MongoStorage(mongodb_url) as storage:
        await storage.memory.save_messages("t", [{"role": "user", "content": "Hello"}], embeddings=[[1.0, 0.0]])

    found = {tuple(each["key"]) for each in database["memory_messages_2"].list_indexes()}
    assert {("metadata.thread_id",), ("metadata.resource_id",), ("metadata.message_id",)} <= found


async def test_vectors_of_pruned_messages_go_with_them(mongodb_url: str) -> None:
    policy = {"memory": {"messages": {"max_age": "30d", "batch_size": 2}}}
    days = [40, 40, 35, 29]
    messages = [message(f"{at}", at=utc_now() - timedelta(days=age)) for at, age in enumerate(days)]
    async with MongoStorage(mongodb_url) as storage:
        await storage.memory.create_thread(resource_id="r", thread_id="t")
        await storage.memory.save_messages(messages=messages, embeddings=[[1.0, 0.0]] * len(days))

        counted = await storage.prune(policy, dry_run=True)
        pruned = await storage.prune(policy)

        tables = [("mastra_messages", 3), ("memory_messages_2", 3)]
        assert [(each.table, each.deleted) for each in counted] == [(each.table, each.deleted) for each in pruned]
        assert [(each.table, each.deleted) for each in pruned] == tables
        [left] = await storage.vectors.query("memory_messages_2", [1, 0])
        assert left.metadata["message_id"] == "3"


@given(data=st.data())
def test_no_key_and_no_value_changes_a_filter_but_for_its_literals(data: st.DataObject) -> None:
    texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\.'), min_size=1, max_size=20)
    hostile = texts | st.sampled_from(["$$ROOT", "$metadata", "$where", "a'", "$literal"])

    def drawn() -> dict[str, Any]:
        key, value = f"1 {data.draw(hostile)}", data.draw(hostile)
        return {
            key: {"$eq": value, "$in": [value, 1], "$gt": value, "$elemMatch": {"$ne": value}, "$contains": value},
            "$or": [{key: {"$all": [value], "$exists": True, "$size": 2}}, {key: {"$regex": "x"}}],
        }

    assert without_literals(mongo_filter(parsed(drawn()))) == without_literals(mongo_filter(parsed(drawn())))


def without_literals(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "?" if key == "$literal" else without_literals(item) for key, item in value.items()}
    return [without_literals(item) for item in value] if isinstance(value, list) else json.dumps(value)
