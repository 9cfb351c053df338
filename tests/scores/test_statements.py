"""What a call costs: how many statements it sends, and by which index they are served."""

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest

from mastra_store import DateRange, SqliteStorage
from mastra_store.sql.plans import compile_plan
from mastra_store.sql.scores import SqlScores
from mastra_store.sql.sqlite_dialect import SQLITE
from mastra_store.sql.storage import SqlStorage
from mastra_store.storage import Storage
from mastra_store.testing.builders import NOON, after
from mastra_store.testing.score_builders import payload
from tests.explaining import asked_by, explained, indexes_of, scanned_by

CALLS: dict[str, tuple[Callable[[Any], Awaitable[Any]], list[str]]] = {
    "save": (lambda s: s.save_score(payload(id="s")), ["saved_score"]),
    "save a metric": (lambda s: s.save_score(run_id="r", metric="m", value=1), ["saved_score"]),
    "get": (lambda s: s.get_score_by_id("s"), ["score_by_id"]),
    "list by scorer": (lambda s: s.list_scores_by_scorer_id("accuracy"), ["scores"]),
    "list by run": (lambda s: s.list_scores_by_run_id("run"), ["scores"]),
    "list by entity": (lambda s: s.list_scores_by_entity_id("agent", entity_type="AGENT"), ["scores"]),
    "list by span": (lambda s: s.list_scores_by_span("t", "s"), ["scores"]),
    "list an empty page": (lambda s: s.list_scores_by_run_id("run", page=9), ["scores"]),
    "summary": (lambda s: s.get_score_summary(), ["days_of_scorers"]),
}


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_sends_as_few_statements_as_it_can(storage: Storage, name: str) -> None:
    call, statements = CALLS[name]
    await storage.scores.save_score(payload(id="s"))
    sent: list[str] = []
    cast("SqlStorage", storage).observe(lambda executed: sent.append(executed.operation))

    await call(storage.scores)

    assert sent == statements


READS: list[tuple[Callable[[Any], Awaitable[Any]], str]] = [
    (lambda s: s.list_scores_by_run_id("run5", per_page=10), "mastra_store_scores_run_idx"),
    (lambda s: s.list_scores_by_scorer_id("scorer5", per_page=10), "mastra_store_scores_scorer_idx"),
    (lambda s: s.list_scores_by_scorer_id("scorer5", source="LIVE", per_page=10), "mastra_store_scores_scorer_idx"),
    (
        lambda s: s.list_scores_by_entity_id("entity5", entity_type="AGENT", per_page=10),
        "mastra_store_scores_entity_idx",
    ),
    (lambda s: s.get_score_summary(scorer_id="scorer5"), "mastra_store_scores_scorer_idx"),
    (
        lambda s: s.get_score_summary(scorer_id="scorer5", between=DateRange(NOON, after(seconds=3600))),
        "mastra_store_scores_scorer_idx",
    ),
    (
        lambda s: s.get_score_summary(entity_id="entity5", entity_type="AGENT"),
        "mastra_store_scores_entity_idx",
    ),
]
BY_SPAN: Callable[[Any], Awaitable[Any]] = lambda s: s.list_scores_by_span("trace5", "span5", per_page=10)  # noqa: E731

COLUMNS = (
    'id, "scorerId", "runId", scorer, score, input, output, source, "traceId", "spanId", "entityId", "entityType", '
    '"createdAt", "updatedAt"'
)
CELLS = (
    "'s' || n, 'scorer' || n % 50, 'run' || n / 4, '{}', 0.5, '{}', '{}', 'LIVE', 'trace' || n / 8, 'span' || n % 8, "
    "'entity' || n % 100, 'AGENT', "
)


@pytest.fixture(scope="module")
def many_scores(filled_url: Callable[..., str]) -> str:
    """A database with so many scores that an index pays."""
    at = "timestamp '2024-01-01' + n * interval '1 minute'"
    rows = f"INSERT INTO mastra_scorers ({COLUMNS}) SELECT {CELLS} {at}, {at} FROM generate_series(1, 20000) n"
    return filled_url(rows, "ANALYZE mastra_scorers")


@pytest.mark.parametrize(("read", "index"), [*READS, (BY_SPAN, "mastra_scores_trace_id_span_id_created_at_idx")])
async def test_reads_are_served_by_an_index_on_postgresql(
    many_scores: str, read: Callable[[Any], Awaitable[Any]], index: str
) -> None:
    plan = explained(many_scores, await asked_by(read, SqlScores))

    assert index in indexes_of(plan)
    assert not scanned_by(plan)


@pytest.mark.parametrize(("read", "index"), [*READS, (BY_SPAN, "mastra_store_scores_span_idx")])
async def test_reads_are_served_by_an_index_on_sqlite(
    sqlite_path: Path, read: Callable[[Any], Awaitable[Any]], index: str
) -> None:
    async with SqliteStorage(sqlite_path) as storage:
        await storage.init()
        call = await asked_by(read, SqlScores)

        plan = compile_plan(call.statement, SQLITE, storage.engine.dialect, None)
    connection = sqlite3.connect(sqlite_path)
    explained = "\n".join(
        row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {plan.text}", plan.bind(call.values))
    )
    connection.close()

    assert index in explained
    assert "SCAN mastra_scorers\n" not in explained + "\n"
