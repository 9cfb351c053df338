"""Saving messages on SQL: in one statement where a WITH query may write, else in one transaction of three.

Messages that are stored already are overwritten but keep their time. Their threads are stamped with them.
"""

from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

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

from ..clock import iso_milliseconds, utc_now
from ..domains.message_input import Draft
from ..errors import NotFound
from ..models.memory import MessageRow, ThreadRow
from ..models.types import UtcTwinType
from ..records.memory import Message
from .database import Executor
from .dialects import SqlDialect
from .plans import Work, statement

OWNER = (ThreadRow.id, ThreadRow.resource_id)


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


async def save(database: Executor, drafts: list[Draft], create: tuple[str, str] | None) -> list[Message]:
    """Save messages, all or none, and stamp their threads.

    Args:
        create: the thread that may be missing, and the resource it would get.

    Raises:
        NotFound: a thread does not exist.
    """
    sql = database.sql
    into, values, messages = _shares(sql, drafts, create)
    if sql.writes_in_ctes:
        saved = await database.write(saved_at_once(into).bind(**values, messages=messages))
    else:
        saved = await database.run(saved_in_steps(into, values, messages))
    return _messages(drafts, saved)


def saving(sql: SqlDialect, drafts: list[Draft], create: tuple[str, str] | None) -> Work[list[Message]]:
    """``save``, to be run with something else in one transaction."""
    into, values, messages = _shares(sql, drafts, create)
    if sql.writes_in_ctes:
        saved = yield saved_at_once(into).bind(**values, messages=messages)
    else:
        saved = yield from saved_in_steps(into, values, messages)
    return _messages(drafts, saved)


def _shares(
    sql: SqlDialect, drafts: list[Draft], create: tuple[str, str] | None
) -> tuple[Into, dict[str, Any], list[dict[str, Any]]]:
    """Which threads it is saved into, and the values of the parameters."""
    threads = sorted({draft.thread_id for draft in drafts})
    values: dict[str, Any] = {"now": utc_now()}
    if create is not None:
        values["of_thread"], values["new_resource"] = create
        return Into.CREATED, values, [message_cells(sql, draft) for draft in drafts]
    if len(threads) == 1:
        values["of_thread"] = threads[0]
        return Into.ONE, values, [message_cells(sql, draft) for draft in drafts]
    values["threads"] = threads
    return Into.SEVERAL, values, [threaded_cells(sql, draft) for draft in drafts]


def _messages(drafts: list[Draft], saved: list[Saved]) -> list[Message]:
    """The messages as they are stored.

    Raises:
        NotFound: a thread does not exist, and nothing was saved.
    """
    for missing in [drafts[0].thread_id] if not saved else [row.missing_thread for row in saved if row.missing_thread]:
        raise NotFound("thread", status="FAILED", thread_id=missing)
    decided = {row.id: row for row in saved}
    return [_message(draft, decided[draft.id]) for draft in drafts]


def saved_in_steps(into: Into, values: dict[str, Any], messages: list[dict[str, Any]]) -> Work[list[Saved]]:
    """Save messages and stamp their threads where a WITH query can not write."""
    if into is Into.SEVERAL:
        saved = yield saved_messages().bind(messages=messages, threads=values["threads"])
        if not saved:
            return (yield missing_threads().bind(threads=values["threads"]))  # type: ignore[no-any-return]
        yield touched_threads().bind(**values)
        return saved  # type: ignore[no-any-return]
    if into is Into.CREATED:
        yield touched_or_created_thread().bind(**values)
    saved = yield saved_messages_of_thread().bind(messages=messages, of_thread=values["of_thread"])
    if into is Into.ONE and saved:
        yield touched_thread().bind(**values)
    return saved  # type: ignore[no-any-return]


@statement(Saved)
def saved_at_once(sql: SqlDialect, into: Into) -> Select[Any] | CompoundSelect[Any]:
    """Save messages and stamp their threads in one statement, which writes nothing unless every thread exists."""
    if into is Into.SEVERAL:
        return _saved_into_several(sql)
    stamped = _touched_or_created(sql) if into is Into.CREATED else _touched(sql)
    thread = stamped.returning(*OWNER).cte("thread")
    return _results(_saved(sql, thread).cte("saved"))


