"""One database, two languages: opened by a TypeScript store and by one of ours at the same time."""

import json
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pymongo
import pytest

from mastra_store import LibSQLStorage, MongoStorage, PgStorage, export_schemas
from mastra_store.hrana.address import Address
from mastra_store.records.memory import Message, Resource, Thread
from mastra_store.storage import Storage
from tests.conftest import our_tables
from tests.interop.peer import Peer, TypeScriptStore, peer
from tests.requirements import skip_or_fail
from tests.servers import MissingServerError
from tests.servers.postgres import MAJORS, PostgresServer
from tests.servers.sqld import LibsqlServer


@dataclass
class Shared:
    """A database that both have open."""

    backend: str
    typescript: TypeScriptStore
    python: Storage


def sent(record: Thread | Message | Resource) -> dict[str, Any]:
    """A record as TypeScript takes it; what is ``None`` is left out, as ``undefined`` would be."""
    return {name: value for name, value in record.to_dict(by_alias=True).items() if value is not None}


@pytest.fixture(scope="session")
def node() -> Iterator[Peer]:
    """The process in which the TypeScript stores run."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(peer())
        except MissingServerError as missing:
            skip_or_fail("Node", missing)
        yield running


@pytest.fixture(params=["typescript", "python"])
def maker(request: pytest.FixtureRequest) -> str:
    """Who made the tables."""
    return str(request.param)


ON_MONGODB = {
    "test_agents",
    "test_memory",
    "test_observability",
    "test_scores",
    "test_workflows",
    "test_workflow_threads",
}
"""Modules of the domains that MongoDB has."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that ``needs("sql")`` is not run on MongoDB."""
    if "database" in metafunc.fixturenames:
        sql_only = any("sql" in marker.args for marker in metafunc.definition.iter_markers("needs"))
        on_mongodb = metafunc.module.__name__.rpartition(".")[2] in ON_MONGODB and not sql_only
        kinds = ["postgresql", "libsql", "sqld", *(["mongodb"] if on_mongodb else [])]
        metafunc.parametrize("database", kinds, indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest, maker: str) -> Iterator[tuple[str, str]]:
    """A database with the tables of either maker and no rows: its kind, and its URL or path.

    Those of which a test has changed only rows are used again, so that a store can be kept open on them.
    """
    if request.param == "libsql":
        files: Files = request.getfixturevalue("files")
        with files.copy(request.getfixturevalue(f"{maker}_file")) as path:
            yield "libsql", str(path)
    elif request.param == "sqld":
        server: LibsqlServer = request.getfixturevalue("libsql_server")
        server.migrated(*request.getfixturevalue(f"{maker}_statements"))
        yield "libsql", server.url
    elif request.param == "mongodb":
        with request.getfixturevalue("mongodb_server").used_database(maker) as url:
            if maker == "python":
                _make_collections(url)
            yield "mongodb", url
    else:
        server = request.getfixturevalue("postgres_servers")(max(MAJORS))
        with server.copy(request.getfixturevalue(f"{maker}_template")) as url:
            yield "postgresql", url


def _make_collections(url: str) -> None:
    with pymongo.MongoClient[dict[str, Any]](url) as client:
        database = client.get_default_database()
        if not database.list_collection_names():
            for command in json.loads(export_schemas(dialect="mongodb")):
                database.command(command)


class Files:
    """Copies of SQLite files."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._numbers = count(1)
        self._ready: dict[Path, list[Path]] = defaultdict(list)

    @contextmanager
    def copy(self, template: Path) -> Iterator[Path]:
        """A copy of a file without rows. One of which only rows were changed is emptied and used again."""
        ready = self._ready[template]
        path = ready.pop() if ready else self._directory / f"{next(self._numbers)}.db"
        if not path.exists():
            shutil.copy(template, path)
        yield path
        with closing(sqlite3.connect(path)) as copy, closing(sqlite3.connect(template)) as original, copy:
            definitions = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
            tables = copy.execute(definitions).fetchall()
            if tables == original.execute(definitions).fetchall():
                for name in (name for kind, name, _ in tables if kind == "table"):
                    if original.execute(f'SELECT 1 FROM "{name}"').fetchone() is None:
                        copy.execute(f'DELETE FROM "{name}"')
                ready.append(path)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("files"))


def opened(node: Peer, backend: str, place: str) -> AbstractContextManager[TypeScriptStore]:
    """A TypeScript store on a database."""
    if backend in ("postgresql", "mongodb"):
        return node.open("pg" if backend == "postgresql" else backend, place)
    if "://" not in place:
        return node.open("libsql", f"file:{place}")
    address = Address.of(place)
    return node.open("libsql", address.base, token=address.token)


@pytest.fixture(scope="session")
def stores(node: Peer) -> Iterator[Callable[[str, str, str], TypeScriptStore]]:
    """The TypeScript store of a maker, backend and place: kept open, since to open it takes longer than most tests."""
    with ExitStack() as stack:

        @cache
        def store(maker: str, backend: str, place: str) -> TypeScriptStore:
            return stack.enter_context(opened(node, backend, place))

        yield store


@pytest.fixture
async def shared(
    stores: Callable[[str, str, str], TypeScriptStore], maker: str, database: tuple[str, str]
) -> AsyncIterator[Shared]:
    """The database without rows, open on both sides. Neither may change its tables any more."""
    backend, place = database
    storages: dict[str, Any] = {"postgresql": PgStorage, "libsql": LibSQLStorage, "mongodb": MongoStorage}
    typescript = stores(maker, backend, place)
    async with storages[backend](place, create_schema="never") as python:
        yield Shared(backend, typescript, python)


@pytest.fixture(scope="session")
def typescript_template(postgres_servers: Callable[[int], PostgresServer], node: Peer) -> str:
    """A database with the tables of @mastra/pg."""
    server = postgres_servers(max(MAJORS))
    with node.open("pg", server.url_of(name := server.create())):
        return name


@pytest.fixture(scope="session")
def python_template(
    postgres_servers: Callable[[int], PostgresServer], migrated_template: Callable[[int], str], node: Peer
) -> str:
    """A database with our tables. @mastra/pg has put its own text into our function, as it does when it is opened."""
    server = postgres_servers(max(MAJORS))
    with node.open("pg", server.url_of(name := server.create(migrated_template(max(MAJORS))))):
        return name


@pytest.fixture(scope="session")
def typescript_file(tmp_path_factory: pytest.TempPathFactory, node: Peer) -> Path:
    """A file with the tables of @mastra/libsql."""
    path = tmp_path_factory.mktemp("typescript") / "mastra.db"
    with node.open("libsql", f"file:{path}"):
        pass
    # LibSQL leaves its write-ahead log behind, and the file alone is copied.
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture(scope="session")
def python_file(migrated_file: Path) -> Path:
    """A file with our tables."""
    return migrated_file


@pytest.fixture(scope="session")
def typescript_statements(typescript_file: Path) -> list[str]:
    """What makes the tables of @mastra/libsql. On an empty server it makes them all at once, and fails as often as not
    because its own statements lock each other out."""
    connection = sqlite3.connect(typescript_file)
    found = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, rowid")
    statements = [sql for (sql,) in found]
    connection.close()
    return statements


@pytest.fixture(scope="session")
def python_statements() -> list[str]:
    """What makes our tables."""
    return our_tables()
