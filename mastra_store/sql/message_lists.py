"""Lists of messages on SQL: pages with their neighbourhoods, and endless ones by keyset."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    bindparam,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from ..domains.base import iteration, operation
from ..domains.memory import OLDEST_FIRST, MemoryDomain, Metadata
from ..domains.memory_input import includes, matches, scalar_metadata_filter
from ..domains.message_input import identifier
from ..errors import InvalidArgument
from ..models.memory import MessageRow
from ..pages import DateRange, Order, Page, Window, whole_number
from ..records.memory import Include, Message
from .bounds import NO_BOUNDS, Bounds, bound_values
from .dialects import SqlDialect
from .domain import SqlDomain
from .messages import MESSAGE
from .paging import LIMIT, OFFSET, directed, with_total
from .plans import counted, statement


@dataclass(frozen=True, slots=True)
class Filter:
    """Which messages a list is of: the shape's share of its arguments."""

    threads: str | None = None
    """``one``, ``several`` or ``None`` for all."""
    of_resource: bool = False
    bounds: Bounds = NO_BOUNDS

    def conditions(self, sql: SqlDialect) -> list[ColumnElement[bool]]:
        conditions = self.bounds.conditions(sql, MessageRow.created_at)
        if self.of_resource:
            conditions.insert(0, MessageRow.resource_id == bindparam("resource_id"))
        if self.threads == "one":
            conditions.insert(0, MessageRow.thread_id == bindparam("thread_id"))
        elif self.threads == "several":
            conditions.insert(0, sql.is_any_of(MessageRow.thread_id, "thread_ids"))
        return conditions


@dataclass(frozen=True, slots=True)
class Listing:
    """A filter and the values of its parameters."""

    filter: Filter
    values: dict[str, Any]

    @classmethod
    def of(cls, thread_id: str | Sequence[str] | None, resource_id: str | None, between: DateRange | None) -> "Listing":
        threads, values = None, bound_values(between)
        if isinstance(thread_id, str):
            threads, values["thread_id"] = "one", _thread(thread_id, "thread_id")
        elif thread_id is not None:
            ids = [_thread(each, f"thread_id[{index}]") for index, each in enumerate(thread_id)]
            if not ids:
                raise InvalidArgument("thread_id", "is empty; name at least one thread", status="INVALID_THREAD_ID")
            threads, values["thread_ids"] = "several", ids
        if resource_id:
            values["resource_id"] = identifier(resource_id, "resource_id")
        return cls(Filter(threads, bool(resource_id), Bounds.of(between)), values)


