"""``python -m benchmarks``: the table, and exit status 1 when a target is missed."""

import argparse
import asyncio
import os
import platform
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import psycopg
import pymongo

from tests.servers import MissingServerError
from tests.servers.databases import PostgresServer
from tests.servers.mongodb import mongodb
from tests.servers.postgres import postgres
from tests.servers.valkey import valkey_url

from . import caching, composing, imports, routing
from .measuring import ROUNDS, Figures, compare
from .operations import OPERATIONS, Operation, comparable
from .report import Line, head, misses
from .setting import MONGODB_THREADS, Sides, mongodb_sides, postgres_sides, sqlite_sides

POSTGRESQL = 18
MONGODB_TARGET, MONGODB_ROUNDS = 1.5, 3
"""How often the raw driver's time any operation may take on MongoDB; SecantusDB is slow enough for fewer rounds."""


async def measured(
    title: str, opened: AbstractAsyncContextManager[Sides], operations: Sequence[Operation], rounds: int = ROUNDS
) -> list[tuple[str, Line]]:
    """Measure the operations on one database and print their lines as they come."""
    lines = []
    async with opened as sides:
        print(head(title), flush=True)
        for operation in operations:
            line = Line(operation, await _figures(operation, sides, rounds))
            print(line, flush=True)
            lines.append((title, line))
    return lines


async def _figures(operation: Operation, sides: Sides, rounds: int) -> Figures:
    baseline = sides.writer if operation.writes or operation.indexed else sides.reader
    argument = operation.prepare(0)
    ours, raw = await operation.ours(sides.storage, argument), await operation.raw(baseline, argument)
    if comparable(ours) != raw:
        raise AssertionError(f"{operation.name}: the storage and the raw driver give different values")
    return await compare(
        lambda argument: operation.ours(sides.storage, argument),
        lambda argument: operation.raw(baseline, argument),
        operation.prepare,
        sides.settle,
        rounds,
        reads=not operation.writes,
    )


def _on_sqlite(operation: Operation) -> Operation:
    return replace(operation, target=operation.target_on_sqlite or operation.target)


def _on_mongodb(operation: Operation) -> Operation:
    """With the one target, and reads of the threads that have messages there."""
    prepare = operation.prepare
    few = prepare if operation.writes else lambda number: prepare(number % MONGODB_THREADS)
    return replace(operation, target=MONGODB_TARGET, prepare=few)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "mongodb"], help="only this one")
    parser.add_argument("--only", default="", metavar="TEXT", help="only operations whose names hold TEXT")
    chosen = parser.parse_args()
    operations = [each for each in OPERATIONS if chosen.only in each.name]
    missed: list[str] = []
    lines: list[tuple[str, Line]] = []
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors; medians of interleaved rounds.")
    if chosen.database in (None, "sqlite"):
        title = f"SQLite {sqlite3.sqlite_version} by aiosqlite"
        lines += asyncio.run(measured(title, sqlite_sides(), [_on_sqlite(each) for each in operations]))
    if chosen.database in (None, "postgresql"):
        try:
            with postgres(POSTGRESQL) as server:
                title = f"PostgreSQL {_version(server.url)} by psycopg {psycopg.__version__}"
                lines += asyncio.run(measured(title, postgres_sides(server), operations))
                composed = [each for each in composing.OPERATIONS if chosen.only in each.name]
                if composed:
                    title = "A composite store before a storage, beside that storage (as raw)"
                    lines += asyncio.run(measured(title, composing.composite_sides(server), composed))
                lines += _with_caches(server, chosen.only)
            routed = [each for each in routing.OPERATIONS if chosen.only in each.name]
            if routed:
                title = "A storage with a replica, beside a plain one on the replica (as raw)"
                lines += asyncio.run(measured(title, routing.replicated_sides(POSTGRESQL), routed))
        except MissingServerError as missing:
            missed.append(f"PostgreSQL was not measured: {missing}")
    if chosen.database in (None, "mongodb"):
        of_mongodb = [_on_mongodb(each) for each in operations]
        try:
            with mongodb() as mongo:
                title = f"MongoDB {mongo.client.server_info()['version']} by pymongo {pymongo.version}"
                lines += asyncio.run(measured(title, mongodb_sides(mongo), of_mongodb, MONGODB_ROUNDS))
        except MissingServerError as missing:
            missed.append(f"MongoDB was not measured: {missing}")
    missed += misses(lines)
    if not chosen.only:
        cost = imports.cost()
        print(
            f"\nImporting the SQLite path: {cost * 1e3:.0f} ms of CPU above SQLAlchemy's, target {imports.TARGET_MS} ms"
        )
        if cost * 1e3 > imports.TARGET_MS:
            missed.append(f"imports: {cost * 1e3:.0f} ms, target {imports.TARGET_MS} ms")
    print("\nAll targets are met." if not missed else "\nMissed:\n" + "\n".join(f"  {each}" for each in missed))
    return 1 if missed else 0


def _with_caches(server: PostgresServer, only: str) -> list[tuple[str, Line]]:
    """Measure what caches save and cost."""
    lines = []
    with valkey_url() as redis_url:
        for name, url, operations in (
            ("memory", None, caching.IN_MEMORY),
            ("Valkey", redis_url, caching.IN_VALKEY),
        ):
            chosen = [each for each in operations if only in each.name]
            if chosen:
                title = f"A storage behind a cache in {name}, beside itself without (as raw)"
                lines += asyncio.run(measured(title, caching.cached_sides(server, url), chosen))
    return lines


def _version(url: str) -> str:
    with psycopg.connect(url) as connection:
        return f"{connection.info.server_version // 10000}.{connection.info.server_version % 10000}"


if __name__ == "__main__":
    sys.exit(main())
