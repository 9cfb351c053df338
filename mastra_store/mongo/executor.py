"""What a domain sees of the database: commands on one collection, and several of them as a whole.

The database itself runs each command on its own (``database.py``); a unit of work runs them in one transaction
(``unit.py``). Filters, updates and pipelines are MongoDB's own.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from bson.raw_bson import RawBSONDocument
from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.operations import ReplaceOne, UpdateOne
from pymongo.results import BulkWriteResult

from ..documents import Collection

R = TypeVar("R")

Document = dict[str, Any]
Filter = Mapping[str, Any]
Update = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""``{"$set": ...}``, or a pipeline, which can refer to what is stored."""
Fields = Mapping[str, int]
Order = Mapping[str, int]

PART = 500
"""Values that are looked for by one command: a command is no larger than a document."""

BATCH = 10_000
"""Documents in one answer of the server, which ends at 16 MB in any case. Its own default is 101."""

Command = Callable[[AsyncCollection[Document], AsyncClientSession | None], Awaitable[R]]
Work = Callable[["Executor"], Awaitable[R]]
"""Several commands that belong together; it may be called again from its beginning when nothing of it was done."""


class Executor(ABC):
    """Runs commands: each on its own, or all in one transaction.

    Attributes:
        is_unit: whether it is a unit of work, in which MongoDB can not do everything.
    """

    is_unit: ClassVar[bool] = False

    @abstractmethod
    def use(self, collections: Iterable[Collection]) -> None:
        """Say which collections commands will come for: they have their indexes before the next one is run."""

    @abstractmethod
    async def on(self, collection: Collection, command: Command[R], *, reads: bool = False) -> R:
        """Run one command."""

    @abstractmethod
    async def run(self, work: Work[R]) -> R:
        """Run several commands as a whole or not at all. What the work raises undoes it.

        On a server without transactions they run one after the other.
        """

    async def find_one(self, collection: Collection, where: Filter, *, fields: Fields | None = None) -> Document | None:
        return await self.on(collection, lambda c, session: c.find_one(where, fields, session=session), reads=True)

    async def find(
        self,
        collection: Collection,
        where: Filter,
        *,
        fields: Fields | None = None,
        order: Order | None = None,
        skip: int = 0,
        limit: int = 0,
    ) -> list[Document]:
        """Every match; with a ``limit`` above 0 so many at most."""

        async def found(c: AsyncCollection[Document], session: AsyncClientSession | None) -> list[Document]:
            cursor = c.find(where, fields, skip=skip, limit=limit, batch_size=BATCH, session=session)
            return await (cursor.sort(order) if order else cursor).to_list()

        return await self.on(collection, found, reads=True)

    async def find_any(
        self,
        collection: Collection,
        field: str,
        values: Sequence[Any],
        *,
        where: Filter = MappingProxyType({}),
        fields: Fields | None = None,
    ) -> list[Document]:
        """Every match whose field has one of the values, of which there may be any number."""
        found: list[Document] = []
        for some in _parts(values):
            found += await self.find(collection, {**where, field: {"$in": some}}, fields=fields)
        return found

    async def delete_any(self, collection: Collection, field: str, values: Sequence[Any]) -> int:
        """Delete every document whose field has one of the values. How many there were."""
        return sum([await self.delete(collection, {field: {"$in": some}}) for some in _parts(values)])

    async def aggregate(self, collection: Collection, pipeline: list[Document]) -> list[Document]:
        async def found(c: AsyncCollection[Document], session: AsyncClientSession | None) -> list[Document]:
            cursor = await c.aggregate(pipeline, session=session, batchSize=BATCH)
            return await cursor.to_list()

        return await self.on(collection, found, reads=True)

    async def insert(self, collection: Collection, documents: Sequence[Document | RawBSONDocument]) -> None:
        await self.on(collection, lambda c, session: c.insert_many(documents, session=session))

    async def put(self, collection: Collection, where: Filter, update: Update) -> bool:
        """Change the one match, or insert what the filter and the update say. Whether it was inserted."""
        result = await self.on(collection, lambda c, session: c.update_one(where, update, upsert=True, session=session))
        return result.upserted_id is not None

    async def replace(self, collection: Collection, where: Filter, document: Mapping[str, Any]) -> None:
        """Put a document in the place of the one match, whole, or insert it."""
        await self.on(collection, lambda c, session: c.replace_one(where, document, upsert=True, session=session))

    async def replace_each(self, collection: Collection, documents: Sequence[RawBSONDocument]) -> None:
        """Put documents in the places of those with their ``_id``, whole, or insert them."""
        operations: list[Any] = [ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in documents]
        await self.on(collection, lambda c, session: c.bulk_write(operations, ordered=False, session=session))

    async def put_each(self, collection: Collection, updates: Sequence[tuple[Filter, Update]]) -> set[int]:
        """``put`` for each of several. The positions of those that were inserted."""
        return set((await self._each(collection, updates, upsert=True)).upserted_ids or {})

    async def update_each(
        self, collection: Collection, updates: Sequence[tuple[Filter, Update]], *, ordered: bool = False
    ) -> int:
        """Change the one match of each filter, if there is one; with ``ordered`` one after the other. How many there
        were."""
        return (await self._each(collection, updates, upsert=False, ordered=ordered)).matched_count

    async def _each(
        self,
        collection: Collection,
        updates: Sequence[tuple[Filter, Update]],
        *,
        upsert: bool,
        ordered: bool = False,
    ) -> BulkWriteResult:
        operations = [UpdateOne(where, update, upsert=upsert) for where, update in updates]
        return await self.on(collection, lambda c, session: c.bulk_write(operations, ordered=ordered, session=session))

    async def update(self, collection: Collection, where: Filter, update: Update) -> int:
        """Change every match. How many there were."""
        result = await self.on(collection, lambda c, session: c.update_many(where, update, session=session))
        return result.matched_count

    async def change_one(
        self,
        collection: Collection,
        where: Filter,
        update: Update,
        *,
        upsert: bool = False,
        before: bool = False,
        fields: Fields | None = None,
    ) -> Document | None:
        """Change the one match and give it back, as it is now, or with ``before`` as it was. ``None`` if there was
        none; with ``upsert`` it is made then."""
        which = ReturnDocument.BEFORE if before else ReturnDocument.AFTER

        async def changed(c: AsyncCollection[Document], session: AsyncClientSession | None) -> Document | None:
            found = await c.find_one_and_update(
                where, update, fields, upsert=upsert, return_document=which, session=session
            )
            if found is None and upsert and not before:
                # It is there: SecantusDB says nothing of it when somebody else inserted it at the same moment.
                found = await c.find_one(where, fields, session=session)
            return found

        return await self.on(collection, changed)

    async def update_one(self, collection: Collection, where: Filter, update: Update) -> int:
        """Change the one match. How many there were."""
        result = await self.on(collection, lambda c, session: c.update_one(where, update, session=session))
        return result.matched_count

    async def delete(self, collection: Collection, where: Filter) -> int:
        """Delete every match. How many there were."""
        result = await self.on(collection, lambda c, session: c.delete_many(where, session=session))
        return result.deleted_count

    async def delete_one(self, collection: Collection, where: Filter) -> int:
        """Delete the one match. How many there were."""
        result = await self.on(collection, lambda c, session: c.delete_one(where, session=session))
        return result.deleted_count


def _parts(given: Sequence[Any]) -> Iterator[Sequence[Any]]:
    values = list(dict.fromkeys(given))
    return (values[start : start + PART] for start in range(0, len(values), PART))
