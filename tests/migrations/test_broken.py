"""A migration that fails in the middle leaves nothing behind, and says what failed."""

import re
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from mastra_store import migrations
from mastra_store.errors import MigrationFailed
from mastra_store.migrations.engines import connected
from tests.migrations.catalogs import apply_sqlite, dumped, sqlite_master

MIDDLE = "    indexes()\n"
REFUSED = '    op.execute("SELECT broken")\n'


@pytest.fixture
def broken(scripts: Path) -> None:
    """Revision 1 has a statement in its middle that no database takes."""
    insert(REFUSED, MIDDLE, scripts)


def insert(line: str, place: str, scripts: Path) -> None:
    (revision,) = (scripts / "versions").glob("0001*.py")
    source = revision.read_text(encoding="utf-8")
    assert source.count(place) == 1
    revision.write_text(source.replace(place, line + place), encoding="utf-8")


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("schema", [None, "my-tenant"])
def test_online_on_postgresql(postgres_url: str, pg_bin: Path, schema: str | None) -> None:
    empty = dumped(pg_bin, postgres_url)

    with pytest.raises(MigrationFailed, match='column "broken" does not exist') as raised:
        migrations.upgrade(postgres_url, schema=schema)

    assert isinstance(raised.value.__cause__, DBAPIError)
    assert dumped(pg_bin, postgres_url) == empty


@pytest.mark.usefixtures("broken")
def test_online_on_sqlite(sqlite_path: Path) -> None:
    with pytest.raises(MigrationFailed, match="no such column: broken") as raised:
        migrations.upgrade(f"sqlite:///{sqlite_path}")

    assert isinstance(raised.value.__cause__, DBAPIError)
    assert sqlite_master(sqlite_path) == set()


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("schema", [None, "my-tenant"])
def test_as_a_script_on_postgresql_even_where_psql_goes_on(postgres_url: str, pg_bin: Path, schema: str | None) -> None:
    empty = dumped(pg_bin, postgres_url)
    script = migrations.render_sql("postgresql", schema=schema)

    done = subprocess.run(
        [pg_bin / "psql", "--no-psqlrc", "--quiet", postgres_url],
        input=script,
        capture_output=True,
        text=True,
        check=True,
    )

    assert 'column "broken" does not exist' in done.stderr
    assert dumped(pg_bin, postgres_url) == empty


@pytest.mark.usefixtures("broken")
def test_as_a_script_on_sqlite(sqlite_path: Path) -> None:
    script = migrations.render_sql("sqlite")

    with pytest.raises(sqlite3.OperationalError, match="no such column: broken"):
        apply_sqlite(sqlite_path, script)

    assert sqlite_master(sqlite_path) == set()


def test_a_script_is_one_transaction() -> None:
    for dialect in ("postgresql", "sqlite"):
        script = migrations.render_sql(dialect)

        assert re.match(r"BEGIN;\n", script), script[:100]
        assert script.endswith("COMMIT;\n\n")


@pytest.mark.usefixtures("broken")
def test_the_connection_of_the_caller_can_go_on(url: str, definitions: Callable[[], object]) -> None:
    before = definitions()
    with connected(url) as connection:
        with pytest.raises(MigrationFailed):
            migrations.upgrade(connection)

        assert connection.exec_driver_sql("SELECT 1").scalar() == 1

    assert definitions() == before


def test_an_exception_in_a_revision_undoes_it_and_stays_itself(
    url: str, definitions: Callable[[], object], scripts: Path
) -> None:
    before = definitions()
    insert('    raise RuntimeError("halfway")\n', MIDDLE, scripts)

    with pytest.raises(RuntimeError, match="halfway"):
        migrations.upgrade(url)

    assert definitions() == before


def test_a_failed_downgrade_keeps_all_tables(url: str, definitions: Callable[[], object], scripts: Path) -> None:
    migrations.upgrade(url)
    before = definitions()
    insert(REFUSED, "    if on_postgresql():\n        execute(", scripts)

    with pytest.raises(MigrationFailed):
        migrations.downgrade(url, "base")

    assert definitions() == before


@pytest.mark.usefixtures("broken")
async def test_an_asynchronous_driver_that_would_commit_each_statement_leaves_nothing(sqlite_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{sqlite_path}")

    with pytest.raises(MigrationFailed):
        async with migrations.process_lock(), engine.connect() as connection:
            await connection.run_sync(migrations.upgrade)

    await engine.dispose()
    assert sqlite_master(sqlite_path) == set()
