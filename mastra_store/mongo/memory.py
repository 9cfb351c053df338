"""The memory domain on MongoDB: threads, messages, their lists, resources and copies, one module each."""

from ..documents.memory import MESSAGES, OBSERVATIONAL_MEMORY, RESOURCES, THREADS
from ..domains.base import operation
from .copies import MongoCopies
from .executor import Executor
from .message_lists import MongoMessageLists
from .message_pruning import MongoMemoryPruning
from .messages import MongoMessages
from .resources import MongoResources
from .threads import MongoThreads


class MongoMemory(MongoThreads, MongoMessages, MongoMessageLists, MongoResources, MongoCopies, MongoMemoryPruning):
    """The memory domain on MongoDB."""

    collections = (MESSAGES, THREADS, RESOURCES, OBSERVATIONAL_MEMORY)

    @operation
    async def dangerously_clear_all(self) -> None:
        await self._database.run(cleared)


async def cleared(tx: Executor) -> None:
    """Delete every document of the domain."""
    for collection in MongoMemory.collections:
        await tx.delete(collection, {})
