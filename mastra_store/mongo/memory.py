"""The memory domain on MongoDB: threads, messages, their lists, resources and copies, one module each."""

from typing import ClassVar

from ..documents.memory import MESSAGES, OBSERVATIONAL_MEMORY, RESOURCES, THREADS
from ..domains.base import operation
from .copies import MongoCopies
from .executor import Executor
from .message_lists import MongoMessageLists
from .messages import MongoMessages
from .pruning import MongoPruning
from .resources import MongoResources
from .threads import MongoThreads


class MongoMemory(MongoThreads, MongoMessages, MongoMessageLists, MongoResources, MongoCopies, MongoPruning):
    """The memory domain on MongoDB."""

    collections = (MESSAGES, THREADS, RESOURCES, OBSERVATIONAL_MEMORY)
    ages: ClassVar = {
        "messages": (MESSAGES, "createdAt"),
        "resources": (RESOURCES, "createdAt"),
        "threads": (THREADS, "createdAt"),
    }

    @operation
    async def dangerously_clear_all(self) -> None:
        await self._database.run(cleared)


async def cleared(tx: Executor) -> None:
    """Delete every document of the domain."""
    for collection in MongoMemory.collections:
        await tx.delete(collection, {})
