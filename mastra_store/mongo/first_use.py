"""What a storage does to collections and indexes when it is used for the first time.

Collections that are missing are made, with their indexes, when the storage opens. Those that exist are looked at when
their domain is first used, and get the indexes that they lack. Nothing that exists is ever altered or dropped.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import bson.json_util
from pymongo.errors import DuplicateKeyError, OperationFailure

from ..documents import Collection, Index, load_all
from ..errors import InvalidArgument, SchemaBehind, SchemaMissing
from ..storage import SchemaState
from .errors import NAMESPACE_NOT_FOUND

if TYPE_CHECKING:
    from .database import MongoDatabase

CreateSchema = Literal["if_missing", "never"]

logger = logging.getLogger("mastra_store")

_NEUTRAL = frozenset({"v", "key", "name", "ns", "background"})
"""Parts of an index's definition that do not change what it does."""


class FirstUse:
    """Brings collections and indexes into being, or says why they can not be used.

    Args:
        create_schema: ``if_missing`` makes what is missing; ``never`` makes nothing at all.
        collections: what is looked for; all of Mastra's if ``None``.
    """

    def __init__(self, create_schema: CreateSchema, collections: Sequence[Collection] | None = None) -> None:
        if create_schema not in ("if_missing", "never"):
            raise InvalidArgument("create_schema", f"must be 'if_missing' or 'never', not {create_schema!r}")
        self._creates = create_schema == "if_missing"
        self._all = collections
        self.wanted: set[Collection] = set()
        """Collections in use."""
        self._seen: set[Collection] = set()
        self._refused: set[Collection] = set()
        """Of those, the ones without a unique index, which may not be made."""
        self._looking = asyncio.Lock()

    async def opened(self, database: "MongoDatabase") -> SchemaState:
        """See which collections there are: ``created`` if there was none, else ``current``.

        Raises:
            SchemaMissing: there is none, and none may be made.
        """
        wanted = load_all() if self._all is None else self._all
        names = [collection.name for collection in wanted]
        there = await database.documents.list_collection_names(filter={"name": {"$in": names}})
        if not self._creates:
            if not there:
                raise SchemaMissing(
                    f"{database.shown} has no Mastra collections, and create_schema='never' forbids to make them: "
                    "run the commands of schema/mongodb.json"
                )
            return "current"
        # Made now rather than with their first use: that may be in a transaction, which can not see what was made
        # after it began.
        missing = [collection for collection in wanted if collection.name not in there]
        for collection in missing:  # one after the other: the pool may be small
            await _create(database, collection, collection.indexes)
        self._seen.update(missing)
        return "current" if there else "created"

    @property
    def is_done(self) -> bool:
        """Whether every collection in use was looked at."""
        return self.wanted <= self._seen

    async def seen(self, database: "MongoDatabase") -> bool:
        """Look at the indexes of the collections in use, once, and make those that are missing.

        Returns:
            Whether some were made.

        Raises:
            SchemaBehind: an index that is there contradicts ours, or can not be made of what is stored.
        """
        async with self._looking:
            unseen = sorted(self.wanted - self._seen, key=lambda collection: collection.name)
            return any([await self._look_at(database, collection) for collection in unseen])

    async def check(self, database: "MongoDatabase", collection: Collection) -> None:
        """See that a command may come for a collection in use. One that lacked its unique index is looked at anew.

        Only then, since a domain may do without one of its collections: a database of Mastra's has none for metrics.

        Raises:
            SchemaMissing: a unique index is missing, and none may be made.
        """
        if collection in self._refused:
            self._refused.discard(collection)
            await self._look_at(database, collection)
            if collection in self._refused:
                names = ", ".join(index.name for index in collection.indexes if index.unique)
                raise SchemaMissing(
                    f"{collection.name} in {database.shown} lacks the index {names}, without which documents may be "
                    "stored twice, and create_schema='never' forbids to make it: run the commands of "
                    "schema/mongodb.json",
                    collection=collection.name,
                )

    async def _look_at(self, database: "MongoDatabase", collection: Collection) -> bool:
        there = await _indexes(database, collection)
        missing = [index for index in collection.indexes if not _is_there(index, there, collection, database)]
        if missing and self._creates:
            await _create(database, collection, missing)
        elif any(index.unique for index in missing):
            self._refused.add(collection)
        elif missing:
            names = ", ".join(index.name for index in missing)
            logger.warning(
                "%s in %s lacks indexes, so some calls read all of it: %s", collection.name, database.shown, names
            )
        self._seen.add(collection)
        return self._creates and bool(missing)


async def _indexes(database: "MongoDatabase", collection: Collection) -> Sequence[Mapping[str, Any]]:
    try:
        return await (await database.documents[collection.name].list_indexes()).to_list()
    except OperationFailure as error:
        if error.code == NAMESPACE_NOT_FOUND:
            return []
        raise


def _is_there(
    index: Index, there: Sequence[Mapping[str, Any]], collection: Collection, database: "MongoDatabase"
) -> bool:
    """Whether an index exists, under whatever name.

    Raises:
        SchemaBehind: one on the same fields, or of the same name, does something else.
    """
    for existing in there:
        same_fields = list(existing["key"].items()) == list(index.keys)
        options = {name: value for name, value in existing.items() if name not in _NEUTRAL and value is not False}
        if same_fields and options == ({"unique": True} if index.unique else {}):
            return True
        if same_fields or existing["name"] == index.name:
            raise SchemaBehind(
                f"{collection.name} in {database.shown} has the index {_shown(existing)} where this version needs "
                f"{_shown(index.definition())}. Nothing was changed: drop it if nobody needs it, and the other is made",
                collection=collection.name,
                index=index.name,
            )
    return False


async def _create(database: "MongoDatabase", collection: Collection, indexes: list[Index] | tuple[Index, ...]) -> None:
    definitions = [index.definition() for index in indexes]
    try:
        await database.documents.command({"createIndexes": collection.name, "indexes": definitions})
    except DuplicateKeyError as error:
        raise SchemaBehind(
            f"{collection.name} in {database.shown} holds documents with the same key, so that a unique index could "
            f"not be made of {', '.join(_shown(each) for each in definitions if 'unique' in each)}",
            collection=collection.name,
        ) from error


def _shown(definition: Mapping[str, Any]) -> str:
    return bson.json_util.dumps({name: value for name, value in definition.items() if name not in ("v", "ns")})
