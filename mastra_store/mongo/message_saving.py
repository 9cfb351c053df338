"""Saving messages on MongoDB: threads are stamped first, which keeps others from deleting them, then messages stored.

Messages that are stored already are overwritten but keep their time.
"""

from datetime import datetime

from ..clock import utc_now
from ..documents.memory import MESSAGES, THREADS
from ..domains.message_input import Draft
from ..errors import NotFound
from ..jsontext import encode
from ..records.memory import Message
from .encoding import document, instant_of
from .executor import Document, Executor, Work

Owners = dict[str, str]
"""Threads and the resources they belong to."""


def saved_messages(drafts: list[Draft], create: tuple[str, str] | None) -> Work[list[Message]]:
    """Save messages and stamp their threads.

    Args:
        create: the thread that may be missing, and the resource it would get.

    Raises:
        NotFound: a thread does not exist. Nothing was written.
    """

    async def work(tx: Executor) -> list[Message]:
        now = utc_now()
        threads = sorted({draft.thread_id for draft in drafts})
        if create is None and len(threads) == 1 and all(draft.resource_id is not None for draft in drafts):
            owners = await _stamped_only(tx, threads[0], now)
        elif create is not None or len(threads) == 1:
            owners = await _stamped(tx, threads[0], create, now)
        else:
            owners = await _stamped_several(tx, threads, now)
        messages = [_message(draft, owners) for draft in drafts]
        return await _stored(tx, messages)

    return work


async def _stored(tx: Executor, messages: list[Message]) -> list[Message]:
    """Store messages; those that were stored before come back with their time."""
    updates = [
        (
            {"id": message.id},
            {
                "$set": document(message_fields(message), f"messages[{index}]"),
                "$setOnInsert": {"createdAt": message.created_at},
            },
        )
        for index, message in enumerate(messages)
    ]
    inserted = await tx.put_each(MESSAGES, updates)
    if len(inserted) == len(messages):
        return messages
    stored = [message.id for index, message in enumerate(messages) if index not in inserted]
    found = await tx.find_any(MESSAGES, "id", stored, fields={"_id": 0, "id": 1, "createdAt": 1})
    times = {each["id"]: instant_of(each.get("createdAt")) for each in found}
    return [message.evolve(created_at=times.get(message.id, message.created_at)) for message in messages]


async def _stamped_only(tx: Executor, thread_id: str, now: datetime) -> Owners:
    """Stamp one thread whose resource nobody needs to know."""
    if not await tx.update_one(THREADS, {"id": thread_id}, {"$set": {"updatedAt": now}}):
        raise NotFound("thread", status="FAILED", thread_id=thread_id)
    return {}


async def _stamped(tx: Executor, thread_id: str, create: tuple[str, str] | None, now: datetime) -> Owners:
    """Stamp one thread, or make it."""
    update: Document = {"$set": {"updatedAt": now}}
    if create is not None:
        update["$setOnInsert"] = new_thread(*create, now)
    found = await tx.change_one(
        THREADS, {"id": thread_id}, update, upsert=create is not None, fields={"_id": 0, "resourceId": 1}
    )
    if found is None:
        raise NotFound("thread", status="FAILED", thread_id=thread_id)
    return {thread_id: found.get("resourceId") or ""}


async def _stamped_several(tx: Executor, threads: list[str], now: datetime) -> Owners:
    """Stamp threads, none of them if one is missing."""
    where = {"id": {"$in": threads}}
    found = await tx.find(THREADS, where, fields={"_id": 0, "id": 1, "resourceId": 1})
    owners: Owners = {each["id"]: each.get("resourceId") or "" for each in found}
    for missing in (each for each in threads if each not in owners):
        raise NotFound("thread", status="FAILED", thread_id=missing)
    await tx.update(THREADS, where, {"$set": {"updatedAt": now}})
    return owners


def new_thread(thread_id: str, resource_id: str, now: datetime) -> Document:
    """What is stored of a thread that is made for its first messages, but for when it changed."""
    return {"id": thread_id, "resourceId": resource_id, "title": "", "metadata": None, "createdAt": now}


def message_fields(message: Message) -> Document:
    """What is stored of a message, but for its time. Content is JSON text (contract: memory.md, "Encoding")."""
    return {
        "id": message.id,
        "thread_id": message.thread_id,
        "content": encode(message.content),
        "role": message.role,
        "type": message.type or "v2",
        "resourceId": message.resource_id,
    }


def _message(draft: Draft, owners: Owners) -> Message:
    kind = None if draft.type == "v2" else draft.type
    resource_id = owners[draft.thread_id] if draft.resource_id is None else draft.resource_id
    return Message(draft.id, draft.thread_id, draft.content, draft.role, draft.created_at, kind, resource_id)
