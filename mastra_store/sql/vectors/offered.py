"""The vectors of a storage or a unit of work: on its own connections, in its own transaction."""

from ...vectors.base import VectorStore
from ..database import Executor


def vectors_on(executor: Executor) -> VectorStore:
    """The vector store of an executor's dialect."""
    if executor.sql.name == "postgresql":
        from .postgres import PostgresVectors

        return PostgresVectors(executor)
    from .sqlite import SqliteVectors

    return SqliteVectors(executor)
