"""Threads on SQL."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, bindparam, delete, select, update
from sqlalchemy.sql.dml import Delete, Insert, Update

from ..clock import utc_now
from ..domains.base import operation
from ..domains.memory import NEWEST_FIRST, MemoryDomain, Metadata
from ..domains.memory_input import checked_metadata, checked_thread, metadata_filter
from ..domains.message_input import identifier, optional_identifier
from ..errors import InvalidArgument, NotFound
from ..models.memory import MessageRow, ThreadRow
from ..models.types import JsonType
from ..pages import Order, Page, Window
from ..records.memory import Thread
from .database import Executor
from .dialects import SqlDialect
from .domain import SqlDomain
from .memory_vectors import delete_vectors
from .paging import LIMIT, OFFSET, directed, with_total
from .plans import Work, counted, statement

THREAD = (
    ThreadRow.id,
    ThreadRow.resource_id,
    ThreadRow.title,
    ThreadRow.created_at,
    ThreadRow.updated_at,
    ThreadRow.metadata_,
)

_TIMES = {"created_at": ThreadRow.created_at, "updated_at": ThreadRow.updated_at}


class SqlThreads(SqlDomain, MemoryDomain):
    """The part of the memory domain that is about threads."""

    @operation
    async def get_thread_by_id(self, thread_id: str, *, resource_id: str | None = None) -> Thread | None:
        values = {"thread_id": identifier(thread_id, "thread_id")}
        if resource_id is not None:
            values["resource_id"] = identifier(resource_id, "resource_id")
        found = await self._database.read(thread_by_id(of_resource=resource_id is not None).bind(**values))
        return found[0] if found else None

    @operation
    async def save_thread(self, thread: Thread) -> Thread:
        saved = checked_thread(thread)
        await self._database.write(upserted_thread().bind(**thread_values(saved)))
        return saved

    @operation
    async def update_thread(
        self, thread_id: str, *, title: str | None = None, metadata: Metadata | None = None
    ) -> Thread:
        identifier(thread_id, "thread_id")
        title, merged = checked_metadata(title, metadata)

        def change(thread: Thread) -> Thread:
            return thread.evolve(
                title=thread.title if title is None else title,
                metadata=thread.metadata if merged is None else {**(thread.metadata or {}), **merged},
                updated_at=utc_now(),
            )

        changed = await self._database.run(changed_thread(thread_id, None, change))
        if changed is None:
            raise NotFound("thread", status="FAILED", thread_id=thread_id)
        return changed

    @operation
    async def update_thread_metadata(
        self, thread_id: str, update: Callable[[Thread], Metadata | None], *, resource_id: str | None = None
    ) -> Thread | None:
        identifier(thread_id, "thread_id")
        optional_identifier(resource_id, "resource_id")

        def change(thread: Thread) -> Thread:
            _, metadata = checked_metadata(None, update(thread))
            return thread if metadata is None else thread.evolve(metadata=metadata, updated_at=utc_now())

        return await self._database.run(changed_thread(thread_id, resource_id, change))

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
        return await self._database.run(deleted_thread(self._database, identifier(thread_id, "thread_id")))

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
        values: dict[str, Any] = {}
        if resource_id:
            values["resource_id"] = identifier(resource_id, "resource_id")
        if metadata:
            values["metadata"] = metadata_filter(metadata)
        shape = threads(
            field=order.field,
            descending=order.direction == "desc",
            of_resource="resource_id" in values,
            with_metadata="metadata" in values,
        )
        found = await self._database.read(shape.bind(**values, limit=window.limit, offset=window.offset))
        return window.show(found.items, found.total)


def changed_thread(thread_id: str, resource_id: str | None, change: Callable[[Thread], Thread]) -> Work[Thread | None]:
    """Replace a thread by what ``change`` makes of it, while nobody else changes it. ``None`` if there is none."""
    values = {"thread_id": thread_id} if resource_id is None else {"thread_id": thread_id, "resource_id": resource_id}
    found = yield thread_by_id(of_resource=resource_id is not None, locked=True).bind(**values)
    if not found:
        return None
    stored: Thread = found[0]
    changed = change(stored)
    if changed is not stored:
        yield updated_thread().bind(
            of_thread=thread_id,
            new_title=changed.title,
            new_metadata=changed.metadata,
            new_updated_at=changed.updated_at,
        )
    return changed


def moved_thread(thread_id: str, resource_id: str) -> Work[Thread | None]:
    """Give a thread and its messages to another resource."""
    found = yield thread_by_id(locked=True).bind(thread_id=thread_id)
    if not found:
        return None
    thread: Thread = found[0]
    if thread.resource_id == resource_id:
        return thread
    now = utc_now()
    yield owned_thread().bind(of_thread=thread_id, new_resource=resource_id, new_updated_at=now)
    yield owned_messages().bind(of_thread=thread_id, new_resource=resource_id)
    return thread.evolve(resource_id=resource_id, updated_at=now)


def deleted_thread(database: Executor, thread_id: str) -> Work[int]:
    """Delete a thread, its messages and their vectors."""
    deleted = yield without_thread().bind(of_thread=thread_id)
    yield without_messages_of_thread().bind(of_thread=thread_id)
    yield from delete_vectors(database, "thread_id", [thread_id])
    return len(deleted)


@statement(Thread)
def thread_by_id(sql: SqlDialect, *, of_resource: bool = False, locked: bool = False) -> Select[Any]:
    query = select(*sql.columns(THREAD)).where(ThreadRow.id == bindparam("thread_id"))
    if of_resource:
        query = query.where(ThreadRow.resource_id == bindparam("resource_id"))
    return sql.locked(query) if locked else query


@counted(Thread)
def threads(sql: SqlDialect, *, field: str, descending: bool, of_resource: bool, with_metadata: bool) -> Select[Any]:
    """Served by the indexes mastra_store_threads_*."""
    conditions: list[ColumnElement[bool]] = []
    if of_resource:
        conditions.append(ThreadRow.resource_id == bindparam("resource_id"))
    if with_metadata:
        conditions.append(sql.json_contains(ThreadRow.metadata_, "metadata"))
    order: list[ColumnElement[Any]] = [sql.instant(_TIMES[field]), ThreadRow.id.expression]
    page = select(*sql.columns(THREAD)).where(*conditions).order_by(*directed(order, descending))
    return with_total(select(ThreadRow.id).where(*conditions), page.limit(LIMIT).offset(OFFSET), order, descending)


@statement(Thread)
def upserted_thread(sql: SqlDialect) -> Insert:
    values = _new_thread(sql)
    return sql.replacing(sql.insert(ThreadRow).values(values), [ThreadRow.id], list(values)[1:])  # type: ignore[no-any-return]


@statement(lambda thread_id: thread_id)
def created_thread(sql: SqlDialect) -> Insert:
    """Make a thread unless its id is taken: then no row comes back."""
    insert = sql.insert(ThreadRow).values(_new_thread(sql))
    return insert.on_conflict_do_nothing(index_elements=["id"]).returning(ThreadRow.id)  # type: ignore[no-any-return]


@statement(Thread)
def updated_thread(sql: SqlDialect) -> Update:
    return (
        update(ThreadRow)
        .where(ThreadRow.id == bindparam("of_thread"))
        .values(
            {
                ThreadRow.title: bindparam("new_title"),
                ThreadRow.metadata_: bindparam("new_metadata", type_=JsonType()),
                **sql.times(ThreadRow.updated_at, sql.moment("new_updated_at")),
            }
        )
    )


@statement(Thread)
def owned_thread(sql: SqlDialect) -> Update:
    new: dict[Any, Any] = {
        ThreadRow.resource_id: bindparam("new_resource"),
        **sql.times(ThreadRow.updated_at, sql.moment("new_updated_at")),
    }
    return update(ThreadRow).where(ThreadRow.id == bindparam("of_thread")).values(new)


@statement(Thread)
def owned_messages(sql: SqlDialect) -> Update:
    new: dict[Any, Any] = {MessageRow.resource_id: bindparam("new_resource")}
    return update(MessageRow).where(MessageRow.thread_id == bindparam("of_thread")).values(new)


@statement(lambda thread_id: thread_id)
def without_thread(sql: SqlDialect) -> Executable:
    return delete(ThreadRow).where(ThreadRow.id == bindparam("of_thread")).returning(ThreadRow.id)


@statement(lambda: None)
def without_messages_of_thread(sql: SqlDialect) -> Delete:
    return delete(MessageRow).where(MessageRow.thread_id == bindparam("of_thread"))


def _new_thread(sql: SqlDialect) -> dict[Any, Any]:
    return {
        ThreadRow.id: bindparam("new_id"),
        ThreadRow.resource_id: bindparam("new_resource"),
        ThreadRow.title: bindparam("new_title"),
        ThreadRow.metadata_: bindparam("new_metadata", type_=JsonType()),
        **sql.times(ThreadRow.created_at, sql.moment("new_created_at")),
        **sql.times(ThreadRow.updated_at, sql.moment("new_updated_at")),
    }


def thread_values(thread: Thread) -> dict[str, Any]:
    return {
        "new_id": thread.id,
        "new_resource": thread.resource_id,
        "new_title": thread.title,
        "new_metadata": thread.metadata,
        "new_created_at": thread.created_at,
        "new_updated_at": thread.updated_at,
    }
