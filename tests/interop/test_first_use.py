"""A database that a TypeScript app made simply works, and stays as that app made it."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from mastra_store import migrations, open_storage
from mastra_store.revisions import VERSION_TABLE
from mastra_store.testing.builders import message, resource, thread
from tests.interop.catalog import differences, postgresql_catalog, sqlite_catalog
from tests.interop.conftest import Shared, sent
from tests.interop.peer import Peer
from tests.servers.postgres import MAJORS, PostgresServer
from tests.servers.sqld import LibsqlServer

pytestmark = pytest.mark.xdist_group("interop")


@pytest.mark.needs("sql")
async def test_the_maker_is_known(shared: Shared, maker: str) -> None:
    assert shared.python.schema_state == {"typescript": "foreign", "python": "current"}[maker]


@pytest.mark.needs("sql")
@pytest.mark.parametrize("maker", ["typescript"])
async def test_nothing_is_made_in_a_database_of_typescript(database: tuple[str, str]) -> None:
    backend, place = database
    catalog = postgresql_catalog if backend == "postgresql" else sqlite_catalog
    before = catalog(place)

    async with open_storage(place) as storage:
        await storage.memory.save_messages("t", [message()])
        await storage.workflows.create_run(workflow_id="daily", run_id="run")

    assert differences(before, catalog(place)) == {}
    assert not any(VERSION_TABLE in name for name in catalog(place, ours=True))


SCHEMAS = ["public", *("tenant_".ljust(length, "x") for length in (20, 40, 63))]
"""The longer the name, the more names of constraints and indexes are cut."""


@pytest.mark.parametrize("schema", SCHEMAS)
def test_typescript_makes_nothing_in_a_database_of_ours(
    node: Peer, postgres_servers: Callable[[int], PostgresServer], schema: str
) -> None:
    with postgres_servers(max(MAJORS)).database() as url:
        migrations.upgrade(url, schema=schema)
        before = postgresql_catalog(url, schema, ours=True)

        with node.open("pg", url, schema=schema):
            pass

        assert differences(before, postgresql_catalog(url, schema, ours=True)) == {}
        assert migrations.check(url, schema=schema) == []


@pytest.mark.parametrize("length", [20, 29])
def test_what_typescript_made_twice_goes_with_revision_4(
    node: Peer, postgres_servers: Callable[[int], PostgresServer], length: int
) -> None:
    schema = "tenant_".ljust(length, "x")
    server = postgres_servers(max(MAJORS))
    with server.database() as fresh, server.database() as url:
        migrations.upgrade(fresh, schema=schema)
        migrations.upgrade(url, schema=schema, revision="0003")
        with node.open("pg", url, schema=schema):
            pass

        migrations.upgrade(url, schema=schema)

        wanted, found = (postgresql_catalog(each, schema, ours=True) for each in (fresh, url))
        assert differences(wanted, found) == {}


def test_typescript_makes_nothing_in_a_file_of_ours(node: Peer, migrated_file: Path, sqlite_path: Path) -> None:
    shutil.copy(migrated_file, sqlite_path)

    with node.open("libsql", f"file:{sqlite_path}"):
        pass

    assert differences(sqlite_catalog(migrated_file, ours=True), sqlite_catalog(sqlite_path, ours=True)) == {}


def test_typescript_makes_nothing_on_a_server_of_ours(
    node: Peer, libsql_server: LibsqlServer, python_statements: list[str]
) -> None:
    libsql_server.migrated(*python_statements)
    before = libsql_server.definitions()

    with node.open("libsql", libsql_server.http, token=libsql_server.full_access):
        pass

    assert libsql_server.definitions() == before


def test_a_file_of_typescript_holds_binary_cells(node: Peer, sqlite_path: Path) -> None:
    """What all tests on such files stand on: JSON columns hold JSONB, message content does not."""
    with node.open("libsql", f"file:{sqlite_path}") as typescript:
        typescript.call("memory.saveThread", thread=sent(thread(metadata={"a": 1})))
        typescript.call("memory.saveMessages", messages=[sent(message())])

    with sqlite3.connect(sqlite_path) as connection:
        (metadata,) = connection.execute("SELECT typeof(metadata) FROM mastra_threads").fetchone()
        (content,) = connection.execute("SELECT typeof(content) FROM mastra_messages").fetchone()
    connection.close()

    assert (metadata, content) == ("blob", "text")


@pytest.mark.postgres(18)
def test_a_resource_of_typescript_is_encoded_twice(node: Peer, postgres_url: str) -> None:
    """What the tests of resources on PostgreSQL stand on."""
    with node.open("pg", postgres_url) as typescript:
        typescript.call("memory.saveResource", resource=sent(resource(metadata={"a": 1})))

    with psycopg.connect(postgres_url) as connection:
        found = connection.execute("SELECT jsonb_typeof(metadata) FROM mastra_resources").fetchone()

    assert found == ("string",)
