"""Vectors on PostgreSQL, by pgvector, in the tables of ``@mastra/pg``."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from ... import jsontext
from ...domains.base import operation
from ...errors import AlreadyExists, Conflict, InvalidArgument, NotFound, QueryFailed, SchemaMissing
from ...records.vectors import VectorIndex, VectorMatch
from ...vectors import input as given
from ...vectors.base import Search, VectorStore
from ...vectors.filters import Condition
from ...vectors.input import DEFAULT_NAMESPACE, Entry, Values
from ...vectors.stored import StoredVectors
from ..database import Executor
from ..plans import Call, Copy, Work
from .postgres_bulk import as_text, check_storable, copied, from_stored
from .postgres_catalog import FoundIndex, found_indexes
from .postgres_ddl import table_analyzed, table_dropped, table_emptied, table_filled
from .postgres_filters import postgres_filter
from .postgres_indexes import IndexWanted, build, made_index, rebuilt
from .postgres_statements import counted_vectors, deleted, filtered, known_ids, nearest, updated, upserted
from .postgres_stored import PostgresStoredVectors
from .postgres_tables import IndexTable
from .storing import Storing

COPIED_FROM = 200
"""Vectors from which on a COPY costs less than an INSERT: it needs two round trips more."""

BATCH = 500
"""Vectors of one INSERT."""

ANALYZED_FROM = 1_000
"""Vectors stored since the last ANALYZE from which on the planner is told. Without it, it takes a table whose vectors
lie beside it (in TOAST) for a small one, and reads all of it where the index would be ten times as fast."""


class PostgresVectors(VectorStore):
    """Vectors on PostgreSQL: a table for each index, in the storage's schema."""

    def __init__(self, executor: Executor) -> None:
        self._database = executor
        self.store = executor.sql.store
        self._stored: dict[str, tuple[int, int]] = {}
        """Of an index, the vectors stored since the last ANALYZE, and those before it."""

    def stored_vectors(self) -> StoredVectors:
        return PostgresStoredVectors(self, self._database)

    @operation
    async def create_index(
        self,
        name: str,
        *,
        dimension: int,
        metric: str | None = None,
        metadata_indexes: Sequence[str] = (),
        vector_type: str = "vector",
        index_type: str = "hnsw",
        m: int = 16,
        ef_construction: int = 64,
        lists: int = 100,
        build_index: bool = True,
    ) -> None:
        """Make an index: its table, a unique index of ids, one of vectors, one for each key of ``metadata_indexes``.

        One that exists keeps its table and its index of vectors; what is missing of the indexes is built, concurrently
        where that is possible (not inside a unit of work). pgvector's extension and the schema are made where they are
        missing.

        Args:
            metric: of ``bit``, ``hamming`` (the default) or ``jaccard``.
            vector_type: ``vector``; ``halfvec`` for half the precision and space; ``bit``; ``sparsevec``.
            index_type: ``hnsw`` (the default; TypeScript's is ``ivfflat``), ``ivfflat``, which is built best when its
                vectors are there, or ``flat``: every vector is looked at, and the results are exact.
            m, ef_construction: of hnsw, the links of a vector and the candidates held while building.
            lists: of ivfflat.
            build_index: ``False`` to store vectors first and call ``build_index`` then, which is several times as fast.
        """
        wanted = IndexWanted.of(
            name, dimension, metric, metadata_indexes, vector_type, index_type, m, ef_construction, lists, build_index
        )
        self._forget(wanted.table.name)
        try:
            found = await self._database.run(made_index(self._database.schema, wanted))
        except QueryFailed as error:
            if error.details.get("sqlstate") == "42P07":
                raise Conflict(f"{name!r} is a table, and no vector index", index_name=name) from error
            raise
        if found is not None:
            await rebuilt(self._database, found, wanted)

    @operation
    async def build_index(
        self,
        index_name: str,
        *,
        index_type: str = "hnsw",
        m: int = 16,
        ef_construction: int = 64,
        lists: int | None = None,
    ) -> None:
        """Build the approximate index of vectors that are there, anew if there is one. Others go on meanwhile.

        Args:
            lists: of ivfflat; by default twice the square root of the number of vectors, 100 to 4,000.

        Raises:
            NotFound: there is no such index.
        """
        name = given.index_name_of(index_name)
        await self._build(name, index_type, m, ef_construction, lists, concurrently=self._database.autocommits)

    async def _build(
        self,
        name: str,
        kind: str,
        m: int = 16,
        ef_construction: int = 64,
        lists: int | None = None,
        *,
        concurrently: bool,
    ) -> None:
        self._forget(name)
        found = await self._index(name)
        if lists is None:
            count = (await self._database.read(counted_vectors(found.table).bind()))[0]
            lists = min(4000, max(100, round(2 * count**0.5)))
        self._forget(name)
        await build(self._database, found, kind, m, ef_construction, lists, concurrently=concurrently)

    @operation
    async def list_indexes(self) -> list[str]:
        found = await self._database.read(found_indexes().bind(schema=self._database.schema, name=None))
        return [each.table.name for each in found]

    @operation
    async def describe_index(self, index_name: str) -> VectorIndex:
        name = given.index_name_of(index_name)
        self._forget(name)
        found = await self._index(name)
        table = found.table
        [count] = await self._database.read(counted_vectors(table).bind())
        return VectorIndex(
            table.name, table.dimension, count, table.metric, found.kind, table.vector_type, found.config or None
        )

    @operation
    async def truncate_index(self, index_name: str) -> None:
        found = await self._index(given.index_name_of(index_name))
        async with self._as_known(found):
            await self._database.write(table_emptied(found.table).bind())

    @operation
    async def delete_index(self, index_name: str) -> None:
        name = given.index_name_of(index_name)
        self._forget(name)
        found = await self._database.read(found_indexes().bind(schema=self._database.schema, name=name))
        if found:
            await self._database.write(table_dropped(found[0].table).bind())

    async def _upsert(self, index_name: str, entries: list[Entry], namespace: str, deleted: Condition | None) -> None:
        found = await self._index(index_name)
        table = found.table
        given.check_dimension(entries[0].values, table.dimension, "vectors[0].values")
        for index, entry in enumerate(entries):
            check_storable(entry.values, table.vector_type, f"vectors[{index}].values")
        async with self._as_known(found):
            if self._database.copies and deleted is None and len(entries) >= COPIED_FROM:
                await self._store_many(table, entries, namespace)
            else:
                await self._store(table, entries, namespace, deleted)
        await self._analyze(table, len(entries))

    async def _store(self, table: IndexTable, entries: list[Entry], namespace: str, gone: Condition | None) -> None:
        if gone is None and len(entries) <= BATCH:
            await self._database.write(_upserting(table, entries, namespace))
        else:
            await self._database.run(stored(table, entries, namespace, gone))

    async def _store_many(self, table: IndexTable, entries: list[Entry], namespace: str) -> None:
        """By COPY, which knows no conflicts: only if none of the ids is stored."""
        try:
            done = await self._database.run(filled(table, entries, namespace))
        except AlreadyExists:  # somebody stored one of them meanwhile, and nothing of ours
            done = False
        if not done:
            await self._store(table, entries, namespace, None)

    async def _analyze(self, table: IndexTable, count: int) -> None:
        """Tell the planner of many new vectors: first of 1,000, then whenever there are twice as many."""
        since, before = self._stored.get(table.name, (0, 0))
        since += count
        if since >= max(ANALYZED_FROM, before):
            since, before = 0, before + since
            await self._database.write(table_analyzed(table).bind())
        self._stored[table.name] = (since, before)

    async def _query(self, index_name: str, search: Search) -> list[VectorMatch]:
        found = await self._index(index_name)
        table = found.table
        shape, values = (None, {}) if search.condition is None else postgres_filter(search.condition)
        values |= {"namespace": search.namespace, "top_k": search.top_k}
        if search.values is None:
            call = filtered(table, shape, with_vector=search.include_vector).bind(**values)
        else:
            given.check_dimension(search.values, table.dimension, "vector")
            settings = _settings(found, search)
            values |= {name.replace(".", "_"): value for name, value in settings.items()}
            values["vector"] = as_text(search.values, table.vector_type, "vector")
            shape_of = nearest(table, shape, tuple(settings), with_vector=search.include_vector)
            call = shape_of.bind(**values)
        async with self._as_known(found):
            rows = await self._database.read(call)
        return [_match(table, row, by_vector=search.values is not None) for row in rows]

    async def _update(
        self,
        index_name: str,
        target: list[str] | Condition,
        values: Values | None,
        metadata: dict[str, Any] | None,
        namespace: str,
    ) -> int:
        found = await self._index(index_name)
        table = found.table
        shape, bound = _target(target)
        if values is not None:
            given.check_dimension(values, table.dimension, "vector")
            check_storable(values, table.vector_type, "vector")
            bound["vector"] = as_text(values, table.vector_type, "vector")
        if metadata is not None:
            bound["metadata"] = metadata
        changed = updated(table, shape, by_id="ids" in bound, vector=values is not None, metadata=metadata is not None)
        async with self._as_known(found):
            rows: list[Any] = await self._database.write(changed.bind(**bound, namespace=namespace))
        return len(rows)

    async def _delete(self, index_name: str, target: list[str] | Condition | None, namespace: str) -> int:
        found = await self._index(index_name)
        shape, bound = _target(target)
        gone = deleted(found.table, shape, by_id="ids" in bound)
        async with self._as_known(found):
            rows: list[Any] = await self._database.write(gone.bind(**bound, namespace=namespace))
        return len(rows)

    async def storing(self, index_name: str, vectors: Sequence[Any], *, metadata_indexes: Sequence[str]) -> Storing:
        """Vectors to be stored in a transaction with their messages; their index is made now, if it is missing."""
        values = given.embeddings_of(vectors)
        try:
            found = await self._index(index_name)
        except NotFound:
            await self.create_index(index_name, dimension=len(values[0]), metadata_indexes=metadata_indexes)
            found = await self._index(index_name)
        for index, each in enumerate(values):
            given.check_dimension(each, found.table.dimension, f"embeddings[{index}]")
            check_storable(each, found.table.vector_type, f"embeddings[{index}]")
        return Storing(index_name, values, lambda entries: stored(found.table, entries, DEFAULT_NAMESPACE, None))

    async def _index(self, name: str) -> FoundIndex:
        """An index, asked for once."""
        known: FoundIndex | None = self._database.vector_indexes.get(name)
        if known is None:
            found = await self._database.read(found_indexes().bind(schema=self._database.schema, name=name))
            known = self._database.vector_indexes[name] = usable(name, found)
        return known

    def _forget(self, name: str) -> None:
        self._database.vector_indexes.pop(name, None)

    @asynccontextmanager
    async def _as_known(self, found: FoundIndex) -> AsyncIterator[None]:
        """A block that relies on what is known of an index. Where the database refuses, it may be another by now."""
        name = found.table.name
        try:
            yield
        except SchemaMissing as error:
            self._forget(name)
            raise NotFound("vector index", status="FAILED", index_name=name) from error
        except QueryFailed as error:
            self._forget(name)
            if error.details.get("sqlstate") == "2201B":
                raise InvalidArgument("filter", "has a $regex that PostgreSQL can not read") from error
            raise


