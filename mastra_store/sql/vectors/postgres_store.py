"""Vectors on PostgreSQL beside any storage, or without one."""

from sqlalchemy.ext.asyncio import AsyncEngine

from ...vectors.alone import Alone
from ..opening import postgres_database
from .alone import as_it_is
from .postgres import PostgresVectors


class PgVector(Alone, PostgresVectors):
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
        id: str = "vectors",
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
                as_it_is,
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
