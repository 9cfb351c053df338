"""The servers and databases that the other tests stand on."""

import socket
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE
from typing import LiteralString
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.servers.postgres import GIVEN, PostgresServer
from tests.servers.sqld import LibsqlServer, Sqld

ROOT = Path(__file__).parent.parent


def test_each_database_is_its_own(postgres_url: str, postgres_server: PostgresServer) -> None:
    with postgres_server.database() as other_url, psycopg.connect(other_url) as other, other.transaction():
        other.execute("CREATE TABLE here (n int)")

    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT to_regclass('here')").fetchone() == (None,)


@pytest.fixture
def template(postgres_server: PostgresServer) -> str:
    """A database with one table, which is empty, and another, which is not."""
    name = postgres_server.create()
    with psycopg.connect(postgres_server.url_of(name)) as connection:
        connection.execute("CREATE TABLE here (n int); CREATE TABLE version (n int); INSERT INTO version VALUES (1)")
    return name


def test_a_copy_that_was_only_written_to_is_emptied(postgres_server: PostgresServer, template: str) -> None:
    with postgres_server.copy(template) as first, psycopg.connect(first) as connection:
        connection.execute("INSERT INTO here VALUES (1)")

    with postgres_server.copy(template) as second, psycopg.connect(second) as connection:
        assert second == first
        assert connection.execute("SELECT * FROM here").fetchall() == []
        assert connection.execute("SELECT * FROM version").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "change",
    [
        "CREATE VIEW there AS SELECT 1",
        "CREATE SCHEMA there",
        "ALTER TABLE here ALTER n SET NOT NULL",
        "ALTER TABLE here ADD CHECK (n > 0)",
        "CREATE INDEX ON here (n)",
        "DROP TABLE version",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_sort = off', current_catalog); END $$",
    ],
)
@pytest.mark.postgres(18)
def test_a_copy_whose_definitions_changed_is_not_used_again(
    postgres_server: PostgresServer, template: str, change: LiteralString
) -> None:
    with postgres_server.copy(template) as first, psycopg.connect(first) as connection:
        connection.execute(change)

    with postgres_server.copy(template) as second:
        assert second != first


def test_a_copy_is_used_again_without_the_tables_that_were_added(
    postgres_server: PostgresServer, template: str
) -> None:
    with postgres_server.copy(template) as first, psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE there (n int)")

    with postgres_server.copy(template) as second, psycopg.connect(second) as connection:
        assert second == first
        assert connection.execute("SELECT to_regclass('there')").fetchone() == (None,)


def test_a_copy_that_somebody_still_holds_is_not_used_again(postgres_server: PostgresServer, template: str) -> None:
    with postgres_server.copy(template) as first:
        left = psycopg.connect(first)
        left.execute("LOCK TABLE here")

    with postgres_server.copy(template) as second:
        assert second != first
    left.close()


def test_the_server_is_of_the_version_asked_for(postgres_url: str, postgres_major: int) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert GIVEN or connection.info.server_version // 10000 == postgres_major


@pytest.mark.postgres(18)
def test_a_test_can_ask_for_one_version(postgres_major: int) -> None:
    assert postgres_major == 18


def test_pg_dump_comes_with_the_server(pg_bin: Path) -> None:
    assert (pg_bin / "pg_dump").exists()


@pytest.mark.postgres(18)
@pytest.mark.usefixtures("pg_bin")  # the test wants the wheel, whichever server is used
def test_a_server_stops_when_its_process_is_killed() -> None:
    program = "from tests.servers.postgres import *\nwith bundled_postgres(18) as s: print(s.url, flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=PIPE, stdout=PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        url = process.stdout.readline().decode().strip()
        with psycopg.connect(url) as connection:
            process.kill()

            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT pg_sleep(60)")


class TestLibsql:
    def test_a_database_is_emptied_between_tests(self, libsql_server: LibsqlServer) -> None:
        libsql_server.empty()
        libsql_server.execute("CREATE TABLE t (a)", "CREATE INDEX i ON t (a)", "CREATE VIEW v AS SELECT a FROM t")

        libsql_server.empty()

        assert libsql_server.definitions() == []

    @pytest.mark.parametrize("change", ["INSERT INTO t VALUES (1)", "CREATE TABLE u (a)", "DROP TABLE t"])
    def test_tables_are_fresh_whatever_a_test_did(self, libsql_server: LibsqlServer, change: str) -> None:
        schema = ["CREATE TABLE t (a)", "CREATE TABLE version (n)", "INSERT INTO version VALUES (1)"]
        libsql_server.migrated(*schema)
        before = libsql_server.definitions()
        libsql_server.execute(change)

        libsql_server.migrated(*schema)

        assert libsql_server.definitions() == before
        assert libsql_server.execute("SELECT * FROM t", "SELECT * FROM version") == [[], [["1"]]]

    def test_a_server_that_is_killed_keeps_what_was_committed(self, own_sqld: Sqld) -> None:
        own_sqld.execute("CREATE TABLE t (a)", "INSERT INTO t VALUES (1)")
        own_sqld.kill()
        own_sqld.start()

        assert own_sqld.read("SELECT a FROM t") == [["1"]]

    @pytest.mark.usefixtures("own_sqld")  # the test wants the package, whichever server is used
    def test_a_server_ends_when_its_process_is_killed(self) -> None:
        program = "from tests.servers.sqld import *\nwith sqld() as s: print(s.http, flush=True); input()"
        with subprocess.Popen([sys.executable, "-c", program], stdin=PIPE, stdout=PIPE, cwd=ROOT) as process:
            assert process.stdout is not None
            url = process.stdout.readline().decode().strip()
            with socket.create_connection(("127.0.0.1", urlsplit(url).port)) as connection:
                process.kill()

                assert connection.recv(1) == b""
