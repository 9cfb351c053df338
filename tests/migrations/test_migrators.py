"""Who migrates at the same time as another, and in whose transaction."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from mastra_store import InvalidArgument, LockTimeout, Unavailable, migrations
from mastra_store.migrations.engines import connected
from mastra_store.migrations.locking import process_lock_held
from mastra_store.revisions import HEAD
from tests.migrations.catalogs import sqlite_master


def test_who_waits_too_long_for_another_migrator_is_told(url: str) -> None:
    with connected(url) as first, first.begin():
        migrations.upgrade(first)

        with pytest.raises(LockTimeout) as raised:
            migrations.upgrade(url, lock_timeout=0.05)

    assert raised.value.__cause__ is not None
    assert migrations.current(url) == HEAD


def test_who_waits_finds_nothing_left_to_do(postgres_url: str) -> None:
    with connected(postgres_url) as first, ThreadPoolExecutor() as threads:
        with first.begin():
            migrations.upgrade(first, schema="50%")
            second = threads.submit(migrations.upgrade, postgres_url, schema="50%")
            until_it_waits(second, postgres_url)

        second.result()

    assert migrations.current(postgres_url, schema="50%") == HEAD


def test_processes_that_migrate_one_database_at_once_all_succeed(url: str) -> None:
    program = "import sys; from mastra_store import migrations; migrations.upgrade(sys.argv[1])"

    migrators = [subprocess.Popen([sys.executable, "-c", program, url]) for _ in range(3)]

    assert [migrator.wait() for migrator in migrators] == [0, 0, 0]
    assert migrations.check(url) == []


@pytest.mark.postgres(18)
def test_migrators_of_different_schemas_do_not_wait_for_each_other(postgres_url: str) -> None:
    with connected(postgres_url) as first, first.begin():
        migrations.upgrade(first, schema="one")

        migrations.upgrade(postgres_url, schema="two", lock_timeout=0.05)


def test_threads_that_migrate_several_databases_at_once_all_succeed(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.db" for number in range(4)]

    with ThreadPoolExecutor(len(paths)) as threads:
        list(threads.map(lambda path: migrations.upgrade(f"sqlite:///{path}"), paths))

    assert sqlite_master(paths[0])
    assert all(sqlite_master(path) == sqlite_master(paths[0]) for path in paths)


@pytest.mark.postgres(18)
@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
async def test_an_asynchronous_connection_can_be_migrated(postgres_url: str, driver: str) -> None:
    engine = create_async_engine(postgres_url.replace("postgresql", f"postgresql+{driver}"))

    async with migrations.process_lock(), engine.connect() as connection:
        await connection.run_sync(migrations.upgrade, schema="50%")
        differences = await connection.run_sync(migrations.check, schema="50%")
    await engine.dispose()

    assert differences == []
    assert migrations.current(postgres_url, schema="50%") == HEAD


async def test_an_asynchronous_connection_to_a_file_can_be_migrated(tmp_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/mastra.db")

    async with migrations.process_lock(), engine.connect() as connection:
        await connection.run_sync(migrations.upgrade)
    await engine.dispose()

    assert migrations.check(f"sqlite:///{tmp_path}/mastra.db") == []


def test_the_transaction_of_the_caller_is_joined_and_left_to_the_caller(
    url: str, definitions: Callable[[], object]
) -> None:
    before = definitions()

    with connected(url) as connection, connection.begin() as transaction:
        migrations.upgrade(connection)
        transaction.rollback()

    assert definitions() == before


def test_a_connection_without_a_transaction_gets_one_that_is_committed(url: str) -> None:
    with connected(url) as connection:
        migrations.upgrade(connection)

    assert migrations.current(url) == HEAD


@pytest.mark.postgres(18)
def test_a_connection_in_autocommit_is_refused(postgres_url: str) -> None:
    engine = create_engine(postgres_url.replace("postgresql", "postgresql+psycopg"), isolation_level="AUTOCOMMIT")

    with engine.connect() as connection, pytest.raises(InvalidArgument, match="AUTOCOMMIT"):
        migrations.upgrade(connection)

    engine.dispose()
    assert migrations.current(postgres_url) is None


@pytest.mark.postgres(18)
def test_the_version_is_read_after_the_lock_even_where_serializable_is_the_default(postgres_url: str) -> None:
    options = "?options=-c%20default_transaction_isolation%3Dserializable"
    with connected(postgres_url) as first, ThreadPoolExecutor() as threads:
        with first.begin():
            migrations.upgrade(first)
            second = threads.submit(migrations.upgrade, postgres_url + options)
            until_it_waits(second, postgres_url)

        second.result()


@pytest.mark.postgres(18)
@pytest.mark.parametrize(
    ("given", "limits"),
    [({}, ("1min", "10min")), ({"lock_timeout": 5, "statement_timeout": None}, ("5s", "0"))],
)
def test_the_limits_hold_in_the_migration_and_end_with_it(
    postgres_url: str, given: dict[str, Any], limits: tuple[str, str]
) -> None:
    current = text("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
    with connected(postgres_url) as connection:
        with connection.begin():
            migrations.upgrade(connection, **given)
            inside = connection.execute(current).one()
        after = connection.execute(current).one()

    assert tuple(inside) == limits
    assert tuple(after) == ("0", "0")


@pytest.mark.postgres(18)
def test_a_migration_waits_for_locks_on_tables_no_longer_than_it_was_told(postgres_url: str) -> None:
    migrations.upgrade(postgres_url)
    with psycopg.connect(postgres_url) as reader:
        reader.execute("SELECT FROM mastra_threads")

        with pytest.raises(LockTimeout):
            migrations.downgrade(postgres_url, "base", lock_timeout=0.05)

    assert migrations.check(postgres_url) == []


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_limit_below_or_at_zero_is_refused(url: str, seconds: float) -> None:
    with pytest.raises(InvalidArgument, match="lock_timeout must be"):
        migrations.upgrade(url, lock_timeout=seconds)


def test_a_database_that_can_not_be_reached_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        migrations.upgrade("postgresql://someone:secret@127.0.0.1:1/nowhere")
    with pytest.raises(Unavailable) as raised:
        migrations.upgrade(f"sqlite:///{tmp_path}/missing/mastra.db")

    assert "missing" in raised.value.message


def test_no_password_is_shown() -> None:
    with pytest.raises(Unavailable) as raised:
        migrations.upgrade("postgresql://someone:secret@127.0.0.1:1/nowhere")

    assert "secret" not in raised.value.message


async def test_the_event_loop_goes_on_while_another_thread_migrates() -> None:
    taken, done = threading.Event(), threading.Event()

    def migrate() -> None:
        with process_lock_held(1):
            taken.set()
            done.wait()

    async def wait_for_the_lock() -> None:
        async with migrations.process_lock():
            pass

    with ThreadPoolExecutor() as threads:
        other = threads.submit(migrate)
        taken.wait()
        cancelled = asyncio.create_task(wait_for_the_lock())
        waiting = asyncio.create_task(wait_for_the_lock())
        await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.wait([cancelled])
        assert not waiting.done()
        done.set()
        other.result()
    await waiting

    with process_lock_held(0.05):
        pass


async def test_a_thread_that_waits_too_long_for_another_thread_is_told(sqlite_path: Path) -> None:
    with ThreadPoolExecutor() as threads:
        async with migrations.process_lock():
            waiting = threads.submit(migrations.upgrade, f"sqlite:///{sqlite_path}", lock_timeout=0.05)

            with pytest.raises(LockTimeout, match="in this process"):
                waiting.result()


async def test_who_would_wait_for_itself_is_told_at_once(tmp_path: Path) -> None:
    async with migrations.process_lock():
        with pytest.raises(LockTimeout, match="process_lock"):
            migrations.upgrade(f"sqlite:///{tmp_path}/mastra.db", lock_timeout=600)


def until_it_waits(migrator: Future[None], url: str) -> None:
    """Return when the migrator stands behind another one, or has ended."""
    with psycopg.connect(url, autocommit=True) as observer:
        waiting = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while not migrator.done() and observer.execute(waiting).fetchone() is None:
            observer.execute("SELECT pg_sleep(0.01)")
