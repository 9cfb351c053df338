"""Saving, changing and deleting messages on SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Executable,
    FromClause,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    null,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.sql.dml import Update

from .. import jsontext
from ..clock import iso_milliseconds, utc_now
from ..domains import message_input
from ..domains.base import operation
from ..domains.memory import MemoryDomain
from ..domains.message_input import Draft, MessageChange, identifiers, merged_content
from ..errors import NotFound
from ..models.memory import MessageRow, ThreadRow
from ..models.types import UtcTwinType
from ..records.memory import Message
from .dialects import SqlDialect
from .domain import SqlDomain
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


class Saved(NamedTuple):
    """What the database decided about a saved message; or, alone, a thread that does not exist."""

    missing_thread: str | None
    id: str
    created_at: datetime
    resource_id: str


class Into(Enum):
    """Which threads a batch of messages is saved into: the shape's share of it."""

    CREATED = "one that is made if it is missing"
    ONE = "one that must exist"
    SEVERAL = "several that must exist"


class SqlMessages(SqlDomain, MemoryDomain):
    """The part of the memory domain that writes messages."""

    async def _save_messages(self, drafts: list[Draft], *, create: tuple[str, str] | None = None) -> list[Message]:
        threads = sorted({draft.thread_id for draft in drafts})
        into = Into.CREATED if create is not None else Into.ONE if len(threads) == 1 else Into.SEVERAL
        values: dict[str, Any] = {"now": utc_now()}
        if create is not None:
            values["create_thread"], values["create_resource"] = create
        elif into is Into.ONE:
            values["of_thread"] = threads[0]
        else:
            values["threads"] = threads
        messages = [_row(draft) for draft in drafts]
        if self._database.sql.writes_in_ctes:
            saved = await self._database.write(saved_at_once(into).bind(**values, messages=messages))
        else:
            saved = await self._database.run(saved_in_steps(into, values, messages))
        decided = {row.id: row for row in _all_saved(saved, threads)}
        return [_message(draft, decided[draft.id]) for draft in drafts]

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
        return await self._database.read(messages_by_id().bind(ids=ids)) if ids else []


def saved_in_steps(into: Into, values: dict[str, Any], messages: list[dict[str, Any]]) -> Work[list[Saved]]:
    """Save messages and stamp their threads where a WITH query can not write."""
    if into is Into.CREATED:
        yield touched_or_created_thread().bind(**values)
        return (yield saved_messages(several=False).bind(messages=messages))  # type: ignore[no-any-return]
    if into is Into.ONE:
        saved = yield saved_messages(several=False).bind(messages=messages)
        stamp = touched_thread().bind(**values)
    else:
        saved = yield saved_messages(several=True).bind(messages=messages, threads=values["threads"])
        if not saved:
            return (yield missing_threads().bind(threads=values["threads"]))  # type: ignore[no-any-return]
        stamp = touched_threads().bind(**values)
    if saved:
        yield stamp
    return saved  # type: ignore[no-any-return]


def changed_messages(changes: list[MessageChange]) -> Work[list[Message]]:
    """Change messages and stamp the threads they are in and were in."""
    stored = yield messages_by_id(locked=True).bind(ids=[change.id for change in changes])
    by_id = {change.id: change for change in changes}
    changed = [_changed(message, by_id[message.id]) for message in stored]
    if changed:
        yield rewritten_messages().bind(messages=[_row(message) for message in changed])
        yield touched({message.thread_id for message in (*stored, *changed)}, utc_now())
    return changed


def deleted_messages(ids: list[str]) -> Work[int]:
    """Delete messages and stamp the threads they were in."""
    threads = yield without_messages().bind(ids=ids)
    if threads:
        yield touched(set(threads), utc_now())
    return len(threads)


def touched(threads: Collection[str], now: datetime) -> Call[list[None]]:
    """The statement that stamps threads."""
    if len(threads) == 1:
        (only,) = threads
        return touched_thread().bind(of_thread=only, now=now)
    return touched_threads().bind(threads=sorted(threads), now=now)


@statement(Message)
def messages_by_id(sql: SqlDialect, *, locked: bool = False) -> Select[Any]:
    """Oldest first."""
    query = select(*sql.columns(MESSAGE)).where(sql.is_any_of(MessageRow.id, "ids"))
    query = query.order_by(MessageRow.created_at, MessageRow.id)
    return sql.locked(query) if locked else query


@statement(Saved)
def saved_at_once(sql: SqlDialect, into: Into) -> Select[Any] | CompoundSelect[Any]:
    """Save messages and stamp their threads in one statement, which writes nothing unless every thread exists."""
    if into is Into.SEVERAL:
        return _saved_into_several(sql)
    threads = _touched_or_created(sql) if into is Into.CREATED else _touched(sql)
    owners = threads.returning(ThreadRow.id, ThreadRow.resource_id).cte("threads")
    return _results(_saved(sql, owners, None).cte("saved"))


def _saved_into_several(sql: SqlDialect) -> CompoundSelect[Any]:
    """Threads are locked in the order of their ids, so that batches which share some never wait for each other in a
    ring; and before any is stamped, so that nothing is written when one of them is missing."""
    named = sql.is_any_of(ThreadRow.id, "threads")
    threads = select(ThreadRow.id, ThreadRow.resource_id).where(named).order_by(ThreadRow.id)
    owners = threads.with_for_update().cte("threads")
    missing = _missing(sql, select(owners.c.id)).cte("missing")
    saved = _saved(sql, owners, missing).cte("saved")
    stamped = update(ThreadRow).where(named, ~exists(missing.select()))
    stamped = stamped.values(sql.times(ThreadRow.updated_at, sql.moment("now")))
    absent = select(missing.c.id, *(cast(null(), column.type) for column in saved.c))
    return union_all(_results(saved), absent).add_cte(stamped.cte("stamped"))


