"""``python -m benchmarks.copying``: copies of messages between databases; exit status 1 when a target is missed.

Messages of 1 KB, 20,000 of them unless told otherwise. Each copy runs in a process of its own, which also tells its
greatest memory, the maps of SQLite's files left out. Beside it stands what the target takes from a client that does
nothing else: binary COPY piped from one PostgreSQL server connection to another, statements of SQLite, documents that
are encoded already.
"""

import argparse
import asyncio
import itertools
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pymongo
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.asynchronous.collection import AsyncCollection

from mastra_store import copy, export_schemas, migrations, open_storage
from mastra_store.hrana.address import Address
from tests.conftest import statements_of
from tests.servers.mongodb import mongodb
from tests.servers.postgres import postgres
from tests.servers.sqld import libsql

Document = dict[str, Any]
MESSAGES, ROUNDS = 20_000, 3
SHARE, RATE, MEGABYTES = 2 / 3, 20_000, 150
"""What a copy must reach: of binary COPY; rows a second elsewhere, or this share of what the server takes; memory."""

COLUMNS = ("id", "thread_id", "content", "role", "type", "createdAt", "resourceId")
FILL = """
INSERT INTO mastra_messages (id, thread_id, content, role, type, "createdAt", "createdAtZ", "resourceId")
SELECT gen_random_uuid(), 't' || n %% 100,
       '{"format":2,"parts":[{"type":"text","text":"' || repeat(md5(n::text), 30) || '"}]}',
       'user', 'v2', at AT TIME ZONE 'UTC', at, 'ada'
FROM generate_series(1, %s) AS n, LATERAL (SELECT '2026-01-01Z'::timestamptz + n * interval '1 s') AS moment (at)
"""
EMPTY = "TRUNCATE mastra_messages, mastra_store_copies"


@dataclass(frozen=True, slots=True)
class Run:
    """What a process reached."""

    rate: float
    """Rows a second."""
    megabytes: float


async def copied(source_url: str, target_url: str) -> float:
    """Copy, and say how long it took."""
    async with open_storage(source_url) as source, open_storage(target_url) as target:
        await copy(source, target, domains=["memory"], dry_run=True)  # imports, and opens connections
        started = time.perf_counter()
        await copy(source, target, domains=["memory"], progress=lambda _: MEMORY.look())
        return time.perf_counter() - started


async def piped(source_url: str, target_url: str) -> float:
    """Binary COPY from one server to another, as an expert writes it."""
    source = await psycopg.AsyncConnection.connect(source_url)
    target = await psycopg.AsyncConnection.connect(target_url)
    started = time.perf_counter()
    async with (
        source.cursor().copy("COPY mastra_messages TO STDOUT (FORMAT BINARY)") as out,
        target.cursor().copy("COPY mastra_messages FROM STDIN (FORMAT BINARY)") as into,
    ):
        async for data in out:
            await into.write(data)
    await target.commit()
    seconds = time.perf_counter() - started
    await source.close()
    await target.close()
    return seconds


async def in_sqlite(source_url: str, target_url: str) -> float:
    """``executemany`` in a transaction for each 2,000 rows of an SQLite file, with the pragmas of a storage."""
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    with sqlite3.connect(source_url.removeprefix("sqlite:///")) as source:
        rows = source.execute(f"SELECT {columns} FROM mastra_messages ORDER BY id").fetchall()
    with sqlite3.connect(target_url.removeprefix("sqlite:///"), isolation_level=None) as target:
        target.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000;")
        started = time.perf_counter()
        for start in range(0, len(rows), 2000):
            target.execute("BEGIN IMMEDIATE")
            marks = ", ".join("?" * len(COLUMNS))
            target.executemany(f"INSERT INTO mastra_messages ({columns}) VALUES ({marks})", rows[start : start + 2000])
            target.execute("COMMIT")
        return time.perf_counter() - started


