"""SQLAlchemy's dialects for LibSQL servers: ``libsql://host`` with ``create_engine`` and ``create_async_engine``.

The SQL is SQLite's, and so is the dialect's name. Registered as ``libsql`` and ``sqlite.hrana``.
"""

from typing import Any

from sqlalchemy import pool
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import URL, Engine, reflection

from .dbapi import AsyncDbapi, Dbapi
from .errors import ConnectionLost

_ISOLATION = ("SERIALIZABLE", "AUTOCOMMIT")
_OF_VECTOR_INDEXES = """
SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'libsql~_%' ESCAPE '~'
UNION ALL
SELECT name || '_shadow' FROM sqlite_master WHERE type = 'index' AND sql LIKE '%libsql_vector_idx%'
"""
"""The server's own tables: it makes them with a vector index, and keeps the first when that is dropped."""


class HranaDialect(SQLiteDialect):
    """For code without an event loop: migrations, scripts.

    The URL is ``libsql://host``, with ``?tls=0`` for a server without TLS. The token is its password
    (``libsql://:TOKEN@host``) or ``?authToken=TOKEN``. ``connect_args`` may hold ``auth_token``, ``timeout``,
    ``busy_timeout`` and ``begin``.
    """

    driver = "hrana"
    supports_statement_cache = True
    supports_sane_rowcount_returning = True

    @classmethod
    def import_dbapi(cls) -> Any:
        return Dbapi

    @classmethod
    def get_async_dialect_cls(cls, url: URL) -> type["AsyncHranaDialect"]:
        return AsyncHranaDialect

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Put a token of the query where SQLAlchemy shows ``***`` instead."""
        token = engine.url.query.get("authToken")
        if token:
            bare = engine.url.difference_update_query(["authToken"])
            engine.url = bare.set(password=token if isinstance(token, str) else token[-1])

    def create_connect_args(self, url: URL) -> Any:
        plain = url.set(drivername="libsql", username=None, password=None, database=None)
        plain = plain.difference_update_query(["authToken"])
        path = f"/{url.database}" if url.database else ""
        text, question, query = plain.render_as_string(hide_password=False).partition("?")
        token = url.query.get("authToken") or url.password
        return [text + path + question + query], {"auth_token": token if not isinstance(token, tuple) else token[-1]}

    def _get_server_version_info(self, connection: Any) -> tuple[int, ...]:
        return Dbapi.sqlite_version_info

    @reflection.cache
    def get_table_names(
        self, connection: Any, schema: str | None = None, sqlite_include_internal: bool = False, **kw: Any
    ) -> list[str]:
        """As with SQLite, and without the tables behind vector indexes, which nobody may touch."""
        names: list[str] = super().get_table_names(connection, schema, sqlite_include_internal)  # type: ignore[no-untyped-call]
        if sqlite_include_internal:
            return names
        internal = set(connection.exec_driver_sql(_OF_VECTOR_INDEXES).scalars())
        return [name for name in names if name not in internal]

    def get_isolation_level_values(self, dbapi_connection: Any) -> Any:
        return list(_ISOLATION)

    def get_default_isolation_level(self, dbapi_conn: Any) -> Any:
        return "SERIALIZABLE"

    def set_isolation_level(self, dbapi_connection: Any, level: Any) -> None:
        dbapi_connection.autocommit = level == "AUTOCOMMIT"

    def get_isolation_level(self, dbapi_connection: Any) -> Any:
        return "AUTOCOMMIT" if dbapi_connection.autocommit else "SERIALIZABLE"

    def detect_autocommit_setting(self, dbapi_conn: Any) -> bool:
        return bool(dbapi_conn.autocommit)

    def is_disconnect(self, e: Any, connection: Any, cursor: Any) -> bool:
        return isinstance(e, ConnectionLost)

    def do_ping(self, dbapi_connection: Any) -> bool:
        dbapi_connection.run(dbapi_connection.stream.run_alone("SELECT 1", reads=True))
        return True


class AsyncHranaDialect(HranaDialect):
    """For asyncio."""

    is_async = True
    has_terminate = True
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        return AsyncDbapi

    @classmethod
    def get_pool_class(cls, url: URL) -> type[pool.Pool]:
        return pool.AsyncAdaptedQueuePool

    def get_driver_connection(self, connection: Any) -> Any:
        return connection.driver_connection

    def do_terminate(self, dbapi_connection: Any) -> None:
        dbapi_connection.terminate()
