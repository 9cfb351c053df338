"""Vectors on a LibSQL server or in a file, beside any storage or without one."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from ...vectors.alone import Alone
from ..opening import libsql_database
from .alone import as_it_is
from .sqlite import SqliteVectors


class LibSQLVector(Alone, SqliteVectors):
    """Vectors on a LibSQL server (Turso, sqld) or in a file, in the tables of ``@mastra/libsql``'s ``LibSQLVector``.

    On a server, indexes get one of LibSQL's own, which answers queries without a filter approximately. In a file,
    vectors are searched as by ``SqliteVector``. A ``LibSQLStorage`` has the same as ``storage.vectors``.

    Args:
        url: as of ``LibSQLStorage``, or an ``AsyncEngine``.
        auth_token: as of ``LibSQLStorage``.
        id: what it is called, as in Mastra.

    The other options are those of ``LibSQLStorage``.
    """

    def __init__(
        self,
        url: str | Path | AsyncEngine,
        auth_token: str | None = None,
        *,
        id: str = "vectors",
        pool_size: int | None = None,
        pool_timeout: float = 30.0,
        busy_timeout: float = 30.0,
        request_timeout: float = 30.0,
    ) -> None:
        self.id = id
        super().__init__(
            libsql_database(
                url,
                as_it_is,
                auth_token=auth_token,
                pool_size=pool_size,
                pool_timeout=pool_timeout,
                busy_timeout=busy_timeout,
                request_timeout=request_timeout,
            )
        )
