"""Rows as TypeScript leaves them, and what our rows look like to it."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mastra_store import PgStorage, SqliteStorage
from mastra_store.testing.builders import NOON, after
from mastra_store.testing.span_builders import span, stored_span
from tests.workflows.test_foreign_rows import jsonb


@pytest.mark.postgres(18)
class TestTimesOnPostgreSQL:
    async def test_both_columns_are_written_by_every_change(self, migrated_url: str) -> None:
        async with PgStorage(f"{migrated_url}?options=-c%20TimeZone%3DAsia/Tokyo") as storage:
            observability = storage.observability
            later = NOON + timedelta(hours=1)
            changes: list[tuple[Any, Any, Any]] = [
                (lambda: observability.create_span(span()), NOON, None),
                (lambda: observability.create_span(span(at=after(1), ended_at=after(2))), after(1), after(2)),
                (lambda: observability.create_span(span(at=after(3))), after(3), after(2)),
                (lambda: observability.update_span("t", "s", {"output": 1}), after(3), after(2)),
                (lambda: observability.update_span("t", "s", {"ended_at": later}), after(3), later),
                (lambda: observability.update_span("t", "s", {"ended_at": None}), after(3), None),
                (lambda: observability.update_span("t", "s", {"started_at": NOON}), NOON, None),
            ]
            async with await psycopg.AsyncConnection.connect(migrated_url, autocommit=True) as outsider:
                for change, started, ended in changes:
                    await change()
                    cursor = await outsider.execute(
                        """SELECT "startedAt", "startedAtZ" AT TIME ZONE 'UTC', "endedAt", "endedAtZ" AT TIME ZONE 'UTC'
                           FROM mastra_ai_spans"""
                    )
                    expected = [None if at is None else at.replace(tzinfo=None) for at in (started, ended)]
                    assert await cursor.fetchone() == (expected[0], expected[0], expected[1], expected[1])

    async def test_metrics_too(self, migrated_url: str) -> None:
        async with PgStorage(f"{migrated_url}?options=-c%20TimeZone%3DAsia/Tokyo") as storage:
            await storage.observability.record_metric("tokens", 1, at=NOON)
            (found,) = await storage.observability.get_metric_aggregate("tokens", bucket="1d")

            async with await psycopg.AsyncConnection.connect(migrated_url) as outsider:
                cursor = await outsider.execute(
                    """SELECT "recordedAt", "recordedAtZ" AT TIME ZONE 'UTC' FROM mastra_store_metrics"""
                )
                assert await cursor.fetchone() == (NOON.replace(tzinfo=None),) * 2
        assert found.start == NOON.replace(hour=0)

    async def test_rows_without_twins_are_read_by_the_plain_columns(self, migrated_url: str) -> None:
        async with PgStorage(migrated_url) as storage:
            await storage.observability.create_span(span(ended_at=after(1)))
            async with await psycopg.AsyncConnection.connect(migrated_url, autocommit=True) as outsider:
                await outsider.execute('UPDATE mastra_ai_spans SET "startedAtZ" = NULL, "endedAtZ" = NULL')

            stored = await stored_span(storage)

        assert (stored.started_at, stored.ended_at) == (NOON, after(1))


class TestBinaryJsonOnSQLite:
    """JSONB, as @mastra/libsql writes it, which a SQLite below 3.45 can not look into."""

    @pytest.fixture
    async def storage(self, sqlite_path: Path) -> AsyncIterator[SqliteStorage]:
        async with SqliteStorage(sqlite_path) as storage:
            with sqlite3.connect(sqlite_path) as libsql:
                cells = (
                    jsonb({"plan": "pro"}),
                    jsonb("question"),
                    "2024-02-29T12:00:00.000Z",
                    "2024-02-29T12:00:00.000Z",
                )
                libsql.execute(
                    """INSERT INTO mastra_ai_spans ("traceId", "spanId", name, "spanType", "isEvent",
                                                    metadata, input, "startedAt", "createdAt")
                       VALUES ('t', 's', 'work', 'generic', 0, ?, ?, ?, ?)""",
                    cells,
                )
            libsql.close()
            yield storage

    async def test_is_read(self, storage: SqliteStorage) -> None:
        stored = await stored_span(storage)

        assert (stored.metadata, stored.input, stored.updated_at) == ({"plan": "pro"}, "question", None)

    async def test_is_found_by_what_is_in_it(self, storage: SqliteStorage) -> None:
        assert len(await storage.observability.list_traces(metadata={"plan": "pro"})) == 1
        assert len(await storage.observability.list_traces(metadata={"plan": "free"})) == 0

    async def test_is_kept_by_changes_of_other_fields(self, storage: SqliteStorage) -> None:
        await storage.observability.create_span(span(output=1))
        await storage.observability.update_span("t", "s", {"tags": ["a"]})

        stored = await stored_span(storage)
        assert (stored.metadata, stored.input, stored.output, stored.tags) == ({"plan": "pro"}, "question", 1, ["a"])
