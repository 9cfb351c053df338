"""What only PostgreSQL has: twins of times, vectors beside messages, rows that others hold locked, schemas."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest

from mastra_store import MastraError, PgStorage, SchemaMissing
from mastra_store.records.retention import PrunedTable
from mastra_store.testing.builders import NOON, after, message
from mastra_store.testing.score_builders import score, stored
from mastra_store.testing.workflow_builders import snapshot

pytestmark = pytest.mark.postgres(18)

NOW = NOON + timedelta(days=30)
OLD = {"max_age": "30d"}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mastra_store.retention.utc_now", lambda: NOW)


@pytest.fixture
async def storage(migrated_url: str) -> AsyncIterator[PgStorage]:
    async with PgStorage(migrated_url) as storage:
        yield storage


@pytest.fixture
async def outsider(migrated_url: str, storage: PgStorage) -> AsyncIterator[psycopg.AsyncConnection]:
    async with await psycopg.AsyncConnection.connect(migrated_url, autocommit=True) as outsider:
        yield outsider


class TestAges:
    @pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", "Etc/GMT+12"])
    async def test_are_by_the_instant_whatever_zone_the_plain_column_is_of(
        self, storage: PgStorage, outsider: psycopg.AsyncConnection, zone: str
    ) -> None:
        await stored(storage, score("old", at=after(-1)), score("new", at=NOON))
        await outsider.execute(
            'UPDATE mastra_scorers SET "createdAt" = "createdAtZ" AT TIME ZONE %s', [zone], prepare=False
        )

        counted = await storage.prune({"scores": {"scorers": OLD}}, dry_run=True)
        pruned = await storage.prune({"scores": {"scorers": OLD}})

        assert counted[0].deleted == pruned[0].deleted == 1
        assert await storage.scores.get_score_by_id("new") is not None

    async def test_are_by_the_plain_column_where_the_twin_is_null(
        self, storage: PgStorage, outsider: psycopg.AsyncConnection
    ) -> None:
        await stored(storage, score("old", at=after(-1)), score("new", at=NOON))
        await outsider.execute('UPDATE mastra_scorers SET "createdAtZ" = NULL')

        await storage.prune({"scores": {"scorers": OLD}})

        assert [each.id for each in await storage.scores.list_scores_by_run_id("run")] == ["new"]


class TestVectors:
    @pytest.fixture
    async def vectors(self, outsider: psycopg.AsyncConnection) -> psycopg.AsyncConnection:
        for table in ("memory_messages", "memory_messages_384", "memory_messagesless", "other"):
            await outsider.execute(f"CREATE TABLE {table} (vector_id text, metadata jsonb)".encode())
            rows = [(f"{name}{chunk}", json.dumps({"message_id": name})) for name in ("old", "new") for chunk in "12"]
            for row in [*rows, ("unknown", "{}")]:
                await outsider.execute(f"INSERT INTO {table} VALUES (%s, %s)".encode(), row)
        return outsider

    async def test_go_with_their_message(self, storage: PgStorage, vectors: psycopg.AsyncConnection) -> None:
        await storage.memory.save_messages("t", [message("old", at=after(-1)), message("new", at=NOON)])
        policies = {"memory": {"messages": OLD}}

        counted = await storage.prune(policies, dry_run=True)
        pruned = await storage.prune(policies)

        rows = [("mastra_messages", 1), ("memory_messages", 2), ("memory_messages_384", 2)]
        assert counted == [PrunedTable("memory", table, deleted, done=False) for table, deleted in rows]
        assert pruned == [PrunedTable("memory", table, deleted, done=True) for table, deleted in rows]
        for table in ("memory_messages", "memory_messages_384"):
            assert await _ids(vectors, table) == ["new1", "new2", "unknown"]
        for table in ("memory_messagesless", "other"):
            assert len(await _ids(vectors, table)) == 5

    async def test_are_left_when_the_message_is(self, storage: PgStorage, vectors: psycopg.AsyncConnection) -> None:
        """A batch is one transaction: here a trigger forbids the second half of it."""
        await storage.memory.save_messages("t", [message("old", at=after(-1))])
        await vectors.execute(
            """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
               CREATE TRIGGER refuse BEFORE DELETE ON memory_messages_384 FOR EACH ROW EXECUTE FUNCTION refuse()"""
        )

        with pytest.raises(MastraError) as failed:
            await storage.prune({"memory": {"messages": OLD}})

        assert failed.value.id == "MASTRA_STORAGE_PG_PRUNE_FAILED"
        assert len(await _ids(vectors, "memory_messages")) == 5
        assert [each.id async for each in storage.memory.iter_messages()] == ["old"]

    async def test_of_a_schema_are_its_own(self, migrated_url: str, vectors: psycopg.AsyncConnection) -> None:
        async with PgStorage(migrated_url, schema_name="my-tenant") as tenant:
            await vectors.execute('CREATE TABLE "my-tenant".memory_messages (metadata jsonb)')
            await vectors.execute("""INSERT INTO "my-tenant".memory_messages VALUES ('{"message_id": "old"}')""")
            await tenant.memory.save_messages("t", [message("old", at=after(-1))])

            pruned = await tenant.prune({"memory": {"messages": OLD}})

        assert [(each.table, each.deleted) for each in pruned] == [("mastra_messages", 1), ("memory_messages", 1)]
        assert len(await _ids(vectors, "memory_messages")) == 5


class TestRowsOfOthers:
    async def test_a_run_that_is_being_changed_is_passed_over(
        self, storage: PgStorage, outsider: psycopg.AsyncConnection
    ) -> None:
        for name in ("held", "free"):
            await storage.workflows.persist_workflow_snapshot(
                "daily", name, snapshot=snapshot(name), created_at=after(-1), updated_at=after(-1)
            )

        async with storage.transaction() as tx:
            await tx.workflows.update_workflow_state("daily", "held", status="success")
            pruned = await storage.prune({"workflows": {"workflow_snapshot": OLD}})

        assert pruned == [PrunedTable("workflows", "mastra_workflow_snapshot", 1, done=True)]
        assert [each.run_id for each in await storage.workflows.list_workflow_runs()] == ["held"]

    async def test_of_rows_at_one_place_in_several_partitions_only_the_old_go(
        self, storage: PgStorage, outsider: psycopg.AsyncConnection
    ) -> None:
        await outsider.execute(
            """ALTER TABLE mastra_scorers RENAME TO whole;
               CREATE TABLE mastra_scorers (LIKE whole INCLUDING DEFAULTS) PARTITION BY LIST (id);
               CREATE TABLE one PARTITION OF mastra_scorers (PRIMARY KEY (id)) FOR VALUES IN ('old');
               CREATE TABLE other PARTITION OF mastra_scorers (PRIMARY KEY (id)) FOR VALUES IN ('new');
               ALTER TABLE mastra_scorers ADD PRIMARY KEY (id)"""
        )
        await stored(storage, score("old", at=after(-1)), score("new", at=NOON))
        cursor = await outsider.execute("SELECT count(DISTINCT ctid) FROM mastra_scorers")
        assert await cursor.fetchone() == (1,)

        await storage.prune({"scores": {"scorers": OLD}})

        assert [each.id for each in await storage.scores.list_scores_by_run_id("run")] == ["new"]


async def test_an_error_is_raised_and_what_was_deleted_before_it_stays_so(
    storage: PgStorage, outsider: psycopg.AsyncConnection
) -> None:
    await storage.memory.save_messages("t", [message("old", at=after(-1))])
    await outsider.execute("DROP TABLE mastra_scorers")

    with pytest.raises(SchemaMissing) as failed:
        await storage.prune({"memory": {"messages": OLD}, "scores": {"scorers": OLD}})

    assert failed.value.id == "MASTRA_STORAGE_PG_PRUNE_SCHEMA_MISSING"
    assert [each async for each in storage.memory.iter_messages()] == []


async def test_tables_of_a_schema_are_pruned_alone(migrated_url: str, storage: PgStorage) -> None:
    async with PgStorage(migrated_url, schema_name="my-tenant") as tenant:
        for each in (storage, tenant):
            await stored(each, score("old", at=after(-1)))

        await tenant.prune({"scores": {"scorers": OLD}})

        assert await tenant.scores.get_score_by_id("old") is None
    assert await storage.scores.get_score_by_id("old") is not None


async def _ids(connection: psycopg.AsyncConnection, table: str) -> list[str]:
    cursor = await connection.execute(f"SELECT vector_id FROM {table} ORDER BY vector_id".encode())
    return [row[0] for row in await cursor.fetchall()]
