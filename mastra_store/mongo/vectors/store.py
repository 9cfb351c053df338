"""Vectors in collections of ``@mastra/mongodb``'s ``MongoDBVector``.

Where the server has Atlas' search, an index is searched by it; elsewhere, in units of work, and where it finds too few
(it is behind the documents, or still being built), every vector is looked at.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import IndexModel
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure

from ...domains.base import operation
from ...errors import InvalidArgument, MastraError, NotFound, TransactionError
from ...records.vectors import VectorIndex, VectorMatch
from ...vectors import input as given
from ...vectors.base import Search, VectorStore
from ...vectors.filters import Condition
from ...vectors.input import DEFAULT_NAMESPACE, Entry, Values
from ...vectors.stored import StoredVectors
from ..encoding import as_json
from ..executor import Document, Executor, Filter, Work
from ..paging import counted, split
from .filters import mongo_filter
from .indexes import REGISTRY, MongoIndex, found_index, registered
from .saving import fields_of, updates_of
from .searching import REGISTERED, SCORE, by_atlas, exact, is_registered, search_definition, shown
from .stored import MongoStoredVectors

_NO_SEARCH = frozenset({31082, 115, 6047401, 40324})
"""SearchNotEnabled, CommandNotSupported, a stage that only Atlas has, a stage that is not known."""


_EXISTS = 48


class MongoVectors(VectorStore):
    """Vectors on an executor: a database, or one unit of work.

    There are no namespaces: the collections of TypeScript have no place for them.
    """

    store = "MONGODB"

    def __init__(self, executor: Executor) -> None:
        self._database = executor
        self._known: dict[str, MongoIndex] = {}
        self._searched: dict[str, frozenset[str]] = {}
        self._has_search: bool | None = False if executor.is_unit else None

    def stored_vectors(self) -> StoredVectors:
        return MongoStoredVectors(self, self._database)

    @operation
    async def create_index(
        self, name: str, *, dimension: int, metric: str | None = None, metadata_indexes: Sequence[str] = ()
    ) -> None:
        """Make an index: its entry in the registry, its collection, and where the server has Atlas' search, its index
        there, which is built meanwhile. Of one that is there, what is missing is made. Everything else as on every
        backend.

        A unit of work makes the entry alone: call it again behind that for Atlas' index and those of the metadata.

        Args:
            metadata_indexes: keys that Atlas' index can filter by, too, when it is made.
        """
        index = MongoIndex(
            given.index_name_of(name, "name"), given.dimension_of(dimension), given.metric_of(metric or "cosine")
        )
        keys = [given.index_name_of(key, f"metadata_indexes[{at}]") for at, key in enumerate(metadata_indexes)]
        await self._database.run(lambda tx: registered(tx, index))
        if self._database.is_unit:
            return
        fields = [f"metadata.{key}" for key in keys]
        await self._database.on(index.collection, lambda c, session: _made(c, fields))
        if await self._searches() and not await self._declared(index):
            command = {"createSearchIndexes": index.name, "indexes": [search_definition(index, keys)]}
            await self._database.on(index.collection, lambda c, session: c.database.command(command))

    @operation
    async def list_indexes(self) -> list[str]:
        return [each["_id"] for each in await self._database.find(REGISTRY, {}, order={"_id": 1})]

    @operation
    async def describe_index(self, index_name: str) -> VectorIndex:
        index = await found_index(self._database, given.index_name_of(index_name))
        _, count = split(await self._database.aggregate(index.collection, counted({})))
        return VectorIndex(index.name, index.dimension, count, index.metric)

    @operation
    async def truncate_index(self, index_name: str) -> None:
        name = given.index_name_of(index_name)
        await self._database.run(lambda tx: deleted(tx, name, {}))

    @operation
    async def delete_index(self, index_name: str) -> None:
        """Delete an index with its vectors. Everything as on every backend, but not in a unit of work.

        Raises:
            TransactionError: in a unit of work: MongoDB drops no collection in a transaction.
        """
        name = given.index_name_of(index_name)
        if self._database.is_unit:
            raise TransactionError(
                "MongoDB drops no collection in a transaction: delete the index outside of the unit of work, or "
                "truncate it",
                status="NO_DDL",
            )
        if await self._database.find_one(REGISTRY, {"_id": name}) is not None:
            # The collection first: what breaks off in between can be called again.
            await self._database.on(MongoIndex(name, 0, "").collection, lambda c, session: c.drop())
            await self._database.delete_one(REGISTRY, {"_id": name})

    async def _upsert(self, index_name: str, entries: list[Entry], namespace: str, deleted: Condition | None) -> None:
        _check_namespace(namespace)
        await self._database.run(stored(index_name, entries, None if deleted is None else mongo_filter(deleted)))

    async def _query(self, index_name: str, search: Search) -> list[VectorMatch]:
        _check_namespace(search.namespace)
        index = self._known.get(index_name) or await found_index(self._database, index_name)
        while True:
            found = await self._found(index, search)
            entry = next((each for each in found if REGISTERED in each), None)
            if entry is None:
                self._forget(index_name)
                raise NotFound("vector index", status="FAILED", index_name=index_name)
            if (current := MongoIndex.of(entry)) == index:
                self._known[index_name] = index
                return [_match(each, search) for each in found if REGISTERED not in each]
            self._forget(index_name)
            index = current  # it was made anew meanwhile

    async def _found(self, index: MongoIndex, search: Search) -> list[Document]:
        """What is found, and the entry of the registry."""
        if search.values is None:
            limited: list[Document] = [{"$sort": {"_id": 1}}, {"$limit": min(search.top_k, 2**31 - 1)}]
            found = [{"$match": mongo_filter(search.condition)}, *limited, shown(search), is_registered(index)]
            return await self._database.aggregate(index.collection, found)
        given.check_dimension(search.values, index.dimension, "vector")
        if await self._searches():
            pipeline = by_atlas(index, search, search.values, await self._declared(index))
            if pipeline is not None:
                found = await self._database.aggregate(index.collection, pipeline)
                if len(found) > search.top_k:  # the entry is one of them
                    return found
        return await self._database.aggregate(index.collection, exact(index, search, search.values))

    async def _searches(self) -> bool:
        """Whether the server has Atlas' search, which it is asked once."""
        if self._has_search is None:
            try:
                await self._database.aggregate(REGISTRY, [{"$listSearchIndexes": {}}])
            except MastraError as error:
                if not isinstance(error.__cause__, OperationFailure) or error.__cause__.code not in _NO_SEARCH:
                    raise
                self._has_search = False
            else:
                self._has_search = True
        return self._has_search

    async def _declared(self, index: MongoIndex) -> frozenset[str]:
        """The fields that an index in Atlas can filter by."""
        if (known := self._searched.get(index.name)) is None:
            asked = [{"$listSearchIndexes": {"name": index.search_index}}]
            found = await self._database.aggregate(index.collection, asked)
            fields = found[0].get("latestDefinition", {}).get("fields", ()) if found else ()
            known = frozenset(each["path"] for each in fields if each.get("type") == "filter")
            if known:
                self._searched[index.name] = known
        return known

    def _forget(self, index_name: str) -> None:
        self._known.pop(index_name, None)
        self._searched.pop(index_name, None)

    async def _update(
        self,
        index_name: str,
        target: list[str] | Condition,
        values: Values | None,
        metadata: dict[str, Any] | None,
        namespace: str,
    ) -> int:
        _check_namespace(namespace)
        return await self._database.run(updated(index_name, _target(target), values, metadata))

    async def _delete(self, index_name: str, target: list[str] | Condition | None, namespace: str) -> int:
        _check_namespace(namespace)
        where = {} if target is None else _target(target)
        ids = target if isinstance(target, list) else None
        return await self._database.run(lambda tx: deleted(tx, index_name, where, ids=ids))

    async def storing(
        self, index_name: str, vectors: Sequence[Any], *, metadata_indexes: Sequence[str]
    ) -> tuple[MongoIndex, list[Values]]:
        """Vectors that shall be stored in a transaction with their messages, checked; and their index, which is made
        now, if it is missing."""
        values = given.embeddings_of(vectors)
        try:
            index = await found_index(self._database, index_name)
        except NotFound:
            await self.create_index(index_name, dimension=len(values[0]), metadata_indexes=metadata_indexes)
            index = await found_index(self._database, index_name)
        for at, each in enumerate(values):
            given.check_dimension(each, index.dimension, f"embeddings[{at}]")
        return index, values


