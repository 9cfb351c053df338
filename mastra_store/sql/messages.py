"""Saving, changing and deleting messages on SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
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


class SqlMessages(SqlDomain, MemoryDomain):
    """The part of the memory domain that writes messages."""

    async def _save_messages(self, drafts: list[Draft], *, create: tuple[str, str] | None = None) -> list[Message]:
        values: dict[str, Any] = {"messages": [_row(draft) for draft in drafts], "now": utc_now()}
        if create is None:
            values["threads"] = sorted({draft.thread_id for draft in drafts})
        else:
            values["create_thread"], values["create_resource"] = create
        if self._database.sql.writes_in_ctes:
            saved = await self._database.write(saved_at_once(create=create is not None).bind(**values))
        else:
            saved = await self._database.run(saved_in_steps(values, create=create is not None))
        decided = {row.id: row for row in _all_saved(saved)}
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


def saved_in_steps(values: dict[str, Any], *, create: bool) -> Work[list[Saved]]:
    """Save messages where a WITH query can not write."""
    messages = values.pop("messages")
    if create:
        yield touched_or_created_thread().bind(**values)
        return (yield saved_messages(several=False).bind(messages=messages))  # type: ignore[no-any-return]
    threads = values["threads"]
    if len(threads) == 1:
        saved = yield saved_messages(several=False).bind(messages=messages)
    else:
        saved = yield saved_messages(several=True).bind(messages=messages, threads=threads)
    if not saved:
        return (yield missing_threads().bind(threads=threads))  # type: ignore[no-any-return]
    yield touched(threads, values["now"])
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
def saved_at_once(sql: SqlDialect, *, create: bool) -> CompoundSelect[Any]:
    """Save messages and stamp their threads in one statement, which writes nothing unless every thread exists.

    Threads are locked in the order of their ids, so that batches which share some never wait for each other in a ring.
    """
    given = _given(sql)
    if create:
        threads = _touched_or_created(sql).returning(ThreadRow.id, ThreadRow.resource_id).cte("threads")
        missing = None
    else:
        named = sql.is_any_of(ThreadRow.id, "threads")
        wanted = select(ThreadRow.id, ThreadRow.resource_id).where(named).order_by(ThreadRow.id)
        threads = wanted.with_for_update().cte("threads")
        missing = _missing(sql, select(threads.c.id)).cte("missing")
    saved = _saved(sql, given, threads, missing).cte("saved")
    results = select(cast(null(), Text).label("missing_thread"), *saved.c)
    if missing is None:
        return union_all(results)
    stamped = update(ThreadRow).where(named, ~exists(missing.select()))
    stamped = stamped.values(sql.times(ThreadRow.updated_at, sql.moment("now")))
    absent = select(missing.c.id, *(cast(null(), column.type) for column in saved.c))
    return union_all(results, absent).add_cte(stamped.cte("stamped"))


@statement(Saved)
def saved_messages(sql: SqlDialect, *, several: bool) -> Executable:
    """Save messages of one thread or several, or none of them if a thread does not exist."""
    # Messages are joined with their thread, so of a single one that is missing nothing is saved anyway.
    missing = _missing(sql, select(ThreadRow.id)).cte("missing") if several else None
    return _saved(sql, _given(sql), ThreadRow.__table__, missing, lead=cast(null(), Text))  # type: ignore[no-any-return]


@statement(lambda thread_id: Saved(thread_id, "", utc_now(), ""))
def missing_threads(sql: SqlDialect) -> Select[Any]:
    return _missing(sql, select(ThreadRow.id))


@statement(lambda: None)
def touched_or_created_thread(sql: SqlDialect) -> Executable:
    return _touched_or_created(sql)  # type: ignore[no-any-return]


@statement(lambda: None)
def touched_thread(sql: SqlDialect) -> Update:
    stamped = update(ThreadRow).where(ThreadRow.id == bindparam("of_thread"))
    return stamped.values(sql.times(ThreadRow.updated_at, sql.moment("now")))


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


def _saved(
    sql: SqlDialect, given: FromClause, threads: FromClause, missing: CTE | None, lead: ColumnElement[Any] | None = None
) -> Any:
    """The INSERT of messages that names their thread's resource where they name none."""
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


def _all_saved(saved: list[Saved]) -> list[Saved]:
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
