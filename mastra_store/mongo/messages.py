"""Changing and deleting messages on MongoDB."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from .. import jsontext
from ..clock import utc_now
from ..documents.memory import MESSAGES, THREADS
from ..domains import message_input
from ..domains.base import operation
from ..domains.memory import MemoryDomain
from ..domains.message_input import Draft, MessageChange, identifiers, merged_content
from ..domains.recall import Embedded
from ..errors import NotFound
from ..models.types import format_2
from ..records.memory import Message
from .domain import MongoDomain
from .encoding import as_json, document, instant_of
from .executor import Document, Executor, Work
from .memory_vectors import delete_vectors, save_with_vectors
from .message_saving import message_fields, saved_messages


class MongoMessages(MongoDomain, MemoryDomain):
    """The part of the memory domain that writes messages."""

    async def _save_messages(self, drafts: list[Draft], *, create: tuple[str, str] | None = None) -> list[Message]:
        return await self._database.run(saved_messages(drafts, create))

    async def _save_with_vectors(
        self, drafts: list[Draft], vectors: list[Embedded], *, create: tuple[str, str] | None = None
    ) -> list[Message]:
        # Where the vectors are on this very database, all of it is one transaction.
        return await save_with_vectors(self._database, self.storage.vectors, drafts, vectors, create)

    @operation
    async def update_messages(self, messages: Sequence[Mapping[str, Any]]) -> list[Message]:
        changes = message_input.changes(messages)
        return await self._database.run(changed_messages(changes)) if changes else []

    @operation
    async def delete_messages(self, message_ids: Sequence[str]) -> int:
        ids = identifiers(message_ids, "message_ids")
        return await self._database.run(deleted_messages(ids)) if ids else 0

    @operation
    async def list_messages_by_id(self, message_ids: Sequence[str]) -> list[Message]:
        ids = identifiers(message_ids, "message_ids")
        if not ids:
            return []
        return oldest_first(await self._database.find_any(MESSAGES, "id", ids))


def changed_messages(changes: list[MessageChange]) -> Work[list[Message]]:
    """Change messages and stamp the threads they are in and were in."""

    async def work(tx: Executor) -> list[Message]:
        by_id = {change.id: change for change in changes}
        stored = oldest_first(await tx.find_any(MESSAGES, "id", list(by_id)))
        changed = [_changed(message, by_id[message.id]) for message in stored]
        threads = {message.thread_id for message in stored}
        await _check_threads(tx, {message.thread_id for message in changed} - threads)
        if changed:
            updates = [
                ({"id": each.id}, {"$set": document(message_fields(each), f"messages[{index}]")})
                for index, each in enumerate(changed)
            ]
            await tx.update_each(MESSAGES, updates)
            await touched(tx, threads | {message.thread_id for message in changed})
        return changed

    return work


def deleted_messages(ids: list[str]) -> Work[int]:
    """Delete messages with their vectors, and stamp the threads they were in."""

    async def work(tx: Executor) -> int:
        found = await tx.find_any(MESSAGES, "id", ids, fields={"_id": 0, "thread_id": 1})
        if not found:
            return 0
        await delete_vectors(tx, "message_id", ids)
        deleted = await tx.delete_any(MESSAGES, "id", ids)
        await touched(tx, {each["thread_id"] for each in found})
        return deleted

    return work


async def touched(tx: Executor, threads: Collection[str]) -> None:
    """Stamp threads."""
    await tx.update(THREADS, {"id": {"$in": sorted(threads)}}, {"$set": {"updatedAt": utc_now()}})


async def _check_threads(tx: Executor, threads: set[str]) -> None:
    if threads:
        found = await tx.find(THREADS, {"id": {"$in": sorted(threads)}}, fields={"_id": 0, "id": 1})
        for missing in sorted(threads - {each["id"] for each in found}):
            raise NotFound("thread", status="FAILED", thread_id=missing)


def oldest_first(found: list[Document]) -> list[Message]:
    """Stored messages, in order."""
    return sorted(map(message_of, found), key=lambda message: (message.created_at, message.id))


def message_of(found: Document) -> Message:
    """A stored message. Content is JSON text, or plain text or a list of parts as older writers left them."""
    content, kind = found.get("content"), found.get("type")
    return Message(
        found["id"],
        found.get("thread_id") or "",
        format_2(jsontext.decode_if_json(content) if isinstance(content, str) else as_json(content)),
        found.get("role") or "",
        instant_of(found.get("createdAt")),
        None if kind == "v2" else kind,
        found.get("resourceId"),
    )


def _changed(message: Message, change: MessageChange) -> Message:
    fields = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}
    if change.content is not None:
        fields["content"] = merged_content(message.content, change.content)
    return message.evolve(**fields)