def usable(name: str, found: list[FoundIndex]) -> FoundIndex:
    """The one index that was found."""
    if not found:
        raise NotFound("vector index", status="FAILED", index_name=name)
    if not found[0].namespaces:
        raise QueryFailed(
            f"the vector index {name!r} has no column namespace: it was made by an old @mastra/pg, and opening it with "
            "a new one adds the column",
            status="MIGRATION_REQUIRED",
            index_name=name,
        )
    return found[0]


def stored(table: IndexTable, entries: list[Entry], namespace: str, gone: Condition | None) -> Work[None]:
    """Delete what a filter finds, then store vectors in batches."""
    if gone is not None:
        shape, values = postgres_filter(gone)
        yield deleted(table, shape, by_id=False).bind(**values, namespace=namespace)
    for start in range(0, len(entries), BATCH):
        yield _upserting(table, entries[start : start + BATCH], namespace)


def filled(table: IndexTable, entries: list[Entry], namespace: str) -> Work[bool]:
    """Store new vectors by COPY. Does nothing and returns ``False`` if one of their ids is stored."""
    known = yield known_ids(table).bind(ids=[entry.id for entry in entries], namespace=namespace)
    if not known:
        yield Copy(table_filled(table), {}, copied(entries, table.vector_type, namespace))
    return not known


