"""Whichever way the tables are made, the database is the same to the letter; and every way back leads to nothing."""

import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from mastra_store import export_schemas, migrations
from mastra_store.revisions import HEAD, REVISIONS
from tests.conftest import statements_of
from tests.interop.catalog import postgresql_catalog
from tests.migrations.catalogs import apply, apply_sqlite, dumped, sqlite_master, tables_of
from tests.servers.postgres import PostgresServer
from tests.servers.sqld import LibsqlServer

NAMES = [None, "my-tenant", "Über", "50%", "Tenant " + "ü" * 16, "a" * 62 + "1", "a" * 62 + "2"]


def test_postgresql_is_the_same_by_migration_by_script_and_by_export(
    postgres_server: PostgresServer, pg_bin: Path
) -> None:
    with (
        postgres_server.database() as migrated,
        postgres_server.database() as scripted,
        postgres_server.database() as exported,
    ):
        migrations.upgrade(migrated)
        apply(scripted, migrations.render_sql("postgresql"))
        apply(exported, export_schemas())

        assert dumped(pg_bin, scripted) == dumped(pg_bin, migrated)
        assert dumped(pg_bin, exported) == dumped(pg_bin, migrated)
        for url in (migrated, scripted, exported):
            assert migrations.current(url) == HEAD
            assert migrations.check(url) == []
        before = dumped(pg_bin, exported)
        migrations.upgrade(exported)
        assert dumped(pg_bin, exported) == before


def test_sqlite_is_the_same_by_migration_by_script_and_by_export(tmp_path: Path) -> None:
    migrated, scripted, exported = (tmp_path / f"{way}.db" for way in ("migrated", "scripted", "exported"))

    migrations.upgrade(f"sqlite:///{migrated}")
    apply_sqlite(scripted, migrations.render_sql("sqlite"))
    apply_sqlite(exported, export_schemas(dialect="sqlite"))

    assert sqlite_master(scripted) == sqlite_master(migrated)
    assert sqlite_master(exported) == sqlite_master(migrated)
    for path in (migrated, scripted, exported):
        assert migrations.current(f"sqlite:///{path}") == HEAD
        assert migrations.check(f"sqlite:///{path}") == []
    migrations.upgrade(f"sqlite:///{exported}")
    assert sqlite_master(exported) == sqlite_master(migrated)


def test_a_libsql_server_is_the_same_by_migration_by_script_and_by_export(
    libsql_server: LibsqlServer, libsql_url: str
) -> None:
    migrations.upgrade(libsql_url)
    migrated = libsql_server.definitions()
    assert migrations.check(libsql_url) == []

    for script in (migrations.render_sql("sqlite"), export_schemas(dialect="sqlite")):
        libsql_server.empty()
        statements = [each for each in statements_of(script) if each not in ("BEGIN", "COMMIT")]
        libsql_server.execute(*statements)

        assert libsql_server.definitions() == migrated
        assert migrations.check(libsql_url) == []


def test_a_libsql_server_goes_up_down_and_up(libsql_server: LibsqlServer, libsql_url: str) -> None:
    migrations.upgrade(libsql_url)
    first = libsql_server.definitions()
    migrations.downgrade(libsql_url, "base")

    assert libsql_server.definitions() == []
    migrations.upgrade(libsql_url)
    assert libsql_server.definitions() == first


@pytest.mark.parametrize("schema", [None, "my-tenant"])
def test_postgresql_goes_up_down_and_up(postgres_url: str, pg_bin: Path, schema: str | None) -> None:
    migrations.upgrade(postgres_url, schema=schema)
    whole = dumped(pg_bin, postgres_url)

    migrations.downgrade(postgres_url, "base", schema=schema)

    assert tables_of(postgres_url) == set()
    assert migrations.current(postgres_url, schema=schema) is None
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT FROM pg_proc WHERE proname = 'trigger_set_timestamps'").fetchall() == []
    migrations.upgrade(postgres_url, schema=schema)
    assert dumped(pg_bin, postgres_url) == whole


def test_sqlite_goes_up_down_and_up(sqlite_path: Path) -> None:
    url = f"sqlite:///{sqlite_path}"
    migrations.upgrade(url)
    whole = sqlite_master(sqlite_path)

    migrations.downgrade(url, "base")

    assert sqlite_master(sqlite_path) == set()
    assert migrations.current(url) is None
    migrations.upgrade(url)
    assert sqlite_master(sqlite_path) == whole


def steps() -> list[tuple[str, str]]:
    return list(zip(["base", *REVISIONS], REVISIONS, strict=False))


@pytest.mark.postgres(18)
def test_scripts_of_single_steps_lead_to_the_same_schema_on_postgresql(
    postgres_server: PostgresServer, pg_bin: Path
) -> None:
    with postgres_server.database() as migrated, postgres_server.database() as scripted:
        migrations.upgrade(migrated, schema="tenant")

        for start, end in steps():
            apply(scripted, migrations.render_sql("postgresql", schema="tenant", start=start, end=end))
            assert migrations.current(scripted, schema="tenant") == end

        assert dumped(pg_bin, scripted) == dumped(pg_bin, migrated)