class SqlMessageLists(SqlDomain, MemoryDomain):
    """The part of the memory domain that lists messages."""

    @operation
    async def list_messages(
        self,
        thread_id: str | Sequence[str],
        *,
        resource_id: str | None = None,
        page: int = 0,
        per_page: int | None = 40,
        order: Order = OLDEST_FIRST,
        include: Sequence[Include | Mapping[str, Any]] = (),
        between: DateRange | None = None,
        metadata: Metadata | None = None,
        include_total: bool = True,
    ) -> Page[Message]:
        if thread_id is None:
            raise InvalidArgument("thread_id", "is missing; name at least one thread", status="INVALID_THREAD_ID")
        window = Window.of(page, per_page)
        listing = Listing.of(thread_id, resource_id, between)
        return await self._list(listing, window, order, includes(include), metadata, include_total)

    @operation
    async def list_messages_by_resource_id(
        self,
        resource_id: str,
        *,
        page: int = 0,
        per_page: int | None = 40,
        order: Order = OLDEST_FIRST,
        include: Sequence[Include | Mapping[str, Any]] = (),
        between: DateRange | None = None,
        metadata: Metadata | None = None,
        include_total: bool = True,
    ) -> Page[Message]:
        window = Window.of(page, per_page)
        listing = Listing.of(None, identifier(resource_id, "resource_id"), between)
        return await self._list(listing, window, order, includes(include), metadata, include_total)

    @iteration
    async def iter_messages(
        self,
        thread_id: str | Sequence[str] | None = None,
        *,
        resource_id: str | None = None,
        between: DateRange | None = None,
        order: Order = OLDEST_FIRST,
        batch_size: int = 500,
    ) -> AsyncGenerator[Message, None]:
        descending = order.among("created_at").direction == "desc"
        whole_number(batch_size, "batch_size", least=1)
        listing = Listing.of(thread_id, resource_id, between)
        cursor: dict[str, Any] = {}
        while True:
            shape = messages_after(listing.filter, descending=descending, after=bool(cursor))
            batch = await self._database.read(shape.bind(**listing.values, **cursor, limit=batch_size))
            for _, message in batch:
                yield message
            if len(batch) < batch_size:
                return
            # The cursor is the database's own value: a row of TypeScript's may have microseconds, records have not.
            cursor = {"after_created_at": batch[-1][0], "after_id": batch[-1][1].id}

    async def _list(
        self,
        listing: Listing,
        window: Window,
        order: Order,
        include: list[Include],
        metadata: Metadata | None,
        include_total: bool,
    ) -> Page[Message]:
        descending = order.among("created_at").direction == "desc"
        wanted = scalar_metadata_filter(metadata) if metadata else {}
        if window.per_page == 0:
            # Contract: conventions.md, section 4: nothing is counted then.
            return Page(tuple(await self._included(listing, include, descending)), 0, window.page, 0, False)
        if wanted:
            return await self._filtered(listing, window, include, wanted, descending)
        if window.per_page is None or not include_total:
            return await self._uncounted(listing, window, include, descending)
        shape = message_page(listing.filter, descending=descending, deep=window.offset > 0, with_included=bool(include))
        values = {**listing.values, **_include_values(include), "limit": window.limit, "offset": window.offset}
        found = await self._database.read(shape.bind(**values))
        return window.show(found.items, found.total)

    async def _uncounted(
        self, listing: Listing, window: Window, include: list[Include], descending: bool
    ) -> Page[Message]:
        """A page whose total is not asked for, or is the number of its rows."""
        every = window.per_page is None
        # One more row than the page has tells whether there is a next page.
        paged = {} if every else {"limit": window.limit + 1, "offset": window.offset}
        shape = messages_in_order(listing.filter, descending=descending, limited=not every)
        found = await self._database.read(shape.bind(**listing.values, **paged))
        items = found[: window.limit]
        more = len(found) > len(items)
        included = await self._included(listing, include, descending)
        return Page(
            tuple(_united(items, included, descending)), window.offset + len(items), window.page, window.per_page, more
        )

    async def _filtered(
        self, listing: Listing, window: Window, include: list[Include], wanted: dict[str, Any], descending: bool
    ) -> Page[Message]:
        """A page of the messages whose metadata matches. The content is text to the database: all of it is read."""
        shape = messages_in_order(listing.filter, descending=descending, limited=False)
        found = await self._database.read(shape.bind(**listing.values))
        matching = [message for message in found if matches(message.content, wanted)]
        items = matching[window.offset :][: window.limit]
        included = await self._included(listing, include, descending)
        page = window.show(items, len(matching))
        return Page(tuple(_united(items, included, descending)), page.total, page.page, page.per_page, page.has_more)

    async def _included(self, listing: Listing, include: list[Include], descending: bool) -> list[Message]:
        if not include:
            return []
        shape = included_messages(of_resource=listing.filter.of_resource, descending=descending)
        values = _include_values(include)
        if listing.filter.of_resource:
            values["resource_id"] = listing.values["resource_id"]
        return await self._database.read(shape.bind(**values))


@counted(Message)
def message_page(sql: SqlDialect, chosen: Filter, *, descending: bool, deep: bool, with_included: bool) -> Select[Any]:
    """Served by mastra_store_messages_page_idx, on which alone the rows before a deep page are passed over."""
    conditions = chosen.conditions(sql)
    order = [MessageRow.created_at.expression, MessageRow.id.expression]
    matching = select(MessageRow.id).where(*conditions)
    if not deep and not with_included:
        page = select(*sql.columns(MESSAGE)).where(*conditions).order_by(*directed(order, descending))
        return with_total(matching, page.limit(LIMIT).offset(OFFSET), order, descending)
    keys = matching.order_by(*directed(order, descending)).limit(LIMIT).offset(OFFSET)
    shown: Any = select(keys.subquery("keys").c.id)
    if with_included:
        shown = union_all(shown, *_neighbourhoods(sql, of_resource=chosen.of_resource))
    page = select(*sql.columns(MESSAGE)).where(sql.is_among(MessageRow.id, shown))
    return with_total(matching, page, order, descending)


