"""Vectors on SQLite and LibSQL, in the tables of ``@mastra/libsql``.

On SQLite every vector is looked at, so results are exact. A LibSQL server has an index of its own for queries without
a filter.

A query costs some microseconds for each vector of the index, or of those that the filter finds: 10,000 vectors of
1,536 numbers take about a twentieth of a second, and so they go on. For many more there is PostgreSQL.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Any

from ... import jsontext
from ...domains.base import operation
from ...errors import Conflict, InvalidArgument, NotFound, QueryFailed
from ...records.vectors import VectorIndex, VectorMatch
from ...vectors import input as given
from ...vectors.base import Search, VectorStore
from ...vectors.filters import Condition, has_pattern
from ...vectors.input import DEFAULT_NAMESPACE, Entry, Values
from ...vectors.stored import StoredVectors
from ..database import Executor
from ..plans import Work
from .sqlite_blobs import as_blob, from_blob
from .sqlite_filters import sqlite_filter
from .sqlite_statements import (
    all_upserted,
    counted_vectors,
    deleted,
    filtered,
    nearest,
    nearest_by_index,
    updated,
    upserted,
)
from .sqlite_stored import SqliteStoredVectors
from .sqlite_tables import FoundTable, SqliteIndex, found_tables, natively_indexed, table_dropped, table_made, taken
from .storing import Storing

BATCH = 100
"""Vectors of one request to a LibSQL server."""


class SqliteVectors(VectorStore):
    """Vectors in an SQLite file or on a LibSQL server: a table for each index.

    There are no namespaces: LibSQL's tables have no place for them.
    """

    def __init__(self, executor: Executor) -> None:
        self._database = executor
        self.store = executor.sql.store

    def stored_vectors(self) -> StoredVectors:
        return SqliteStoredVectors(self, self._database)

    @operation
    async def create_index(
        self, name: str, *, dimension: int, metric: str | None = None, metadata_indexes: Sequence[str] = ()
    ) -> None:
        """Make an index: its table. Everything else as on every backend.

        Args:
            metric: TypeScript searches every index by ``cosine``; another one is for Python alone.
            metadata_indexes: none are made: where every vector is looked at, they would not help.
        """
        table = SqliteIndex(
            given.index_name_of(name, "name"), given.dimension_of(dimension), given.metric_of(metric or "cosine")
        )
        for at, key in enumerate(metadata_indexes):
            given.index_name_of(key, f"metadata_indexes[{at}]")
        self._database.vector_indexes.pop(table.name, None)
        await self._database.run(made_index(table, native=native_vectors(self._database)))

    @operation
    async def list_indexes(self) -> list[str]:
        return [each.table.name for each in await self._database.read(found_tables().bind(name=None))]

    @operation
    async def describe_index(self, index_name: str) -> VectorIndex:
        name = given.index_name_of(index_name)
        self._database.vector_indexes.pop(name, None)
        table = (await self._index(name)).table
        [count] = await self._database.read(counted_vectors(table).bind())
        return VectorIndex(table.name, table.dimension, count, table.metric)

    @operation
    async def truncate_index(self, index_name: str) -> None:
        found = await self._index(given.index_name_of(index_name), to_write=True)
        async with self._as_known(found):
            await self._database.write(deleted(found.table, None, by_id=False).bind())

    @operation
    async def delete_index(self, index_name: str) -> None:
        name = given.index_name_of(index_name)
        self._database.vector_indexes.pop(name, None)
        for found in await self._database.read(found_tables().bind(name=name)):
            await self._database.write(table_dropped(found.table).bind())

    async def _upsert(self, index_name: str, entries: list[Entry], namespace: str, deleted: Condition | None) -> None:
        _check_namespace(namespace)
        found = await self._index(index_name, to_write=True)
        given.check_dimension(entries[0].values, found.table.dimension, "vectors[0].values")
        async with self._as_known(found):
            await self._database.run(self._stored(found, entries, deleted))

    async def _query(self, index_name: str, search: Search) -> list[VectorMatch]:
        _check_namespace(search.namespace)
        found = await self._index(index_name)
        shape, values = self._shape(search.condition)
        values["top_k"] = search.top_k
        rows: list[Any] = []
        async with self._as_known(found):
            if search.values is None:
                call = filtered(found.table, shape, with_vector=search.include_vector)
                rows = await self._database.read(call.bind(**values))
            else:
                given.check_dimension(search.values, found.table.dimension, "vector")
                rows = await self._nearest(found, search, shape, {**values, "vector": as_blob(search.values)})
        return [_match(found.table, row, by_vector=search.values is not None) for row in rows]

    async def _nearest(self, found: FoundTable, search: Search, shape: Any, values: dict[str, Any]) -> list[Any]:
        """By LibSQL's own index where there is one and no filter; else, or if that finds too few, one by one."""
        native = native_vectors(self._database)
        if native and found.native is not None and shape is None and found.table.metric != "dotproduct":
            by_index = nearest_by_index(found.table, with_vector=search.include_vector)
            rows = await self._database.read(by_index.bind(**values, native=found.native, most=2 * search.top_k))
            if len(rows) == search.top_k:
                return rows
        if not native:
            _check_numpy()
        return await self._database.read(nearest(found.table, shape, with_vector=search.include_vector).bind(**values))

    def _shape(self, condition: Condition | None) -> tuple[Any, dict[str, Any]]:
        """The shape of a filter and the values of its parameters."""
        if condition is None:
            return None, {}
        if native_vectors(self._database) and has_pattern(condition):
            raise InvalidArgument("filter", "has a $regex, and LibSQL's servers know no regular expressions")
        return sqlite_filter(condition)

    def _target(self, target: list[str] | Condition | None) -> tuple[Any, dict[str, Any]]:
        return (None, {"ids": target}) if isinstance(target, list) else self._shape(target)

    def _stored(self, found: FoundTable, entries: list[Entry], gone: Condition | None) -> Work[None]:
        return stored(found.table, entries, self._shape(gone), native=native_vectors(self._database))

    async def _update(
        self,
        index_name: str,
        target: list[str] | Condition,
        values: Values | None,
        metadata: dict[str, Any] | None,
        namespace: str,
    ) -> int:
        _check_namespace(namespace)
        found = await self._index(index_name, to_write=True)
        shape, bound = self._target(target)
        if values is not None:
            given.check_dimension(values, found.table.dimension, "vector")
            bound["vector"] = as_blob(values)
        if metadata is not None:
            bound["metadata"] = metadata
        changed = updated(
            found.table, shape, by_id="ids" in bound, vector=values is not None, metadata=metadata is not None
        )
        async with self._as_known(found):
            rows: list[Any] = await self._database.write(changed.bind(**bound))
        return len(rows)

    async def _delete(self, index_name: str, target: list[str] | Condition | None, namespace: str) -> int:
        _check_namespace(namespace)
        found = await self._index(index_name, to_write=True)
        shape, bound = self._target(target)
        async with self._as_known(found):
            gone = await self._database.write(deleted(found.table, shape, by_id="ids" in bound).bind(**bound))
        return len(gone)

    async def storing(self, index_name: str, vectors: Sequence[Any], *, metadata_indexes: Sequence[str]) -> Storing:
        """Vectors to be stored in a transaction with their messages; their index is made now, if it is missing."""
        values = given.embeddings_of(vectors)
        try:
            found = await self._index(index_name, to_write=True)
        except NotFound:
            await self.create_index(index_name, dimension=len(values[0]), metadata_indexes=metadata_indexes)
            found = await self._index(index_name, to_write=True)
        for index, each in enumerate(values):
            given.check_dimension(each, found.table.dimension, f"embeddings[{index}]")
        return Storing(index_name, values, lambda entries: self._stored(found, entries, None))

    async def _index(self, name: str, *, to_write: bool = False) -> FoundTable:
        """An index, asked for once."""
        known: FoundTable | None = self._database.vector_indexes.get(name)
        if known is None:
            known = usable(name, await self._database.read(found_tables().bind(name=name)))
            self._database.vector_indexes[name] = known
        if to_write:
            check_writable(known, self._database)
        return known

    @asynccontextmanager
    async def _as_known(self, found: FoundTable) -> AsyncIterator[None]:
        """A block that relies on what is known of an index. Where SQLite refuses, it is asked whether it is gone."""
        name = found.table.name
        try:
            yield
        except QueryFailed as error:
            self._database.vector_indexes.pop(name, None)
            if not await self._database.read(found_tables().bind(name=name)):
                raise NotFound("vector index", status="FAILED", index_name=name) from error
            raise


