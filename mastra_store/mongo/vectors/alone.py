"""Vectors on MongoDB beside any storage, or without one. pymongo is imported with the first one that is made."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...records.vectors import VectorIndex, VectorMatch
from ...vectors.alone import Alone
from ...vectors.base import Search, VectorStore
from ...vectors.filters import Condition
from ...vectors.input import Entry, Values
from ..driver import check_driver

if TYPE_CHECKING:
    from pymongo import AsyncMongoClient


class MongoVector(Alone, VectorStore):
    """Vectors on MongoDB, in the collections of ``@mastra/mongodb``'s ``MongoDBVector``.

    ::

        async with MongoVector("mongodb+srv://user:password@host/database") as vectors:
            await vectors.create_index("docs", dimension=1536)
            await vectors.upsert("docs", [{"id": "a", "values": embedding, "metadata": {"kind": "note"}}])
            await vectors.query("docs", embedding, top_k=5, filter={"kind": "note"})

    Atlas searches by an index of its own; on other servers every vector is looked at. A ``MongoStorage`` has the same
    as ``storage.vectors``, and inside a unit of work as ``tx.vectors``.

    Args:
        uri: as of ``MongoStorage``, or an ``AsyncMongoClient``. Pools and timeouts are as it says.
        db_name: the database; ``None`` for the one in the URI.
        id: what it is called, as in Mastra.
        busy_timeout: seconds that a change is tried again while others change the same vectors.
    """

    store = "MONGODB"

    def __init__(
        self,
        uri: "str | AsyncMongoClient[Any]",
        *,
        db_name: str | None = None,
        id: str = "vectors",
        busy_timeout: float = 30.0,
    ) -> None:
        check_driver("MongoVector")
        from ..client import connected_lazily
        from ..first_use import FirstUse
        from .store import MongoVectors

        self.id = id
        self._database = connected_lazily(
            uri,
            db_name,
            FirstUse("if_missing", collections=()),
            options={},
            read_preference=None,
            write_concern=None,
            event_listeners=(),
            busy_timeout=busy_timeout,
            allow_non_atomic=False,
        )
        self._vectors = MongoVectors(self._database)

    async def create_index(
        self, name: str, *, dimension: int, metric: str | None = None, metadata_indexes: Sequence[str] = ()
    ) -> None:
        await self._vectors.create_index(name, dimension=dimension, metric=metric, metadata_indexes=metadata_indexes)

    async def list_indexes(self) -> list[str]:
        return await self._vectors.list_indexes()

    async def describe_index(self, index_name: str) -> VectorIndex:
        return await self._vectors.describe_index(index_name)

    async def truncate_index(self, index_name: str) -> None:
        await self._vectors.truncate_index(index_name)

    async def delete_index(self, index_name: str) -> None:
        await self._vectors.delete_index(index_name)

    async def _upsert(self, index_name: str, entries: list[Entry], namespace: str, deleted: Condition | None) -> None:
        await self._vectors._upsert(index_name, entries, namespace, deleted)

    async def _query(self, index_name: str, search: Search) -> list[VectorMatch]:
        return await self._vectors._query(index_name, search)

    async def _update(
        self,
        index_name: str,
        target: list[str] | Condition,
        values: Values | None,
        metadata: dict[str, Any] | None,
        namespace: str,
    ) -> int:
        return await self._vectors._update(index_name, target, values, metadata, namespace)

    async def _delete(self, index_name: str, target: list[str] | Condition | None, namespace: str) -> int:
        return await self._vectors._delete(index_name, target, namespace)