def _results(saved: CTE) -> Select[Any]:
    return select(cast(null(), Text).label("missing_thread"), *saved.c)


@statement(Saved)
def saved_messages(sql: SqlDialect, *, several: bool) -> Executable:
    """Save messages of one thread or several, or none of them if a thread does not exist."""
    # Messages are joined with their thread, so of a single one that is missing nothing is saved anyway.
    missing = _missing(sql, select(ThreadRow.id)).cte("missing") if several else None
    return _saved(sql, ThreadRow.__table__, missing, lead=cast(null(), Text))  # type: ignore[no-any-return]


@statement(lambda thread_id: Saved(thread_id, "", utc_now(), ""))
def missing_threads(sql: SqlDialect) -> Select[Any]:
    return _missing(sql, select(ThreadRow.id))


@statement(lambda: None)
def touched_or_created_thread(sql: SqlDialect) -> Executable:
    return _touched_or_created(sql)  # type: ignore[no-any-return]


@statement(lambda: None)
def touched_thread(sql: SqlDialect) -> Update:
    return _touched(sql)


@statement(lambda: None)
def touched_threads(sql: SqlDialect) -> Update:
    stamped = update(ThreadRow).where(sql.is_any_of(ThreadRow.id, "threads"))
    return stamped.values(sql.times(ThreadRow.updated_at, sql.moment("now")))


@statement(lambda: None)
def rewritten_messages(sql: SqlDialect) -> Update:
    """Overwrite stored messages, all but their times."""
    given = _given(sql)
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
    return delete(MessageRow).where(sql.is_any_of(MessageRow.id, "ids")).returning(MessageRow.thread_id)


def _missing(sql: SqlDialect, known: Select[Any]) -> Select[Any]:
    """The threads of the parameter ``threads`` that are not known."""
    wanted = sql.listed("threads")
    return select(wanted.c.value.label("id")).where(wanted.c.value.not_in(known))


def _given(sql: SqlDialect) -> FromClause:
    return sql.rows(
        "messages",
        id=Text(),
        thread_id=Text(),
        content=Text(),
        role=Text(),
        type=Text(),
        created_at=UtcTwinType(),
        resource_id=Text(),
    )


def _saved(sql: SqlDialect, threads: FromClause, missing: CTE | None, lead: ColumnElement[Any] | None = None) -> Any:
    """The INSERT of messages that names their thread's resource where they name none."""
    given = _given(sql)
    owner = func.coalesce(given.c.resource_id, threads.c[1])
    values = {
        MessageRow.id: given.c.id,
        MessageRow.thread_id: given.c.thread_id,
        MessageRow.content: given.c.content,
        MessageRow.role: given.c.role,
        MessageRow.type: given.c.type,
        MessageRow.resource_id: owner,
        **sql.times(MessageRow.created_at, given.c.created_at),
    }
    rows = select(*values.values()).join_from(given, threads, threads.c.id == given.c.thread_id)
    rows = rows.where(true() if missing is None else ~exists(missing.select()))
    insert = sql.insert(MessageRow).from_select([column.name for column in values], rows)
    replaced = (MessageRow.thread_id, MessageRow.content, MessageRow.role, MessageRow.type, MessageRow.resource_id)
    upsert = sql.replacing(insert, [MessageRow.id], replaced)
    returned = (MessageRow.id, sql.stored(MessageRow.created_at).label("created_at"), MessageRow.resource_id)
    return upsert.returning(*returned) if lead is None else upsert.returning(lead, *returned)


def _touched(sql: SqlDialect) -> Update:
    stamped = update(ThreadRow).where(ThreadRow.id == bindparam("of_thread"))
    return stamped.values(sql.times(ThreadRow.updated_at, sql.moment("now")))


def _touched_or_created(sql: SqlDialect) -> Any:
    """Make the thread, or only stamp it: one statement, so that of two at once one makes it and both go on."""
    stamp = sql.times(ThreadRow.updated_at, sql.moment("now"))
    values = {
        ThreadRow.id: bindparam("create_thread"),
        ThreadRow.resource_id: bindparam("create_resource"),
        ThreadRow.title: literal(""),
        **sql.times(ThreadRow.created_at, sql.moment("now")),
        **stamp,
    }
    return sql.replacing(sql.insert(ThreadRow).values(values), [ThreadRow.id], stamp)


def _all_saved(saved: list[Saved], threads: list[str]) -> list[Saved]:
    if not saved:  # only a single thread can be missing without being named by the statement
        raise NotFound("thread", status="FAILED", thread_id=threads[0])
    for row in saved:
        if row.missing_thread is not None:
            raise NotFound("thread", status="FAILED", thread_id=row.missing_thread)
    return saved


def _changed(message: Message, change: MessageChange) -> Message:
    fields = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}
    if change.content is not None:
        fields["content"] = merged_content(message.content, change.content)
    return message.evolve(**fields)


def _row(message: Draft | Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "thread_id": message.thread_id,
        "content": jsontext.encode(message.content),
        "role": message.role,
        "type": message.type or "v2",
        "created_at": iso_milliseconds(message.created_at),
        "resource_id": message.resource_id,
    }


def _message(draft: Draft, saved: Saved) -> Message:
    return Message(
        draft.id, draft.thread_id, draft.content, draft.role, saved.created_at, _kind(draft.type), saved.resource_id
    )


def _kind(kind: str | None) -> str | None:
    return None if kind == "v2" else kind
