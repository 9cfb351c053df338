"""Vectors in an SQLite file beside any storage, or without one."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from ...vectors.alone import Alone
from ..opening import sqlite_database
from .alone import as_it_is
from .sqlite import SqliteVectors


class SqliteVector(Alone, SqliteVectors):
    """Vectors in an SQLite file, in the tables of ``@mastra/libsql``'s ``LibSQLVector``; searched exactly.

    Searching needs NumPy: ``pip install "mastra-store[vectors]"``. An ``SqliteStorage`` has the same as
    ``storage.vectors``, and inside a unit of work as ``tx.vectors``.

    Args:
        path_or_url: as of ``SqliteStorage``, or an ``AsyncEngine``.
        id: what it is called, as in Mastra.
    """

    def __init__(
        self,
        path_or_url: str | Path | AsyncEngine,
        *,
        id: str = "vectors",
        pool_size: int = 5,
        pool_timeout: float = 30.0,
        busy_timeout: float = 30.0,
    ) -> None:
        self.id = id
        super().__init__(
            sqlite_database(
                path_or_url, as_it_is, pool_size=pool_size, pool_timeout=pool_timeout, busy_timeout=busy_timeout
            )
        )
