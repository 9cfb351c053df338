"""One vector index, two languages: made by either, filled and searched by both."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from mastra_store import LibSQLVector, MastraError, PgVector, SqliteStorage, SqliteVector, VectorStore, open_storage
from mastra_store.testing.builders import message
from tests.interop.peer import Peer, TypeScriptStore
from tests.servers.postgres import MAJORS
from tests.servers.sqld import LibsqlServer

VECTORS = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]
IDS = ["a", "b", "c"]
METADATA: list[dict[str, Any]] = [
    {"n": 1, "tags": ["a", "b"], "nested": {"x": 1}, "nul": None, "flag": True, "name": 'Zoë "1"'},
    {"n": 2, "tags": ["b"], "name": "Bob_1"},
    {},
]
FILTERS: list[dict[str, Any]] = [
    {"n": 1},
    {"n": {"$gt": 1}},
    {"name": "Bob_1"},
    {"nested.x": 1},
    {"flag": True},
    {"tags": {"$in": ["b"]}},
    {"tags": {"$all": ["a", "b"]}},
    {"name": {"$contains": "bob"}},
    {"$or": [{"n": 1}, {"n": 2}]},
    {"$and": [{"n": 1}, {"flag": True}]},
]
"""Of which both make the same."""


@dataclass
class Index:
    """An index that both have open."""

    typescript: TypeScriptStore
    python: VectorStore


@pytest.fixture(params=["pg", "libsql", "libsql-server"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(kind: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database's URL, or a file's path."""
    if kind == "libsql":
        yield str(request.getfixturevalue("sqlite_path"))
    elif kind == "libsql-server":
        server: LibsqlServer = request.getfixturevalue("libsql_server")
        server.empty()
        yield server.url
    else:
        with request.getfixturevalue("postgres_servers")(max(MAJORS)).database() as url:
            yield url


@pytest.fixture
async def index(kind: str, place: str, node: Peer) -> AsyncIterator[Index]:
    ours: dict[str, Any] = {"pg": PgVector, "libsql": SqliteVector, "libsql-server": LibSQLVector}
    with theirs(node, kind, place) as typescript:
        async with ours[kind](place) as python:
            yield Index(typescript, python)


def theirs(node: Peer, kind: str, place: str) -> AbstractContextManager[TypeScriptStore]:
    """The TypeScript store of a place."""
    if kind == "pg":
        return node.open("pgVector", place)
    if kind == "libsql":
        return node.open("libsqlVector", f"file:{place}")
    parts = urlsplit(place)
    token = parse_qs(parts.query).get("authToken", [None])[0]
    return node.open("libsqlVector", f"http://{parts.netloc}", token=token)


def shown(found: list[dict[str, Any]]) -> list[tuple[str, float, Any, Any]]:
    """What TypeScript found, as we show it."""
    return [(each["id"], pytest.approx(each["score"], abs=1e-6), each["metadata"], each["vector"]) for each in found]


async def test_what_python_stores_both_find_alike(index: Index) -> None:
    await index.python.create_index("docs", dimension=3)
    await index.python.upsert("docs", VECTORS, ids=IDS, metadata=METADATA)

    ours = await index.python.query("docs", VECTORS[0], include_vector=True)
    theirs = index.typescript.call("vectors.query", indexName="docs", queryVector=VECTORS[0], includeVector=True)

    assert [(each.id, each.score, each.metadata, each.vector) for each in ours] == shown(theirs)
    assert [each.vector for each in ours] == VECTORS
    assert index.typescript.call("vectors.listIndexes") == ["docs"]
    described = index.typescript.call("vectors.describeIndex", indexName="docs")
    assert (described["dimension"], described["count"], described["metric"]) == (3, 3, "cosine")