def test_scripts_of_single_steps_lead_to_the_same_schema_on_sqlite(tmp_path: Path) -> None:
    migrated, scripted = tmp_path / "migrated.db", tmp_path / "scripted.db"
    migrations.upgrade(f"sqlite:///{migrated}")

    for start, end in steps():
        apply_sqlite(scripted, migrations.render_sql("sqlite", start=start, end=end))

    assert sqlite_master(scripted) == sqlite_master(migrated)


@pytest.mark.postgres(18)
def test_a_script_of_the_way_down_leaves_nothing_on_postgresql(postgres_url: str) -> None:
    migrations.upgrade(postgres_url, schema="50%")

    apply(postgres_url, migrations.render_sql("postgresql", schema="50%", start="head", end="base"))

    assert tables_of(postgres_url) == set()


@pytest.mark.postgres(18)
@pytest.mark.parametrize("length", [13, 48])
def test_revision_4_can_be_taken_back_in_a_schema_of_a_long_name(postgres_server: PostgresServer, length: int) -> None:
    schema = "tenant_".ljust(length, "x")
    with postgres_server.database() as migrated, postgres_server.database() as scripted:
        for url in (migrated, scripted):
            migrations.upgrade(url, schema=schema, revision="0003")
        before = postgresql_catalog(migrated, schema, ours=True)
        migrations.upgrade(migrated, schema=schema, revision="0004")
        apply(scripted, migrations.render_sql("postgresql", schema=schema, start="0003", end="0004"))
        after = postgresql_catalog(migrated, schema, ours=True)
        assert postgresql_catalog(scripted, schema, ours=True) == after != before

        migrations.downgrade(migrated, "0003", schema=schema)
        apply(scripted, migrations.render_sql("postgresql", schema=schema, start="0004", end="0003"))

        assert postgresql_catalog(migrated, schema, ours=True) == before
        assert postgresql_catalog(scripted, schema, ours=True) == before


def test_a_script_of_the_way_down_leaves_nothing_on_sqlite(sqlite_path: Path) -> None:
    migrations.upgrade(f"sqlite:///{sqlite_path}")

    apply_sqlite(sqlite_path, migrations.render_sql("sqlite", start="head", end="base"))

    assert sqlite_master(sqlite_path) == set()


@pytest.mark.postgres(18)
def test_schemas_of_any_name_stand_beside_each_other_however_they_were_made(
    postgres_server: PostgresServer, pg_bin: Path
) -> None:
    with (
        postgres_server.database() as migrated,
        postgres_server.database() as scripted,
        postgres_server.database() as exported,
    ):
        for schema in NAMES:
            migrations.upgrade(migrated, schema=schema)
            apply(scripted, migrations.render_sql("postgresql", schema=schema))
            apply(exported, export_schemas(schema))

        found = Counter(schema for schema, _ in tables_of(migrated))
        assert found.keys() == {schema or "public" for schema in NAMES}
        assert len(set(found.values())) == 1, found
        assert [migrations.check(migrated, schema=schema) for schema in NAMES] == [[]] * len(NAMES)
        assert dumped(pg_bin, scripted) == dumped(pg_bin, migrated)
        assert dumped(pg_bin, exported) == dumped(pg_bin, migrated)


@pytest.mark.postgres(18)
def test_public_is_the_default_schema(postgres_server: PostgresServer, pg_bin: Path) -> None:
    with postgres_server.database() as named, postgres_server.database() as unnamed:
        migrations.upgrade(named, schema="public")
        migrations.upgrade(unnamed)

        assert dumped(pg_bin, named) == dumped(pg_bin, unnamed)
    assert export_schemas("public") == export_schemas()


@pytest.mark.postgres(18)
def test_an_export_can_be_applied_twice(postgres_url: str, pg_bin: Path) -> None:
    apply(postgres_url, export_schemas("Über"))
    once = dumped(pg_bin, postgres_url)

    apply(postgres_url, export_schemas("Über"))

    assert dumped(pg_bin, postgres_url) == once
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute('SELECT version_num FROM "Über".mastra_store_version').fetchall() == [(HEAD,)]


def test_an_export_can_be_applied_twice_on_sqlite(sqlite_path: Path) -> None:
    apply_sqlite(sqlite_path, export_schemas(dialect="sqlite"))
    once = sqlite_master(sqlite_path)

    apply_sqlite(sqlite_path, export_schemas(dialect="sqlite"))

    assert sqlite_master(sqlite_path) == once
    connection = sqlite3.connect(sqlite_path)
    assert connection.execute("SELECT version_num FROM mastra_store_version").fetchall() == [(HEAD,)]
    connection.close()


def test_an_export_has_the_same_bytes_in_every_process() -> None:
    program = "from mastra_store import export_schemas as e; print(e('my-tenant') + e() + e(dialect='sqlite'), end='')"

    texts = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }

    assert texts == {(export_schemas("my-tenant") + export_schemas() + export_schemas(dialect="sqlite")).encode()}
