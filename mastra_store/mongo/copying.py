"""Documents as they are stored, for ``copy``.

A field is named as its column. Fields that are no column's are dropped on their way to SQL, as TypeScript drops them;
between two MongoDB databases documents travel whole, but for ``_id``.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument
from pymongo import InsertOne, ReplaceOne, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection

from ..clock import utc_now
from ..copying.cells import converted
from ..copying.ends import Batch, Catalog, Checkpoint, OnConflict, Reader, Row, StoredRows, Writer, another_at_work
from ..copying.tables import StoredTable, grouped
from ..documents import MODULES, Collection
from ..documents.copies import COPIES
from ..errors import Conflict, InvalidArgument
from .copied_cells import from_mongodb, to_mongodb
from .database import CODEC, RAW, MongoDatabase
from .domains import MONGO_DOMAINS, mongo_domain
from .executor import Document, Executor
from .patience import Patience
from .transactions import transacted

ROWS = 2000
"""Of one transaction."""
BYTES = 4_000_000
"""Of the documents of one batch, about: a transaction has 16 MB on old servers."""
KEYS = 500
"""That are looked for by one command."""
PATIENCE = 90.0
"""Seconds for which a batch is tried again: the server undoes the transaction of a process that was killed after 60."""


class MongoStoredRows(StoredRows):
    """One database."""

    family = "mongodb"
    store = "MONGODB"

    def __init__(self, database: MongoDatabase) -> None:
        self.database = database
        self.shown = database.shown
        self.identity = database.address
        of_domains = {domain: mongo_domain(domain).collections for domain in MONGO_DOMAINS}
        declared = dict(_declared())
        self._owners = {domain: [each.name for each in used] for domain, used in of_domains.items()}
        self._homes = {each.name: module for each, module in declared.items()}
        self.collections = {each.name: each for used in (declared, *of_domains.values()) for each in used}

    def tables(self) -> list[StoredTable]:
        return grouped(self._owners, set(self.collections), self._homes)

    def reading(self) -> AbstractAsyncContextManager[Reader]:
        return self._reading()

    def writing(self) -> AbstractAsyncContextManager[Writer]:
        return self._writing()

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Reader]:
        await self.database.ready()
        yield MongoReader(self.database, self.collections)

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Writer]:
        # Before the first transaction, which could not see what is made after it began.
        self.database.use(self.collections.values())
        await self.database.prepared()
        yield MongoWriter(self.database, self.collections)


class MongoReader(Reader):
    """Reads pages, each as the database is at that moment: snapshots of MongoDB last for minutes at most."""

    def __init__(self, database: MongoDatabase, collections: Mapping[str, Collection]) -> None:
        self._database = database
        self._collections = collections

    async def catalog(self, names: Sequence[str]) -> Catalog:
        return _catalog(names)

    async def counts(self, tables: Sequence[StoredTable]) -> dict[str, int]:
        documents = self._database.documents
        with self._database.translating():
            return {table.name: await documents[table.name].count_documents({}) for table in tables}

    async def ambiguous(self, tables: Sequence[StoredTable]) -> list[str]:
        with self._database.translating():
            return [table.name for table in tables if await self._is_ambiguous(table)]

    async def _is_ambiguous(self, table: StoredTable) -> bool:
        order, is_unique = self._order(table)
        documents = self._database.documents[table.name]
        if await documents.find_one({"$or": [{field: None} for field in order]}) is not None:
            return True
        if is_unique:
            return False
        twice: list[Document] = [
            {"$group": {"_id": {field: f"${field}" for field in order}, "count": {"$sum": 1}}},
            {"$match": {"count": {"$gt": 1}}},
            {"$limit": 1},
        ]
        return bool(await (await documents.aggregate(twice)).to_list())

    async def batches(
        self, table: StoredTable, after: dict[str, Any] | None, *, most: int | None, raw: bool, piped: bool
    ) -> AsyncGenerator[Batch, None]:
        order, _ = self._order(table)
        most = most or ROWS
        while True:
            count = 0
            async for documents in self._small_parts(table, order, after, most):
                count += len(documents)
                after = {field: documents[-1][field] for field in order}
                yield Batch(rows_of(table, documents, raw=raw), after)
            if count < most:
                return

    async def find(self, table: StoredTable, keys: Sequence[Mapping[str, Any]], *, raw: bool) -> list[Row]:
        found: list[RawBSONDocument] = []
        order, _ = self._order(table)
        for start in range(0, len(keys), KEYS):
            some = keys[start : start + KEYS]
            where: Document = {"$or": [dict(key) for key in some]}
            if len(order) == 1:
                where = {order[0]: {"$in": [key[order[0]] for key in some]}}
            with self._database.translating():
                found += await self._documents(table).find(where, {"_id": 0}).to_list()
        return rows_of(table, found, raw=raw)

    async def _small_parts(
        self, table: StoredTable, order: Sequence[str], after: dict[str, Any] | None, most: int
    ) -> AsyncIterator[list[RawBSONDocument]]:
        """The next documents, in parts that are small."""
        where = {} if after is None else _behind(order, after)
        cursor = self._documents(table).find(where, {"_id": 0}, limit=most).sort([(field, 1) for field in order])
        some: list[RawBSONDocument] = []
        size = 0
        async with cursor:
            while True:
                with self._database.translating():
                    document = await anext(cursor, None)
                if document is None:
                    break
                some.append(document)
                size += len(document.raw)
                if size > BYTES:
                    yield some
                    some, size = [], 0
        if some:
            yield some

    def _documents(self, table: StoredTable) -> AsyncCollection[RawBSONDocument]:
        found: Any = self._database.documents.get_collection(table.name, codec_options=RAW)
        return found  # type: ignore[no-any-return]  # of another class than the database's own

    def _order(self, table: StoredTable) -> tuple[list[str], bool]:
        """The fields of the key as an index has them, and whether that is a unique one."""
        for index in self._collections[table.name].indexes:
            fields = [field for field, _ in index.keys]
            if index.unique and set(fields) == table.key:
                return fields, True
        return sorted(table.key), False


class MongoWriter(Writer):
    """Writes each batch in a transaction of its own, on servers that have them."""

    def __init__(self, database: MongoDatabase, collections: Mapping[str, Collection]) -> None:
        self._database = database
        self._collections = collections

    async def catalog(self, names: Sequence[str]) -> Catalog:
        return _catalog(names)

    async def filled(self, tables: Sequence[StoredTable]) -> list[str]:
        documents = self._database.documents
        with self._database.translating():
            return [each.name for each in tables if await documents[each.name].find_one({}) is not None]

    async def checkpoints(self) -> list[Checkpoint]:
        return [_checkpoint(each) for each in await self._database.find(COPIES, {})]

    async def begin(self, checkpoints: Sequence[Checkpoint]) -> None:
        begun = [{**_fields(at), "startedAt": utc_now()} for at in checkpoints]
        if begun:
            await self._database.run(lambda tx: tx.insert(COPIES, begun))

    async def write(
        self, table: StoredTable, batch: Batch, at: Checkpoint, on_conflict: OnConflict, *, raw: bool
    ) -> Checkpoint:
        documents = [row[-1] for row in batch.rows] if raw else documents_of(table, batch.rows)
        if on_conflict == "fail" and not self._database.transactions:
            # Documents of a batch may have been written before the copy was broken off. The target was empty.
            on_conflict = "replace"
        put = _put(table, documents, on_conflict)

        async def work(tx: Executor) -> Checkpoint:
            copied = await tx.on(self._collections[table.name], put)
            reached = at.moved(batch.last, copied, len(documents) - copied)
            await _move(tx, at, reached)
            return reached

        if not self._database.transactions:
            return await work(self._database)
        return await transacted(self._database, work, Patience(PATIENCE))

    def settled(self, table: StoredTable, rows: list[Row]) -> list[Row]:
        return neutral(table, documents_of(table, rows))

    async def move(self, at: Checkpoint, reached: Checkpoint) -> None:
        await _move(self._database, at, reached)

    async def finish(self, copy_id: str) -> None:
        await self._database.delete(COPIES, {"copyId": copy_id})


def rows_of(table: StoredTable, documents: list[RawBSONDocument], *, raw: bool) -> list[Row]:
    """Documents as rows. A raw one has the cells of its key, and behind all cells the document."""
    if not raw:
        return neutral(table, documents)
    names = [column.name for column in table.columns]
    return [(*(each.get(name) if name in table.key else None for name in names), each) for each in documents]


def neutral(table: StoredTable, documents: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Documents as rows that every family understands."""
    names = [column.name for column in table.columns]
    decoded = [_decoded(each) for each in documents]
    return converted([tuple(each.get(name) for name in names) for each in decoded], from_mongodb(table))


