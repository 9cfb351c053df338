"""``python -m benchmarks.vectors``: vectors on PostgreSQL beside raw psycopg; exit status 1 when a target is missed.

10,000 vectors of 1,536 numbers, as embeddings are: near to some others. The raw side is what an expert writes: COPY and
INSERT in binary or text form, and a query on a connection on which the search was set up before.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy
import psycopg
from psycopg.types.json import Jsonb

from mastra_store import PgVector
from mastra_store.sql.vectors.postgres_bulk import copied
from mastra_store.vectors.input import Entry, values_of
from tests.servers import MissingServerError
from tests.servers.postgres import postgres

COUNT, DIMENSION, BATCH, QUERIES, ROUNDS = 10_000, 1_536, 500, 100, 5
EF_SEARCH = 160
"""What ``query`` searches with for ten results."""

TABLE = """
CREATE TABLE {name} (
    id serial PRIMARY KEY, vector_id text NOT NULL, embedding vector({dimension}), metadata jsonb DEFAULT '{{}}',
    namespace varchar(255) NOT NULL DEFAULT 'default', UNIQUE (namespace, vector_id)
)
"""
HNSW = "CREATE INDEX ON {name} USING hnsw (embedding vector_cosine_ops) WITH (m = 16, ef_construction = 64)"
UPSERT = """
INSERT INTO {name} (vector_id, embedding, metadata) VALUES (%s, %s::vector, %s)
ON CONFLICT (namespace, vector_id) DO UPDATE SET embedding = EXCLUDED.embedding, metadata = EXCLUDED.metadata
"""
NEAREST = """
SELECT vector_id, metadata, 1 - (embedding <=> %(vector)s::vector) FROM {name}
WHERE namespace = 'default' {filter} ORDER BY embedding <=> %(vector)s::vector LIMIT 10
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table: seconds, or a share, of which the target is the least or the most."""

    name: str
    ours: float
    raw: float
    target: float

    @property
    def missed(self) -> bool:
        return self.ours / self.raw > self.target

    def __str__(self) -> str:
        verdict = "missed" if self.missed else "met"
        times = f"{self.ours:10.4f} {self.raw:10.4f}"
        return f"{self.name:<52} {times} {self.ours / self.raw:7.2f} {self.target:7.2f}  {verdict}"


def embeddings(count: int, seed: int) -> Any:
    random = numpy.random.default_rng(seed)
    centres = numpy.random.default_rng(1).standard_normal((200, DIMENSION))
    return (centres[random.integers(0, 200, count)] + 0.8 * random.standard_normal((count, DIMENSION))).astype("f4")


def as_text(vector: Any) -> str:
    return "[" + ",".join(map(repr, vector.tolist())) + "]"


async def measured(url: str) -> list[Figure]:
    rows = embeddings(COUNT, seed=7)
    ids = [f"doc-{at:08}" for at in range(COUNT)]
    metadata = [{"group": at % 100, "title": f"Document {at}"} for at in range(COUNT)]
    async with (
        PgVector(url) as vectors,
        await psycopg.AsyncConnection.connect(url, autocommit=True) as raw,
    ):
        await vectors.create_index("ours", dimension=DIMENSION)
        await raw.execute(_sql(TABLE, "raw"))
        await raw.execute(_sql(HNSW, "raw"))
        figures = [await upserts(vectors, raw, rows, ids, metadata)]
        figures.append(await first_load(vectors, rows, ids, metadata, figures[0].ours))
        figures += await bulk(vectors, raw, rows, ids, metadata)
        await raw.execute("ANALYZE raw")
        await raw.execute(f"SET hnsw.ef_search = {EF_SEARCH}")
        await raw.execute("SET hnsw.iterative_scan = strict_order")
        figures += await queries(vectors, raw)
        figures.append(await recall(vectors, rows))
    return figures


async def upserts(vectors: PgVector, raw: Any, rows: Any, ids: Sequence[str], metadata: Sequence[Any]) -> Figure:
    """Batches go to the one and the other in turns, so that both see the same machine."""
    ours = other = 0.0
    for start in range(0, COUNT, BATCH):
        part = slice(start, start + BATCH)
        started = time.perf_counter()
        await vectors.upsert("ours", rows[part], ids=ids[part], metadata=metadata[part])
        ours += time.perf_counter() - started
        started = time.perf_counter()
        values = [
            (name, as_text(row), Jsonb(each))
            for name, row, each in zip(ids[part], rows[part], metadata[part], strict=True)
        ]
        async with raw.transaction(), raw.cursor() as cursor:
            await cursor.executemany(_sql(UPSERT, "raw"), values)
        other += time.perf_counter() - started
    return Figure(f"upsert {COUNT:,} in batches of {BATCH} into hnsw", ours, other, 1.15)


async def first_load(vectors: PgVector, rows: Any, ids: Sequence[str], metadata: Any, upserted: float) -> Figure:
    started = time.perf_counter()
    await vectors.create_index("loaded", dimension=DIMENSION, build_index=False)
    await vectors.upsert("loaded", rows, ids=ids, metadata=metadata)
    await vectors.build_index("loaded")
    return Figure("first load, the index built last (raw: line 1)", time.perf_counter() - started, upserted, 0.35)


async def bulk(vectors: PgVector, raw: Any, rows: Any, ids: Sequence[str], metadata: Any) -> list[Figure]:
    """By COPY into tables without an approximate index, where what we do besides weighs most."""
    ours, other = [], []
    entries = [Entry(*each) for each in zip(ids, (values_of(row, "row") for row in rows), metadata, strict=True)]
    chunks = list(copied(entries, "vector", "default"))
    await vectors.create_index("copied", dimension=DIMENSION, index_type="flat")
    await raw.execute(_sql(TABLE, "raw_copied"))
    for _ in range(3):
        await vectors.truncate_index("copied")
        await raw.execute("TRUNCATE raw_copied")
        started = time.perf_counter()
        await vectors.upsert("copied", rows, ids=ids, metadata=metadata)
        ours.append(time.perf_counter() - started)
        started = time.perf_counter()
        statement = "COPY raw_copied (vector_id, embedding, metadata, namespace) FROM STDIN (FORMAT BINARY)"
        async with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for chunk in chunks:
                await copy.write(chunk)
        other.append(time.perf_counter() - started)
    return [Figure(f"upsert {COUNT:,} at once (raw: COPY, encoded before)", min(ours), min(other), 1.3)]


async def queries(vectors: PgVector, raw: Any) -> list[Figure]:
    wanted = embeddings(QUERIES, seed=9)

    async def ours(row: Any) -> Any:
        return await vectors.query("ours", row)

    async def theirs(row: Any) -> Any:
        cursor = await raw.execute(_sql(NEAREST, "raw", filter=""), {"vector": as_text(row)})
        return await cursor.fetchall()

    async def ours_filtered(row: Any) -> Any:
        return await vectors.query("ours", row, filter={"group": 17})

    async def theirs_filtered(row: Any) -> Any:
        statement = _sql(NEAREST, "raw", filter="AND metadata -> 'group' = '17'::jsonb")
        return await (await raw.execute(statement, {"vector": as_text(row)})).fetchall()

    return [
        Figure("query, the ten nearest", *await compared(ours, theirs, wanted), 1.4),
        Figure("query with a filter of 1 %", *await compared(ours_filtered, theirs_filtered, wanted), 1.1),
    ]


async def compared(
    ours: Callable[[Any], Awaitable[Any]], theirs: Callable[[Any], Awaitable[Any]], wanted: Any
) -> tuple[float, float]:
    """Medians of a call each, in rounds that take turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for round_ in range(ROUNDS):
        for side, call in enumerate((ours, theirs) if round_ % 2 else (theirs, ours)):
            for row in wanted:
                started = time.perf_counter()
                await call(row)
                times[side if round_ % 2 else 1 - side].append(time.perf_counter() - started)
    return statistics.median(times[0]), statistics.median(times[1])


async def recall(vectors: PgVector, rows: Any) -> Figure:
    """The share of the ten nearest that a query does not find, beside the share that it may miss."""
    unit = rows / numpy.linalg.norm(rows, axis=1, keepdims=True)
    found = 0
    for row in embeddings(QUERIES, seed=9):
        exact = {f"doc-{at:08}" for at in numpy.argsort(-(unit @ row))[:10]}
        found += len(exact & {match.id for match in await vectors.query("ours", row)})
    return Figure("missed of the ten nearest (raw: what may be)", 1 - found / (10 * QUERIES), 0.05, 1.0)


def _sql(template: str, name: str, **parts: str) -> Any:
    return cast("Any", template.format(name=name, dimension=DIMENSION, **parts))


def main() -> int:
    try:
        with postgres(18) as server, server.database() as url:
            with psycopg.connect(url) as connection:
                connection.execute("CREATE EXTENSION vector")
            figures = asyncio.run(measured(url))
    except MissingServerError as missing:
        print(f"PostgreSQL is missing: {missing}")
        return 1
    print(f"{'':<52} {'ours, s':>10} {'raw, s':>10} {'ratio':>7} {'target':>7}")
    for figure in figures:
        print(figure)
    return 1 if any(figure.missed for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
