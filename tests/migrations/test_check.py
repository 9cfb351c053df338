"""``check`` sees what differs, and says it in a line."""

import pytest
from sqlalchemy import text

from mastra_store import migrations
from mastra_store.migrations.engines import connected
from mastra_store.revisions import HEAD

BOTH = {
    "DROP TABLE mastra_favorites": [
        "table mastra_favorites is missing",
        "index idx_favorites_entity of mastra_favorites is missing",
    ],
    "ALTER TABLE mastra_agents DROP COLUMN visibility": ["column mastra_agents.visibility is missing"],
    "ALTER TABLE mastra_agents ADD COLUMN mood TEXT": ["column mastra_agents.mood should not be there"],
    "DROP INDEX mastra_store_messages_page_idx": ["index mastra_store_messages_page_idx of mastra_messages is missing"],
    "CREATE INDEX mastra_store_old_idx ON mastra_agents (status)": [
        "index mastra_store_old_idx of mastra_agents should not be there"
    ],
    "DELETE FROM mastra_store_version": [f"revision is None and should be {HEAD}"],
}
SNAPSHOT_KEY = "public_mastra_workflow_snapshot_workflow_name_run_id_key"
POSTGRESQL = {
    "ALTER TABLE mastra_agents ALTER COLUMN status DROP NOT NULL": [
        "column mastra_agents.status: nullable is True and should be False"
    ],
    "ALTER TABLE mastra_agents ALTER COLUMN status SET DEFAULT 'draft'": [
        "column mastra_agents.status: default is 'draft'::text and should be None"
    ],
    "DROP TRIGGER mastra_ai_spans_timestamps ON mastra_ai_spans": [
        "trigger mastra_ai_spans_timestamps of mastra_ai_spans is missing"
    ],
    "ALTER TABLE mastra_workflow_snapshot REPLICA IDENTITY DEFAULT": [
        f"replica identity of mastra_workflow_snapshot should be {SNAPSHOT_KEY}"
    ],
    "ALTER TABLE mastra_agents DROP CONSTRAINT mastra_agents_pkey": [
        "primary key of mastra_agents is () and should be (id)"
    ],
    "DROP INDEX mastra_store_threads_created_idx; "
    "CREATE INDEX mastra_store_threads_created_idx ON mastra_threads (id)": [
        "index mastra_store_threads_created_idx of mastra_threads differs"
    ],
}


@pytest.mark.parametrize("change", BOTH)
def test_on_every_database(url: str, change: str) -> None:
    migrations.upgrade(url)
    with connected(url) as connection, connection.begin():
        connection.execute(text(change))

    assert sorted(migrations.check(url)) == sorted(BOTH[change])


@pytest.mark.postgres(18)
@pytest.mark.parametrize("change", POSTGRESQL)
def test_on_postgresql(postgres_url: str, change: str) -> None:
    migrations.upgrade(postgres_url)
    with connected(postgres_url) as connection, connection.begin():
        connection.execute(text(change))

    assert migrations.check(postgres_url) == POSTGRESQL[change]


def test_an_empty_database_lacks_everything(url: str) -> None:
    lines = migrations.check(url)

    assert "table mastra_threads is missing" in lines
    assert f"revision is None and should be {HEAD}" in lines