def _saved_into_several(sql: SqlDialect) -> CompoundSelect[Any]:
    """Threads are locked in the order of their ids, so that batches which share some never wait for each other in a
    ring; and before any is stamped, so that nothing is written when one of them is missing."""
    named = sql.is_any_of(ThreadRow.id, "threads")
    threads = select(*OWNER).where(named).order_by(ThreadRow.id).with_for_update().cte("threads")
    missing = _missing(sql, select(threads.c.id)).cte("missing")
    saved = _saved(sql, threads, missing).cte("saved")
    stamped = update(ThreadRow).where(named, ~exists(missing.select()))
    stamped = stamped.values(sql.times(ThreadRow.updated_at, sql.moment("now")))
    absent = select(missing.c.id, *(cast(null(), column.type) for column in saved.c))
    return union_all(_results(saved), absent).add_cte(stamped.cte("stamped"))


def _results(saved: CTE) -> Select[Any]:
    return select(cast(null(), Text).label("missing_thread"), *saved.c)


@statement(Saved)
def saved_messages_of_thread(sql: SqlDialect) -> Executable:
    """Save messages of one thread, none of them if it does not exist."""
    thread = select(*OWNER).where(ThreadRow.id == bindparam("of_thread"))
    return _saved(sql, thread.subquery("thread"), lead=cast(null(), Text))  # type: ignore[no-any-return]


@statement(Saved)
def saved_messages(sql: SqlDialect) -> Executable:
    """Save messages of several threads, none of them if one does not exist."""
    missing = _missing(sql, select(ThreadRow.id)).cte("missing")
    return _saved(sql, select(*OWNER).subquery("threads"), missing, lead=cast(null(), Text))  # type: ignore[no-any-return]


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


def given_messages(sql: SqlDialect, *, threaded: bool) -> FromClause:
    """The parameter ``messages`` as a table, of ``threaded_cells`` or of ``message_cells``."""
    thread = {"thread_id": Text()} if threaded else {}
    return sql.rows(
        "messages",
        id=Text(),
        content=Text(),
        role=Text(),
        type=Text(),
        created_at=UtcTwinType(),
        resource_id=Text(),
        **thread,
    )


def message_cells(sql: SqlDialect, message: Draft | Message) -> dict[str, Any]:
    """What is stored of a message, but for its thread."""
    return {
        "id": message.id,
        "content": sql.object_in_row(message.content),
        "role": message.role,
        "type": message.type or "v2",
        "created_at": iso_milliseconds(message.created_at),
        "resource_id": message.resource_id,
    }


def threaded_cells(sql: SqlDialect, message: Draft | Message) -> dict[str, Any]:
    """What is stored of a message."""
    return {"thread_id": message.thread_id, **message_cells(sql, message)}


def _missing(sql: SqlDialect, known: Select[Any]) -> Select[Any]:
    """The threads of the parameter ``threads`` that are not known."""
    wanted = sql.listed("threads")
    return select(wanted.c.value.label("id")).where(wanted.c.value.not_in(known))


def _saved(
    sql: SqlDialect, threads: FromClause, missing: CTE | None = None, *, lead: ColumnElement[Any] | None = None
) -> Any:
    """The INSERT of messages that names their thread's resource where they name none.

    Args:
        threads: id and resource of the thread of all messages; with ``missing`` of their several threads.
        missing: those of the threads that do not exist. Nothing is saved if there is one.
        lead: a column that is returned before the others.
    """
    given = given_messages(sql, threaded=missing is not None)
    values = {
        MessageRow.id: given.c.id,
        MessageRow.thread_id: threads.c.id,
        MessageRow.content: given.c.content,
        MessageRow.role: given.c.role,
        MessageRow.type: given.c.type,
        MessageRow.resource_id: func.coalesce(given.c.resource_id, threads.c.resource_id),
        **sql.times(MessageRow.created_at, given.c.created_at),
    }
    joined = true() if missing is None else threads.c.id == given.c.thread_id
    rows = select(*values.values()).join_from(threads, given, joined)
    # Without a WHERE, SQLite would take the ON of ON CONFLICT for a join's.
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
        ThreadRow.id: bindparam("of_thread"),
        ThreadRow.resource_id: bindparam("new_resource"),
        ThreadRow.title: literal(""),
        **sql.times(ThreadRow.created_at, sql.moment("now")),
        **stamp,
    }
    return sql.replacing(sql.insert(ThreadRow).values(values), [ThreadRow.id], stamp)


def _message(draft: Draft, saved: Saved) -> Message:
    kind = None if draft.type == "v2" else draft.type
    return Message(draft.id, draft.thread_id, draft.content, draft.role, saved.created_at, kind, saved.resource_id)
