"""What our rows look like to TypeScript, and rows as other writers leave them."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from mastra_store import PgStorage, SqliteStorage
from mastra_store.sql.storage import SqlStorage
from mastra_store.testing.builders import NOON
from mastra_store.testing.score_builders import payload, score, stored


@pytest.mark.postgres(18)
class TestOnPostgreSQL:
    async def test_both_columns_of_a_time_are_written(self, migrated_url: str) -> None:
        async with PgStorage(f"{migrated_url}?options=-c%20TimeZone%3DAsia/Tokyo") as storage:
            for _ in range(2):
                saved = await storage.scores.save_score(payload(id="s"))

            now = saved.created_at.replace(tzinfo=None)
            utc = "AT TIME ZONE 'UTC'"
            times = f'"createdAt", "createdAtZ" {utc}, "updatedAt", "updatedAtZ" {utc}'
            assert await _row(migrated_url, times) == (now, now, now, now)

    async def test_values_are_encoded_once_and_texts_twice(self, migrated_url: str) -> None:
        async with PgStorage(migrated_url) as storage:
            await storage.scores.save_score(payload(output="123", input={"a": 1}, metadata={"k": "v"}))

        written = await _row(migrated_url, "output, input, metadata, scorer")

        assert written == ('"123"', {"a": 1}, {"k": "v"}, {"id": "accuracy"})

    async def test_nothing_is_a_json_null_where_a_column_must_have_a_value(self, migrated_url: str) -> None:
        async with PgStorage(migrated_url) as storage:
            await storage.scores.save_score(run_id="run", metric="accuracy", value=1)

        written = await _row(migrated_url, 'input::text, output::text, metadata::text, "analyzeStepResult"::text')

        assert written == ("null", "null", None, None)

    @pytest.mark.parametrize(
        ("cell", "read"),
        [
            ('""', None),
            ('"plain text"', "plain text"),
            (r'"\"123\""', "123"),
            (r'"{\"a\": 1}"', {"a": 1}),
            (r'"null"', None),
            ("null", None),
            ("7", 7),
        ],
    )
    async def test_an_input_in_any_encoding_is_read(self, migrated_url: str, cell: str, read: Any) -> None:
        async with PgStorage(migrated_url) as storage:
            await stored(storage, score("s"))
            async with await psycopg.AsyncConnection.connect(migrated_url, autocommit=True) as outsider:
                await outsider.execute("UPDATE mastra_scorers SET input = %s", [cell])

            found = await storage.scores.get_score_by_id("s")

            assert found is not None
            assert found.input == read

    async def test_a_twin_that_is_null_gives_way_to_the_plain_column(self, migrated_url: str) -> None:
        async with PgStorage(migrated_url) as storage:
            await stored(storage, score("s", at=NOON))
            async with await psycopg.AsyncConnection.connect(migrated_url, autocommit=True) as outsider:
                await outsider.execute('UPDATE mastra_scorers SET "createdAtZ" = NULL')

            found = await storage.scores.get_score_by_id("s")

            assert found is not None
            assert found.created_at == NOON

    async def test_scores_of_a_schema_stay_in_it(self, migrated_url: str) -> None:
        async with PgStorage(migrated_url, schema_name="my-tenant") as one, PgStorage(migrated_url) as other:
            await one.scores.save_score(payload(id="s"))

            assert await other.scores.get_score_by_id("s") is None
            assert [summary.count for summary in await one.scores.get_score_summary()] == [1]


async def test_objects_inside_text_are_read(storage: SqlStorage) -> None:
    """As ``@mastra/pg`` writes them all, but for ``extractStepResult``."""
    whole = score("s", metadata={"k": "v"}, analyze_step_result={"a": 1}, additional_context={"c": [1]})
    await stored(storage, whole)
    on_postgresql = storage.engine.dialect.name == "postgresql"
    columns = ["scorer", "entity", "metadata", "analyzeStepResult", "additionalContext"]
    twice = [
        f'"{each}" = to_jsonb("{each}"::text)' if on_postgresql else f'"{each}" = json_quote("{each}")'
        for each in columns
    ]
    async with storage.transaction() as tx:
        await tx.session.execute(text(f"UPDATE mastra_scorers SET {', '.join(twice)}"))

    assert await storage.scores.get_score_by_id("s") == whole


async def test_a_row_of_sqlite_may_lack_what_postgresql_demands(sqlite_path: Path) -> None:
    async with SqliteStorage(sqlite_path) as storage:
        await storage.init()
        with sqlite3.connect(sqlite_path) as libsql:
            libsql.execute("INSERT INTO mastra_scorers (id, \"runId\") VALUES ('s', 'run')")
        libsql.close()

        (found,) = await storage.scores.list_scores_by_run_id("run")

        assert (found.id, found.score, found.created_at) == ("s", None, None)


@pytest.mark.postgres(18)
async def test_days_are_by_the_plain_column_in_utc_whatever_the_session_s_zone(migrated_url: str) -> None:
    late = datetime(2024, 2, 29, 23, 30, tzinfo=UTC)
    async with PgStorage(f"{migrated_url}?options=-c%20TimeZone%3DAsia/Tokyo") as storage:
        await stored(storage, score("s", at=late))

        (summary,) = await storage.scores.get_score_summary()

        assert [each.day for each in summary.days] == [late.date()]


async def _row(url: str, columns: str) -> Any:
    async with await psycopg.AsyncConnection.connect(url) as outsider:
        cursor = await outsider.execute(f"SELECT {columns} FROM mastra_scorers".encode())
        return await cursor.fetchone()
