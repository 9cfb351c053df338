"""Making, listing, describing and deleting vector indexes."""

from typing import Any

import pytest

from ..errors import Conflict, InvalidArgument, NotFound
from ..storage import Storage

__all__ = ["TestCreateIndex", "TestDeleteIndex", "TestDescribeIndex", "TestTruncateIndex"]


@pytest.mark.needs("vectors")
class TestCreateIndex:
    async def test_an_index_is_listed_and_described(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=3)
        await storage.vectors.create_index("Other_2", dimension=4, metric="euclidean")

        assert await storage.vectors.list_indexes() == ["Other_2", "docs"]
        docs = await storage.vectors.describe_index("docs")
        assert (docs.name, docs.dimension, docs.count, docs.metric) == ("docs", 3, 0, "cosine")
        assert (await storage.vectors.describe_index("Other_2")).metric == "euclidean"

    async def test_the_same_index_again_stays_as_it_is(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=2)
        await storage.vectors.upsert("docs", [{"id": "a", "values": [1, 0]}])

        await storage.vectors.create_index("docs", dimension=2, metric="cosine")

        assert (await storage.vectors.describe_index("docs")).count == 1

    @pytest.mark.parametrize("other", [{"dimension": 4}, {"dimension": 3, "metric": "dotproduct"}])
    async def test_an_index_of_another_dimension_or_metric_is_a_conflict_naming_both(
        self, storage: Storage, other: dict[str, Any]
    ) -> None:
        await storage.vectors.create_index("docs", dimension=3)

        with pytest.raises(
            Conflict, match=r"'docs' exists with the (dimension 3, not 4|metric cosine, not dotproduct)"
        ):
            await storage.vectors.create_index("docs", **other)

    async def test_a_table_that_is_no_index_is_a_conflict(self, storage: Storage) -> None:
        with pytest.raises(Conflict):
            await storage.vectors.create_index("mastra_threads", dimension=3)

    @pytest.mark.parametrize("name", ["", "1a", "a-b", "a b", 'a"b', "a" * 64, None, "naïve"])
    async def test_a_name_that_is_no_identifier_is_refused(self, storage: Storage, name: Any) -> None:
        with pytest.raises(InvalidArgument, match=r"^name must be letters, digits and _, at most 63"):
            await storage.vectors.create_index(name, dimension=3)

    async def test_a_name_may_have_63_characters(self, storage: Storage) -> None:
        await storage.vectors.create_index("a" * 63, dimension=2)
        await storage.vectors.upsert("a" * 63, [{"id": "a", "values": [1, 0]}])
        await storage.vectors.upsert("a" * 63, [{"id": "a", "values": [0, 1]}])

        assert (await storage.vectors.describe_index("a" * 63)).count == 1

    @pytest.mark.parametrize("dimension", [0, -1, 1.5, "3", True, None])
    async def test_a_dimension_that_is_no_positive_integer_is_refused(self, storage: Storage, dimension: Any) -> None:
        with pytest.raises(InvalidArgument, match=r"^dimension must be a positive integer") as refused:
            await storage.vectors.create_index("docs", dimension=dimension)

        assert refused.value.id.startswith("MASTRA_VECTOR_")
        assert refused.value.id.endswith("_CREATE_INDEX_INVALID_INPUT")
        assert refused.value.to_json()["domain"] == "MASTRA_VECTOR"

    async def test_an_unknown_metric_is_refused(self, storage: Storage) -> None:
        with pytest.raises(InvalidArgument, match=r"^metric must be one of cosine, euclidean, dotproduct, not 'l2'"):
            await storage.vectors.create_index("docs", dimension=3, metric="l2")


@pytest.mark.needs("vectors")
class TestDescribeIndex:
    async def test_a_missing_index_is_not_found(self, storage: Storage) -> None:
        with pytest.raises(NotFound, match="no such vector index") as missing:
            await storage.vectors.describe_index("docs")

        assert missing.value.id.endswith("_DESCRIBE_INDEX_FAILED")


@pytest.mark.needs("vectors")
class TestTruncateIndex:
    async def test_all_vectors_go_and_the_index_stays(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=2)
        await storage.vectors.upsert("docs", [[1, 0], [0, 1]])

        await storage.vectors.truncate_index("docs")

        assert (await storage.vectors.describe_index("docs")).count == 0

    async def test_a_missing_index_is_not_found(self, storage: Storage) -> None:
        with pytest.raises(NotFound):
            await storage.vectors.truncate_index("docs")


@pytest.mark.needs("vectors")
class TestDeleteIndex:
    async def test_an_index_goes_with_its_vectors(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=2)
        await storage.vectors.upsert("docs", [[1, 0]])

        await storage.vectors.delete_index("docs")

        assert await storage.vectors.list_indexes() == []
        with pytest.raises(NotFound):
            await storage.vectors.query("docs", [1, 0])

    async def test_it_may_be_made_anew_with_another_dimension(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=2)
        await storage.vectors.upsert("docs", [{"id": "a", "values": [1, 0]}])
        await storage.vectors.delete_index("docs")

        await storage.vectors.create_index("docs", dimension=3, metric="euclidean")
        await storage.vectors.upsert("docs", [{"id": "b", "values": [1, 0, 0]}])

        assert [match.id for match in await storage.vectors.query("docs", [1, 0, 0])] == ["b"]

    async def test_a_missing_index_is_fine(self, storage: Storage) -> None:
        await storage.vectors.delete_index("docs")

    async def test_a_table_that_is_no_index_is_left_alone(self, storage: Storage) -> None:
        await storage.memory.create_thread(resource_id="r", thread_id="t")

        await storage.vectors.delete_index("mastra_threads")

        assert await storage.memory.get_thread_by_id("t") is not None
