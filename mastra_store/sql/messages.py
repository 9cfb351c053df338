"""Changing and deleting messages on SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Executable, Select, delete, exists, or_, select, update
from sqlalchemy.sql.dml import Update

from ..clock import utc_now
from ..domains import message_input
from ..domains.base import operation
from ..domains.memory import MemoryDomain
from ..domains.message_input import Draft, MessageChange, identifiers, merged_content
from ..domains.recall import Embedded
from ..errors import NotFound
from ..models.memory import MessageRow, ThreadRow
from ..records.memory import Message
from .database import Executor
from .dialects import SqlDialect
from .domain import SqlDomain
from .memory_vectors import delete_vectors, save_with_vectors
from .message_saving import given_messages, save, threaded_cells, touched_thread, touched_threads
from .plans import Call, Work, statement

MESSAGE = (
    MessageRow.id,
    MessageRow.thread_id,
    MessageRow.content,
    MessageRow.role,
    MessageRow.created_at,
    MessageRow.type,
    MessageRow.resource_id,
)


class SqlMessages(SqlDomain, MemoryDomain):
    """The part of the memory domain that writes messages."""

    async def _save_messages(self, drafts: list[Draft], *, create: tuple[str, str] | None = None) -> list[Message]:
        return await save(self._database, drafts, create)

    async def _save_with_vectors(
        self, drafts: list[Draft], vectors: list[Embedded], *, create: tuple[str, str] | None = None
    ) -> list[Message]:
        # Where the vectors are on this very database, all of it is one transaction.
        return await save_with_vectors(self._database, self.storage.vectors, drafts, vectors, create)

    @operation
    async def update_messages(self, messages: Sequence[Mapping[str, Any]]) -> list[Message]:
        changes = message_input.changes(messages)
        return await self._database.run(changed_messages(self._database.sql, changes)) if changes else []

    @operation
    async def delete_messages(self, message_ids: Sequence[str]) -> int:
        ids = identifiers(message_ids, "message_ids")
        return await self._database.run(deleted_messages(self._database, ids)) if ids else 0

    @operation
    async def list_messages_by_id(self, message_ids: Sequence[str]) -> list[Message]:
        ids = identifiers(message_ids, "message_ids")
        return await self._database.read(messages_by_id().bind(ids=ids)) if ids else []


def changed_messages(sql: SqlDialect, changes: list[MessageChange]) -> Work[list[Message]]:
    """Change messages and stamp the threads they are in and were in."""
    by_id = {change.id: change for change in changes}
    moved_to = {change.thread_id for change in changes if change.thread_id is not None}
    threads = yield locked_threads().bind(ids=list(by_id), threads=sorted(moved_to))
    stored = yield messages_by_id(locked=True).bind(ids=list(by_id))
    changed = [_changed(message, by_id[message.id]) for message in stored]
    entered = {message.thread_id for message in changed} - {message.thread_id for message in stored}
    for missing in sorted(entered - set(threads)):
        raise NotFound("thread", status="FAILED", thread_id=missing)
    if changed:
        yield rewritten_messages().bind(messages=[threaded_cells(sql, message) for message in changed])
        yield touched({message.thread_id for message in (*stored, *changed)}, utc_now())
    return changed


def deleted_messages(database: Executor, ids: list[str]) -> Work[int]:
    """Delete messages with their vectors, and stamp the threads they were in."""
    locked = yield locked_threads().bind(ids=ids, threads=[])
    threads = yield without_messages().bind(ids=ids, threads=locked)
    if threads:
        yield touched(set(threads), utc_now())
        yield from delete_vectors(database, "message_id", ids)
    return len(threads)


def touched(threads: Collection[str], now: datetime) -> Call[list[None]]:
    """The statement that stamps threads."""
    if len(threads) == 1:
        (only,) = threads
        return touched_thread().bind(of_thread=only, now=now)
    return touched_threads().bind(threads=sorted(threads), now=now)


@statement(lambda thread_id: thread_id)
def locked_threads(sql: SqlDialect) -> Select[Any]:
    """Lock some threads, and those of some messages, in the order of their ids: before the messages, as a save does.

    Whoever locked messages first and then their threads would meet a save in a ring.
    """
    of_messages = select(MessageRow.thread_id).where(sql.is_any_of(MessageRow.id, "ids"))
    named = of_messages.union(select(sql.listed("threads").c.value))
    return sql.locked(select(ThreadRow.id).where(sql.is_among(ThreadRow.id, named)).order_by(ThreadRow.id))


@statement(Message)
def messages_by_id(sql: SqlDialect, *, locked: bool = False) -> Select[Any]:
    """Oldest first."""
    query = select(*sql.columns(MESSAGE)).where(sql.is_any_of(MessageRow.id, "ids"))
    query = query.order_by(MessageRow.created_at, MessageRow.id)
    return sql.locked(query) if locked else query


@statement(lambda: None)
def rewritten_messages(sql: SqlDialect) -> Update:
    """Overwrite stored messages, all but their times."""
    given = given_messages(sql, threaded=True)
    columns = {
        MessageRow.thread_id: given.c.thread_id,
        MessageRow.content: given.c.content,
        MessageRow.role: given.c.role,
        MessageRow.type: given.c.type,
        MessageRow.resource_id: given.c.resource_id,
    }
    return update(MessageRow).where(MessageRow.id == given.c.id).values(columns)


@statement(lambda thread_id: thread_id)
def without_messages(sql: SqlDialect) -> Executable:
    """Delete messages of the given threads, and those whose thread does not exist.

    What somebody saves to other threads meanwhile is saved after this: to lock it now would be the wrong order.
    """
    orphaned = ~exists(select(ThreadRow.id).where(ThreadRow.id == MessageRow.thread_id))
    ours = or_(sql.is_any_of(MessageRow.thread_id, "threads"), orphaned)
    return delete(MessageRow).where(sql.is_any_of(MessageRow.id, "ids"), ours).returning(MessageRow.thread_id)


def _changed(message: Message, change: MessageChange) -> Message:
    fields = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}
    if change.content is not None:
        fields["content"] = merged_content(message.content, change.content)
    return message.evolve(**fields)
