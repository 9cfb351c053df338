"""The databases of a run, with the same rows: the storage's, and two of the baseline's.

It reads on Mastra's own indexes alone, as an expert finds them. It writes into the very tables of the storage: fewer
indexes would be less work, and the lists that they serve slower.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pymongo
from psycopg.sql import SQL, Identifier

from mastra_store import MongoStorage, PgStorage, SqliteStorage, documents, migrations
from mastra_store.clock import iso_milliseconds
from mastra_store.storage import Storage
from tests.servers.databases import PostgresServer
from tests.servers.mongodb import MongoServer

from . import data
from .raw import Raw
from .raw_mongodb import RawMongo
from .raw_postgres import RawPostgres
from .raw_sqlite import RawSqlite

POSTGRES_POOL, SQLITE_POOL, MONGODB_POOL = 20, 5, 100
"""The storages' own defaults."""

MONGODB_THREADS = 2
"""Threads with messages, runs with scores and long traces that are read."""
_LONG_THREADS = frozenset(map(data.thread_id, range(MONGODB_THREADS)))
_THREADS = frozenset(map(data.thread_id, range(2 * data.LONG_THREADS)))
_SCORED_RUNS = frozenset(map(data.run_id, range(10 * MONGODB_THREADS)))
_TRACES = frozenset(map(data.trace_id, [*range(MONGODB_THREADS), *range(data.TRACES - 100, data.TRACES)]))
_JSON = frozenset(
    {"metadata", "snapshot", "scorer", "entity", "input", "output", "tags", "attributes"}
)  # none of them a message's content, which is text

_OF_OURS = "mastra_store_*_idx"
"""The names of indexes that Mastra does not have."""

_THREAD = ["id", "resourceId", "title", "metadata", "createdAt", "updatedAt"]
_MESSAGE = ["id", "thread_id", "content", "role", "type", "createdAt", "resourceId"]
_RUN = ["workflow_name", "run_id", "resourceId", "snapshot", "createdAt", "updatedAt"]
_SCORE = ["id", "scorerId", "runId", "scorer", "score", "output", "source", "createdAt", "updatedAt", "reason"]
_SCORE += ["metadata", "input", "entityType", "entity", "entityId"]
_SPAN = [
    *("traceId", "spanId", "name", "spanType", "isEvent", "startedAt", "parentSpanId", "entityType", "entityId"),
    *("resourceId", "threadId", "environment", "metadata", "tags", "attributes", "input", "output"),
    *("endedAt", "createdAt", "updatedAt"),
]
TABLES: tuple[tuple[str, list[str], Any], ...] = (
    ("mastra_threads", _THREAD, data.threads),
    ("mastra_messages", _MESSAGE, data.messages),
    ("mastra_workflow_snapshot", _RUN, data.runs),
    ("mastra_scorers", _SCORE, data.scores),
    ("mastra_ai_spans", _SPAN, data.spans),
)


@dataclass(frozen=True, slots=True)
class Sides:
    """An open storage, and the baseline beside it.

    Attributes:
        reader: the baseline on Mastra's own indexes.
        writer: the baseline on all indexes.
        settle: does to all databases what else happens to them between bursts of work, so that no round pays for the
            rounds before it: PostgreSQL is vacuumed, SQLite's log is written back.
    """

    storage: Storage
    reader: Raw
    writer: Raw
    settle: Callable[[], None]


@asynccontextmanager
async def sqlite_sides() -> AsyncIterator[Sides]:
    with tempfile.TemporaryDirectory(prefix="mastra-bench-") as directory:
        ours, mastras, same = (Path(directory, f"{name}.db") for name in ("ours", "mastras", "same"))
        migrations.upgrade(f"sqlite:///{ours}")
        _fill_sqlite(ours)
        shutil.copy(ours, mastras)
        shutil.copy(ours, same)
        _leave_mastras_indexes_sqlite(mastras)
        async with (
            aclosing(RawSqlite(mastras, SQLITE_POOL)) as reader,
            aclosing(RawSqlite(same, SQLITE_POOL)) as writer,
            SqliteStorage(ours, pool_size=SQLITE_POOL, create_schema="never") as storage,
        ):
            await reader.open()
            await writer.open()
            yield Sides(storage, reader, writer, lambda: _write_back(ours, mastras, same))


