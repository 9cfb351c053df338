"""The vector indexes of MongoDB as copies see them."""

from collections.abc import Sequence
from typing import Any

from bson import decode
from bson.raw_bson import RawBSONDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection

from ...errors import NotFound
from ...vectors.stored import DOCUMENTS, StoredIndex, StoredVector, StoredVectors, misfit, stored_vector
from ..database import CODEC, RAW
from ..encoding import as_json, document
from ..executor import Document, Executor
from .indexes import REGISTRY, MongoIndex, found_index, is_taken


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

    async def unfit(self, like: StoredIndex) -> str | None:
        index = await found_index(self._database, like.index.name)
        registered = await self._database.find_one(REGISTRY, {"_id": index.name}) or {}
        if (place := registered.get("collectionName", index.name)) != index.name:
            return f"its vectors are in a collection of the user's own, {place!r}"
        no_text, no_vector = {"_id": {"$not": {"$type": "string"}}}, {"embedding": {"$not": {"$size": index.dimension}}}
        found = await self._database.find_one(index.collection, {"$or": [no_text, no_vector]}, fields={"_id": 1})
        return None if found is None else misfit(index, found["_id"])

    async def hindrance(self, like: StoredIndex) -> str | None:
        return "has the name of a collection" if await is_taken(self._database, like.index.name) else None

    async def page(self, name: str, after: tuple[str, str] | None, most: int) -> list[StoredVector]:
        return await self._found(name, {} if after is None else {"_id": {"$gt": after[1]}}, most)

    async def among(self, name: str, namespace: str, ids: Sequence[str]) -> list[StoredVector]:
        return await self._found(name, {"_id": {"$in": list(ids)}}, 0)

    async def make(self, like: StoredIndex) -> None:
        index = like.index
        await self._vectors.create_index(
            index.name, dimension=index.dimension, metric=index.metric, metadata_indexes=like.metadata_indexes
        )

    async def finish(self, like: StoredIndex) -> None:
        """There is nothing to be done."""

    async def put(self, name: str, namespace: str, vectors: Sequence[StoredVector]) -> None:
        documents = [_document(each) for each in vectors]

        async def work(tx: Executor) -> None:
            await tx.replace_each((await found_index(tx, name)).collection, documents)

        await self._database.run(work)

    async def _found(self, name: str, where: Document, most: int) -> list[StoredVector]:
        index = await found_index(self._database, name)

        async def raw(c: AsyncCollection[Document], session: AsyncClientSession | None) -> list[RawBSONDocument]:
            documents: Any = c.with_options(codec_options=RAW)
            found: list[RawBSONDocument] = (
                await documents.find(where, limit=most, session=session).sort("_id").to_list()
            )
            return found

        documents = await self._database.on(index.collection, raw, reads=True)
        return [_stored(index, each) for each in documents]


def _stored(index: MongoIndex, raw: RawBSONDocument) -> StoredVector:
    found = decode(raw.raw, CODEC)
    metadata, text = as_json(found.get("metadata")), found.get("document")
    numbers = [float(each) for each in found.get("embedding") or ()]
    kept = text if isinstance(text, str) else None
    return stored_vector(index, found["_id"], numbers, metadata, document=kept, whole=raw.raw)


def _document(vector: StoredVector) -> RawBSONDocument:
    if vector.whole is not None:
        return RawBSONDocument(vector.whole)
    vector_id, values, metadata = vector.entry
    fields = {"_id": vector_id, "embedding": values.tolist(), "metadata": metadata}
    if vector.document is not None:
        fields["document"] = vector.document
    return document(fields, f"the vector {vector_id!r}")
