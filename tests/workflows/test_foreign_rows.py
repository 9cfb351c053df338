"""Rows as TypeScript leaves them, and what our rows look like to it."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from mastra_store import DateRange
from mastra_store.sql.storage import PgStorage, SqliteStorage, SqlStorage
from mastra_store.testing.builders import NOON, after
from mastra_store.testing.workflow_builders import done, snapshot, stored_snapshot, suspended_in


@pytest.mark.needs("sql")
class TestSnapshotsInsideText:
    """JSON text in a JSON string, as old writers left it."""

    @pytest.fixture
    async def storage(self, storage: SqlStorage) -> SqlStorage:
        await storage.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot())
        twice = "to_jsonb(snapshot::text)" if storage.engine.dialect.name == "postgresql" else "json_quote(snapshot)"
        async with storage.transaction() as tx:
            await tx.session.execute(text(f"UPDATE mastra_workflow_snapshot SET snapshot = {twice}"))
        return storage

    async def test_are_read(self, storage: SqlStorage) -> None:
        run = await storage.workflows.get_run("run")
        (listed,) = await storage.workflows.list_runs()

        assert run is not None
        assert run.snapshot == listed.snapshot == await stored_snapshot(storage) == snapshot()

    async def test_are_changed_and_then_found_by_their_status(self, storage: SqlStorage) -> None:
        await storage.workflows.update_workflow_results("daily", "run", step_id="step", result=done())
        await storage.workflows.update_workflow_state("daily", "run", status="success", expected_status="running")

        (found,) = await storage.workflows.list_workflow_runs(status="success")
        assert found.snapshot["context"] == snapshot()["context"] | {"step": done()}


class TestBinarySnapshotsOnSQLite:
    """JSONB, as @mastra/libsql writes it, which a SQLite below 3.45 can not look into."""

    @pytest.fixture
    async def storage(self, sqlite_path: Path) -> AsyncIterator[SqliteStorage]:
        async with SqliteStorage(sqlite_path) as storage:
            await storage.init()
            cell = jsonb({"status": "suspended", "context": {"step": suspended_in("t")}})
            with sqlite3.connect(sqlite_path) as libsql:
                row = ("daily", "run", cell, "2024-02-29T12:00:00.000Z", "2024-02-29T12:00:00.000Z")
                columns = 'workflow_name, run_id, snapshot, "createdAt", "updatedAt"'
                libsql.execute(f"INSERT INTO mastra_workflow_snapshot ({columns}) VALUES (?, ?, ?, ?, ?)", row)
            libsql.close()
            yield storage

    async def test_are_read(self, storage: SqliteStorage) -> None:
        assert await stored_snapshot(storage) == {"status": "suspended", "context": {"step": suspended_in("t")}}

    @pytest.mark.parametrize("condition", [{"status": "suspended"}, {"thread_id": "t"}])
    async def test_are_found_by_what_is_in_them(self, storage: SqliteStorage, condition: dict[str, Any]) -> None:
        (found,) = await storage.workflows.list_workflow_runs(**condition)

        assert found.run_id == "run"

    async def test_are_changed(self, storage: SqliteStorage) -> None:
        context = await storage.workflows.update_workflow_results("daily", "run", step_id="next", result=done())
        changed = await storage.workflows.update_workflow_state("daily", "run", status="success")

        assert context == {"step": suspended_in("t"), "next": done()}
        assert changed == await stored_snapshot(storage)


def jsonb(value: Any) -> bytes:
    """A value in SQLite's binary form: kind and size of the payload, then the payload."""
    if isinstance(value, dict):
        kind, payload = 12, b"".join(jsonb(each) for item in value.items() for each in item)
    elif isinstance(value, str):
        kind, payload = 7, value.encode()
    else:
        kind, payload = 3, str(value).encode()
    return bytes([0xD0 | kind]) + len(payload).to_bytes(2, "big") + payload


