"""What the application's role may not do, and that it need not."""

from collections.abc import Callable

import psycopg
import pytest

from mastra_store import PgStorage, SchemaMissing, migrations
from mastra_store.revisions import HEAD
from mastra_store.storage import Storage
from tests.servers.postgres import MAJORS, PostgresServer
from tests.servers.roles import AGENT, as_role


async def test_it_finds_the_schema_that_the_migrating_role_made(storage: Storage) -> None:
    assert storage.schema_state == "current"


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "ALTER TABLE mastra_threads ADD mood text",
        "DROP INDEX mastra_store_threads_created_idx",
        "TRUNCATE mastra_threads",
        "UPDATE mastra_store_version SET version_num = 'mine' WHERE false; DROP TABLE mastra_store_version",
    ],
)
def test_it_may_run_no_ddl(storage_url: str, statement: str) -> None:
    with psycopg.connect(storage_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_it_may_look_at_the_schema(storage_url: str) -> None:
    assert (migrations.current(storage_url), migrations.check(storage_url)) == (HEAD, [])
    assert migrations.doctor(storage_url).findings == []


async def test_without_tables_it_says_what_to_run(
    deployed_template: str, postgres_servers: Callable[[int], PostgresServer]
) -> None:
    with postgres_servers(max(MAJORS)).database() as url, pytest.raises(SchemaMissing, match="alembic upgrade head"):
        async with PgStorage(as_role(AGENT, url), create_schema="never"):
            pass