def documents_of(table: StoredTable, rows: list[Row]) -> list[Document]:
    """Rows as documents, in which NULL is no field.

    Raises:
        Conflict: JSON that BSON can not hold.
    """
    names = [column.name for column in table.columns]
    try:
        found = converted(rows, to_mongodb(table))
    except (ValueError, InvalidArgument) as error:
        raise Conflict(f"{table.name} has JSON that MongoDB can not hold: {error}", table=table.name) from error
    return [{name: cell for name, cell in zip(names, row, strict=True) if cell is not None} for row in found]


def _catalog(names: Sequence[str]) -> Catalog:
    """All collections: one that is not there yet is made by its first document. Documents have no columns."""
    return Catalog({name: {} for name in names})


def _put(table: StoredTable, documents: Sequence[Mapping[str, Any]], on_conflict: OnConflict) -> Any:
    """The command that writes documents, and says how many it wrote."""
    keys = [{field: each[field] for field in sorted(table.key)} for each in documents]
    operations: list[Any]
    if on_conflict == "fail":
        operations = [InsertOne(each) for each in documents]
    elif on_conflict == "skip":
        operations = [
            UpdateOne(key, {"$setOnInsert": each}, upsert=True) for key, each in zip(keys, documents, strict=True)
        ]
    else:
        operations = [ReplaceOne(key, each, upsert=True) for key, each in zip(keys, documents, strict=True)]

    async def command(collection: AsyncCollection[Document], session: AsyncClientSession | None) -> int:
        result = await collection.bulk_write(operations, ordered=False, session=session)
        return result.upserted_count if on_conflict == "skip" else len(operations)

    return command


