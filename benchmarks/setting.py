"""The databases of a run: the storage's, and the baseline's with the same rows and Mastra's own indexes alone."""

import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from mastra_store import PgStorage, SqliteStorage, migrations
from mastra_store.clock import iso_milliseconds
from mastra_store.storage import Storage
from tests.servers.databases import PostgresServer

from . import data
from .raw import Raw
from .raw_postgres import RawPostgres
from .raw_sqlite import RawSqlite

POSTGRES_POOL, SQLITE_POOL = 20, 5
"""The storages' own defaults."""

_OF_OURS = "mastra_store_*_idx"
"""The names of indexes that Mastra does not have."""

_THREAD = ["id", "resourceId", "title", "metadata", "createdAt", "updatedAt"]
_MESSAGE = ["id", "thread_id", "content", "role", "type", "createdAt", "resourceId"]
_RUN = ["workflow_name", "run_id", "resourceId", "snapshot", "createdAt", "updatedAt"]
TABLES: tuple[tuple[str, list[str], Any], ...] = (
    ("mastra_threads", _THREAD, data.threads),
    ("mastra_messages", _MESSAGE, data.messages),
    ("mastra_workflow_snapshot", _RUN, data.runs),
)


@dataclass(frozen=True, slots=True)
class Sides:
    """An open storage, and the baseline beside it.

    Attributes:
        settle: does to both databases what else happens to them between bursts of work, so that no round pays for the
            rounds before it: PostgreSQL is vacuumed, SQLite's log is written back.
    """

    storage: Storage
    raw: Raw
    settle: Callable[[], None]


@asynccontextmanager
async def sqlite_sides() -> AsyncIterator[Sides]:
    with tempfile.TemporaryDirectory(prefix="mastra-bench-") as directory:
        ours, plain = Path(directory, "ours.db"), Path(directory, "raw.db")
        migrations.upgrade(f"sqlite:///{ours}")
        _fill_sqlite(ours)
        shutil.copy(ours, plain)
        with sqlite3.connect(plain) as connection:
            names = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'index' AND name GLOB ?", [_OF_OURS]
            )
            for (name,) in names.fetchall():
                connection.execute(f'DROP INDEX "{name}"')
        raw = RawSqlite(plain, SQLITE_POOL)
        await raw.open()
        try:
            async with SqliteStorage(ours, pool_size=SQLITE_POOL, create_schema="never") as storage:
                yield Sides(storage, raw, lambda: _write_back(ours, plain))
        finally:
            await raw.close()


@asynccontextmanager
async def postgres_sides(server: PostgresServer) -> AsyncIterator[Sides]:
    with server.database() as ours, server.database() as plain:
        for url in (ours, plain):
            migrations.upgrade(url)
            _fill_postgres(url)
        with psycopg.connect(plain, autocommit=True) as connection:
            names = connection.execute(
                "SELECT indexname FROM pg_indexes WHERE indexname LIKE %s", [_OF_OURS.replace("*", "%")]
            )
            for (name,) in names.fetchall():
                connection.execute(SQL("DROP INDEX {}").format(Identifier(name)))
        raw = RawPostgres(plain, POSTGRES_POOL)
        await raw.open()
        try:
            async with PgStorage(ours, pool_size=POSTGRES_POOL, create_schema="never") as storage:
                yield Sides(storage, raw, lambda: _vacuum(ours, plain))
        finally:
            await raw.close()


def _fill_sqlite(path: Path) -> None:
    connection = sqlite3.connect(path)
    with connection:
        for table, columns, rows in TABLES:
            places = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO {table} ({_quoted(columns)}) VALUES ({places})", _as_text(rows()))
    connection.close()


def _as_text(rows: Iterable[Sequence[Any]]) -> Iterable[list[Any]]:
    for row in rows:
        yield [iso_milliseconds(cell) if isinstance(cell, datetime) else cell for cell in row]


def _fill_postgres(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for table, columns, rows in TABLES:
            times = [name for name in columns if name.endswith("At")]
            named = _quoted([*columns, *(f"{name}Z" for name in times)])
            with connection.cursor().copy(f"COPY {table} ({named}) FROM STDIN") as copy:
                for row in rows():
                    instants = [cell for cell in row if isinstance(cell, datetime)]
                    plain = [cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell for cell in row]
                    copy.write_row([*plain, *instants])
        connection.execute("ANALYZE")


def _vacuum(*urls: str) -> None:
    for url in urls:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"VACUUM {', '.join(table for table, _, _ in TABLES)}")


def _write_back(*paths: Path) -> None:
    for path in paths:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.close()


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