def stored(index_name: str, entries: list[Entry], gone: Filter | None) -> Work[None]:
    """Delete what a filter finds, then store vectors."""
    updates = updates_of(entries)

    async def work(tx: Executor) -> None:
        index = await found_index(tx, index_name)
        given.check_dimension(entries[0].values, index.dimension, "vectors[0].values")
        if gone is not None:
            await tx.delete(index.collection, gone)
        await tx.put_each(index.collection, updates)

    return work


def updated(index_name: str, where: Filter, values: Values | None, metadata: Mapping[str, Any] | None) -> Work[int]:
    """Replace the vector or the metadata of what a filter finds. How many there were."""

    async def work(tx: Executor) -> int:
        index = await found_index(tx, index_name)
        fields: dict[str, Any] = {}
        if values is not None:
            given.check_dimension(values, index.dimension, "vector")
            fields["embedding"] = values
        if metadata is not None:
            fields["metadata"] = metadata
        return await tx.update(index.collection, where, {"$set": fields_of("metadata", **fields)})

    return work


async def deleted(tx: Executor, index_name: str, where: Filter, *, ids: Sequence[str] | None = None) -> int:
    """Delete what a filter finds, or what has these ids, of which there may be any number. How many there were."""
    index = await found_index(tx, index_name)
    return await (tx.delete(index.collection, where) if ids is None else tx.delete_any(index.collection, "_id", ids))


async def _made(collection: AsyncCollection[Document], fields: list[str]) -> None:
    """Make a collection, and indexes of fields of it, where they are missing."""
    try:
        await collection.database.create_collection(collection.name, check_exists=False)
    except OperationFailure as error:
        if error.code != _EXISTS:
            raise
    if fields:
        await collection.create_indexes([IndexModel([(field, 1)]) for field in fields])


def _target(target: list[str] | Condition) -> Document:
    return {"_id": {"$in": target}} if isinstance(target, list) else mongo_filter(target)


def _match(found: Document, search: Search) -> VectorMatch:
    score = 0.0 if search.values is None else found.get(SCORE)
    vector = [float(each) for each in found.get("embedding") or ()] if search.include_vector else None
    metadata = as_json(found.get("metadata"))
    return VectorMatch(
        str(found["_id"]),
        float("nan") if score is None else float(score),
        metadata if isinstance(metadata, dict) else {},
        vector,
    )


def _check_namespace(namespace: str) -> None:
    if namespace != DEFAULT_NAMESPACE:
        raise InvalidArgument(
            "namespace",
            f"must be {DEFAULT_NAMESPACE!r}: indexes on MongoDB have no namespaces; tell vectors apart by metadata, or "
            "by index",
        )
