"""The part of the memory domain that recalls messages by what they are like."""

from typing import TYPE_CHECKING, Any

from ..errors import NotFound
from ..pages import whole_number
from ..records.memory import Message
from . import recall
from .base import Domain, operation
from .message_input import Draft
from .recall import Embedded, Embedder, Vector

if TYPE_CHECKING:
    from ..vectors.base import VectorStore


class Recalling(Domain):
    """Messages with vectors, on whatever vector store the storage has."""

    if TYPE_CHECKING:  # of the domain that this is a part of
        _save_messages: Any
        list_messages: Any
        list_messages_by_resource_id: Any

    async def _save_with_vectors(
        self, drafts: list[Draft], vectors: list[Embedded], *, create: tuple[str, str] | None = None
    ) -> list[Message]:
        """Store checked messages and vectors of them, in one transaction where the backend can."""
        return await self._save_beside(self.storage.vectors, drafts, vectors, create=create)

    async def _save_beside(
        self,
        store: "VectorStore",
        drafts: list[Draft],
        vectors: list[Embedded],
        *,
        create: tuple[str, str] | None = None,
    ) -> list[Message]:
        """Store checked messages, and then vectors of them in any store."""
        dimension = recall.dimension_of(vectors[0].vector)
        index = recall.index_of(dimension, store.index_separator)
        await store.create_index(index, dimension=dimension, metadata_indexes=recall.METADATA_INDEXES)
        saved: list[Message] = await self._save_messages(drafts, create=create)
        by_id = {message.id: message for message in saved}
        ids = [each.message_id for each in vectors]
        await store.upsert(
            index,
            [each.vector for each in vectors],
            ids=ids,
            metadata=[recall.metadata_of(by_id[each]) for each in ids],
            delete_filter={"message_id": {"$in": ids}},
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
        vectors: "VectorStore | None" = None,
    ) -> list[Message]:
        """Messages like a vector or a text, and their neighbours: each once, oldest first.

        They are found by their vectors in the index of Mastra's own Memory; those that Mastra stored among them. Two
        round trips on PostgreSQL.

        Args:
            thread_id: search this thread; with ``resource_id``, only its messages of that resource.
            resource_id: search all threads of this resource.
            vector: numbers as the messages' embeddings have them.
            text: what ``embedder`` makes the vector of.
            top_k: vectors at most. Of a long message Mastra stores several.
            before, after: neighbours of each message found, in its own thread.
            scope: ``thread`` or ``resource``, where both ids are given; by default the thread.
            min_score: only what is more like it than this: a cosine.
            vectors: where the vectors are, if not in ``storage.vectors``: Pinecone, or those of a composite.

        Returns:
            Nothing, where no message has a vector of that dimension.

        Raises:
            InvalidArgument: neither a thread nor a resource, or not one of vector and text.
        """
        where = recall.Scope.of(thread_id, resource_id, scope)
        for name, value in (("before", before), ("after", after)):
            whole_number(value, name)
        wanted = await recall.wanted_vector(vector, text, embedder)
        store: VectorStore = self.storage.vectors if vectors is None else vectors
        index = recall.index_of(recall.dimension_of(wanted), store.index_separator)
        try:
            found = await store.query(index, wanted, top_k=top_k, filter=where.filter, min_score=min_score)
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
