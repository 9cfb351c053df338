"""What a storage does with what it finds on first use."""

import gc
import logging
import warnings
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from mastra_store import (
    InvalidArgument,
    PgStorage,
    SchemaBehind,
    SchemaMissing,
    SqliteStorage,
    Storage,
    export_schemas,
    migrations,
    open_storage,
)
from mastra_store.migrations.engines import connected
from mastra_store.revisions import HEAD
from mastra_store.sql import first_use
from mastra_store.sql.database import SqlDatabase
from tests.conftest import our_tables
from tests.migrations.catalogs import apply, apply_sqlite, tables_of
from tests.servers.postgres import MAJORS, PostgresServer


@dataclass
class Database:
    url: str

    def run(self, *statements: str) -> None:
        with connected(self.url) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
            connection.commit()

    def apply_export(self) -> None:
        if self.url.startswith("postgresql"):
            apply(self.url, export_schemas())
        elif self.url.startswith("libsql"):
            self.run(*our_tables())
        else:
            apply_sqlite(Path(self.url.removeprefix("sqlite:///")), export_schemas(dialect="sqlite"))

    def objects(self) -> set[Any]:
        """Whatever is defined in it."""
        catalog = "pg_class" if self.url.startswith("postgresql") else "sqlite_master"
        name = "oid, relname" if catalog == "pg_class" else "type, name"
        with connected(self.url) as connection:
            return {tuple(row) for row in connection.exec_driver_sql(f"SELECT {name} FROM {catalog}")}


@pytest.fixture(params=["sqlite", "libsql", "postgresql"])
def empty(
    request: pytest.FixtureRequest, sqlite_path: Path, postgres_servers: Callable[[int], PostgresServer]
) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        yield Database(f"sqlite:///{sqlite_path}")
    elif request.param == "libsql":
        yield Database(request.getfixturevalue("libsql_url"))
    else:
        with postgres_servers(max(MAJORS)).database() as url:
            yield Database(url)


@pytest.fixture
def migrated(empty: Database) -> Database:
    """A database with all tables, at our revision."""
    migrations.upgrade(empty.url)
    return empty


@pytest.fixture
def foreign(migrated: Database) -> Database:
    """A database with all tables, as a TypeScript app leaves it: without our version table."""
    migrated.run("DROP TABLE mastra_store_version")
    return migrated


async def test_an_empty_database_gets_our_tables(empty: Database) -> None:
    async with open_storage(empty.url) as storage:
        assert storage.schema_state == "created"
        assert (await storage.memory.list_threads()).total == 0

    assert migrations.check(empty.url) == []


async def test_tables_at_our_revision_are_used(migrated: Database) -> None:
    before = migrated.objects()

    async with open_storage(migrated.url, create_schema="never") as storage:
        assert storage.schema_state == "current"
        assert (await storage.memory.list_threads()).total == 0

    assert migrated.objects() == before


async def test_tables_that_an_export_made_are_at_our_revision(empty: Database) -> None:
    empty.apply_export()

    async with open_storage(empty.url, create_schema="never") as storage:
        assert storage.schema_state == "current"
        assert (await storage.memory.list_threads()).total == 0


async def test_nothing_is_made_where_that_is_forbidden(empty: Database) -> None:
    before = empty.objects()

    with pytest.raises(SchemaMissing, match="alembic upgrade head"):
        async with open_storage(empty.url, create_schema="never"):
            pass

    assert empty.objects() == before


async def test_connections_are_closed_where_it_can_not_be_entered(empty: Database) -> None:
    with warnings.catch_warnings(record=True) as left_open:
        warnings.simplefilter("always", ResourceWarning)
        with pytest.raises(SchemaMissing):
            async with open_storage(empty.url, create_schema="never"):
                pass
        gc.collect()

    assert not left_open


