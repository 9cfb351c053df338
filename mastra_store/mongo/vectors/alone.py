"""Vectors on MongoDB beside any storage, or without one."""

from typing import TYPE_CHECKING, Any

from ...vectors.alone import Alone
from ..client import connected_lazily
from ..first_use import FirstUse
from .store import MongoVectors

if TYPE_CHECKING:
    from pymongo import AsyncMongoClient


class MongoVector(Alone, MongoVectors):
    """Vectors on MongoDB, in the collections of ``@mastra/mongodb``'s ``MongoDBVector``.

    ::

        async with MongoVector("mongodb+srv://user:password@host/database") as vectors:
            await vectors.create_index("docs", dimension=1536)
            await vectors.upsert("docs", [{"id": "a", "values": embedding, "metadata": {"kind": "note"}}])
            await vectors.query("docs", embedding, top_k=5, filter={"kind": "note"})

    Atlas searches by an index of its own; on other servers every vector is looked at. A ``MongoStorage`` has the same
    as ``storage.vectors``, and inside a unit of work as ``tx.vectors``.

    Args:
        uri: as of ``MongoStorage``, or an ``AsyncMongoClient``. Pools and timeouts are as it says.
        db_name: the database; ``None`` for the one in the URI.
        id: what it is called, as in Mastra.
        busy_timeout: seconds that a change is tried again while others change the same vectors.
    """

    def __init__(
        self,
        uri: "str | AsyncMongoClient[Any]",
        *,
        db_name: str | None = None,
        id: str = "vectors",
        busy_timeout: float = 30.0,
    ) -> None:
        self.id = id
        database = connected_lazily(
            uri,
            db_name,
            FirstUse("if_missing", collections=()),
            options={},
            read_preference=None,
            write_concern=None,
            event_listeners=(),
            busy_timeout=busy_timeout,
            allow_non_atomic=False,
        )
        super().__init__(database)
