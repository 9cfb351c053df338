"""Who migrates a server while another does, has died, or writes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from mastra_store import LibSQLStorage, LockTimeout, migrations
from mastra_store.errors import MigrationFailed
from mastra_store.hrana.dbapi import Dbapi
from mastra_store.migrations import lease
from mastra_store.migrations.engines import connected
from mastra_store.revisions import HEAD
from tests.servers.sqld import LibsqlServer

NOW = "unixepoch('now', 'subsec')"


def leave_a_lease(server: LibsqlServer, seconds: float) -> None:
    """What a migrator leaves that died; ``seconds`` are still to go."""
    server.execute(lease._TABLE, f"INSERT INTO mastra_store_migrator VALUES (1, 'dead', {NOW} + {seconds})")


def names(server: LibsqlServer) -> set[str]:
    return {name for _, name, _, _ in server.definitions()}


def test_whoever_waits_for_a_migrator_finds_nothing_left_to_do(libsql_url: str) -> None:
    began, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with connected(libsql_url) as connection, lease.leased(connection, 5), connection.begin():
            began.set()
            go_on.wait(30)
            connection.exec_driver_sql("CREATE TABLE theirs (a)")
            connection.exec_driver_sql(lease.END)

    with ThreadPoolExecutor() as threads:
        first = threads.submit(slow)
        began.wait(30)
        with pytest.raises(LockTimeout, match="somebody else migrates"):
            migrations.upgrade(libsql_url, lock_timeout=0.01)
        second = threads.submit(migrations.upgrade, libsql_url)
        go_on.set()
        first.result()
        second.result()

    assert migrations.current(libsql_url) == HEAD


def test_a_lease_is_gone_with_the_migration(libsql_server: LibsqlServer, libsql_url: str) -> None:
    migrations.upgrade(libsql_url)

    assert "mastra_store_migrator" not in names(libsql_server)


def test_a_lease_is_gone_after_a_failure(libsql_server: LibsqlServer, libsql_url: str) -> None:
    libsql_server.execute("CREATE VIEW mastra_agents AS SELECT 1")  # which our table can not be made beside

    with pytest.raises(MigrationFailed, match="mastra_agents"):
        migrations.upgrade(libsql_url)

    assert names(libsql_server) == {"mastra_agents"}


def test_a_lease_of_the_dead_is_respected_and_named(libsql_server: LibsqlServer, libsql_url: str) -> None:
    leave_a_lease(libsql_server, 200)

    with pytest.raises(LockTimeout, match=r"ends in \d+ s, or at once with DROP TABLE mastra_store_migrator"):
        migrations.upgrade(libsql_url, lock_timeout=0.01)

    libsql_server.execute(lease.END)
    migrations.upgrade(libsql_url, lock_timeout=5)


def test_a_lease_of_the_dead_ends(libsql_server: LibsqlServer, libsql_url: str) -> None:
    leave_a_lease(libsql_server, 0)

    migrations.upgrade(libsql_url, lock_timeout=5)

    assert "mastra_store_migrator" not in names(libsql_server)


def test_whoever_lost_a_lease_leaves_that_of_another_alone(libsql_server: LibsqlServer, libsql_url: str) -> None:
    with pytest.raises(ZeroDivisionError), connected(libsql_url) as connection, lease.leased(connection, 5):
        libsql_server.execute("UPDATE mastra_store_migrator SET holder = 'another'")
        raise ZeroDivisionError

    assert libsql_server.read("SELECT holder FROM mastra_store_migrator") == [["another"]]


def test_of_many_that_want_it_one_gets_it(libsql_url: str) -> None:
    def take(number: int) -> bool:
        with closing(Dbapi.connect(libsql_url)) as driver:
            return lease._taken(driver, str(number), 10)

    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(take, range(8)))

    assert sum(taken) == 1


async def test_a_first_use_waits_for_a_migrator(libsql_server: LibsqlServer, libsql_url: str) -> None:
    leave_a_lease(libsql_server, 0.5)

    async with LibSQLStorage(libsql_url) as storage:
        assert storage.schema_state == "created"


async def test_an_asynchronous_connection_can_be_migrated(libsql_url: str) -> None:
    storage = LibSQLStorage(libsql_url)
    async with migrations.process_lock(), storage.engine.connect() as connection:
        await connection.run_sync(migrations.upgrade)
        found: Any = await connection.run_sync(migrations.check)
    await storage.close()

    assert found == []
