"""Searching vectors: by likeness, by metadata, by both."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ..errors import InvalidArgument, NotFound
from ..records.vectors import VectorMatch
from ..storage import Storage
from ..vectors.filter_evaluation import matches
from ..vectors.filter_parsing import parsed
from .filter_strategies import METADATA, filters
from .strategies import MODEST

__all__ = ["TestQuery", "TestQueryByMetadata", "TestQueryFilters"]

# The four of the contract's golden file, and what they look like from the first.
VECTORS: list[dict[str, Any]] = [
    {"id": "a", "values": [1, 0, 0], "metadata": {"n": 1, "tags": ["a", "b"], "nested": {"x": 1}, "flag": True}},
    {"id": "b", "values": [0.5, 0.5, 0], "metadata": {"n": 2, "tags": ["b"], "name": "Bob_1"}},
    {"id": "c", "values": [-1, 0, 0], "metadata": {"n": 3, "name": "carol%"}},
    {"id": "d", "values": [0, 1, 0]},
]


async def docs(storage: Storage, metric: str | None = None) -> None:
    await storage.vectors.create_index("docs", dimension=3, metric=metric)
    await storage.vectors.upsert("docs", VECTORS)


def ids(found: Sequence[VectorMatch]) -> list[str]:
    return [match.id for match in found]


@pytest.mark.needs("vectors")
class TestQuery:
    async def test_the_most_alike_come_first_with_their_metadata(self, storage: Storage) -> None:
        await docs(storage)

        found = await storage.vectors.query("docs", [1, 0, 0])

        assert ids(found) == ["a", "b", "d", "c"]
        assert [match.metadata for match in found[:3]] == [VECTORS[0]["metadata"], VECTORS[1]["metadata"], {}]
        assert found[0].vector is None

    @pytest.mark.parametrize(
        ("metric", "scores"),
        [
            ("cosine", {"a": 1, "b": 0.70710678, "d": 0, "c": -1}),
            ("euclidean", {"a": 1, "b": 0.58578644, "d": 0.41421356, "c": 0.33333333}),
            ("dotproduct", {"a": 1, "b": 0.5, "d": 0, "c": -1}),
        ],
    )
    async def test_scores_are_the_metrics(self, storage: Storage, metric: str, scores: dict[str, float]) -> None:
        await docs(storage, metric)

        found = await storage.vectors.query("docs", [1, 0, 0])

        assert {match.id: match.score for match in found} == pytest.approx(scores, abs=1e-6)
        assert ids(found) == list(scores)

    async def test_top_k_is_the_most(self, storage: Storage) -> None:
        await docs(storage)

        assert ids(await storage.vectors.query("docs", [1, 0, 0], top_k=2)) == ["a", "b"]

    async def test_min_score_leaves_out_what_does_not_score_more(self, storage: Storage) -> None:
        await docs(storage)

        assert ids(await storage.vectors.query("docs", [1, 0, 0], min_score=0)) == ["a", "b"]
        assert ids(await storage.vectors.query("docs", [1, 0, 0], min_score=-1)) == ["a", "b", "d"]

    async def test_vectors_come_along_when_asked_for(self, storage: Storage) -> None:
        await docs(storage)

        found = await storage.vectors.query("docs", [1, 0, 0], top_k=2, include_vector=True)

        assert [match.vector for match in found] == [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]]

    async def test_equal_scores_are_ordered_by_id(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=2)
        await storage.vectors.upsert("docs", [[1, 0]] * 4, ids=["d", "b", "c", "a"])

        assert ids(await storage.vectors.query("docs", [1, 0])) == ["a", "b", "c", "d"]

    async def test_an_array_is_a_vector(self, storage: Storage) -> None:
        numpy = pytest.importorskip("numpy")
        await storage.vectors.create_index("docs", dimension=2)
        await storage.vectors.upsert("docs", numpy.eye(2), ids=["x", "y"])
        await storage.vectors.upsert("docs", [{"id": "z", "values": numpy.array([1, 1], dtype="f2")}])

        assert ids(await storage.vectors.query("docs", numpy.array([0.0, 1.0]))) == ["y", "z", "x"]

    async def test_a_vector_without_a_direction_is_like_none(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=2)
        await storage.vectors.upsert("docs", [[0, 0], [1, 0]], ids=["zero", "one"])

        assert ids(await storage.vectors.query("docs", [1, 0])) == ["one"]

    @pytest.mark.needs("namespaces")
    async def test_only_one_namespace_is_searched(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=2)
        await storage.vectors.upsert("docs", [{"id": "a", "values": [1, 0]}])
        await storage.vectors.upsert("docs", [{"id": "a", "values": [0, 1]}], namespace="other")

        [found] = await storage.vectors.query("docs", [1, 0], namespace="other", include_vector=True)

        assert found.vector == [0.0, 1.0]
        assert (await storage.vectors.describe_index("docs")).count == 2

    @pytest.mark.parametrize("top_k", [0, -1, 1.5, "3", True])
    async def test_a_top_k_that_is_no_positive_integer_is_refused(self, storage: Storage, top_k: Any) -> None:
        await docs(storage)

        with pytest.raises(InvalidArgument, match=r"^top_k must be a positive integer") as refused:
            await storage.vectors.query("docs", [1, 0, 0], top_k=top_k)

        assert refused.value.id.endswith("_QUERY_INVALID_TOP_K")

    @pytest.mark.parametrize(
        ("vector", "message"),
        [
            ([1, 0], "vector has 2 dimensions, and the index has 3"),
            ([], "vector is empty"),
            ([1, "a", 0], r"vector\[1\] is no number"),
            ([1, float("nan"), 0], r"vector\[1\] is no finite number"),
            ([1, 1e39, 0], r"vector\[1\] is no finite number of single precision"),
            ("abc", "vector must be a list of numbers, not str"),
            ([[1, 0, 0]], r"vector\[0\] is no number"),
        ],
    )
    async def test_what_is_no_vector_of_the_index_is_refused(self, storage: Storage, vector: Any, message: str) -> None:
        await docs(storage)

        with pytest.raises(InvalidArgument, match=f"^{message}"):
            await storage.vectors.query("docs", vector)

    async def test_neither_a_vector_nor_a_filter_is_refused(self, storage: Storage) -> None:
        await docs(storage)

        with pytest.raises(InvalidArgument, match=r"^vector and filter are both missing") as refused:
            await storage.vectors.query("docs", filter={})

        assert refused.value.id.endswith("_QUERY_INVALID_INPUT")

    async def test_a_missing_index_is_not_found(self, storage: Storage) -> None:
        with pytest.raises(NotFound) as missing:
            await storage.vectors.query("docs", [1, 0, 0])

        assert missing.value.id.endswith("_QUERY_FAILED")


@pytest.mark.needs("vectors")
class TestQueryByMetadata:
    async def test_a_filter_alone_finds_by_id_with_no_score(self, storage: Storage) -> None:
        await docs(storage)

        found = await storage.vectors.query("docs", filter={"n": {"$gte": 1}}, include_vector=True)

        assert [(match.id, match.score) for match in found] == [("a", 0), ("b", 0), ("c", 0)]
        assert found[2].vector == [-1.0, 0.0, 0.0]

    async def test_top_k_is_the_most(self, storage: Storage) -> None:
        await docs(storage)

        assert ids(await storage.vectors.query("docs", filter={"n": {"$gte": 1}}, top_k=2)) == ["a", "b"]


@pytest.mark.needs("vectors")
class TestQueryFilters:
    @pytest.mark.parametrize(
        ("filter_", "found"),
        [
            ({"n": 1}, ["a"]),
            ({"n": "1"}, []),
            ({"flag": True}, ["a"]),
            ({"flag": 1}, []),
            ({"nested": {"x": 1}}, ["a"]),
            ({"nested.x": {"$exists": True}}, ["a"]),
            ({"name": None}, ["a", "d"]),
            ({"n": {"$ne": 2}}, ["a", "d", "c"]),
            ({"n": {"$gt": 1, "$lt": 3}}, ["b"]),
            ({"n": [1, 3]}, ["a", "c"]),
            ({"tags": ["b"]}, ["a", "b"]),
            ({"tags": {"$all": ["a", "b"]}}, ["a"]),
            ({"tags": {"$size": 1}}, ["b"]),
            ({"tags": {"$elemMatch": {"$gt": "a"}}}, ["a", "b"]),
            ({"name": {"$contains": "BOB_"}}, ["b"]),
            ({"name": {"$contains": "%"}}, ["c"]),
            ({"$or": [{"n": 1}, {"name": "Bob_1"}]}, ["a", "b"]),
            ({"$or": [{"n": 1, "name": "Bob_1"}]}, []),
            ({"$nor": [{"n": 1}, {"n": 2}]}, ["d", "c"]),
            ({"$and": []}, ["a", "b", "d", "c"]),
            ({"$or": []}, []),
            ({"n": {"$in": []}}, []),
        ],
    )
    async def test_only_what_the_filter_finds_is_searched(
        self, storage: Storage, filter_: dict[str, Any], found: list[str]
    ) -> None:
        await docs(storage)

        assert ids(await storage.vectors.query("docs", [1, 0, 0], filter=filter_)) == found

    @pytest.mark.needs("patterns")
    async def test_patterns_are_found(self, storage: Storage) -> None:
        await docs(storage)

        found = await storage.vectors.query(
            "docs", [1, 0, 0], filter={"name": {"$regex": "^bob_[0-9]$", "$options": "i"}}
        )

        assert ids(found) == ["b"]

    async def test_a_bad_filter_is_refused_by_its_path(self, storage: Storage) -> None:
        await docs(storage)

        with pytest.raises(InvalidArgument, match=r"^filter.n.\$foo is no operator"):
            await storage.vectors.query("docs", [1, 0, 0], filter={"n": {"$foo": 1}})

    async def test_any_filter_finds_what_its_evaluation_in_python_finds(
        self, storage: Storage, capabilities: frozenset[str]
    ) -> None:
        await storage.vectors.create_index("docs", dimension=1, metric="euclidean")

        @MODEST
        @given(st.lists(METADATA, min_size=1, max_size=6), st.lists(filters(patterns="patterns" in capabilities)))
        def drawn(documents: list[dict[str, Any]], conditions: list[dict[str, Any]]) -> None:
            cases.append((documents, conditions))

        cases: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]] = []
        drawn()
        for documents, conditions in cases:
            await storage.vectors.truncate_index("docs")
            await storage.vectors.upsert(
                "docs", [[0.0]] * len(documents), ids=[str(at) for at in range(len(documents))], metadata=documents
            )
            for condition in filter(None, conditions):
                expected = [str(at) for at, each in enumerate(documents) if matches(parsed(condition), each)]

                assert ids(await storage.vectors.query("docs", [1.0], filter=condition)) == expected, condition
