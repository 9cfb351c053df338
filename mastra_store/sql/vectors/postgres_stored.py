"""The vector indexes of PostgreSQL as copies see them."""

from collections.abc import Sequence
from typing import Any

from ...errors import NotFound
from ...vectors.stored import NAMESPACES, StoredIndex, StoredVector, StoredVectors, misfit, stored_vector
from ..database import Executor
from .postgres_bulk import from_sent
from .postgres_catalog import taken
from .postgres_ddl import table_analyzed
from .postgres_statements import misfits, named_vectors, next_vectors, other_namespaces
from .postgres_tables import INDEXED_DIMENSIONS, METRICS, STORED_DIMENSIONS, IndexTable

_OPTIONS = {"m": "m", "efConstruction": "ef_construction", "lists": "lists"}


class PostgresStoredVectors(StoredVectors):
    """All of pgvector's types. The approximate index is built when the vectors are there.

    Args:
        vectors: the store.
    """

    can_hold = frozenset({NAMESPACES})
    types = frozenset(METRICS)

    def __init__(self, vectors: Any, executor: Executor) -> None:
        self._vectors = vectors
        self._database = executor

    async def names(self) -> list[str]:
        found: list[str] = await self._vectors.list_indexes()
        return found

    async def find(self, name: str) -> StoredIndex | None:
        try:
            index = await self._vectors.describe_index(name)
        except NotFound:
            return None
        others = await self._database.read(other_namespaces(await self._table(name)).bind())
        return StoredIndex(index, frozenset({NAMESPACES} if others else ()), chosen=True)

    async def unfit(self, like: StoredIndex) -> str | None:
        for vector_id in await self._database.read(misfits(await self._table(like.index.name)).bind()):
            return misfit(like.index, vector_id)
        return None

    async def hindrance(self, like: StoredIndex) -> str | None:
        index = like.index
        if index.dimension > (most := STORED_DIMENSIONS[index.vector_type]):
            return f"has {index.dimension:,} dimensions, more than pgvector's {most:,}"
        found = await self._database.read(taken().bind(schema=self._database.schema, name=index.name))
        return "has the name of a table" if found else None

    async def page(self, name: str, after: tuple[str, str] | None, most: int) -> list[StoredVector]:
        table = await self._table(name)
        behind = {} if after is None else {"namespace": after[0], "vector_id": after[1]}
        rows = await self._database.read(next_vectors(table, first=after is None).bind(most=most, **behind))
        return [_stored(table, row) for row in rows]

    async def among(self, name: str, namespace: str, ids: Sequence[str]) -> list[StoredVector]:
        table = await self._table(name)
        rows = await self._database.read(named_vectors(table).bind(namespace=namespace, ids=list(ids)))
        return [_stored(table, row) for row in rows]

    async def make(self, like: StoredIndex) -> None:
        index = like.index
        await self._vectors.create_index(
            index.name,
            dimension=index.dimension,
            metric=index.metric,
            vector_type=index.vector_type,
            index_type="flat",
            metadata_indexes=like.metadata_indexes,
        )

    async def finish(self, like: StoredIndex) -> None:
        index, there = like.index, await self._vectors.describe_index(like.index.name)
        wanted = index.type
        if not like.chosen and index.dimension <= INDEXED_DIMENSIONS[index.vector_type]:
            wanted = "hnsw"
        if there.type == "flat" != wanted:
            options = {_OPTIONS[name]: value for name, value in (index.config or {}).items() if name in _OPTIONS}
            # Built concurrently it would wait for all that began before it, and so for ever for the snapshot that this
            # very copy reads from, where the source is another schema of the database.
            await self._vectors._build(index.name, wanted, **options, concurrently=False)
        await self._database.write(table_analyzed(await self._table(index.name)).bind())

    async def put(self, name: str, namespace: str, vectors: Sequence[StoredVector]) -> None:
        await self._vectors._upsert(name, [each.entry for each in vectors], namespace, None)

    async def _table(self, name: str) -> IndexTable:
        table: IndexTable = (await self._vectors._index(name)).table
        return table


def _stored(table: IndexTable, row: Any) -> StoredVector:
    namespace, vector_id, embedding, metadata = row
    numbers = None if embedding is None else from_sent(embedding, table.vector_type)
    return stored_vector(table, vector_id, numbers, metadata, namespace=namespace)
