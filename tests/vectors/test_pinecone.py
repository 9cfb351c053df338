"""PineconeVector against the public contract of Pinecone's API; live where PINECONE_API_KEY is given."""

import logging
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from mastra_store import Conflict, InvalidArgument, NotFound, PineconeVector, SqliteStorage, Unavailable
from mastra_store.testing.filter_strategies import KEYS, filters
from mastra_store.vectors.filter_evaluation import matches
from mastra_store.vectors.filter_parsing import parsed
from mastra_store.vectors.pinecone_batches import batches
from mastra_store.vectors.pinecone_filters import pinecone_filter
from tests.servers.pinecone import API_KEY, MAX_BODY, Contract, matches as pinecone_matches, pinecone


@pytest.fixture
def service() -> Iterator[Contract]:
    with pinecone() as contract:
        yield contract


@pytest.fixture
async def vectors(service: Contract) -> AsyncIterator[PineconeVector]:
    async with PineconeVector(id="embeddings", api_key=API_KEY, host=service.url) as vectors:
        await vectors.create_index("docs", dimension=3)
        yield vectors


ROWS: list[dict[str, Any]] = [
    {"id": "a", "values": [1, 0, 0], "metadata": {"n": 1, "tags": ["x", "y"], "flag": True, "nothing": None}},
    {"id": "b", "values": [0.5, 0.5, 0], "metadata": {"n": 2, "name": "Bob"}},
    {"id": "c", "values": [-1, 0, 0]},
]


async def test_messages_of_a_storage_are_recalled_by_vectors_in_pinecone(vectors: PineconeVector) -> None:
    async with SqliteStorage(":memory:") as storage:
        for text in ("north", "east"):  # the second time instead of the first
            message = {"id": text, "role": "user", "content": f"Going {text}"}
            for embedding in ([0, 0, 1], [text == "north", text == "east", 0]):
                await storage.memory.save_messages("t", [message], embeddings=[embedding], vectors=vectors)

        found = await storage.memory.recall(thread_id="t", vector=[0, 1, 0], top_k=1, before=0, vectors=vectors)

    assert [each.text for each in found] == ["Going east"]
    assert await vectors.list_indexes() == ["docs", "memory-messages-3"]
    assert (await vectors.describe_index("memory-messages-3")).count == 2


async def test_vectors_are_stored_found_changed_and_deleted(vectors: PineconeVector) -> None:
    assert await vectors.upsert("docs", ROWS) == ["a", "b", "c"]

    found = await vectors.query("docs", [1, 0, 0], include_vector=True)
    assert [(each.id, round(each.score, 6), each.vector) for each in found] == [
        ("a", 1.0, [1, 0, 0]),
        ("b", 0.707107, [0.5, 0.5, 0]),
        ("c", -1.0, [-1, 0, 0]),
    ]
    assert found[0].metadata == {"n": 1, "tags": ["x", "y"], "flag": True}

    assert await vectors.update_vector("docs", id="b", metadata={"only": 1}) == 1
    assert await vectors.update_vector("docs", id="b", vector=[0, 1, 0]) == 1
    assert await vectors.update_vector("docs", id="none", metadata={}) == 0
    [changed] = await vectors.query("docs", [0, 1, 0], top_k=1, include_vector=True)
    assert (changed.id, changed.metadata, changed.vector) == ("b", {"only": 1}, [0, 1, 0])

    assert await vectors.delete_vector("docs", "a") is None
    await vectors.delete_vectors("docs", filter={"only": 1})
    assert [each.id for each in await vectors.query("docs", [1, 0, 0])] == ["c"]
    await vectors.truncate_index("docs")
    assert (await vectors.describe_index("docs")).count == 0


async def test_indexes_are_made_listed_described_and_deleted(vectors: PineconeVector) -> None:
    await vectors.create_index("docs", dimension=3, metric="cosine")
    with pytest.raises(Conflict, match="'docs' exists with the dimension 3, not 4"):
        await vectors.create_index("docs", dimension=4)
    await vectors.create_index("other", dimension=2, metric="euclidean")

    assert await vectors.list_indexes() == ["docs", "other"]
    described = await vectors.describe_index("other")
    assert (described.dimension, described.metric) == (2, "euclidean")
    await vectors.delete_index("other")
    await vectors.delete_index("other")
    assert await vectors.list_indexes() == ["docs"]


