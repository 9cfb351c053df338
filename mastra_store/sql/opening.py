"""The databases behind storages and vector stores, made of what callers give, their options checked."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from ..errors import InvalidArgument
from ..schema_names import normalised_schema
from ..urls import means_libsql
from .database import SqlDatabase
from .dialects import SqlDialect

PrepareSchema = Callable[[SqlDatabase], Awaitable[str]]
"""What a database's first use does to its schema, and what it found."""


def postgres_database(
    connection_string: str | AsyncEngine,
    prepare_schema: PrepareSchema,
    *,
    replicas: Sequence[str] = (),
    max_lag: float = 10.0,
    lag_interval: float | None = None,
    schema_name: str | None,
    pool_size: int,
    pool_min: int,
    pool_timeout: float,
    idle_timeout: float,
    max_lifetime: float,
    statement_timeout: float | None,
    prepare: bool,
) -> SqlDatabase:
    """The database of a ``PgStorage`` or ``PgVector``."""
    schema = normalised_schema(schema_name)
    if isinstance(connection_string, AsyncEngine):
        if replicas:
            raise InvalidArgument("replicas", "need the primary's address, not an engine")
        from .postgres_dialect import POSTGRESQL

        return _on_engine(connection_string, POSTGRESQL, prepare_schema, schema)
    _positive(pool_size=pool_size, pool_timeout=pool_timeout, idle_timeout=idle_timeout, max_lifetime=max_lifetime)
    _positive(max_lag=max_lag, lag_interval=max_lag if lag_interval is None else lag_interval)
    if not 0 <= pool_min <= pool_size:
        raise InvalidArgument("pool_min", f"must be between 0 and pool_size ({pool_size}), not {pool_min!r}")
    from .postgres import PgDatabase  # psycopg is imported by those who use it

    options: dict[str, Any] = {
        "schema": schema,
        "pool_size": pool_size,
        "pool_min": pool_min,
        "pool_timeout": pool_timeout,
        "idle_timeout": idle_timeout,
        "max_lifetime": max_lifetime,
        "statement_timeout": statement_timeout,
        "prepare": prepare,
    }
    database = PgDatabase(connection_string, prepare_schema, **options)
    if not replicas:
        return database
    from .replicas import replicated

    return replicated(database, replicas, max_lag=max_lag, lag_interval=lag_interval, **options)


def sqlite_database(
    path_or_url: str | Path | AsyncEngine,
    prepare_schema: PrepareSchema,
    *,
    pool_size: int,
    pool_timeout: float,
    busy_timeout: float,
) -> SqlDatabase:
    """The database of an ``SqliteStorage`` or ``SqliteVector``."""
    if isinstance(path_or_url, AsyncEngine):
        from .sqlite_dialect import SQLITE

        if path_or_url.dialect.driver == "hrana":
            raise InvalidArgument("engine", "leads to a LibSQL server, which is for LibSQLStorage and LibSQLVector")
        return _on_engine(path_or_url, SQLITE, prepare_schema, None)
    _positive(pool_size=pool_size, pool_timeout=pool_timeout, busy_timeout=busy_timeout)
    from .sqlite import SqliteDatabase

    return SqliteDatabase(
        str(path_or_url), prepare_schema, pool_size=pool_size, pool_timeout=pool_timeout, busy_timeout=busy_timeout
    )


def libsql_database(
    url: str | Path | AsyncEngine,
    prepare_schema: PrepareSchema,
    *,
    auth_token: str | None,
    pool_size: int | None,
    pool_timeout: float,
    busy_timeout: float,
    request_timeout: float,
) -> SqlDatabase:
    """The database of a ``LibSQLStorage`` or ``LibSQLVector``: on a server, or in a file."""
    if isinstance(url, AsyncEngine):
        return _on_libsql_engine(url, prepare_schema)
    remote = isinstance(url, str) and means_libsql(url)
    size = pool_size if pool_size is not None else 20 if remote else 5
    _positive(pool_size=size, pool_timeout=pool_timeout, busy_timeout=busy_timeout, request_timeout=request_timeout)
    if remote:
        from .libsql import LibsqlDatabase

        return LibsqlDatabase(
            str(url),
            prepare_schema,
            auth_token=auth_token,
            pool_size=size,
            pool_timeout=pool_timeout,
            busy_timeout=busy_timeout,
            request_timeout=request_timeout,
        )
    from .sqlite import SqliteDatabase
    from .sqlite_dialect import LIBSQL_FILE

    return SqliteDatabase(
        str(url),
        prepare_schema,
        pool_size=size,
        pool_timeout=pool_timeout,
        busy_timeout=busy_timeout,
        sql=LIBSQL_FILE,
    )


def _on_engine(engine: AsyncEngine, sql: SqlDialect, prepare: PrepareSchema, schema: str | None) -> SqlDatabase:
    if engine.dialect.name != sql.name:
        raise InvalidArgument("engine", f"speaks {engine.dialect.name}, but this storage needs {sql.name}")
    from .engine import EngineDatabase

    return EngineDatabase(engine, sql, prepare, schema)


def _on_libsql_engine(engine: AsyncEngine, prepare: PrepareSchema) -> SqlDatabase:
    if engine.dialect.driver == "hrana":
        from .libsql_dialect import LIBSQL

        return _on_engine(engine, LIBSQL, prepare, None)
    from .sqlite_dialect import LIBSQL_FILE

    return _on_engine(engine, LIBSQL_FILE, prepare, None)


def _positive(**options: float) -> None:
    for name, value in options.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise InvalidArgument(name, f"must be a number above 0, not {value!r}")
