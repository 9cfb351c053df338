"""Pruning of the memory domain. The vectors of pruned messages go with them, in the same transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from ..documents.memory import MESSAGES, RESOURCES, THREADS
from .executor import Executor, Work
from .memory_vectors import delete_vectors, indexes_of_messages, of_messages_before
from .paging import split
from .pruning import MongoPruning


class MongoMemoryPruning(MongoPruning):
    """The part of the memory domain that is pruned. Messages, resources and threads go each by their own age."""

    ages: ClassVar = {
        "messages": (MESSAGES, "createdAt"),
        "resources": (RESOURCES, "createdAt"),
        "threads": (THREADS, "createdAt"),
    }

    async def _count_aged(self, key: str, before: datetime) -> Mapping[str, int]:
        counts = dict(await super()._count_aged(key, before))
        if key == "messages":
            for index in await indexes_of_messages(self._database):
                found = await self._database.aggregate(index.collection, of_messages_before(before))
                counts[index.name] = split(found)[1]
        return counts

    async def _prune_batch(self, key: str, before: datetime, most: int) -> Mapping[str, int]:
        if key == "messages":
            return await self._database.run(pruned_messages(before, most))
        return await super()._prune_batch(key, before, most)


def pruned_messages(before: datetime, most: int) -> Work[Mapping[str, int]]:
    """Delete old messages and their vectors."""

    async def work(tx: Executor) -> Mapping[str, int]:
        aged = {"createdAt": {"$lt": before}}
        found = await tx.find(MESSAGES, aged, fields={"id": 1}, limit=min(most, 2**31 - 1))
        if not found:
            return {MESSAGES.name: 0}
        vectors = await delete_vectors(tx, "message_id", [each["id"] for each in found])
        return {MESSAGES.name: await tx.delete_any(MESSAGES, "_id", [each["_id"] for each in found]), **vectors}

    return work
