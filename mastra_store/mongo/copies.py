"""Copies of threads on MongoDB."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..clock import iso_milliseconds, utc_now
from ..documents.memory import MESSAGES, THREADS
from ..domains.base import operation
from ..domains.memory import MemoryDomain, Metadata
from ..domains.memory_input import stored_object
from ..domains.message_input import identifier, identifiers, optional_identifier
from ..errors import AlreadyExists, NotFound
from ..jsontext import text_of
from ..pages import DateRange, whole_number
from ..records.memory import CopiedThread, Thread
from .domain import MongoDomain
from .encoding import document
from .executor import Document, Executor, Work
from .filters import within
from .threads import thread_fields, thread_of


class MongoCopies(MongoDomain, MemoryDomain):
    """The part of the memory domain that copies threads."""

    @operation
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
        identifier(source_thread_id, "source_thread_id")
        optional_identifier(resource_id, "resource_id")
        new_id = optional_identifier(new_thread_id, "new_thread_id") or str(uuid.uuid4())
        where: Document = {"thread_id": source_thread_id, **within("createdAt", between)}
        if message_limit is not None:
            whole_number(message_limit, "message_limit")
        if message_ids is not None:
            where["id"] = {"$in": identifiers(message_ids, "message_ids")}
        if title is not None:
            text_of(title, "title")
        copy = {"resource_id": resource_id, "title": title, "metadata": stored_object(metadata, "metadata") or {}}
        return await self._database.run(copied_thread(source_thread_id, new_id, copy, where, message_limit))


def copied_thread(
    source_id: str, new_id: str, copy: dict[str, Any], where: Document, limit: int | None
) -> Work[CopiedThread]:
    """Copy a thread and the latest messages that match."""

    async def work(tx: Executor) -> CopiedThread:
        source = await tx.find_one(THREADS, {"id": source_id})
        if source is None:
            raise NotFound("thread", status="SOURCE_NOT_FOUND", source_thread_id=source_id).during("clone_thread")
        messages = await _latest(tx, where, limit)
        now = utc_now()
        thread = _copy(thread_of(source), new_id, copy, messages[-1]["id"] if messages else None, now)
        fields = thread_fields(thread)
        # A Date here, where it is text in SQL (contract: memory.md, "copyThread").
        fields["metadata"] = {**fields["metadata"], "clone": {**fields["metadata"]["clone"], "clonedAt": now}}
        if not await tx.put(THREADS, {"id": new_id}, {"$setOnInsert": document(fields, "thread")}):
            raise AlreadyExists("thread", status="THREAD_EXISTS", new_thread_id=new_id).during("clone_thread")
        ids = {message["id"]: str(uuid.uuid4()) for message in messages}
        if messages:
            new = {"thread_id": new_id, "resourceId": thread.resource_id}
            await tx.insert(MESSAGES, [{**each, **new, "id": ids[each["id"]]} for each in messages])
        return CopiedThread(thread, ids)

    return work


async def _latest(tx: Executor, where: Document, limit: int | None) -> list[Document]:
    """Messages as they are stored, oldest first."""
    if limit == 0:
        return []
    newest_first = {"createdAt": -1, "id": -1}
    most = 0 if limit is None else min(limit, 2**31 - 1)
    found = await tx.find(MESSAGES, where, fields={"_id": 0}, order=newest_first, limit=most)
    return found[::-1]


def _copy(source: Thread, new_id: str, copy: dict[str, Any], last_message_id: str | None, now: datetime) -> Thread:
    clone = {"sourceThreadId": source.id, "clonedAt": iso_milliseconds(now)}
    if last_message_id is not None:
        clone["lastMessageId"] = last_message_id
    title = copy["title"]
    if title is None:
        title = f"Clone of {source.title}" if source.title else ""
    owner = copy["resource_id"] or source.resource_id
    return Thread(new_id, owner, title, now, now, {**copy["metadata"], "clone": clone})
