"""The tables that our migrations make are the tables that the TypeScript packages make."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from mastra_store import migrations
from tests.interop.catalog import differences, postgresql_catalog, sqlite_catalog
from tests.interop.peer import Peer
from tests.servers.postgres import MAJORS, PostgresServer

pytestmark = pytest.mark.xdist_group("interop")


@pytest.mark.parametrize("schema", ["public", "my-App1"])
def test_postgresql_is_the_same(node: Peer, postgres_server: PostgresServer, schema: str) -> None:
    with postgres_server.database() as theirs, postgres_server.database() as ours:
        # A process of @mastra/pg makes a schema once, in whichever database.
        with psycopg.connect(theirs) as connection:
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        with node.open("pg", theirs, schema=schema):
            pass

        migrations.upgrade(ours, schema=schema)

        assert differences(postgresql_catalog(theirs, schema), postgresql_catalog(ours, schema)) == {}


def test_a_libsql_file_is_the_same(typescript_file: Path, python_file: Path) -> None:
    assert differences(sqlite_catalog(typescript_file), sqlite_catalog(python_file)) == {}


STAMPS = ("createdAt", "createdAtZ", "updatedAt", "updatedAtZ")


@pytest.fixture
def untouched_template(migrated_template: Callable[[int], str]) -> str:
    """A database with our tables that no TypeScript store has opened."""
    return migrated_template(max(MAJORS))


@pytest.mark.parametrize("made_by", ["typescript_template", "untouched_template"])
def test_spans_are_stamped_by_the_database(
    request: pytest.FixtureRequest, postgres_servers: Callable[[int], PostgresServer], made_by: str
) -> None:
    template = request.getfixturevalue(made_by)
    with postgres_servers(max(MAJORS)).copy(template) as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        inserted = stamped(
            connection,
            """INSERT INTO mastra_ai_spans
               ("traceId", "spanId", name, "spanType", "isEvent", "startedAt", {stamps})
               VALUES ('t', 's', 'n', 'generic', false, {long_ago}, {long_ago}, {long_ago}, {long_ago}, {long_ago})""",
        )
        updated = stamped(
            connection,
            """UPDATE mastra_ai_spans
               SET "createdAt" = {long_ago}, "createdAtZ" = NULL, "updatedAt" = {long_ago}, "updatedAtZ" = NULL""",
        )

    now = inserted["now"]
    assert inserted == dict.fromkeys((*STAMPS, "now"), now)
    assert updated["now"] > now
    assert updated == inserted | dict.fromkeys(("updatedAt", "updatedAtZ", "now"), updated["now"])


def stamped(connection: psycopg.Connection, statement: LiteralString) -> dict[str, Any]:
    """Run a statement on the one span; the span's stamps, and ``now`` as the statement saw it."""
    returned = sql.SQL(", ").join(sql.Identifier(name) for name in STAMPS)
    query = sql.SQL(statement + " RETURNING {stamps}, now() AS now").format(
        long_ago=sql.Literal(datetime(2001, 1, 1, tzinfo=UTC)), stamps=returned
    )
    row = connection.cursor(row_factory=dict_row).execute(query).fetchone()
    assert row is not None
    return {name: value.replace(tzinfo=UTC) for name, value in row.items()}
