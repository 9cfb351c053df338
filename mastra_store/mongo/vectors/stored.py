"""The vector indexes of MongoDB as copies see them."""

from collections.abc import Sequence
from typing import Any

from ...errors import NotFound
from ...vectors.stored import DOCUMENTS, StoredIndex, StoredVector, StoredVectors, stored_vector
from ..encoding import as_json
from ..executor import Document, Executor
from .indexes import found_index
from .saving import updates_of


class MongoStoredVectors(StoredVectors):
    """Vectors with metadata and documents.

    Args:
        vectors: the store.
    """

    can_hold = frozenset({DOCUMENTS})

    def __init__(self, vectors: Any, executor: Executor) -> None:
        self._vectors = vectors
        self._database = executor

    async def names(self) -> list[str]:
        found: list[str] = await self._vectors.list_indexes()
        return found

    async def find(self, name: str) -> StoredIndex | None:
        try:
            index = await self._vectors.describe_index(name)
        except NotFound:
            return None
        collection = (await found_index(self._database, name)).collection
        documents = await self._database.find_one(collection, {"document": {"$type": "string"}})
        return StoredIndex(index, frozenset({DOCUMENTS} if documents is not None else ()))

    async def page(self, name: str, after: tuple[str, str] | None, most: int) -> list[StoredVector]:
        # Ids that are no text come before all text, and are found and refused by the first page.
        return await self._found(name, {} if after is None else {"_id": {"$gt": after[1]}}, most)

    async def among(self, name: str, namespace: str, ids: Sequence[str]) -> list[StoredVector]:
        return await self._found(name, {"_id": {"$in": list(ids)}}, 0)

    async def make(self, like: StoredIndex) -> None:
        index = like.index
        await self._vectors.create_index(index.name, dimension=index.dimension, metric=index.metric)

    async def finish(self, like: StoredIndex) -> None:
        """There is nothing to be done."""

    async def put(self, name: str, namespace: str, vectors: Sequence[StoredVector]) -> None:
        updates = updates_of([each.entry for each in vectors], [each.document for each in vectors])

        async def work(tx: Executor) -> None:
            await tx.put_each((await found_index(tx, name)).collection, updates)

        await self._database.run(work)

    async def _found(self, name: str, where: Document, most: int) -> list[StoredVector]:
        collection = (await found_index(self._database, name)).collection
        documents = await self._database.find(collection, where, order={"_id": 1}, limit=most)
        return [_stored(name, each) for each in documents]


def _stored(name: str, found: Document) -> StoredVector:
    metadata, document = as_json(found.get("metadata")), found.get("document")
    numbers = [float(each) for each in found.get("embedding") or ()]
    kept = metadata if isinstance(metadata, dict) else {}
    return stored_vector(name, found["_id"], numbers, kept, document=document if isinstance(document, str) else None)
