"""The vector indexes of SQLite and LibSQL as copies see them."""

from collections.abc import Sequence
from typing import Any

from ... import jsontext
from ...errors import NotFound, QueryFailed
from ...vectors.stored import StoredIndex, StoredVector, StoredVectors, misfit, stored_vector
from ..database import Executor
from .sqlite_blobs import from_blob
from .sqlite_statements import misfits, named_vectors, next_vectors
from .sqlite_tables import FoundTable, SqliteIndex, taken, whole_tables


class SqliteStoredVectors(StoredVectors):
    """Vectors of single precision, and nothing else.

    Args:
        vectors: the store.
    """

    cleans = False

    def __init__(self, vectors: Any, executor: Executor) -> None:
        self._vectors = vectors
        self._database = executor

    async def names(self) -> list[str]:
        return await self._database.read(whole_tables().bind())

    async def find(self, name: str) -> StoredIndex | None:
        if name not in await self.names():
            return None
        try:
            index = await self._vectors.describe_index(name)
        except NotFound:
            return None
        try:
            await self._vectors._index(name, to_write=True)
        except QueryFailed as error:  # SQLite before an index of LibSQL's own
            return StoredIndex(index, obstacle=str(error))
        return StoredIndex(index)

    async def unfit(self, like: StoredIndex) -> str | None:
        for vector_id in await self._database.read(misfits(await self._table(like.index.name)).bind()):
            return misfit(like.index, vector_id)
        return None

    async def hindrance(self, like: StoredIndex) -> str | None:
        return "has the name of a table" if await self._database.read(taken().bind(name=like.index.name)) else None

    async def page(self, name: str, after: tuple[str, str] | None, most: int) -> list[StoredVector]:
        table = await self._table(name)
        behind = {} if after is None else {"vector_id": after[1]}
        rows = await self._database.read(next_vectors(table, first=after is None).bind(most=most, **behind))
        return [_stored(table, row) for row in rows]

    async def among(self, name: str, namespace: str, ids: Sequence[str]) -> list[StoredVector]:
        table = await self._table(name)
        return [_stored(table, row) for row in await self._database.read(named_vectors(table).bind(ids=list(ids)))]

    async def make(self, like: StoredIndex) -> None:
        index = like.index
        await self._vectors.create_index(index.name, dimension=index.dimension, metric=index.metric)

    async def finish(self, like: StoredIndex) -> None:
        """There is nothing to be done."""

    async def put(self, name: str, namespace: str, vectors: Sequence[StoredVector]) -> None:
        await self._vectors._upsert(name, [each.entry for each in vectors], namespace, None)

    async def _table(self, name: str) -> SqliteIndex:
        found: FoundTable = await self._vectors._index(name)
        return found.table


def _stored(table: SqliteIndex, row: Any) -> StoredVector:
    vector_id, embedding, metadata = row
    numbers = None if embedding is None else from_blob(embedding)
    return stored_vector(table, vector_id, numbers, jsontext.decode_if_json(metadata) if metadata else {})