async def test_scores_of_euclidean_are_those_of_all_backends(vectors: PineconeVector) -> None:
    await vectors.create_index("flat", dimension=2, metric="euclidean")
    await vectors.upsert("flat", [[0, 0], [3, 4]], ids=["here", "there"])

    found = await vectors.query("flat", [0, 0])

    assert [(each.id, each.score) for each in found] == [("here", 1.0), ("there", pytest.approx(1 / 6))]


async def test_namespaces_are_apart_and_the_default_is_pinecones(vectors: PineconeVector, service: Contract) -> None:
    await vectors.upsert("docs", [{"id": "a", "values": [1, 0, 0]}])
    await vectors.upsert("docs", [{"id": "a", "values": [0, 1, 0]}], namespace="other")

    assert {name: list(each) for name, each in service.indexes["docs"].vectors.items()} == {"": ["a"], "other": ["a"]}
    [found] = await vectors.query("docs", [1, 0, 0], namespace="other", include_vector=True)
    assert found.vector == [0, 1, 0]


async def test_many_vectors_are_divided_by_number_and_by_bytes(vectors: PineconeVector, service: Contract) -> None:
    await vectors.create_index("large", dimension=1536)
    rows = [{"id": str(at), "values": [0.123456789 + at] * 1536, "metadata": {"t": "x" * 20_000}} for at in range(250)]

    await vectors.upsert("large", rows)

    sent = [(size, len(body["vectors"])) for _, path, size, body in service.requests if path.endswith("/upsert")]
    assert sum(count for _, count in sent) == 250
    assert max(count for _, count in sent) <= 100
    assert max(size for size, _ in sent) <= MAX_BODY
    assert len(sent) < 12


@given(st.lists(st.integers(0, 600_000), max_size=250))
def test_batches_keep_the_order_and_never_grow_too_large(sizes: list[int]) -> None:
    vectors = [{"id": str(at), "values": [], "metadata": {"size": size}} for at, size in enumerate(sizes)]

    divided = list(batches(vectors))

    assert [vector for batch in divided for vector in batch] == vectors
    assert all(0 < len(batch) <= 100 for batch in divided)


async def test_a_failure_names_what_was_not_stored(vectors: PineconeVector, service: Contract) -> None:
    await vectors.query("docs", [1, 0, 0])
    service.indexes["docs"].dimension = 2  # somebody made it anew

    with pytest.raises(Exception, match="Pinecone refused the request: it answered 400") as refused:
        await vectors.upsert("docs", ROWS)

    assert refused.value.details["stored"] == 0  # type: ignore[attr-defined]
    assert refused.value.details["failed"] == "a, b, c"  # type: ignore[attr-defined]
    assert refused.value.id == "MASTRA_VECTOR_PINECONE_UPSERT_FAILED"  # type: ignore[attr-defined]


async def test_faults_that_pass_are_tried_again(vectors: PineconeVector, service: Contract) -> None:
    service.faults = [503, 429]

    await vectors.upsert("docs", ROWS)

    assert len(await vectors.query("docs", [1, 0, 0])) == 3


async def test_a_query_waits_for_what_was_written(vectors: PineconeVector, service: Contract) -> None:
    await vectors.upsert("docs", ROWS[:1])
    service.lag = 2

    await vectors.upsert("docs", ROWS[1:])

    assert len(await vectors.query("docs", [1, 0, 0])) == 3


async def test_it_waits_no_longer_than_it_may_and_says_so(service: Contract, caplog: pytest.LogCaptureFixture) -> None:
    async with PineconeVector(api_key=API_KEY, host=service.url, consistency_timeout=0.2) as vectors:
        await vectors.create_index("docs", dimension=3)
        service.lag = 10_000
        await vectors.upsert("docs", ROWS)

        with caplog.at_level(logging.WARNING, "mastra_store"):
            assert await vectors.query("docs", [1, 0, 0]) == []

    assert "Pinecone's index docs has not caught up within its time" in caplog.text


