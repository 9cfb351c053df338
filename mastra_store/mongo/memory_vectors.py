"""Vectors of messages in the database of the messages: stored with them, and deleted with them.

They are in the indexes ``memory_messages`` and ``memory_messages_<dimension>`` of the registry (contract: memory.md,
"Semantic recall vectors").
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..documents.memory import MESSAGES
from ..domains import recall
from ..domains.message_input import Draft
from ..domains.recall import Embedded
from ..records.memory import Message
from ..vectors.input import Entry, Values, metadata_of
from .executor import Document, Executor, Work
from .message_saving import saved_messages
from .paging import counted
from .vectors.indexes import REGISTRY, MongoIndex
from .vectors.saving import updates_of

OF_MESSAGES = {"_id": {"$regex": "^memory_messages(_[0-9]+)?$"}}


async def save_with_vectors(
    database: Executor, vectors: Any, drafts: list[Draft], embedded: list[Embedded], create: tuple[str, str] | None
) -> list[Message]:
    """Save messages and vectors of them, all or none. The index is made before, if it is missing.

    Args:
        vectors: the vector store on this very database.
    """
    index, values = await vectors.storing(
        recall.index_of(recall.dimension_of(embedded[0].vector)),
        [each.vector for each in embedded],
        metadata_indexes=recall.METADATA_INDEXES,
    )
    return await database.run(saved_with_vectors(index, values, drafts, [each.message_id for each in embedded], create))


def saved_with_vectors(
    index: MongoIndex, values: list[Values], drafts: list[Draft], ids: list[str], create: tuple[str, str] | None
) -> Work[list[Message]]:
    """Save messages, and replace the vectors of those with these ids."""

    async def work(tx: Executor) -> list[Message]:
        saved = await saved_messages(drafts, create)(tx)
        by_id = {message.id: message for message in saved}
        # Mastra's vectors have ids of their own, and several may be of one message.
        await tx.delete_any(index.collection, "metadata.message_id", ids)
        entries = [
            Entry(id, each, metadata_of(recall.metadata_of(by_id[id]), "metadata"))
            for id, each in zip(ids, values, strict=True)
        ]
        await tx.put_each(index.collection, updates_of(entries))
        return saved

    return work


async def delete_vectors(tx: Executor, key: str, values: Sequence[str]) -> dict[str, int]:
    """Delete the vectors whose metadata has one of these values at a key, in each index of vectors of messages.

    Returns:
        How many, by index.
    """
    return {
        index.name: await tx.delete_any(index.collection, f"metadata.{key}", values)
        for index in await indexes_of_messages(tx)
    }


async def indexes_of_messages(tx: Executor) -> list[MongoIndex]:
    """The indexes that hold vectors of messages, by name."""
    return [MongoIndex.of(each) for each in await tx.find(REGISTRY, OF_MESSAGES, order={"_id": 1})]


def of_messages_before(before: datetime) -> list[Document]:
    """The pipeline that counts the vectors of messages that are older."""
    older: list[Document] = [{"$match": {"createdAt": {"$lt": before}}}, {"$project": {"_id": 1}}]
    joined = {"from": MESSAGES.name, "localField": "metadata.message_id", "foreignField": "id"}
    return [{"$lookup": {**joined, "pipeline": older, "as": "older"}}, *counted({"older": {"$ne": []}})]
