"""Storing, changing and deleting vectors."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from ..errors import InvalidArgument, NotFound
from ..storage import Storage
from .strategies import MODEST, json_objects

__all__ = ["TestDeleteVectors", "TestUpdateVector", "TestUpsert"]


async def all_of(storage: Storage) -> dict[str, tuple[list[float] | None, dict[str, Any]]]:
    """What is in the index ``docs``: vectors and metadata by id."""
    found = await storage.vectors.query("docs", filter={"no": {"$exists": False}}, top_k=1000, include_vector=True)
    return {match.id: (match.vector, match.metadata) for match in found}


async def docs(storage: Storage) -> None:
    await storage.vectors.create_index("docs", dimension=2)
    await storage.vectors.upsert(
        "docs", [[1, 0], [0, 1], [1, 1]], ids=["a", "b", "c"], metadata=[{"k": 1}, {"k": 2}, {"k": 1, "x": "y"}]
    )


@pytest.mark.needs("vectors")
class TestUpsert:
    async def test_the_ids_are_returned_in_order_and_made_up_where_missing(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=2)

        first, second = await storage.vectors.upsert(
            "docs", [{"id": "z", "values": [1, 0]}, {"values": [0, 1], "metadata": {"k": 1}}]
        )

        assert first == "z"
        assert len(second) == 36
        assert await all_of(storage) == {"z": ([1.0, 0.0], {}), second: ([0.0, 1.0], {"k": 1})}

    async def test_a_stored_id_is_overwritten_with_all_its_metadata(self, storage: Storage) -> None:
        await docs(storage)

        await storage.vectors.upsert("docs", [{"id": "c", "values": [0, 5], "metadata": {"new": True}}])

        assert (await all_of(storage))["c"] == ([0.0, 5.0], {"new": True})

    async def test_of_several_with_one_id_the_last_is_stored(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=1)

        assert await storage.vectors.upsert("docs", [[1], [2], [3]], ids=["a", "b", "a"]) == ["a", "b"]
        assert {name: vector for name, (vector, _) in (await all_of(storage)).items()} == {"a": [3.0], "b": [2.0]}

    async def test_many_at_once_are_stored_whether_new_or_not(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=4)
        rows = [[float(at % 7), 1.0, -0.5, float(at)] for at in range(700)]
        names = [f"{at:03}" for at in range(700)]
        metadata = [{"at": at, "text": 'é"\\\n' * (at % 3)} for at in range(700)]

        for _ in range(2):
            await storage.vectors.upsert("docs", rows, ids=names, metadata=metadata)

            stored = await all_of(storage)
            assert list(stored.values()) == list(zip(rows, metadata, strict=True))

    async def test_times_in_metadata_become_text(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=1)

        await storage.vectors.upsert(
            "docs", [{"id": "a", "values": [1], "metadata": {"at": datetime(2026, 1, 2, 3, tzinfo=UTC)}}]
        )

        assert (await all_of(storage))["a"][1] == {"at": "2026-01-02T03:00:00.000Z"}

    async def test_any_metadata_comes_back_as_it_was(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=1)
        cases: list[dict[str, Any]] = []
        MODEST(given(json_objects())(lambda metadata: cases.append(metadata)))()

        await storage.vectors.upsert(
            "docs", [[1.0]] * len(cases), ids=[str(at) for at in range(len(cases))], metadata=cases
        )

        found = await storage.vectors.query("docs", [1], top_k=len(cases))
        assert {match.id: match.metadata for match in found} == {str(at): each for at, each in enumerate(cases)}

    async def test_what_a_filter_finds_goes_first(self, storage: Storage) -> None:
        await docs(storage)

        await storage.vectors.upsert(
            "docs", [{"id": "new", "values": [2, 2], "metadata": {"k": 1}}], delete_filter={"k": 1}
        )

        assert sorted(await all_of(storage)) == ["b", "new"]

    @pytest.mark.parametrize(
        ("vectors", "options", "message", "status"),
        [
            ([], {}, "vectors is empty", "EMPTY_VECTORS"),
            ([[1, 0]], {"ids": ["a", "b"]}, "ids has 2 items for 1 vectors", "IDS_LENGTH_MISMATCH"),
            ([[1, 0]], {"metadata": [{}, {}]}, "metadata has 2 items for 1 vectors", "METADATA_LENGTH_MISMATCH"),
            ([[1, 0], [1]], {}, r"vectors\[1\] has 1 dimensions, and the index has 2", "INVALID_INPUT"),
            ([{"values": [1]}], {}, r"vectors\[0\].values has 1 dimensions, and the index has 2", "INVALID_INPUT"),
            ([{"id": "a"}], {}, r"vectors\[0\].values is missing", "INVALID_ARGUMENT"),
            ([{"values": [1, 0], "document": "x"}], {}, r"vectors\[0\].document is no field", "INVALID_ARGUMENT"),
            ([{"id": "", "values": [1, 0]}], {}, r"vectors\[0\].id must have 1 to 512", "INVALID_ARGUMENT"),
            (
                [{"id": "a", "values": [1, 0], "metadata": {"a": {1}}}],
                {},
                r"vectors\[0\].metadata.a",
                "INVALID_ARGUMENT",
            ),
            ({"id": "a"}, {}, "vectors must be a list of vectors, not dict", "INVALID_ARGUMENT"),
        ],
    )
    async def test_what_can_not_be_stored_is_refused_whole(
        self, storage: Storage, vectors: Any, options: dict[str, Any], message: str, status: str
    ) -> None:
        await docs(storage)

        with pytest.raises(InvalidArgument, match=f"^{message}") as refused:
            await storage.vectors.upsert("docs", vectors, **options)

        assert refused.value.id.endswith(f"_UPSERT_{status}")
        assert len(await all_of(storage)) == 3

    async def test_a_missing_index_is_not_found(self, storage: Storage) -> None:
        with pytest.raises(NotFound):
            await storage.vectors.upsert("docs", [[1, 0]])


@pytest.mark.needs("vectors")
class TestUpdateVector:
    async def test_the_vector_and_all_metadata_are_replaced(self, storage: Storage) -> None:
        await docs(storage)

        assert await storage.vectors.update_vector("docs", id="c", vector=[3, 4]) == 1
        assert await storage.vectors.update_vector("docs", id="a", metadata={"only": 1}) == 1

        stored = await all_of(storage)
        assert stored["c"] == ([3.0, 4.0], {"k": 1, "x": "y"})
        assert stored["a"] == ([1.0, 0.0], {"only": 1})

    async def test_all_that_a_filter_finds_are_changed(self, storage: Storage) -> None:
        await docs(storage)

        assert await storage.vectors.update_vector("docs", filter={"k": 1}, metadata={"seen": True}) == 2
        assert [metadata for _, metadata in (await all_of(storage)).values()] == [
            {"seen": True},
            {"k": 2},
            {"seen": True},
        ]

    async def test_a_missing_id_is_fine(self, storage: Storage) -> None:
        await docs(storage)

        assert await storage.vectors.update_vector("docs", id="none", metadata={}) == 0

    @pytest.mark.parametrize(
        ("arguments", "status"),
        [
            ({"metadata": {}}, "NO_TARGET"),
            ({"id": "a", "filter": {"k": 1}, "metadata": {}}, "MUTUALLY_EXCLUSIVE"),
            ({"filter": {}, "metadata": {}}, "EMPTY_FILTER"),
            ({"filter": {"$and": []}, "metadata": {}}, "MATCH_ALL_FILTER"),
            ({"id": "a"}, "NO_PAYLOAD"),
            ({"id": "a", "vector": [1]}, "INVALID_INPUT"),
        ],
    )
    async def test_a_bad_call_is_refused(self, storage: Storage, arguments: dict[str, Any], status: str) -> None:
        await docs(storage)

        with pytest.raises(InvalidArgument) as refused:
            await storage.vectors.update_vector("docs", **arguments)

        assert refused.value.id.endswith(f"_UPDATE_VECTOR_{status}")


@pytest.mark.needs("vectors")
class TestDeleteVectors:
    async def test_one_is_deleted_by_its_id(self, storage: Storage) -> None:
        await docs(storage)

        assert await storage.vectors.delete_vector("docs", "a") == 1
        assert await storage.vectors.delete_vector("docs", "a") == 0
        assert sorted(await all_of(storage)) == ["b", "c"]

    async def test_several_are_deleted_by_id_or_filter(self, storage: Storage) -> None:
        await docs(storage)

        assert await storage.vectors.delete_vectors("docs", ids=["a", "none"]) == 1
        assert await storage.vectors.delete_vectors("docs", filter={"k": {"$lte": 1}}) == 1
        assert sorted(await all_of(storage)) == ["b"]

    async def test_a_namespace_that_is_named_alone_is_emptied(self, storage: Storage) -> None:
        await docs(storage)

        assert await storage.vectors.delete_vectors("docs", namespace="default") == 3

    @pytest.mark.needs("namespaces")
    async def test_other_namespaces_keep_theirs(self, storage: Storage) -> None:
        await docs(storage)
        await storage.vectors.upsert("docs", [{"id": "a", "values": [1, 0]}], namespace="other")

        assert await storage.vectors.delete_vectors("docs", ids=["a"], namespace="other") == 1
        assert len(await all_of(storage)) == 3

    @pytest.mark.parametrize(
        ("arguments", "status"),
        [
            ({}, "NO_TARGET"),
            ({"ids": []}, "EMPTY_IDS"),
            ({"filter": {}}, "EMPTY_FILTER"),
            ({"filter": {"$nor": []}}, "MATCH_ALL_FILTER"),
            ({"ids": ["a"], "filter": {"k": 1}}, "MUTUALLY_EXCLUSIVE"),
            ({"ids": "abc"}, "INVALID_ARGUMENT"),
        ],
    )
    async def test_a_bad_call_is_refused_and_deletes_nothing(
        self, storage: Storage, arguments: dict[str, Any], status: str
    ) -> None:
        await docs(storage)

        with pytest.raises(InvalidArgument) as refused:
            await storage.vectors.delete_vectors("docs", **arguments)

        assert refused.value.id.endswith(f"_DELETE_VECTORS_{status}")
        assert len(await all_of(storage)) == 3
