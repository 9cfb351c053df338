"""The part of the memory domain that recalls messages by what they are like."""

from typing import TYPE_CHECKING, Any

from ..errors import NotFound
from ..pages import whole_number
from ..records.memory import Message
from . import recall
from .base import Domain, operation
from .message_input import Draft
from .recall import Embedded, Embedder, Vector


class Recalling(Domain):
    """Messages with vectors, on whatever vector store the storage has."""

    if TYPE_CHECKING:  # of the domain that this is a part of
        _save_messages: Any
        list_messages: Any
        list_messages_by_resource_id: Any

    async def _save_with_vectors(
        self, drafts: list[Draft], vectors: list[Embedded], *, create: tuple[str, str] | None = None
    ) -> list[Message]:
        """Store checked messages and vectors of them: first the ones, then the others."""
        saved: list[Message] = await self._save_messages(drafts, create=create)
        store, by_id = self.storage.vectors, {message.id: message for message in saved}
        dimension = recall.dimension_of(vectors[0].vector)
        await store.create_index(
            recall.index_of(dimension), dimension=dimension, metadata_indexes=recall.METADATA_INDEXES
        )
        await store.upsert(
            recall.index_of(dimension),
            [each.vector for each in vectors],
            ids=[each.message_id for each in vectors],
            metadata=[recall.metadata_of(by_id[each.message_id]) for each in vectors],
            delete_filter={"message_id": {"$in": [each.message_id for each in vectors]}},
        )
        return saved

    @operation
    async def recall(
        self,
        *,
        thread_id: str | None = None,
        resource_id: str | None = None,
        vector: Vector | None = None,
        text: str | None = None,
        embedder: Embedder | None = None,
        top_k: int = 4,
        before: int = 1,
        after: int = 1,
        scope: str | None = None,
        min_score: float | None = None,
    ) -> list[Message]:
        """Messages like a vector or a text, and their neighbours: each once, oldest first.

        They are found by their vectors in ``storage.vectors``, in the index of Mastra's own Memory; those that Mastra
        stored among them. Two round trips on PostgreSQL.

        Args:
            thread_id: search this thread; with ``resource_id``, only its messages of that resource.
            resource_id: search all threads of this resource.
            vector: numbers as the messages' embeddings have them.
            text: what ``embedder`` makes the vector of.
            top_k: vectors at most. Of a long message Mastra stores several.
            before, after: neighbours of each message found, in its own thread.
            scope: ``thread`` or ``resource``, where both ids are given; by default the thread.
            min_score: only what is more like it than this: a cosine.

        Returns:
            Nothing, where no message has a vector of that dimension.

        Raises:
            InvalidArgument: neither a thread nor a resource, or not one of vector and text.
        """
        where = recall.Scope.of(thread_id, resource_id, scope)
        for name, value in (("before", before), ("after", after)):
            whole_number(value, name)
        wanted = await recall.wanted_vector(vector, text, embedder)
        index = recall.index_of(recall.dimension_of(wanted))
        try:
            found = await self.storage.vectors.query(
                index, wanted, top_k=top_k, filter=where.filter, min_score=min_score
            )
        except NotFound:  # nothing was ever remembered
            return []
        include = recall.around([each.metadata["message_id"] for each in found], before, after)
        if not include:
            return []
        if where.thread_id is None:
            assert where.resource_id is not None  # noqa: S101 (Scope.of saw to it)
            return list(await self.list_messages_by_resource_id(where.resource_id, per_page=0, include=include))
        page = await self.list_messages(where.thread_id, resource_id=where.resource_id, per_page=0, include=include)
        # A message may have moved since its vector was stored.
        return [message for message in page if message.thread_id == where.thread_id]