def _upserting(table: IndexTable, entries: list[Entry], namespace: str) -> Call[Any]:
    # In one order, so that of two who store the same vectors at once neither waits for the other in a ring.
    ordered = sorted(entries, key=lambda entry: entry.id)
    return upserted(table).bind(
        ids=[entry.id for entry in ordered],
        vectors=[as_text(entry.values, table.vector_type, "vectors") for entry in ordered],
        metadata=[jsontext.encode(entry.metadata) for entry in ordered],
        namespace=namespace,
    )


def _target(target: list[str] | Condition | None) -> tuple[Any, dict[str, Any]]:
    if target is None:
        return None, {}
    if isinstance(target, list):
        return None, {"ids": target}
    return postgres_filter(target)


def _settings(found: FoundIndex, search: Search) -> dict[str, str]:
    """How the approximate index is searched: as widely as the rows that are wanted ask for, and on until they are
    found, where a filter leaves some out."""
    if found.kind == "hnsw":
        wide = search.ef_search or min(1000, max(40, found.links * search.top_k))
        return {"hnsw.ef_search": str(wide), "hnsw.iterative_scan": "strict_order"}
    if found.kind == "ivfflat":
        settings = {"ivfflat.iterative_scan": "relaxed_order"}
        return settings | ({"ivfflat.probes": str(search.probes)} if search.probes else {})
    return {}


def _match(table: IndexTable, row: Any, *, by_vector: bool) -> VectorMatch:
    vector_id, metadata, distance, *vector = row
    score = score_of(table, distance) if by_vector else 0.0
    return VectorMatch(vector_id, score, metadata or {}, from_stored(vector[0]) if vector else None)


def score_of(table: IndexTable, distance: float) -> float:
    """Contract: vectors.md, section 2, "Scores and query"."""
    match table.metric:
        case "euclidean":
            return 1 / (1 + distance)
        case "dotproduct":
            return 0.0 - distance
        case "hamming":
            return 1 - distance / table.dimension
        case _:
            return 1 - distance
