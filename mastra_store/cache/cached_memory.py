"""The memory domain through the cache: threads, the newest messages of a thread, resources.

A thread is one subject, its messages included, since whoever saves a message stamps the thread. Methods that know
messages by their ids alone look up their threads first.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from ..domains.base import operation
from ..domains.memory import NEWEST_FIRST, OLDEST_FIRST, MemoryDomain, Metadata
from ..domains.message_input import Draft, changes, identifiers
from ..domains.recall import Embedded
from ..pages import DateRange, Order, Page
from ..records.memory import Include, Message, Resource, Thread
from .encoding import MESSAGES, RESOURCE, THREAD
from .keys import Keys, usable
from .rules import CachedDomain, cached, looked_up, reads, row, writes, writes_everything, written_by_itself

MOST_MESSAGES = 200
"""Messages of a page that is cached, at most."""


class CachedMemory(CachedDomain, MemoryDomain):
    """Threads, messages and resources."""

    @cached
    async def get_thread_by_id(self, thread_id: str, *, resource_id: str | None = None) -> Thread | None:
        known = usable(thread_id)
        if known is None or (resource_id is not None and usable(resource_id) is None):
            return await self._thread(thread_id, resource_id)
        entry = self._access.keys.entry(THREAD, "thread", known)
        thread = await self._access.read(entry, THREAD, lambda: self._thread(known))
        return thread if thread is not None and resource_id in (None, thread.resource_id) else None

    @cached
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
        """Cached is a thread's last page: the newest messages, at most ``MOST_MESSAGES``, without other filters than a
        resource."""

        async def load() -> Page[Message]:
            found: Page[Message] = await self._inner.list_messages(
                thread_id,
                resource_id=resource_id,
                page=page,
                per_page=per_page,
                order=order,
                include=include,
                between=between,
                metadata=metadata,
                include_total=include_total,
            )
            return found

        known = usable(thread_id)
        is_last_page = order == NEWEST_FIRST and type(page) is int and page == 0
        is_short = type(per_page) is int and 0 < per_page <= MOST_MESSAGES
        is_whole = isinstance(include, tuple | list) and not include and between is None and not metadata
        if known is None or not (is_last_page and is_short and is_whole and (not resource_id or usable(resource_id))):
            return await load()
        variant = (per_page or 0, "counted" if include_total else "uncounted", resource_id or "")
        entry = self._access.keys.entry(MESSAGES, "thread", known, *variant)
        listed = await self._access.read(entry, MESSAGES, load)
        assert listed is not None  # noqa: S101 (a list is never None)
        return listed

    @cached
    async def get_resource_by_id(self, resource_id: str) -> Resource | None:
        known = usable(resource_id)
        if known is None:
            return await self._resource(resource_id)
        entry = self._access.keys.entry(RESOURCE, "resource", known)
        return await self._access.read(entry, RESOURCE, lambda: self._resource(known))

    list_threads = reads(MemoryDomain.list_threads)
    list_messages_by_resource_id = reads(MemoryDomain.list_messages_by_resource_id)
    list_messages_by_id = reads(MemoryDomain.list_messages_by_id)
    iter_messages = reads(MemoryDomain.iter_messages)
    recall = reads(MemoryDomain.recall)

    save_thread = writes(lambda keys, thread: keys.subject("thread", getattr(thread, "id", None)))(
        MemoryDomain.save_thread
    )
    update_thread = writes(row("thread", "thread_id"))(MemoryDomain.update_thread)
    update_thread_metadata = writes(row("thread", "thread_id"))(MemoryDomain.update_thread_metadata)
    update_thread_resource_id = writes(row("thread", "thread_id"))(MemoryDomain.update_thread_resource_id)
    delete_thread = writes(row("thread", "thread_id"))(MemoryDomain.delete_thread)
    # The source stays as it is. A copy under a made-up id is nobody's yet.
    copy_thread = writes(lambda keys, *_, new_thread_id=None, **__: keys.subject("thread", new_thread_id))(
        MemoryDomain.copy_thread
    )
    save_resource = writes(lambda keys, resource: keys.subject("resource", getattr(resource, "id", None)))(
        MemoryDomain.save_resource
    )
    update_resource = writes(row("resource", "resource_id"))(MemoryDomain.update_resource)
    dangerously_clear_all = writes_everything(MemoryDomain.dangerously_clear_all)
    _count_aged = reads(MemoryDomain._count_aged)
    _prune_batch = writes_everything(MemoryDomain._prune_batch)

    @written_by_itself
    async def _save_messages(self, drafts: list[Draft], *, create: tuple[str, str] | None = None) -> list[Message]:
        return await self._saved(drafts, create, lambda: self._inner._save_messages(drafts, create=create))

    @written_by_itself
    async def _save_with_vectors(
        self, drafts: list[Draft], vectors: list[Embedded], *, create: tuple[str, str] | None = None
    ) -> list[Message]:
        return await self._saved(drafts, create, lambda: self._inner._save_with_vectors(drafts, vectors, create=create))

    async def _saved(
        self, drafts: list[Draft], create: tuple[str, str] | None, save: Callable[[], Awaitable[list[Message]]]
    ) -> list[Message]:
        """A message that is stored in another thread leaves it, so that thread is written as well."""
        threads = {draft.thread_id for draft in drafts} | ({create[0]} if create else set())

        async def touched() -> Iterable[str]:
            stored = await self._stored([draft.id for draft in drafts], "save_messages")
            return self._threads(threads | {message.thread_id for message in stored})

        ours = self._threads(threads)
        writing = self._access.writing(ours)
        if set(await self._access.look(touched)) != set(ours):
            writing = self._access.writing_what_is_found(touched)
        async with writing:
            return await save()

    @written_by_itself
    @operation
    async def update_messages(self, messages: Sequence[Mapping[str, Any]]) -> list[Message]:
        given = list(messages) if _is_listed(messages) else messages  # an iterator gives its messages once
        changed = changes(given)
        moved_to = {change.thread_id for change in changed if change.thread_id is not None}

        async def touched() -> Iterable[str]:
            stored = await self._stored([change.id for change in changed], "update_messages")
            return self._threads(moved_to | {message.thread_id for message in stored})

        async with self._access.writing_what_is_found(touched):
            updated: list[Message] = await self._inner.update_messages(given)
            return updated

    @written_by_itself
    @operation
    async def delete_messages(self, message_ids: Sequence[str]) -> int:
        ids = identifiers(message_ids, "message_ids")

        async def touched() -> Iterable[str]:
            stored = await self._stored(ids, "delete_messages")
            return self._threads({message.thread_id for message in stored})

        async with self._access.writing_what_is_found(touched):
            deleted: int = await self._inner.delete_messages(ids)
            return deleted

    async def _thread(self, thread_id: str, resource_id: str | None = None) -> Thread | None:
        found: Thread | None = await self._inner.get_thread_by_id(thread_id, resource_id=resource_id)
        return found

    async def _resource(self, resource_id: str) -> Resource | None:
        found: Resource | None = await self._inner.get_resource_by_id(resource_id)
        return found

    async def _stored(self, message_ids: list[str], operation: str) -> list[Message]:
        """Messages as they are stored before ``operation``, to which errors belong."""
        stored: list[Message] = await looked_up(self._inner.list_messages_by_id(message_ids), operation)
        return stored

    def _threads(self, thread_ids: Iterable[str]) -> list[str]:
        keys: Keys = self._access.keys
        return [subject for each in sorted(thread_ids) for subject in keys.subject("thread", each)]


def _is_listed(messages: Any) -> bool:
    return isinstance(messages, Iterable) and not isinstance(messages, str | bytes | Mapping | Message)
