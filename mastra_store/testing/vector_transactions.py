"""Vectors in units of work: they commit with the rows."""

import pytest

from ..errors import NotFound
from ..storage import Storage

__all__ = ["TestVectorsInAUnitOfWork"]


class Oops(Exception):
    """What goes wrong in a block."""


@pytest.mark.needs("vectors", "transactions")
class TestVectorsInAUnitOfWork:
    async def test_they_are_committed_with_the_rows(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=2)

        async with storage.transaction() as tx:
            await tx.memory.create_thread(resource_id="r", thread_id="t")
            await tx.vectors.upsert("docs", [{"id": "a", "values": [1, 0]}])
            assert [match.id for match in await tx.vectors.query("docs", [1, 0])] == ["a"]

        assert [match.id for match in await storage.vectors.query("docs", [1, 0])] == ["a"]

    async def test_they_are_undone_with_the_rows(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=2)

        with pytest.raises(Oops):
            async with storage.transaction() as tx:
                await tx.vectors.upsert("docs", [[1, 0]] * 300)
                await tx.memory.create_thread(resource_id="r", thread_id="t")
                raise Oops

        assert (await storage.vectors.describe_index("docs")).count == 0
        assert await storage.memory.get_thread_by_id("t") is None

    async def test_an_index_made_inside_is_undone_too(self, storage: Storage) -> None:
        with pytest.raises(Oops):
            async with storage.transaction() as tx:
                await tx.vectors.create_index("docs", dimension=2)
                await tx.vectors.upsert("docs", [[1, 0]])
                raise Oops

        with pytest.raises(NotFound):
            await storage.vectors.query("docs", [1, 0])
        await storage.vectors.create_index("docs", dimension=3)
        await storage.vectors.upsert("docs", [[1, 0, 0]])

    @pytest.mark.needs("savepoints")
    async def test_a_savepoint_undoes_them_alone(self, storage: Storage) -> None:
        await storage.vectors.create_index("docs", dimension=2)

        async with storage.transaction() as tx:
            await tx.vectors.upsert("docs", [{"id": "kept", "values": [1, 0]}])
            with pytest.raises(Oops):
                async with tx.savepoint():
                    await tx.vectors.upsert("docs", [{"id": "undone", "values": [1, 0]}])
                    raise Oops

        assert [match.id for match in await storage.vectors.query("docs", [1, 0])] == ["kept"]
