"""The registry of vector indexes: which collections are such, and of what dimension and metric.

Contract: vectors.md, section 4. An index is a collection of its name; its vectors are its documents:
``{"_id": id, "embedding": [...], "metadata": {...}}``.
"""

from dataclasses import dataclass
from typing import Any

from ...documents import Collection
from ...errors import Conflict, NotFound
from ..executor import Document, Executor

REGISTRY = Collection("__mastra_vector_indexes__", ())


@dataclass(frozen=True, slots=True)
class MongoIndex:
    """A vector index as it is registered."""

    name: str
    dimension: int
    metric: str

    @classmethod
    def of(cls, found: Document) -> "MongoIndex":
        return cls(found["_id"], int(found.get("dimension") or 0), found.get("metric") or "cosine")

    @property
    def collection(self) -> Collection:
        return Collection(self.name, ())

    @property
    def search_index(self) -> str:
        """The name of its index in Atlas."""
        return f"{self.name}_vector_index"

    def document(self) -> Document:
        """As it is registered."""
        return {
            "indexName": self.name,
            "collectionName": self.name,
            "searchIndexName": self.search_index,
            "textSearchIndexName": f"{self.name}_search_index",
            "isByo": False,
            "allowWrites": True,
            "dimension": self.dimension,
            "metric": self.metric,
            "autoEmbed": None,
        }


async def found_index(tx: Executor, name: str) -> MongoIndex:
    """An index.

    Raises:
        NotFound: there is none of that name.
    """
    found = await tx.find_one(REGISTRY, {"_id": name})
    if found is None:
        raise NotFound("vector index", status="FAILED", index_name=name)
    return MongoIndex.of(found)


async def registered(tx: Executor, index: MongoIndex) -> None:
    """Register an index, unless it is.

    Raises:
        Conflict: it was, with another dimension or metric; or the name is a collection's that is no index.
    """
    found = await tx.find_one(REGISTRY, {"_id": index.name})
    if found is None:
        if await is_taken(tx, index.name):
            raise Conflict(f"{index.name!r} is a collection, and no vector index", index_name=index.name)
        if await tx.put(REGISTRY, {"_id": index.name}, {"$setOnInsert": index.document()}):
            return
        found = await tx.find_one(REGISTRY, {"_id": index.name})  # somebody else made it meanwhile
    existing = index if found is None else MongoIndex.of(found)
    for what in ("dimension", "metric"):
        has, wanted = getattr(existing, what), getattr(index, what)
        if has != wanted:
            raise Conflict(
                f"the vector index {index.name!r} exists with the {what} {has}, not {wanted}: use it as it is, or "
                "delete it first",
                index_name=index.name,
                existing=has,
                wanted=wanted,
            )


async def is_taken(tx: Executor, name: str) -> bool:
    """Whether there is a collection of that name."""

    async def listed(collection: Any, session: Any) -> list[str]:
        # Not in the session: a transaction may not list collections.
        return list(await collection.database.list_collection_names(filter={"name": name}))

    return bool(await tx.on(REGISTRY, listed, reads=True))
