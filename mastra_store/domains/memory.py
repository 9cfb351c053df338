"""The memory domain: threads, their messages, and what is remembered of resources.

Contract: memory.md. Lists return what is stored, system messages included (TypeScript drops those above its storage).
"""

import uuid
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..clock import utc_now
from ..pages import DateRange, Order, Page
from ..records.memory import ClonedThread, CopiedThread, Include, Message, Resource, Thread
from . import message_input, recall
from .base import operation
from .message_input import Draft, MessageInput
from .pruning import Prunable
from .recall import Embeddings
from .recalling import Recalling

if TYPE_CHECKING:
    from ..vectors.base import VectorStore

Metadata = Mapping[str, Any]

OLDEST_FIRST = Order("created_at", "asc")
NEWEST_FIRST = Order("created_at", "desc")


class MemoryDomain(Recalling, Prunable, ABC):
    """Threads, messages and resources."""

    prunable = ("messages", "resources", "threads")

    # Threads

    @abstractmethod
    async def get_thread_by_id(self, thread_id: str, *, resource_id: str | None = None) -> Thread | None:
        """One thread, or ``None`` if there is none.

        Args:
            resource_id: the thread must belong to it as well.
        """

    @abstractmethod
    async def save_thread(self, thread: Thread) -> Thread:
        """Store a thread as it is given, its times too; one with this id is overwritten in every field.

        Returns:
            The thread as stored: times in UTC and milliseconds, metadata without NUL and unpaired surrogates.

        Raises:
            InvalidArgument: a field can not be stored.
        """

    @abstractmethod
    async def update_thread(
        self, thread_id: str, *, title: str | None = None, metadata: Metadata | None = None
    ) -> Thread:
        """Change a thread; its ``updated_at`` becomes now.

        Args:
            title: ``None`` keeps the old one; it may be empty.
            metadata: merged over the stored one, key by key, atomically: concurrent updates of other keys are kept.

        Raises:
            NotFound: there is no such thread.
        """

    @abstractmethod
    async def update_thread_metadata(
        self, thread_id: str, update: Callable[[Thread], Metadata | None], *, resource_id: str | None = None
    ) -> Thread | None:
        """Replace a thread's metadata by what ``update`` makes of the thread, atomically across processes.

        Args:
            update: a plain function, called once while the thread's row is locked (on SQLite in the connection's
                thread). It returns the whole new metadata, or ``None`` to change nothing.
            resource_id: the thread must belong to it as well.

        Returns:
            The thread, or ``None`` if there is none. Unchanged if ``update`` returned nothing.
        """

    @abstractmethod
    async def update_thread_resource_id(self, thread_id: str, resource_id: str) -> Thread:
        """Move a thread and all its messages to another resource, as a whole.

        Returns:
            The thread; unchanged, its ``updated_at`` too, if it belonged there already.

        Raises:
            NotFound: there is no such thread.
        """

    @abstractmethod
    async def delete_thread(self, thread_id: str) -> int:
        """Delete a thread and its messages, as a whole. Resources and observational memory stay.

        On SQL the vectors of the messages go as well, from the tables ``memory_messages`` and ``memory_messages_*``
        beside them (contract: memory.md, deleteThread). Those that SQLite can not write into, because they have an
        index of LibSQL's own, are named in a warning of the logger ``mastra_store``.

        Returns:
            How many threads were deleted: 1, or 0 if there was none.
        """

    @abstractmethod
    async def list_threads(
        self,
        *,
        resource_id: str | None = None,
        metadata: Metadata | None = None,
        page: int = 0,
        per_page: int | None = 100,
        order: Order = NEWEST_FIRST,
    ) -> Page[Thread]:
        """Threads, newest first unless told otherwise.

        Args:
            resource_id: only threads of this resource; empty text is no filter (contract: memory.md, listThreads).
            metadata: only threads whose metadata has all these keys with these values. Objects and lists match as
                subsets; ``None`` matches an explicit null alone. Keys are words of at most 128 characters. The same
                on every backend: PostgreSQL's ``@>``.
            page: zero-based; 0 when ``per_page`` is ``None``.
            per_page: rows in a page; ``None`` for all of them.
            order: by ``created_at`` or ``updated_at``; ties by ``id`` in the same direction.

        Raises:
            InvalidArgument: a bad page, order or metadata key.
        """

    # Messages

    @abstractmethod
    async def list_messages(
        self,
        thread_id: str | Sequence[str],
        *,
        resource_id: str | None = None,
        page: int = 0,
        per_page: int | None = 40,
        order: Order = OLDEST_FIRST,
        include: Sequence[Include | Mapping[str, Any]] = (),
        between: DateRange | None = None,
        metadata: Metadata | None = None,
        include_total: bool = True,
    ) -> Page[Message]:
        """Messages of one thread or several, oldest first unless told otherwise.

        Args:
            thread_id: one id or several.
            resource_id: only messages of this resource, among the included ones too.
            page: zero-based.
            per_page: rows in a page; ``None`` for all of them, 0 for the included ones alone.
            order: by ``created_at``; ties by ``id`` in the same direction.
            include: messages shown besides, each with neighbours of its own thread: unknown ids are skipped, filters
                do not apply. The page then holds more than ``per_page`` messages, each once, in order.
            between: bounds on ``created_at``.
            metadata: only messages whose ``content.metadata`` has all these keys with exactly these values: text,
                numbers, true, false or null, by JSON type (``"3"`` is not ``3``). All messages that the other
                conditions leave are read to find them.
            include_total: count all matches. Without it ``total`` is how many rows are known: those before the page
                and on it.

        Returns:
            A page; ``total`` counts the matches without the included ones. Empty if no thread exists. Neighbours are
            counted by ``(created_at, id)``, so equal times can not push a message out of its own neighbourhood
            (TypeScript counts by time alone).

        Raises:
            InvalidArgument: a bad page, order, id or metadata filter.
        """

    @abstractmethod
    async def list_messages_by_resource_id(
        self,
        resource_id: str,
        *,
        page: int = 0,
        per_page: int | None = 40,
        order: Order = OLDEST_FIRST,
        include: Sequence[Include | Mapping[str, Any]] = (),
        between: DateRange | None = None,
        metadata: Metadata | None = None,
        include_total: bool = True,
    ) -> Page[Message]:
        """Messages of one resource in all its threads. Everything else as in ``list_messages``."""

    @abstractmethod
    async def list_messages_by_id(self, message_ids: Sequence[str]) -> list[Message]:
        """The messages with these ids, oldest first. Unknown ids are skipped."""

    @operation
    async def save_messages(
        self,
        thread_id: str | None = None,
        messages: Sequence[MessageInput] = (),
        *,
        resource_id: str | None = None,
        embeddings: Embeddings | None = None,
        vectors: "VectorStore | None" = None,
    ) -> list[Message]:
        """Store messages, all or none. A message with a stored id is overwritten but keeps its ``created_at``.

        ``save_messages("t", [{"role": "user", "content": "Hello"}])`` saves to one thread and makes it if it is
        missing: without a title, owned by ``resource_id``, else by the first resource that a message names, else by
        the thread's own id. ``save_messages(messages=[...])`` takes messages of any threads, which must exist.

        Every thread's ``updated_at`` becomes now.

        Args:
            messages: records, or dicts with ``role`` and ``content``. Text becomes format 2; ids are made up where
                missing; messages without a time get strictly increasing milliseconds. Of several with one id the
                last content wins, and the first time.
            resource_id: for messages that name none; without it they get their thread's.
            embeddings: for ``recall``: a vector for each message (``None`` for none), or an ``Embedder`` for those that
                have text. On SQL they are stored in the same transaction, instead of all vectors of these messages, in
                the index of Mastra's own Memory (``memory_messages_384``, ...), which is made if it is missing.
            vectors: where these are stored, if not in ``storage.vectors``: in Pinecone, or in those of a composite.
                Then the messages are stored first and the vectors after them, outside of any transaction: where that
                fails, the messages stay. Nor do such vectors go when their messages are deleted.

        Returns:
            The messages as stored, in the order given.

        Raises:
            InvalidArgument: a message can not be stored, or names no thread.
            NotFound: a thread does not exist.
        """
        thread = message_input.optional_identifier(thread_id, "thread_id")
        owner = message_input.optional_identifier(resource_id, "resource_id")
        drafts = message_input.drafts(messages, thread, owner)
        if not drafts:
            return []
        create = None
        if thread is not None:
            named = next((draft.resource_id for draft in drafts if draft.resource_id is not None), None)
            create = (thread, owner or named or thread)
        if embeddings is not None and (found := await recall.embedded(drafts, len(messages), embeddings)):
            if vectors is not None:
                return await self._save_beside(vectors, drafts, found, create=create)
            return await self._save_with_vectors(drafts, found, create=create)
        return await self._save_messages(drafts, create=create)

    @abstractmethod
    async def _save_messages(self, drafts: list[Draft], *, create: tuple[str, str] | None = None) -> list[Message]:
        """Store checked messages. ``create`` is the thread that may be missing and the resource it would get."""

    @abstractmethod
    async def update_messages(self, messages: Sequence[Mapping[str, Any]]) -> list[Message]:
        """Change stored messages, all or none. The old thread's and a new thread's ``updated_at`` become now.

        Args:
            messages: dicts with ``id`` and what shall change: ``content`` (merged over the stored one key by key,
                its ``metadata`` likewise), ``role``, ``type``, ``thread_id`` (moves it), ``resource_id``. What is
                ``None`` stays.

        Returns:
            The changed messages, oldest first; ids that are not stored are skipped.

        Raises:
            InvalidArgument: a field can not be changed or stored.
            NotFound: a message shall move to a thread that does not exist. Nothing was changed.
        """

    @abstractmethod
    async def delete_messages(self, message_ids: Sequence[str]) -> int:
        """Delete messages by id; unknown ids are skipped. Their threads' ``updated_at`` becomes now.

        Their vectors go as by ``delete_thread``. (In TypeScript that is left to the Memory above the storage.)

        Returns:
            How many were deleted.
        """

    @abstractmethod
    def iter_messages(
        self,
        thread_id: str | Sequence[str] | None = None,
        *,
        resource_id: str | None = None,
        between: DateRange | None = None,
        order: Order = OLDEST_FIRST,
        batch_size: int = 500,
    ) -> AsyncIterator[Message]:
        """Any number of messages one by one, in constant memory: by keyset, one round trip for each batch.

        Messages that are saved or deleted meanwhile may or may not be seen; every other one is seen exactly once.

        Args:
            thread_id: one id, several, or ``None`` for all threads.
        """

    # Resources

    @abstractmethod
    async def get_resource_by_id(self, resource_id: str) -> Resource | None:
        """What is remembered of a resource, or ``None``."""

    @abstractmethod
    async def save_resource(self, resource: Resource) -> Resource:
        """Store a resource as it is given; one with this id is overwritten in every field."""

    @abstractmethod
    async def update_resource(
        self, resource_id: str, *, working_memory: str | None = None, metadata: Metadata | None = None
    ) -> Resource:
        """Change a resource, which is made if it is missing; its ``updated_at`` becomes now.

        Args:
            working_memory: ``None`` keeps the old one; it may be empty.
            metadata: merged over the stored one, key by key, atomically.
        """

    # Copies

    @abstractmethod
    async def copy_thread(
        self,
        source_thread_id: str,
        *,
        new_thread_id: str | None = None,
        resource_id: str | None = None,
        title: str | None = None,
        metadata: Metadata | None = None,
        message_limit: int | None = None,
        between: DateRange | None = None,
        message_ids: Sequence[str] | None = None,
    ) -> CopiedThread:
        """Make a thread with copies of another's messages, as a whole. The copies keep their times.

        The new thread's metadata is ``metadata`` and ``clone``: ``sourceThreadId``, ``clonedAt`` (ISO 8601) and
        ``lastMessageId``, the id of the last message copied.

        Args:
            new_thread_id: a random UUID if ``None``.
            resource_id: the source's if ``None``.
            title: ``Clone of`` the source's title if ``None``.
            message_limit: only the latest so many of the messages that match.
            between: only messages of this time.
            message_ids: only these messages.

        Raises:
            NotFound: there is no source thread.
            AlreadyExists: there is a thread ``new_thread_id``.
        """

    @operation
    async def clone_thread(
        self,
        source_thread_id: str,
        *,
        new_thread_id: str | None = None,
        resource_id: str | None = None,
        title: str | None = None,
        metadata: Metadata | None = None,
        message_limit: int | None = None,
        between: DateRange | None = None,
        message_ids: Sequence[str] | None = None,
    ) -> ClonedThread:
        """``copy_thread``, and then the new thread's messages with it."""
        copied = await self.copy_thread(
            source_thread_id,
            new_thread_id=new_thread_id,
            resource_id=resource_id,
            title=title,
            metadata=metadata,
            message_limit=message_limit,
            between=between,
            message_ids=message_ids,
        )
        messages = await self.list_messages(copied.thread.id, per_page=None)
        return ClonedThread(copied.thread, list(messages), copied.message_id_map)

    @abstractmethod
    async def dangerously_clear_all(self) -> None:
        """Delete all threads, messages, resources and observational memory, as a whole. There is no way back."""

    # Short calls

    async def create_thread(
        self,
        *,
        resource_id: str,
        thread_id: str | None = None,
        title: str = "",
        metadata: dict[str, Any] | None = None,
    ) -> Thread:
        """Store a new thread with both times now, and a random UUID as its id unless one is given.

        A thread with that id is overwritten, as by ``save_thread``.
        """
        now = utc_now()
        new_id = str(uuid.uuid4()) if thread_id is None else thread_id
        return await self.save_thread(Thread(new_id, resource_id, title, now, now, metadata))

    async def get_messages(self, thread_id: str) -> list[Message]:
        """All messages of a thread, oldest first, unpaged. ``iter_messages`` takes less memory."""
        return list(await self.list_messages(thread_id, per_page=None))

    async def get_threads(self, resource_id: str | None = None) -> list[Thread]:
        """All threads, or all of one resource, oldest first, unpaged."""
        return list(await self.list_threads(resource_id=resource_id, per_page=None, order=OLDEST_FIRST))

    async def patch_thread(
        self, thread_id: str, *, title: str | None = None, metadata: Metadata | None = None
    ) -> Thread:
        """``update_thread``, by its other name in Mastra."""
        return await self.update_thread(thread_id, title=title, metadata=metadata)
