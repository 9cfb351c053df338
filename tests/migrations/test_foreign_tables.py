"""What is not ours is neither touched nor reported; what Mastra made is not taken over unasked."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from mastra_store import SchemaBehind, export_schemas, migrations
from mastra_store.migrations.engines import connected
from mastra_store.revisions import HEAD
from tests.migrations.catalogs import apply, apply_sqlite, dumped, sqlite_master, tables_of

THEIRS = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, "total" TEXT);
CREATE TABLE mastra_vectors (id TEXT PRIMARY KEY, orders INTEGER REFERENCES orders (id));
CREATE INDEX orders_total_idx ON orders ("total");
CREATE VIEW totals AS SELECT "total" FROM orders;
"""
ON_OURS = 'CREATE INDEX mastra_messages_retention_idx ON mastra_messages ("createdAt")'
AS_MASTRA_LEAVES_IT = "DROP TABLE mastra_store_version"


def test_tables_of_others_are_left_alone_on_postgresql(postgres_url: str, pg_bin: Path) -> None:
    apply(postgres_url, THEIRS + "CREATE SCHEMA mine; CREATE TABLE mine.mastra_threads (id int);")
    before = dumped(pg_bin, postgres_url)

    migrations.upgrade(postgres_url)
    apply(postgres_url, ON_OURS)

    assert migrations.check(postgres_url) == []
    migrations.downgrade(postgres_url, "base")
    assert dumped(pg_bin, postgres_url) == before


def test_tables_of_others_are_left_alone_on_sqlite(sqlite_path: Path) -> None:
    url = f"sqlite:///{sqlite_path}"
    apply_sqlite(sqlite_path, THEIRS)
    before = sqlite_master(sqlite_path)

    migrations.upgrade(url)
    apply_sqlite(sqlite_path, ON_OURS)

    assert migrations.check(url) == []
    migrations.downgrade(url, "base")
    assert sqlite_master(sqlite_path) == before


def test_nothing_is_made_outside_the_schema(postgres_url: str) -> None:
    apply(
        postgres_url,
        'CREATE TABLE orders (id int); CREATE SCHEMA "my-tenant"; CREATE TABLE "my-tenant".orders (id int)',
    )

    migrations.upgrade(postgres_url, schema="my-tenant")

    assert migrations.check(postgres_url, schema="my-tenant") == []
    assert {name for schema, name in tables_of(postgres_url) if schema != "my-tenant"} == {"orders"}


@pytest.mark.postgres(18)
def test_the_right_to_make_schemas_is_needed_only_to_make_one(postgres_url: str) -> None:
    with connected(postgres_url) as connection, connection.begin() as transaction:
        for statement in (
            "CREATE ROLE tenant",
            'CREATE SCHEMA "my-tenant" AUTHORIZATION tenant',
            "SET LOCAL ROLE tenant",
        ):
            connection.exec_driver_sql(statement)

        migrations.upgrade(connection, schema="my-tenant")
        exported = export_schemas("my-tenant")
        connection.connection.cursor().execute(exported)

        assert migrations.current(connection, schema="my-tenant") == HEAD
        transaction.rollback()


def test_tables_that_mastra_made_are_not_taken_over(url: str) -> None:
    migrations.upgrade(url)
    run(url, AS_MASTRA_LEAVES_IT)

    with pytest.raises(SchemaBehind, match=r"adopt\(\).*stamp\(\)"):
        migrations.upgrade(url)

    assert migrations.current(url) is None


def test_tables_that_mastra_made_can_be_adopted_with_what_they_hold(url: str) -> None:
    migrations.upgrade(url)
    for statement in (
        AS_MASTRA_LEAVES_IT,
        "DROP TABLE mastra_favorites",
        "DROP INDEX mastra_store_threads_created_idx",
        "INSERT INTO mastra_knowledge_mentions VALUES ('node', 'n', 'r')",
    ):
        run(url, statement)

    migrations.adopt(url, apply=True)

    assert migrations.check(url) == []
    assert migrations.current(url) == HEAD
    with connected(url) as connection:
        kept = connection.execute(text("SELECT * FROM mastra_knowledge_mentions")).all()
    assert list(map(tuple, kept)) == [("node", "n", "r")]


def test_tables_of_a_known_revision_are_not_adopted_but_upgraded(url: str, definitions: Callable[[], object]) -> None:
    migrations.upgrade(url)
    run(url, "UPDATE mastra_store_version SET version_num = 'older'")
    run(url, "DROP TABLE mastra_favorites")
    before = definitions()

    migrations.adopt(url, apply=True)

    assert definitions() == before


@pytest.mark.postgres(18)
@pytest.mark.filterwarnings("error")
def test_types_that_nobody_here_knows_do_not_matter(postgres_url: str) -> None:
    run(postgres_url, "CREATE TYPE place AS (x int, y int)")
    run(postgres_url, "CREATE TABLE places (place place)")

    migrations.upgrade(postgres_url)
    run(postgres_url, AS_MASTRA_LEAVES_IT)
    migrations.adopt(postgres_url, apply=True)

    assert migrations.check(postgres_url) == []


def test_tables_made_by_other_means_can_be_stamped(url: str) -> None:
    migrations.upgrade(url)
    run(url, AS_MASTRA_LEAVES_IT)

    migrations.stamp(url)

    assert migrations.current(url) == HEAD
    migrations.upgrade(url)


def run(url: str, statement: str) -> None:
    with connected(url) as connection, connection.begin():
        connection.execute(text(statement))