@pytest.mark.parametrize(
    ("metadata", "path"),
    [
        ({"a": {"b": 1}}, r"vectors\[0\].metadata.a"),
        ({"a": [1, 2]}, r"vectors\[0\].metadata.a"),
        ({"a": "x" * 50_000}, r"vectors\[0\].metadata has 50008 bytes"),
    ],
)
async def test_metadata_that_pinecone_does_not_store_is_refused_before_anything_is_sent(
    vectors: PineconeVector, service: Contract, metadata: dict[str, Any], path: str
) -> None:
    service.requests.clear()

    with pytest.raises(InvalidArgument, match=path):
        await vectors.upsert("docs", [{"id": "a", "values": [1, 0, 0], "metadata": metadata}])

    assert service.requests == []


@pytest.mark.parametrize("name", ["Docs", "a_b", "-a", "a" * 46, ""])
async def test_a_name_that_pinecone_does_not_take_is_refused(vectors: PineconeVector, name: str) -> None:
    with pytest.raises(InvalidArgument, match=r"^name must be lower-case letters, digits and -, at most 45"):
        await vectors.create_index(name, dimension=3)


async def test_what_pinecone_has_not_is_refused(vectors: PineconeVector) -> None:
    with pytest.raises(InvalidArgument, match="vector is missing; Pinecone finds nothing without one"):
        await vectors.query("docs", filter={"a": 1})
    with pytest.raises(InvalidArgument, match="filter changes nothing in Pinecone"):
        await vectors.update_vector("docs", filter={"a": 1}, metadata={})
    with pytest.raises(InvalidArgument, match="top_k is 10001"):
        await vectors.query("docs", [1, 0, 0], top_k=10_001)
    for filter_ in ({"a.b": 1}, {"a": {"$gt": "x"}}, {"a": {"$regex": "x"}}, {"a": {"$not": {"$gt": 1}}}):
        with pytest.raises(InvalidArgument, match=r"^filter.a"):
            await vectors.query("docs", [1, 0, 0], filter=filter_)


async def test_a_missing_index_and_a_wrong_key_are_said(vectors: PineconeVector, service: Contract) -> None:
    with pytest.raises(NotFound):
        await vectors.query("none", [1, 0, 0])
    async with PineconeVector(api_key="wrong", host=service.url) as stranger:
        with pytest.raises(Unavailable, match="it answered 401") as refused:
            await stranger.list_indexes()

    assert "wrong" not in repr(stranger) + str(refused.value)


FLAT = st.dictionaries(KEYS, st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a", "b"]), max_size=4)


@settings(max_examples=300)
@given(filters(), st.lists(FLAT, min_size=1, max_size=6))
def test_a_filter_that_is_sent_finds_what_python_finds(
    filter_: dict[str, Any], documents: list[dict[str, Any]]
) -> None:
    condition = parsed(filter_)
    try:
        sent = pinecone_filter(condition)
    except InvalidArgument:
        return  # refused, rather than to mean something else

    found = [sent if isinstance(sent, bool) else pinecone_matches(each, sent) for each in documents]

    assert found == [matches(condition, each) for each in documents]


@pytest.mark.skipif("PINECONE_API_KEY" not in os.environ, reason="PINECONE_API_KEY is not set")
async def test_the_real_pinecone() -> None:
    name = f"mastra-store-{uuid.uuid4().hex[:8]}"
    async with PineconeVector(api_key=os.environ["PINECONE_API_KEY"], consistency_timeout=60) as vectors:
        await vectors.create_index(name, dimension=3)
        try:
            await vectors.upsert(name, ROWS)
            assert [each.id for each in await vectors.query(name, [1, 0, 0], filter={"n": {"$gte": 1}})] == ["a", "b"]
        finally:
            await vectors.delete_index(name)
