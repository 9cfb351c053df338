"""Threads on MongoDB."""

from collections.abc import Callable
from typing import Any

from ..clock import utc_now
from ..documents.memory import MESSAGES, THREADS
from ..domains.base import operation
from ..domains.memory import NEWEST_FIRST, MemoryDomain, Metadata
from ..domains.memory_input import checked_metadata, checked_thread, metadata_filter
from ..domains.message_input import identifier, optional_identifier
from ..errors import InvalidArgument, NotFound
from ..pages import Order, Page, Window
from ..records.memory import Thread
from .domain import MongoDomain
from .encoding import document, instant_of, object_of, storable
from .executor import Document, Executor, Work
from .filters import contains, is_object, literal
from .memory_vectors import delete_vectors
from .paging import page_of, sorted_by

_TIMES = {"created_at": "createdAt", "updated_at": "updatedAt"}


class MongoThreads(MongoDomain, MemoryDomain):
    """The part of the memory domain that is about threads."""

    @operation
    async def get_thread_by_id(self, thread_id: str, *, resource_id: str | None = None) -> Thread | None:
        found = await self._database.find_one(THREADS, _named(thread_id, resource_id))
        return None if found is None else thread_of(found)

    @operation
    async def save_thread(self, thread: Thread) -> Thread:
        saved = checked_thread(thread)
        fields = document(thread_fields(saved), "thread")
        await self._database.put(THREADS, {"id": saved.id}, {"$set": fields})
        return saved

    @operation
    async def update_thread(
        self, thread_id: str, *, title: str | None = None, metadata: Metadata | None = None
    ) -> Thread:
        identifier(thread_id, "thread_id")
        title, merged = checked_metadata(title, metadata)
        changes: Document = {"updatedAt": utc_now()}
        if title is not None:
            changes["title"] = literal(title)
        if merged is not None:
            changes["metadata"] = merged_over("$metadata", storable(merged, "metadata"))

        async def changed(tx: Executor) -> Document | None:
            return await tx.change_one(THREADS, {"id": thread_id}, [{"$set": changes}])

        # In a transaction, although it is one command: one of its own would wait in the server for whoever changes
        # the thread just now, as long as that takes, and could not be cancelled.
        found = await self._database.run(changed)
        if found is None:
            raise NotFound("thread", status="FAILED", thread_id=thread_id)
        return thread_of(found)

    @operation
    async def update_thread_metadata(
        self, thread_id: str, update: Callable[[Thread], Metadata | None], *, resource_id: str | None = None
    ) -> Thread | None:
        where = _named(thread_id, resource_id)

        def change(thread: Thread) -> Thread:
            _, metadata = checked_metadata(None, update(thread))
            return thread if metadata is None else thread.evolve(metadata=metadata, updated_at=utc_now())

        return await self._database.run(changed_thread(where, change))

    @operation
    async def update_thread_resource_id(self, thread_id: str, resource_id: str) -> Thread:
        identifier(thread_id, "thread_id")
        identifier(resource_id, "resource_id")
        moved = await self._database.run(moved_thread(thread_id, resource_id))
        if moved is None:
            raise NotFound("thread", status="FAILED", thread_id=thread_id)
        return moved

    @operation
    async def delete_thread(self, thread_id: str) -> int:
        return await self._database.run(deleted_thread(identifier(thread_id, "thread_id")))

    @operation
    async def list_threads(
        self,
        *,
        resource_id: str | None = None,
        metadata: Metadata | None = None,
        page: int = 0,
        per_page: int | None = 100,
        order: Order = NEWEST_FIRST,
    ) -> Page[Thread]:
        window = Window.of(page, per_page)
        if per_page is None and page:
            raise InvalidArgument("page", "must be 0 when per_page is None", status="INVALID_PAGE")
        order.among(*_TIMES)
        where: Document = {}
        if resource_id:
            where["resourceId"] = identifier(resource_id, "resource_id")
        if metadata:
            where["$expr"] = contains("$metadata", storable(metadata_filter(metadata), "metadata"))
        by = sorted_by(_TIMES[order.field], "id", direction=order.direction)
        found, total = await page_of(self._database, THREADS, where, by, window)
        return window.show([thread_of(each) for each in found], total)


def changed_thread(where: Document, change: Callable[[Thread], Thread]) -> Work[Thread | None]:
    """Replace a thread by what ``change`` makes of it, while nobody else changes it. ``None`` if there is none."""

    async def work(tx: Executor) -> Thread | None:
        # Stamped first: from then on others wait, and ``change`` is called once.
        found = await tx.change_one(THREADS, where, {"$set": {"updatedAt": utc_now()}}, before=True)
        if found is None:
            return None
        stamp, stored = found.get("updatedAt"), thread_of(found)
        changed = change(stored)
        if changed is stored:
            await tx.update_one(THREADS, where, {"$set": {"updatedAt": stamp}})
        else:
            fields = {"metadata": changed.metadata, "updatedAt": changed.updated_at}
            await tx.update_one(THREADS, where, {"$set": document(fields, "thread")})
        return changed

    return work


def moved_thread(thread_id: str, resource_id: str) -> Work[Thread | None]:
    """Give a thread and its messages to another resource; the messages first, so that where there is no transaction
    it can be called again after it broke off."""

    async def work(tx: Executor) -> Thread | None:
        found = await tx.find_one(THREADS, {"id": thread_id})
        if found is None or found.get("resourceId") == resource_id:
            return None if found is None else thread_of(found)
        now = utc_now()
        await tx.update(MESSAGES, {"thread_id": thread_id}, {"$set": {"resourceId": resource_id}})
        await tx.update_one(THREADS, {"id": thread_id}, {"$set": {"resourceId": resource_id, "updatedAt": now}})
        return thread_of(found).evolve(resource_id=resource_id, updated_at=now)

    return work


def deleted_thread(thread_id: str) -> Work[int]:
    """Delete a thread, its messages and their vectors; the thread last, as above."""

    async def work(tx: Executor) -> int:
        await delete_vectors(tx, "thread_id", [thread_id])
        await tx.delete(MESSAGES, {"thread_id": thread_id})
        return await tx.delete_one(THREADS, {"id": thread_id})

    return work


def thread_of(found: Document) -> Thread:
    """A stored thread. ``@mastra/mongodb`` stores null for a title that is undefined."""
    return Thread(
        found["id"],
        found.get("resourceId") or "",
        found.get("title") or "",
        instant_of(found.get("createdAt")),
        instant_of(found.get("updatedAt")),
        object_of(found.get("metadata")),
    )


def thread_fields(thread: Thread) -> Document:
    """What is stored of a thread."""
    return {
        "id": thread.id,
        "resourceId": thread.resource_id,
        "title": thread.title,
        "metadata": thread.metadata,
        "createdAt": thread.created_at,
        "updatedAt": thread.updated_at,
    }


def merged_over(path: str, given: dict[str, Any]) -> Document:
    """An expression: a stored object under a given one, key by key."""
    return {"$mergeObjects": [{"$cond": [is_object(path), path, {}]}, literal(given)]}


def _named(thread_id: str, resource_id: str | None) -> Document:
    where = {"id": identifier(thread_id, "thread_id")}
    if (owner := optional_identifier(resource_id, "resource_id")) is not None:
        where["resourceId"] = owner
    return where