@asynccontextmanager
async def postgres_sides(server: PostgresServer) -> AsyncIterator[Sides]:
    with server.database() as ours, server.database() as mastras, server.database() as same:
        for url in (ours, mastras, same):
            migrations.upgrade(url)
            fill_postgres(url)
        _leave_mastras_indexes_postgres(mastras)
        async with (
            aclosing(RawPostgres(mastras, POSTGRES_POOL)) as reader,
            aclosing(RawPostgres(same, POSTGRES_POOL)) as writer,
            PgStorage(ours, pool_size=POSTGRES_POOL, create_schema="never") as storage,
        ):
            await reader.open()
            await writer.open()
            yield Sides(storage, reader, writer, lambda: _vacuum(ours, mastras, same))


@asynccontextmanager
async def mongodb_sides(server: MongoServer) -> AsyncIterator[Sides]:
    """The baseline reads by the same indexes: without them MongoDB would sort a thread's messages for each page.

    There are fewer documents than in SQL: SecantusDB scans a whole collection for each count beside a page, for which
    mongod takes an index.
    """
    with server.database() as ours, server.database() as same:
        for url in (ours, same):
            _fill_mongodb(url)
        async with (
            aclosing(RawMongo(same, MONGODB_POOL)) as baseline,
            MongoStorage(ours, pool_size=MONGODB_POOL, create_schema="never") as storage,
        ):
            await baseline.open()
            yield Sides(storage, baseline, baseline, lambda: None)


def _leave_mastras_indexes_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'index' AND name GLOB ?"
        for (name,) in connection.execute(query, [_OF_OURS]).fetchall():
            connection.execute(f'DROP INDEX "{name}"')


def _leave_mastras_indexes_postgres(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        query = "SELECT indexname FROM pg_indexes WHERE indexname LIKE %s"
        for (name,) in connection.execute(query, [_OF_OURS.replace("*", "%")]).fetchall():
            connection.execute(SQL("DROP INDEX {}").format(Identifier(name)))


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


def fill_postgres(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        # Without triggers: they would stamp the spans of each database with a time of its own.
        connection.execute("SET session_replication_role = replica")
        for table, columns, rows in TABLES:
            times = [name for name in columns if name.endswith("At")]
            named = _quoted([*columns, *(f"{name}Z" for name in times)])
            with connection.cursor().copy(f"COPY {table} ({named}) FROM STDIN") as copy:
                for row in rows():
                    instants = [cell for cell in row if isinstance(cell, datetime)]
                    plain = [cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell for cell in row]
                    copy.write_row([*plain, *instants])
        connection.execute("ANALYZE")


def _fill_mongodb(url: str) -> None:
    with pymongo.MongoClient[dict[str, Any]](url) as client:
        database = client.get_default_database()
        for table, columns, rows in TABLES:
            stored = (dict(zip(columns, map(_as_bson, columns, row), strict=True)) for row in rows() if _is_stored(row))
            while chunk := list(islice(stored, 10_000)):
                database[table].insert_many(chunk)
        for collection in documents.load_all():
            definitions = [index.definition() for index in collection.indexes]
            database.command({"createIndexes": collection.name, "indexes": definitions})


def _is_stored(row: Any) -> bool:
    match row:
        case data.ThreadCells():
            return row.id in _THREADS
        case data.MessageCells():
            return row.thread_id in _LONG_THREADS
        case data.ScoreCells():
            return row.run_id in _SCORED_RUNS
        case data.SpanCells():
            return row.trace_id in _TRACES
    return True


def _as_bson(column: str, cell: Any) -> Any:
    return msgspec.json.decode(cell) if column in _JSON and cell is not None else cell


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