def usable(name: str, found: list[FoundTable]) -> FoundTable:
    """The one index that was found."""
    if not found:
        raise NotFound("vector index", status="FAILED", index_name=name)
    return found[0]


def check_writable(found: FoundTable, executor: Executor) -> None:
    """Refuse to write into a table that SQLite can only read."""
    if found.native is not None and not native_vectors(executor):
        raise QueryFailed(
            f"the vector index {found.table.name!r} has an index of LibSQL's own, which SQLite can not write into: "
            "open the file with a LibSQL client, or drop its index",
            status="READ_ONLY_INDEX",
            index_name=found.table.name,
        )


def native_vectors(executor: Executor) -> bool:
    """Whether it is a LibSQL server, which has indexes of vectors and distances of its own."""
    return bool(getattr(executor.sql, "native_vectors", False))


def made_index(table: SqliteIndex, *, native: bool) -> Work[None]:
    """Make an index, unless it is there.

    Args:
        native: with LibSQL's own index of the vectors.

    Raises:
        Conflict: it is there with another dimension or metric; or a table that is no vector index.
    """
    found = yield found_tables().bind(name=table.name)
    if not found:
        if (yield taken().bind(name=table.name)):
            raise Conflict(f"{table.name!r} is a table, and no vector index", index_name=table.name)
        yield table_made(table).bind()
        if native and table.metric != "dotproduct":
            yield natively_indexed(table).bind()
        return
    for what in ("dimension", "metric"):
        has, wanted = getattr(found[0].table, what), getattr(table, what)
        if has != wanted:
            raise Conflict(
                f"the vector index {table.name!r} exists with the {what} {has}, not {wanted}: use it as it is, or "
                "delete it first",
                index_name=table.name,
                existing=has,
                wanted=wanted,
            )