@pytest.mark.postgres(18)
async def test_no_schema_is_made_where_that_is_forbidden(postgres_url: str) -> None:
    with pytest.raises(SchemaMissing):
        async with PgStorage(postgres_url, schema_name="tenant", create_schema="never"):
            pass

    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT to_regnamespace('tenant')").fetchone() == (None,)


@pytest.mark.postgres(18)
@pytest.mark.parametrize("schema", ["my-tenant", "Über", "50%", "public", "a" * 63])
async def test_schemas_of_any_name_are_made_and_nothing_beside_them(postgres_url: str, schema: str) -> None:
    async with PgStorage(postgres_url, schema_name=schema) as storage:
        await storage.memory.save_messages("thread", [{"role": "user", "content": "100%"}])
        assert [message.text for message in await storage.memory.list_messages("thread")] == ["100%"]

    assert {place for place, _ in tables_of(postgres_url)} == {schema}


async def test_tables_that_are_behind_are_refused_with_the_way_out(
    migrated: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_use, "REVISIONS", (HEAD, "0009"))
    monkeypatch.setattr(first_use, "HEAD", "0009")
    before = migrated.objects()

    with pytest.raises(SchemaBehind, match=f"at revision {HEAD}.*needs 0009.*alembic upgrade head") as raised:
        async with open_storage(migrated.url):
            pass

    assert raised.value.details == {"found": HEAD, "needed": "0009"}
    assert migrated.objects() == before


async def test_tables_that_are_ahead_work(migrated: Database, caplog: pytest.LogCaptureFixture) -> None:
    migrated.run("UPDATE mastra_store_version SET version_num = 'of the future'")

    with caplog.at_level(logging.INFO, "mastra_store"):
        async with open_storage(migrated.url) as storage:
            assert storage.schema_state == "ahead"
            assert (await storage.memory.list_threads()).total == 0

    assert "of the future" in caplog.text


async def test_tables_that_are_ahead_and_lack_a_column_are_refused(migrated: Database) -> None:
    migrated.run(
        "UPDATE mastra_store_version SET version_num = 'of the future'",
        "ALTER TABLE mastra_threads RENAME COLUMN title TO headline",
    )

    async with open_storage(migrated.url) as storage:
        with pytest.raises(SchemaBehind, match=r"mastra_threads\.title"):
            await storage.memory.list_threads()


async def test_tables_that_mastra_made_work_and_one_line_is_logged(
    foreign: Database, caplog: pytest.LogCaptureFixture
) -> None:
    before = foreign.objects()

    with caplog.at_level(logging.INFO, "mastra_store"):
        async with open_storage(foreign.url) as storage:
            assert storage.schema_state == "foreign"
            await storage.memory.save_messages("thread", [{"role": "user", "content": "Hello"}])
            assert (await storage.memory.list_threads()).total == 1

    assert [record.name for record in caplog.records if "adopt()" in record.message] == ["mastra_store"]
    assert foreign.objects() == before


async def test_tables_that_mastra_made_may_lack_what_no_domain_of_ours_uses(foreign: Database) -> None:
    foreign.run("DROP TABLE mastra_skill_blobs", "ALTER TABLE mastra_channel_config DROP COLUMN data")

    async with open_storage(foreign.url) as storage:
        assert storage.schema_state == "foreign"


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ("ALTER TABLE mastra_resources DROP COLUMN metadata", "mastra_resources.metadata"),
        ("DROP TABLE mastra_workflow_snapshot", "mastra_workflow_snapshot"),
    ],
)
async def test_what_tables_that_mastra_made_lack_is_refused_where_it_is_needed_and_nowhere_else(
    foreign: Database, change: str, missing: str, caplog: pytest.LogCaptureFixture
) -> None:
    foreign.run(change)
    before = foreign.objects()
    calls: dict[str, Callable[[Storage], Awaitable[Any]]] = {
        "mastra_resources.metadata": lambda s: s.memory.get_resource_by_id("r"),
        "mastra_workflow_snapshot": lambda s: s.workflows.update_workflow_results("w", "r", step_id="s", result=1),
    }
    needing = calls.pop(missing)

    async with open_storage(foreign.url) as storage:
        assert f"refuse: {missing}" in caplog.text
        with pytest.raises(SchemaBehind, match="newest @mastra package") as raised:
            await needing(storage)
        for other in calls.values():
            await other(storage)

    assert raised.value.details["missing"] == missing
    assert foreign.objects() == before


