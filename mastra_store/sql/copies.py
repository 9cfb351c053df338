"""Copies of threads on SQL."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, Text, bindparam, select
from sqlalchemy.sql.dml import Insert

from ..clock import iso_milliseconds, utc_now
from ..domains.base import operation
from ..domains.memory import MemoryDomain, Metadata
from ..domains.memory_input import stored_object
from ..domains.message_input import identifier, identifiers, optional_identifier
from ..errors import AlreadyExists, NotFound
from ..jsontext import text_of
from ..models.memory import MessageRow
from ..pages import MAX_ROW, DateRange, whole_number
from ..records.memory import CopiedThread, Thread
from .bounds import Bounds, bound_values
from .dialects import SqlDialect
from .domain import SqlDomain
from .paging import LIMIT
from .plans import Call, Work, statement
from .threads import created_thread, thread_by_id, thread_values


class SqlCopies(SqlDomain, MemoryDomain):
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
        latest = messages_to_copy(Bounds.of(between), chosen=message_ids is not None).bind(
            thread_id=source_thread_id,
            limit=MAX_ROW if message_limit is None else whole_number(message_limit, "message_limit"),
            **bound_values(between),
            **({} if message_ids is None else {"ids": identifiers(message_ids, "message_ids")}),
        )
        if title is not None:
            text_of(title, "title")
        copy = {"resource_id": resource_id, "title": title, "metadata": stored_object(metadata, "metadata") or {}}
        return await self._database.run(copied_thread(source_thread_id, new_id, copy, latest))


def copied_thread(source_id: str, new_id: str, copy: dict[str, Any], latest: Call[list[str]]) -> Work[CopiedThread]:
    """Copy a thread and the messages that ``latest`` finds, newest first."""
    found = yield thread_by_id(locked=True).bind(thread_id=source_id)
    if not found:
        raise NotFound("thread", status="SOURCE_NOT_FOUND", source_thread_id=source_id).during("clone_thread")
    message_ids = list(reversed((yield latest)))
    thread = _copy(found[0], new_id, copy, message_ids[-1] if message_ids else None)
    if not (yield created_thread().bind(**thread_values(thread))):
        raise AlreadyExists("thread", status="THREAD_EXISTS", new_thread_id=new_id).during("clone_thread")
    ids = {message_id: str(uuid.uuid4()) for message_id in message_ids}
    if ids:
        yield copied_messages().bind(
            copies=[{"source": source, "copy": copied} for source, copied in ids.items()],
            to_thread=new_id,
            to_resource=thread.resource_id,
        )
    return CopiedThread(thread, ids)


def _copy(source: Thread, new_id: str, copy: dict[str, Any], last_message_id: str | None) -> Thread:
    now = utc_now()
    clone = {"sourceThreadId": source.id, "clonedAt": iso_milliseconds(now)}
    if last_message_id is not None:
        clone["lastMessageId"] = last_message_id
    title = copy["title"]
    if title is None:
        title = f"Clone of {source.title}" if source.title else ""
    owner = copy["resource_id"] or source.resource_id
    return Thread(new_id, owner, title, now, now, {**copy["metadata"], "clone": clone})


@statement(lambda message_id: message_id)
def messages_to_copy(sql: SqlDialect, bounds: Bounds, *, chosen: bool) -> Select[Any]:
    """Ids of the latest messages of a thread, newest first."""
    query = select(MessageRow.id).where(MessageRow.thread_id == bindparam("thread_id"))
    query = query.where(*bounds.conditions(sql, MessageRow.created_at))
    if chosen:
        query = query.where(sql.is_any_of(MessageRow.id, "ids"))
    return query.order_by(MessageRow.created_at.desc(), MessageRow.id.desc()).limit(LIMIT)


@statement(lambda: None)
def copied_messages(sql: SqlDialect) -> Insert:
    """Copy messages inside the database: content, role, kind and times stay as they are stored, to the byte."""
    copies = sql.rows("copies", source=Text(), copy=Text())
    values: dict[Any, Any] = {
        MessageRow.id: copies.c.copy,
        MessageRow.thread_id: bindparam("to_thread", type_=Text()),
        MessageRow.resource_id: bindparam("to_resource", type_=Text()),
        **{
            column: column
            for column in sql.as_written(MessageRow.content, MessageRow.role, MessageRow.type, MessageRow.created_at)
        },
    }
    rows = select(*values.values()).join_from(MessageRow, copies, copies.c.source == MessageRow.id)
    return sql.insert(MessageRow).from_select([column.name for column in values], rows)  # type: ignore[no-any-return]