@pytest.mark.postgres(18)
class TestTimesOnPostgreSQL:
    async def test_both_columns_are_written_by_every_change(self, migrated_url: str) -> None:
        async with PgStorage(f"{migrated_url}?options=-c%20TimeZone%3DAsia/Tokyo") as storage:
            workflows = storage.workflows
            changes: list[Any] = [
                lambda: workflows.persist_workflow_snapshot("w", "r", snapshot=snapshot(), created_at=NOON),
                lambda: workflows.persist_workflow_snapshot("w", "r", snapshot=snapshot(), updated_at=after(1)),
                lambda: workflows.update_workflow_results("w", "r", step_id="s", result=done()),
                lambda: workflows.update_workflow_state("w", "r", status="success"),
                lambda: workflows.update_run_status("r", "failed"),
            ]
            async with await psycopg.AsyncConnection.connect(migrated_url, autocommit=True) as outsider:
                for change in changes:
                    await change()
                    run = await workflows.get_run("r")
                    assert run is not None
                    cursor = await outsider.execute(
                        """SELECT "createdAt", "createdAtZ" AT TIME ZONE 'UTC',
                                  "updatedAt", "updatedAtZ" AT TIME ZONE 'UTC'
                           FROM mastra_workflow_snapshot"""
                    )
                    created, updated = NOON.replace(tzinfo=None), run.updated_at.replace(tzinfo=None)
                    assert await cursor.fetchone() == (created, created, updated, updated)

    async def test_the_twin_is_shown_and_the_plain_column_sorts_and_bounds(self, migrated_url: str) -> None:
        """A TypeScript process in another zone writes its own wall clock into the plain column."""
        async with PgStorage(migrated_url) as storage:
            await storage.workflows.persist_workflow_snapshot("w", "utc", snapshot=snapshot(), created_at=NOON)
            await storage.workflows.persist_workflow_snapshot("w", "tokyo", snapshot=snapshot(), created_at=NOON)
            async with await psycopg.AsyncConnection.connect(migrated_url, autocommit=True) as outsider:
                await outsider.execute(
                    """UPDATE mastra_workflow_snapshot SET "createdAt" = "createdAt" + interval '9 hours'
                       WHERE run_id = 'tokyo'"""
                )

            listed = await storage.workflows.list_workflow_runs()
            bounded = await storage.workflows.list_workflow_runs(between=DateRange(NOON + timedelta(hours=9)))

            assert [(each.run_id, each.created_at) for each in listed] == [("tokyo", NOON), ("utc", NOON)]
            assert [each.run_id for each in bounded] == ["tokyo"]

    async def test_a_twin_that_is_null_gives_way_to_the_plain_column(self, migrated_url: str) -> None:
        async with PgStorage(migrated_url) as storage:
            await storage.workflows.persist_workflow_snapshot("w", "r", snapshot=snapshot(), created_at=NOON)
            async with await psycopg.AsyncConnection.connect(migrated_url, autocommit=True) as outsider:
                await outsider.execute('UPDATE mastra_workflow_snapshot SET "createdAtZ" = NULL')

            run = await storage.workflows.get_run("r")

            assert run is not None
            assert run.created_at == datetime(2024, 2, 29, 12, tzinfo=UTC)


@pytest.mark.postgres(18)
async def test_runs_of_a_schema_stay_in_it(migrated_url: str) -> None:
    async with PgStorage(migrated_url, schema_name="my-tenant") as one, PgStorage(migrated_url) as other:
        for storage in (one, other):
            await storage.workflows.persist_workflow_snapshot("w", "r", snapshot=snapshot(), resource_id="ada")
            await storage.workflows.persist_workflow_snapshot("w", "r", snapshot=snapshot())

        await one.workflows.update_workflow_results("w", "r", step_id="s", result=suspended_in("t"))
        await one.workflows.update_workflow_results("w", "new", step_id="s", result=done())

        (found,) = await one.workflows.list_workflow_runs(thread_id="t", resource_id="ada")
        assert found.run_id == "r"
        assert await other.workflows.list_workflow_runs() == await other.workflows.list_workflow_runs(resource_id="ada")
        assert [each.snapshot for each in await other.workflows.list_workflow_runs()] == [snapshot()]