async def _move(tx: Executor, at: Checkpoint, reached: Checkpoint) -> None:
    """Remember how far a table has come, unless somebody else has moved on from there."""
    where = {"copyId": at.copy_id, "tableName": at.table, "batches": at.batches}
    if await tx.update_one(COPIES, where, {"$set": _fields(reached)}) != 1:
        raise another_at_work(at)


def _behind(order: Sequence[str], after: Mapping[str, Any]) -> Document:
    """Keys behind one: greater in a field, and equal in those before it."""
    return {
        "$or": [
            {**{field: after[field] for field in order[:place]}, order[place]: {"$gt": after[order[place]]}}
            for place in range(len(order))
        ]
    }


def _decoded(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(bson.decode(document.raw, CODEC)) if isinstance(document, RawBSONDocument) else document


def _fields(at: Checkpoint) -> Document:
    return {
        "copyId": at.copy_id,
        "tableName": at.table,
        "source": at.source,
        "lastKey": at.last,
        "batches": at.batches,
        "copied": at.copied,
        "skipped": at.skipped,
        "done": at.done,
    }


def _checkpoint(found: Document) -> Checkpoint:
    return Checkpoint(
        found["copyId"],
        found["tableName"],
        found["source"],
        found["lastKey"],
        found["batches"],
        found["copied"],
        found["skipped"],
        found["done"],
    )


def _declared() -> Iterator[tuple[Collection, str]]:
    """Every collection and the module that declares it."""
    for module in MODULES:
        for each in vars(import_module(f"..documents.{module}", __package__)).values():
            if isinstance(each, Collection):
                yield each, module