@statement(Message)
def messages_in_order(sql: SqlDialect, chosen: Filter, *, descending: bool, limited: bool) -> Select[Any]:
    """Served by mastra_store_messages_page_idx. Without a limit: every row that the filter leaves."""
    order = directed([MessageRow.created_at.expression, MessageRow.id.expression], descending)
    query = select(*sql.columns(MESSAGE)).where(*chosen.conditions(sql)).order_by(*order)
    return query.limit(LIMIT).offset(OFFSET) if limited else query


@statement(Message)
def included_messages(sql: SqlDialect, *, of_resource: bool, descending: bool) -> Select[Any]:
    shown = sql.is_among(MessageRow.id, union_all(*_neighbourhoods(sql, of_resource=of_resource)))
    order = directed([MessageRow.created_at.expression, MessageRow.id.expression], descending)
    return select(*sql.columns(MESSAGE)).where(shown).order_by(*order)


@statement(lambda cursor, *columns: (cursor, Message(*columns)))
def messages_after(sql: SqlDialect, chosen: Filter, *, descending: bool, after: bool) -> Select[Any]:
    """The next rows by keyset; the first column is the cursor. Served by mastra_store_messages_page_idx."""
    stored = sql.as_stored(MessageRow.created_at)
    query = select(stored, *sql.columns(MESSAGE)).where(*chosen.conditions(sql))
    if after:
        here = tuple_(MessageRow.created_at, MessageRow.id)
        cursor = tuple_(bindparam("after_created_at", type_=stored.type), bindparam("after_id", type_=Text()))
        query = query.where(here < cursor if descending else here > cursor)
    order = directed([MessageRow.created_at.expression, MessageRow.id.expression], descending)
    return query.order_by(*order).limit(LIMIT)


def _neighbourhoods(sql: SqlDialect, *, of_resource: bool) -> list[Select[Any]]:
    """The ids of the included messages, of those before and of those after each, by ``(created_at, id)``."""
    wanted = sql.rows("include", id=Text(), previous=BigInteger(), following=BigInteger())
    target, near = aliased(MessageRow), aliased(MessageRow)
    targets = select(target.id, target.thread_id, target.created_at, wanted.c.previous, wanted.c.following).join(
        wanted, wanted.c.id == target.id
    )
    keys = select(near.id)
    if of_resource:
        targets = targets.where(target.resource_id == bindparam("resource_id"))
        keys = keys.where(near.resource_id == bindparam("resource_id"))
    found = targets.cte("targets")
    at, here = tuple_(near.created_at, near.id), tuple_(found.c.created_at, found.c.id)
    keys = keys.where(near.thread_id == found.c.thread_id)
    before = directed([near.created_at, near.id], descending=True)
    after = directed([near.created_at, near.id], descending=False)
    return [
        select(found.c.id),
        sql.nearest(found, keys.where(at < here), before, "previous"),
        sql.nearest(found, keys.where(at > here), after, "following"),
    ]


def _include_values(include: list[Include]) -> dict[str, Any]:
    if not include:
        return {}
    rows = [
        {"id": item.id, "previous": item.with_previous_messages, "following": item.with_next_messages}
        for item in include
    ]
    return {
        "include": rows,
        "previous": max(item.with_previous_messages for item in include),
        "following": max(item.with_next_messages for item in include),
    }


def _united(items: list[Message], included: list[Message], descending: bool) -> list[Message]:
    """Both, each message once, in order."""
    if not included:
        return items
    both = {message.id: message for message in (*items, *included)}
    return sorted(both.values(), key=lambda message: (message.created_at, message.id), reverse=descending)


def _thread(value: Any, path: str) -> str:
    try:
        return identifier(value, path)
    except InvalidArgument as error:
        error.status = "INVALID_THREAD_ID"
        raise