async def test_what_typescript_stores_both_find_alike(index: Index) -> None:
    index.typescript.call("vectors.createIndex", indexName="docs", dimension=3)
    stored = {"vectors": VECTORS, "ids": IDS, "metadata": METADATA}
    index.typescript.call("vectors.upsert", indexName="docs", **stored)

    ours = await index.python.query("docs", VECTORS[0], include_vector=True)
    theirs = index.typescript.call("vectors.query", indexName="docs", queryVector=VECTORS[0], includeVector=True)

    assert [(each.id, each.score, each.metadata, each.vector) for each in ours] == shown(theirs)
    assert await index.python.list_indexes() == ["docs"]
    described = await index.python.describe_index("docs")
    assert (described.dimension, described.count, described.metric) == (3, 3, "cosine")


@pytest.mark.parametrize("filter_", FILTERS, ids=str)
async def test_filters_that_mean_the_same_find_the_same(index: Index, filter_: dict[str, Any]) -> None:
    await index.python.create_index("docs", dimension=3)
    await index.python.upsert("docs", VECTORS, ids=IDS, metadata=METADATA)

    ours = await index.python.query("docs", VECTORS[0], filter=filter_)
    theirs = index.typescript.call("vectors.query", indexName="docs", queryVector=VECTORS[0], filter=filter_)

    assert [each.id for each in ours] == [each["id"] for each in theirs] != []


async def test_both_overwrite_change_and_delete_the_others_vectors(index: Index, kind: str) -> None:
    await index.python.create_index("docs", dimension=3)
    await index.python.upsert("docs", VECTORS, ids=IDS, metadata=METADATA)

    index.typescript.call("vectors.upsert", indexName="docs", vectors=[[0, 2, 0]], ids=["a"], metadata=[{"by": "ts"}])
    index.typescript.call("vectors.updateVector", indexName="docs", id="b", update={"metadata": {"by": "ts"}})
    index.typescript.call("vectors.deleteVector", indexName="docs", id="c")
    await index.python.update_vector("docs", id="b", vector=[0, 0, 3])

    found = await index.python.query("docs", [0, 1, 0], include_vector=True)
    assert [(each.id, each.metadata, each.vector) for each in found] == [
        ("a", {"by": "ts"}, [0.0, 2.0, 0.0]),
        ("b", {"by": "ts"}, [0.0, 0.0, 3.0]),
    ]


async def test_an_index_that_either_made_is_the_others_too(index: Index, kind: str) -> None:
    index.typescript.call("vectors.createIndex", indexName="theirs", dimension=3)
    await index.python.create_index("ours", dimension=3)

    await index.python.create_index("theirs", dimension=3)
    index.typescript.call("vectors.createIndex", indexName="ours", dimension=3)

    assert await index.python.list_indexes() == sorted(index.typescript.call("vectors.listIndexes"))
    await index.python.delete_index("theirs")
    index.typescript.call("vectors.deleteIndex", indexName="ours")
    assert await index.python.list_indexes() == []


@pytest.mark.parametrize("kind", ["libsql"], indirect=True)
async def test_sqlite_says_that_it_only_reads_an_index_with_one_of_libsqls(index: Index) -> None:
    index.typescript.call("vectors.createIndex", indexName="docs", dimension=3)

    with pytest.raises(MastraError, match="has an index of LibSQL's own, which SQLite can not write into") as refused:
        await index.python.upsert("docs", VECTORS)

    assert refused.value.id == "MASTRA_VECTOR_SQLITE_UPSERT_READ_ONLY_INDEX"