async def in_libsql(source_url: str, target_url: str) -> float:
    """Statements of 1,000 rows, two in a transaction, of an SQLite file, over HTTP."""
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    with sqlite3.connect(source_url.removeprefix("sqlite:///")) as source:
        rows = source.execute(f"SELECT {columns} FROM mastra_messages ORDER BY id").fetchall()
    address = Address.of(target_url, None)
    headers = {"Authorization": f"Bearer {address.token}"} if address.token else {}
    one = f"({', '.join('?' * len(COLUMNS))})"
    started = time.perf_counter()
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        for start in range(0, len(rows), 2000):
            steps: list[dict[str, Any]] = [{"stmt": {"sql": "BEGIN IMMEDIATE"}}]
            for part in (rows[start : start + 1000], rows[start + 1000 : start + 2000]):
                args = [{"type": "text", "value": cell} for row in part for cell in row]
                sql = f"INSERT INTO mastra_messages ({columns}) VALUES {', '.join([one] * len(part))}"
                steps += [{"stmt": {"sql": sql, "args": args}}] if part else []
            steps.append({"stmt": {"sql": "COMMIT"}})
            requests = [{"type": "batch", "batch": {"steps": steps}}, {"type": "close"}]
            answer = await client.post(f"{address.base}/v3/pipeline", json={"baton": None, "requests": requests})
            assert not any(answer.json()["results"][0]["response"]["result"]["step_errors"])
    return time.perf_counter() - started


async def in_mongodb(source_url: str, target_url: str) -> float:
    """``insert_many`` of 2,000 documents that were encoded before, in a transaction."""
    raw: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
    source: pymongo.AsyncMongoClient[Document]
    target: pymongo.AsyncMongoClient[Document]
    async with pymongo.AsyncMongoClient(source_url) as source, pymongo.AsyncMongoClient(target_url) as target:
        found: AsyncCollection[RawBSONDocument] = source.get_default_database().get_collection(
            "mastra_messages", codec_options=raw
        )
        documents = await found.find({}, {"_id": 0}).to_list()
        into: AsyncCollection[Document] = target.get_default_database()["mastra_messages"]
        started = time.perf_counter()
        for start in range(0, len(documents), 2000):
            async with target.start_session() as session, await session.start_transaction():
                await into.insert_many(documents[start : start + 2000], session=session)
        return time.perf_counter() - started


class Memory:
    """The greatest memory of this process that is no map of a file."""

    def __init__(self) -> None:
        self.megabytes = 0.0

    def look(self) -> None:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("RssAnon"))
        self.megabytes = max(self.megabytes, int(kilobytes) / 1000)


MEMORY = Memory()
WAYS = {each.__name__: each for each in (copied, piped, in_sqlite, in_libsql, in_mongodb)}


@dataclass(frozen=True, slots=True)
class Line:
    """A copy beside what its target takes."""

    name: str
    ours: list[Run]
    raw: list[Run]
    share: float
    """What it must reach of that; or 20,000 rows a second, if that is less."""
    least: float | None

    @property
    def misses(self) -> list[str]:
        ours, raw = self._rates
        wanted = self.share * raw if self.least is None else min(self.share * raw, self.least)
        found = [f"{self.name}: {ours:,.0f} rows/s, target {wanted:,.0f}"] if ours < wanted else []
        if self.megabytes > MEGABYTES:
            found.append(f"{self.name}: {self.megabytes:.0f} MB, target {MEGABYTES}")
        return found

    @property
    def megabytes(self) -> float:
        return max(run.megabytes for run in self.ours)

    @property
    def _rates(self) -> tuple[float, float]:
        return statistics.median(run.rate for run in self.ours), statistics.median(run.rate for run in self.raw)

    def __str__(self) -> str:
        ours, raw = self._rates
        verdict = "missed" if self.misses else "met"
        return f"{self.name:<26} {ours:>10,.0f} {raw:>10,.0f} {ours / raw:>7.2f} {self.megabytes:>7.0f}  {verdict}"


def run(way: str, source_url: str, target_url: str, count: int) -> Run:
    """Run one of the ways in a process of its own."""
    program = [sys.executable, "-m", "benchmarks.copying", "--way", way, source_url, target_url]
    seconds, megabytes = subprocess.run(program, check=True, capture_output=True, text=True).stdout.split()
    return Run(count / float(seconds), float(megabytes))


def child(way: str, source_url: str, target_url: str) -> None:
    seconds = asyncio.run(WAYS[way](source_url, target_url))
    MEMORY.look()
    print(seconds, MEMORY.megabytes)


