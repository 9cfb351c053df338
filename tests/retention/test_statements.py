"""What pruning costs: one statement for each batch, and on PostgreSQL by which index it finds what is old."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from mastra_store import PgStorage
from mastra_store.models.memory import MessageRow
from mastra_store.models.observability import MetricRow, SpanRow
from mastra_store.models.scores import ScoreRow
from mastra_store.sql.message_pruning import without_aged_messages
from mastra_store.sql.plans import Statement
from mastra_store.sql.pruning import count_of_aged, without_aged
from mastra_store.sql.storage import SqlStorage
from mastra_store.testing.builders import NOON, after, message
from mastra_store.testing.score_builders import score, stored
from tests.explaining import explained, indexes_of, scanned_by


async def test_a_batch_is_one_statement(storage: SqlStorage) -> None:
    await stored(storage, *(score(str(number), at=NOON) for number in range(5)))
    sent: list[str] = []
    storage.observe(lambda executed: sent.append(executed.operation))

    await storage.prune({"scores": {"scorers": {"max_age": "1d", "batch_size": 2}}})

    assert sent == ["without_aged"] * 3


async def test_a_dry_run_is_one_statement_for_a_table(storage: SqlStorage) -> None:
    await stored(storage, *(score(str(number), at=NOON) for number in range(5)))
    sent: list[str] = []
    storage.observe(lambda executed: sent.append(executed.operation))

    await storage.prune(
        {"scores": {"scorers": {"max_age": "1d", "batch_size": 2}}, "memory": {"threads": {"max_age": 1}}}, dry_run=True
    )

    assert sent == ["count_of_aged"] * 2


@pytest.mark.postgres(18)
async def test_a_batch_of_messages_looks_for_their_vectors_on_postgresql(migrated_url: str) -> None:
    async with PgStorage(migrated_url) as storage:
        await storage.memory.save_messages("t", [message(str(number), at=after(number)) for number in range(3)])
        sent: list[str] = []
        cast("SqlStorage", storage).observe(lambda executed: sent.append(executed.operation))

        await storage.prune({"memory": {"messages": {"max_age": "1d", "batch_size": 3}}})

        assert sent == ["without_aged_messages", "vector_tables", "without_aged_messages"]


YEARS_AGO = datetime(2020, 1, 2, tzinfo=UTC)
MINUTES = "timestamp '2020-01-01' + n * interval '1 minute'"
TABLES = {
    "mastra_messages": (
        'INSERT INTO mastra_messages (id, thread_id, content, role, type, "createdAt", "createdAtZ") '
        f"SELECT 'm' || n, 't' || n, repeat('x', 200), 'user', 'v2', "
        f"{MINUTES}, {MINUTES} FROM generate_series(1, 40000) n"
    ),
    "mastra_scorers": (
        'INSERT INTO mastra_scorers (id, "scorerId", "runId", scorer, score, input, output, source, "createdAt", '
        '"createdAtZ", "updatedAt") '
        "SELECT 's' || n, 'a' || n, 'r' || n, '{}', 0.5, to_jsonb(repeat('x', 200)), '{}', 'LIVE', "
        f"{MINUTES}, {MINUTES}, now() FROM generate_series(1, 40000) n"
    ),
    "mastra_ai_spans": (
        'INSERT INTO mastra_ai_spans ("traceId", "spanId", name, "spanType", "isEvent", "startedAt", "startedAtZ", '
        "\"createdAt\") SELECT 't' || n, 's', repeat('x', 200), 'generic' || n, false, "
        f"{MINUTES}, {MINUTES}, now() FROM generate_series(1, 40000) n"
    ),
    "mastra_store_metrics": (
        'INSERT INTO mastra_store_metrics (id, name, value, labels, "recordedAt", "recordedAtZ") '
        "SELECT 'm' || n, n || repeat('x', 200), 1, '{}', "
        f"{MINUTES}, {MINUTES} FROM generate_series(1, 40000) n"
    ),
}
STATEMENTS: list[tuple[str, Statement[Any], str]] = [
    ("mastra_messages", without_aged_messages(), "mastra_store_messages_age_idx"),
    ("mastra_messages", count_of_aged(cast("Any", MessageRow.created_at)), "mastra_store_messages_age_idx"),
    ("mastra_scorers", without_aged(cast("Any", ScoreRow.created_at)), "mastra_store_scores_age_idx"),
    ("mastra_scorers", count_of_aged(cast("Any", ScoreRow.created_at)), "mastra_store_scores_age_idx"),
    ("mastra_ai_spans", without_aged(cast("Any", SpanRow.started_at)), "mastra_store_spans_age_idx"),
    ("mastra_store_metrics", without_aged(cast("Any", MetricRow.recorded_at)), "mastra_store_metrics_age_idx"),
]


@pytest.fixture(scope="module")
def old_rows(filled_url: Callable[..., str]) -> str:
    """A database with many rows, 1440 for each day, as they come in."""
    return filled_url(*TABLES.values(), f"VACUUM ANALYZE {', '.join(TABLES)}")


@pytest.mark.parametrize(("table", "statement", "index"), STATEMENTS, ids=lambda value: getattr(value, "name", value))
def test_few_old_rows_are_found_by_the_index_of_ages(
    old_rows: str, table: str, statement: Statement[Any], index: str
) -> None:
    plan = explained(old_rows, statement.bind(before=YEARS_AGO - timedelta(hours=12), limit=100_000))

    assert index in indexes_of(plan)
    assert table not in scanned_by(plan)
