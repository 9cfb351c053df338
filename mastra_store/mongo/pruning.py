"""Pruning on MongoDB: each batch finds as many old documents as it may have, and deletes them."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from ..documents import Collection
from ..domains.pruning import Prunable
from .domain import MongoDomain
from .executor import Executor, Work
from .paging import counted, split


class MongoPruning(MongoDomain, Prunable):
    """The part of a domain that is pruned."""

    ages: ClassVar[Mapping[str, tuple[Collection, str]]]
    """The collection and the time that makes a document's age, for each of ``prunable``."""

    async def _count_aged(self, key: str, before: datetime) -> Mapping[str, int]:
        collection, age = self.ages[key]
        _, count = split(await self._database.aggregate(collection, counted({age: {"$lt": before}})))
        return {collection.name: count}

    async def _prune_batch(self, key: str, before: datetime, most: int) -> Mapping[str, int]:
        collection, age = self.ages[key]
        return {collection.name: await self._database.run(without_aged(collection, age, before, most))}


def without_aged(collection: Collection, age: str, before: datetime, most: int) -> Work[int]:
    """Delete so many of the documents that are older than ``before``."""

    async def work(tx: Executor) -> int:
        found = await tx.find(collection, {age: {"$lt": before}}, fields={"_id": 1}, limit=min(most, 2**31 - 1))
        return await tx.delete_any(collection, "_id", [each["_id"] for each in found])

    return work