@dataclass(frozen=True, slots=True)
class Places:
    """Databases of one kind: where messages are, and a place to copy them to that can be emptied."""

    full: str
    empty: Callable[[], str]
    raw: str
    """The way that shows what it takes."""


def lines(count: int) -> Iterator[Line]:
    with ExitStack() as stack:
        places = {kind: make(stack, count) for kind, make in PLACES.items()}
        for source, target in PAIRS:
            here, there = places[source], places[target]
            own = "postgresql" if target == "postgresql" else "sqlite" if target == "libsql" else target
            ours, raw = [], []
            for _ in range(ROUNDS):
                raw.append(run(there.raw, places[own].full, there.empty(), count))
                ours.append(run("copied", here.full, there.empty(), count))
            both = source == target == "postgresql"
            # SecantusDB stands for MongoDB and sorts all documents for every page: that says nothing of a mongod.
            share = 0.0 if source == "mongodb" else SHARE
            yield Line(f"{source} to {target}", ours, raw, share, None if both else RATE)


def postgres_places(stack: ExitStack, count: int) -> Places:
    server = stack.enter_context(postgres(18))
    full, other = (stack.enter_context(server.database()) for _ in range(2))
    for url in (full, other):
        migrations.upgrade(url)
    with psycopg.connect(full, autocommit=True) as connection:
        connection.execute(FILL, [count])
        connection.execute("VACUUM ANALYZE mastra_messages")

    def empty() -> str:
        with psycopg.connect(other, autocommit=True) as connection:
            connection.execute(EMPTY)
            connection.execute("CHECKPOINT")
        return other

    FULL.append(full)
    return Places(full, empty, "piped")


def sqlite_places(stack: ExitStack, count: int) -> Places:
    directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    numbers = itertools.count()

    def empty() -> str:
        url = f"sqlite:///{directory / str(next(numbers))}.db"
        migrations.upgrade(url)
        return url

    full = empty()
    run("copied", FULL[0], full, count)
    return Places(full, empty, "in_sqlite")


def libsql_places(stack: ExitStack, count: int) -> Places:
    server = stack.enter_context(libsql())

    def empty() -> str:
        server.empty()
        server.migrated(*statements_of(export_schemas(dialect="sqlite")))
        return server.url

    return Places("", empty, "in_libsql")


def mongodb_places(stack: ExitStack, count: int) -> Places:
    server = stack.enter_context(mongodb())
    full = stack.enter_context(server.database())
    run("copied", FULL[0], full, count)

    def empty() -> str:
        url = stack.enter_context(server.database())
        for command in json.loads(export_schemas(dialect="mongodb")):  # for both: a mongod maintains them, too
            server.client[url.rpartition("/")[2]].command(command)
        return url

    return Places(full, empty, "in_mongodb")


FULL: list[str] = []
"""The database that the others are filled from."""
PLACES = {
    "postgresql": postgres_places,
    "sqlite": sqlite_places,
    "libsql": libsql_places,
    "mongodb": mongodb_places,
}
PAIRS = (
    ("postgresql", "postgresql"),
    ("sqlite", "postgresql"),
    ("mongodb", "postgresql"),
    ("postgresql", "sqlite"),
    ("sqlite", "sqlite"),
    ("sqlite", "libsql"),
    ("postgresql", "mongodb"),
)


def main(count: int) -> int:
    missed = []
    print(f"{count:,} messages, rows/s   {'ours':>12} {'raw':>10} {'ratio':>7} {'MB':>7}", flush=True)
    for line in lines(count):
        print(line, flush=True)
        missed += line.misses
    print("\nAll targets are met." if not missed else "\nMissed:\n" + "\n".join(f"  {each}" for each in missed))
    return 1 if missed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.copying", description=__doc__)
    parser.add_argument("urls", nargs="*", help=argparse.SUPPRESS)
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--messages", type=int, default=MESSAGES, help="how many; 20,000 unless given")
    chosen = parser.parse_args()
    if chosen.way:
        child(chosen.way, *chosen.urls)
    else:
        sys.exit(main(chosen.messages))