def stored(table: SqliteIndex, entries: list[Entry], gone: tuple[Any, dict[str, Any]], *, native: bool) -> Work[None]:
    """Delete what a filter finds, then store vectors.

    Args:
        gone: the filter's shape, ``None`` for none, and the values of its parameters.
        native: in batches that a LibSQL server reads; else one by one, which is one hop to a connection's thread.
    """
    shape, values = gone
    if shape is not None:
        yield deleted(table, shape, by_id=False).bind(**values)
    if native:
        for start in range(0, len(entries), BATCH):
            batch = [_as_row(entry) for entry in entries[start : start + BATCH]]
            yield all_upserted(table).bind(vectors=batch)
    else:
        for entry in entries:
            metadata = jsontext.Encoded(jsontext.encode(entry.metadata))
            yield upserted(table).bind(id=entry.id, vector=as_blob(entry.values), metadata=metadata)


def _as_row(entry: Entry) -> dict[str, Any]:
    return {"id": entry.id, "vector": entry.values.tolist(), "metadata": entry.metadata}


def _check_namespace(namespace: str) -> None:
    if namespace != DEFAULT_NAMESPACE:
        raise InvalidArgument(
            "namespace",
            f"must be {DEFAULT_NAMESPACE!r}: indexes on SQLite and LibSQL have no namespaces; tell vectors apart by "
            "metadata, or by index",
        )


def _check_numpy() -> None:
    if find_spec("numpy") is None:
        raise ModuleNotFoundError('vectors on SQLite need NumPy: pip install "mastra-store[vectors]"', name="numpy")


def _match(table: SqliteIndex, row: Any, *, by_vector: bool) -> VectorMatch:
    vector_id, metadata, distance, *vector = row
    score = _score(table, distance) if by_vector else 0.0
    shown = from_blob(vector[0]).tolist() if vector else None
    return VectorMatch(vector_id, score, jsontext.decode(metadata) if metadata else {}, shown)


def _score(table: SqliteIndex, distance: float | None) -> float:
    if distance is None:  # of a vector of zeros
        return float("nan")
    match table.metric:
        case "euclidean":
            return 1 / (1 + distance)
        case "dotproduct":
            return 0.0 - distance
        case _:
            return 1 - distance
