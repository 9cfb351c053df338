"""Lists of messages on MongoDB: pages with their neighbourhoods, and endless ones by keyset."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, NamedTuple

from ..documents.memory import MESSAGES
from ..domains.base import iteration, operation
from ..domains.memory import OLDEST_FIRST, MemoryDomain, Metadata
from ..domains.memory_input import includes, matches, scalar_metadata_filter
from ..domains.message_input import identifier
from ..errors import InvalidArgument
from ..pages import DateRange, Direction, Order, Page, Window, whole_number
from ..records.memory import Include, Message
from .domain import MongoDomain
from .executor import Document
from .filters import within
from .messages import message_of
from .neighbourhoods import beyond, beyond_kind, included_in, neighbours_of, targets_of
from .paging import beside, counted, sorted_by, split


class Listing(NamedTuple):
    """What a list is of."""

    where: Document
    resource_id: str | None
    direction: Direction
    window: Window
    include: list[Include]

    @property
    def order(self) -> dict[str, Any]:
        return sorted_by("createdAt", "id", direction=self.direction)


class MongoMessageLists(MongoDomain, MemoryDomain):
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
        where = _where(thread_id, resource_id, between)
        listing = Listing(where, resource_id or None, _direction(order), window, includes(include))
        return await self._list(listing, metadata, include_total)

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
        where = _where(None, identifier(resource_id, "resource_id"), between)
        listing = Listing(where, resource_id, _direction(order), window, includes(include))
        return await self._list(listing, metadata, include_total)

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
        direction, last = _direction(order), None
        whole_number(batch_size, "batch_size", least=1)
        where = _where(thread_id, resource_id, between)
        by = sorted_by("createdAt", "id", direction=direction)
        here: Document | None = {}
        while here is not None:
            chosen = {"$and": [where, here]} if here else where
            batch = await self._database.find(MESSAGES, chosen, order=by, limit=min(batch_size, 2**31 - 1))
            for found in batch:
                yield message_of(found)
            if len(batch) == batch_size:
                here, last = beyond(batch[-1], direction), batch[-1]
            else:
                # What is compared with a Date is a Date: times that are text were passed over since the first batch.
                here, last = beyond_kind(last, direction) if last else None, None

    async def _list(self, listing: Listing, metadata: Metadata | None, include_total: bool) -> Page[Message]:
        wanted = scalar_metadata_filter(metadata) if metadata else {}
        window = listing.window
        if window.per_page == 0:
            # Contract: conventions.md, section 4: nothing is counted then.
            return self._page(listing, [], await self._included(listing), 0)
        if wanted:
            return await self._filtered(listing, wanted)
        if window.per_page is None or not include_total:
            return await self._uncounted(listing)
        shown: list[Document] = [{"$match": listing.where}, {"$sort": listing.order}, {"$skip": window.offset}]
        pipeline = [*shown, {"$limit": window.limit}, beside(MESSAGES, counted(listing.where))]
        if listing.include:
            pipeline.append(beside(MESSAGES, targets_of(listing.include, listing.resource_id)))
        documents, total = split(await self._database.aggregate(MESSAGES, pipeline))
        found, targets = included_in(documents)
        return self._page(listing, found, [*targets, *await self._neighbours(listing, targets)], total)

    async def _uncounted(self, listing: Listing) -> Page[Message]:
        """A page whose total is not asked for, or is the number of its documents."""
        window, every = listing.window, listing.window.per_page is None
        # One more than the page has tells whether there is a next page.
        limit = 0 if every else window.limit + 1
        found = await self._database.find(MESSAGES, listing.where, order=listing.order, skip=window.offset, limit=limit)
        items = found if every else found[: window.limit]
        page = self._page(listing, items, await self._included(listing), window.offset + len(items))
        return Page(page.items, page.total, page.page, page.per_page, len(found) > len(items))

    async def _filtered(self, listing: Listing, wanted: dict[str, Any]) -> Page[Message]:
        """A page of the messages whose metadata matches. The content is text to the database: all of it is read."""
        found = await self._database.find(MESSAGES, listing.where, order=listing.order)
        matching = [each for each in found if matches(message_of(each).content, wanted)]
        items = matching[listing.window.offset :][: listing.window.limit]
        return self._page(listing, items, await self._included(listing), len(matching))

    async def _included(self, listing: Listing) -> list[Document]:
        """The included messages and their neighbours."""
        if not listing.include:
            return []
        targets = await self._database.aggregate(MESSAGES, targets_of(listing.include, listing.resource_id))
        return [*targets, *await self._neighbours(listing, targets)]

    async def _neighbours(self, listing: Listing, targets: list[Document]) -> list[Document]:
        found: list[Document] = []
        for pipeline in neighbours_of(targets, listing.include, listing.resource_id):
            found += await self._database.aggregate(MESSAGES, pipeline)
        return found

    def _page(self, listing: Listing, items: list[Document], included: list[Document], total: int) -> Page[Message]:
        """A page of ``items`` and ``included``, each message once, in order."""
        messages = [message_of(each) for each in items]
        if included:
            both = {message.id: message for message in (*messages, *map(message_of, included))}
            messages = sorted(
                both.values(), key=lambda each: (each.created_at, each.id), reverse=listing.direction == "desc"
            )
        return listing.window.show(messages, total)


def _where(thread_id: str | Sequence[str] | None, resource_id: str | None, between: DateRange | None) -> Document:
    where = within("createdAt", between)
    if isinstance(thread_id, str):
        where["thread_id"] = _thread(thread_id, "thread_id")
    elif thread_id is not None:
        ids = [_thread(each, f"thread_id[{index}]") for index, each in enumerate(thread_id)]
        if not ids:
            raise InvalidArgument("thread_id", "is empty; name at least one thread", status="INVALID_THREAD_ID")
        where["thread_id"] = {"$in": ids}
    if resource_id:
        where["resourceId"] = identifier(resource_id, "resource_id")
    return where


def _direction(order: Order) -> Direction:
    return order.among("created_at").direction


def _thread(value: Any, path: str) -> str:
    try:
        return identifier(value, path)
    except InvalidArgument as error:
        error.status = "INVALID_THREAD_ID"
        raise