@pytest.mark.parametrize("kind", ["pg"], indirect=True)
@pytest.mark.parametrize(
    ("vector_type", "metric", "index_type"),
    [
        ("vector", "euclidean", "hnsw"),
        ("vector", "dotproduct", "ivfflat"),
        ("halfvec", "cosine", "hnsw"),
        ("bit", "hamming", "hnsw"),
        ("sparsevec", "cosine", "hnsw"),
    ],
)
@pytest.mark.parametrize("maker", ["typescript", "python"])
async def test_every_type_and_metric_is_understood_by_both(
    index: Index, maker: str, vector_type: str, metric: str, index_type: str
) -> None:
    if maker == "python":
        await index.python.create_index(
            "docs",
            dimension=4,
            metric=metric,
            vector_type=vector_type,
            index_type=index_type,  # type: ignore[call-arg]
        )
    else:
        index.typescript.call(
            "vectors.createIndex",
            indexName="docs",
            dimension=4,
            metric=metric,
            vectorType=vector_type,
            indexConfig={"type": index_type},
        )
    await index.python.upsert("docs", [[1, 0, 0, 0]], ids=["ours"])
    index.typescript.call("vectors.upsert", indexName="docs", vectors=[[1, 0, 1, 0]], ids=["theirs"])

    ours = await index.python.query("docs", [1, 0, 0, 0], include_vector=True)
    theirs = index.typescript.call(
        "vectors.query", indexName="docs", queryVector=[1, 0, 0, 0], includeVector=True, minScore=-10
    )

    assert sorted((each.id, each.score, each.metadata, each.vector) for each in ours) == sorted(shown(theirs))
    assert len(ours) == 2
    described = index.typescript.call("vectors.describeIndex", indexName="docs")
    found = await index.python.describe_index("docs")
    assert (described["metric"], described["type"], described["vectorType"]) == (metric, index_type, vector_type)
    assert (found.metric, found.type, found.vector_type) == (metric, index_type, vector_type)


@pytest.mark.parametrize("name", ["docs", "a" * 50, "a" * 63])
@pytest.mark.parametrize("kind", ["pg"], indirect=True)
async def test_names_of_any_length_are_both_sides_names(index: Index, place: str, name: str) -> None:
    await index.python.create_index(name, dimension=3, metadata_indexes=["thread_id"])

    index.typescript.call("vectors.upsert", indexName=name, vectors=VECTORS, ids=IDS, metadata=METADATA)
    await index.python.upsert(name, VECTORS, ids=IDS, metadata=METADATA)

    assert (await index.python.describe_index(name)).count == 3


async def test_what_python_remembers_is_where_typescripts_memory_looks(kind: str, place: str, node: Peer) -> None:
    async with open_storage(place) as python:
        await python.memory.save_messages("t", [message("m", "Hello")], resource_id="r", embeddings=[[1.0] * 1536])

    with theirs(node, kind, place) as typescript:
        found = typescript.call(
            "vectors.query", indexName="memory_messages", queryVector=[1.0] * 1536, filter={"thread_id": "t"}
        )

    assert [each["metadata"] for each in found] == [
        {
            "message_id": "m",
            "thread_id": "t",
            "resource_id": "r",
            "role": "user",
            "content": "Hello",
            "created_at": "2024-02-29T12:00:00.000Z",
        }
    ]


async def test_what_typescript_remembered_is_recalled(kind: str, place: str, node: Peer) -> None:
    async with open_storage(place) as python:
        await python.memory.save_messages("t", [message("m", "Hello")], resource_id="r")
        with theirs(node, kind, place) as typescript:
            typescript.call("vectors.createIndex", indexName="memory_messages_3", dimension=3)
            metadata = {"message_id": "m", "thread_id": "t", "resource_id": "r"}
            typescript.call("vectors.upsert", indexName="memory_messages_3", vectors=[VECTORS[0]], metadata=[metadata])

        assert [each.id for each in await python.memory.recall(thread_id="t", vector=VECTORS[0])] == ["m"]


@pytest.mark.parametrize("kind", ["libsql"], indirect=True)
async def test_vectors_that_sqlite_can_not_delete_are_named(
    place: str, node: Peer, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with SqliteStorage(Path(place)) as python:
        await python.memory.save_messages("t", [message("m", "Hello")])
        with node.open("libsqlVector", f"file:{place}") as typescript:
            typescript.call("vectors.createIndex", indexName="memory_messages_3", dimension=3)
            typescript.call(
                "vectors.upsert", indexName="memory_messages_3", vectors=[VECTORS[0]], metadata=[{"message_id": "m"}]
            )

        assert await python.memory.delete_messages(["m"]) == 1

    assert "vectors of what was deleted remain in memory_messages_3 (message_id m)" in caplog.text
    with sqlite3.connect(place) as connection:
        assert connection.execute("SELECT count(vector_id) FROM memory_messages_3").fetchall() == [(1,)]
