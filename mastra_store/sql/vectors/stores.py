"""Vector stores that stand alone: with connections of their own, beside any storage or without one."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy.ext.asyncio import AsyncEngine

from ..database import SqlDatabase
from ..opening import postgres_database, sqlite_database
from .postgres import PostgresVectors
from .sqlite import SqliteVectors


async def _as_it_is(database: SqlDatabase) -> str:
    """A database whose Mastra tables, if there are any, are nobody's business here."""
    return "foreign"


class _Alone:
    """The lifetime of a store with a database of its own. It opens itself with its first call."""

    _database: Any

    async def init(self) -> None:
        """Connect. Calls that come later do nothing."""
        await self._database.ready()

    async def close(self) -> None:
        """Close the connections. An engine that was passed in stays open."""
        await self._database.close()

    async def __aenter__(self) -> Self:
        await self.init()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._database.shown}>"


class PgVector(_Alone, PostgresVectors):
    """Vectors on PostgreSQL, in the tables of ``@mastra/pg``'s ``PgVector``.

    ::

        async with PgVector("postgresql://user:password@host/database") as vectors:
            await vectors.create_index("docs", dimension=1536)
            await vectors.upsert("docs", [{"id": "a", "values": embedding, "metadata": {"kind": "note"}}])
            await vectors.query("docs", embedding, top_k=5, filter={"kind": "note"})

    A ``PgStorage`` has the same as ``storage.vectors``, and inside a unit of work as ``tx.vectors``.

    Args:
        connection_string: as of ``PgStorage``, or an ``AsyncEngine``.
        id: what it is called, as in Mastra.
        schema_name: the PostgreSQL schema of the tables; made with the first index.

    The other options are those of ``PgStorage``.
    """

    def __init__(
        self,
        connection_string: str | AsyncEngine,
        *,
        id: str = "vectors",  # noqa: A002 (the contract's word)
        schema_name: str | None = None,
        pool_size: int = 20,
        pool_min: int = 0,
        pool_timeout: float = 30.0,
        idle_timeout: float = 30.0,
        max_lifetime: float = 3600.0,
        statement_timeout: float | None = None,
        prepare: bool = True,
    ) -> None:
        self.id = id
        super().__init__(
            postgres_database(
                connection_string,
                _as_it_is,
                schema_name=schema_name,
                pool_size=pool_size,
                pool_min=pool_min,
                pool_timeout=pool_timeout,
                idle_timeout=idle_timeout,
                max_lifetime=max_lifetime,
                statement_timeout=statement_timeout,
                prepare=prepare,
            )
        )


class SqliteVector(_Alone, SqliteVectors):
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
        id: str = "vectors",  # noqa: A002 (the contract's word)
        pool_size: int = 5,
        pool_timeout: float = 30.0,
        busy_timeout: float = 30.0,
    ) -> None:
        self.id = id
        super().__init__(
            sqlite_database(
                path_or_url, _as_it_is, pool_size=pool_size, pool_timeout=pool_timeout, busy_timeout=busy_timeout
            )
        )