async def test_what_is_missing_is_refused_inside_a_unit_of_work_too(foreign: Database) -> None:
    foreign.run("DROP TABLE mastra_workflow_snapshot")

    async with open_storage(foreign.url) as storage:
        with pytest.raises(SchemaBehind):
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", [{"role": "user", "content": "Hello"}])
                await tx.workflows.create_run(workflow_id="w", run_id="r")
        assert (await storage.memory.list_threads()).total == 0


async def test_a_table_that_no_domain_of_ours_uses_is_mastras_too(empty: Database) -> None:
    empty.run("CREATE TABLE mastra_skill_blobs (id TEXT)")
    before = empty.objects()

    with pytest.raises(SchemaBehind, match="adopt"):
        async with open_storage(empty.url):
            pass

    assert empty.objects() == before


async def test_tables_of_others_do_not_matter(empty: Database) -> None:
    empty.run("CREATE TABLE orders (id TEXT)", "CREATE TABLE alembic_version (version_num TEXT)")

    async with open_storage(empty.url) as storage:
        assert storage.schema_state == "created"

    empty.run("SELECT id FROM orders", "SELECT version_num FROM alembic_version")


@pytest.mark.postgres(18)
@pytest.mark.filterwarnings("error")
async def test_types_of_others_do_not_matter(postgres_url: str) -> None:
    database = Database(postgres_url)
    database.run("CREATE TYPE place AS (x int, y int)", "CREATE TABLE places (place place)")
    migrations.upgrade(postgres_url)
    database.run("DROP TABLE mastra_store_version")

    async with open_storage(postgres_url) as storage:
        assert storage.schema_state == "foreign"


@pytest.mark.parametrize("question", ["_lacking", "_create"])
async def test_somebody_else_may_make_them_while_we_look(
    empty: Database, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = getattr(first_use.FirstUse, question)

    async def ask_too_late(self: first_use.FirstUse, database: SqlDatabase) -> Any:
        migrations.upgrade(empty.url)
        return await ask(self, database)

    monkeypatch.setattr(first_use.FirstUse, question, ask_too_late)
    async with open_storage(empty.url) as storage:
        assert storage.schema_state in ("current", "created")
        assert (await storage.memory.list_threads()).total == 0


async def test_after_a_refusal_the_next_call_looks_again(empty: Database) -> None:
    storage = open_storage(empty.url, create_schema="never")
    with pytest.raises(SchemaMissing):
        await storage.memory.list_threads()

    migrations.upgrade(empty.url)

    assert (await storage.memory.list_threads()).total == 0
    await storage.close()


@pytest.mark.postgres(18)
@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
async def test_an_engine_of_the_callers_is_enough(postgres_url: str, driver: str) -> None:
    engine = create_async_engine(postgres_url.replace("postgresql", f"postgresql+{driver}"))

    async with PgStorage(engine, schema_name="50%") as storage:
        assert storage.schema_state == "created"

    await engine.dispose()
    assert migrations.check(postgres_url, schema="50%") == []


async def test_a_plain_engine_on_a_file_is_enough(tmp_path: object) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/mastra.db")

    async with SqliteStorage(engine) as storage:
        assert storage.schema_state == "created"

    await engine.dispose()
    assert migrations.check(f"sqlite:///{tmp_path}/mastra.db") == []


def test_create_schema_has_two_values() -> None:
    with pytest.raises(InvalidArgument, match="'if_missing' or 'never', not 'always'"):
        SqliteStorage("never-made.db", create_schema="always")  # type: ignore[arg-type]
