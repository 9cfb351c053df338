"""One database, two languages: opened by a TypeScript store and by one of ours at the same time."""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymongo
import pytest

from mastra_store import LibSQLStorage, MongoStorage, PgStorage, export_schemas
from mastra_store.hrana.address import Address
from mastra_store.records.memory import Message, Resource, Thread
from mastra_store.storage import Storage
from tests.conftest import statements_of
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
    """A fresh database with the tables of either maker: its kind, and its URL or path."""
    if request.param == "libsql":
        path = request.getfixturevalue("sqlite_path")
        shutil.copy(request.getfixturevalue(f"{maker}_file"), path)
        yield "libsql", str(path)
    elif request.param == "sqld":
        server: LibsqlServer = request.getfixturevalue("libsql_server")
        server.migrated(*request.getfixturevalue(f"{maker}_statements"))
        yield "libsql", server.url
    elif request.param == "mongodb":
        url = request.getfixturevalue("mongodb_url")
        if maker == "python":
            with pymongo.MongoClient[dict[str, Any]](url) as client:
                for command in json.loads(export_schemas(dialect="mongodb")):
                    client.get_default_database().command(command)
        yield "mongodb", url
    else:
        server = request.getfixturevalue("postgres_servers")(max(MAJORS))
        with server.copy(request.getfixturevalue(f"{maker}_template")) as url:
            yield "postgresql", url


def opened(node: Peer, backend: str, place: str) -> AbstractContextManager[TypeScriptStore]:
    """A TypeScript store on a database."""
    if backend in ("postgresql", "mongodb"):
        return node.open("pg" if backend == "postgresql" else backend, place)
    if "://" not in place:
        return node.open("libsql", f"file:{place}")
    address = Address.of(place)
    return node.open("libsql", address.base, token=address.token)


@pytest.fixture
async def shared(node: Peer, database: tuple[str, str]) -> AsyncIterator[Shared]:
    """The fresh database, open on both sides. Neither may change its tables any more."""
    backend, place = database
    storages: dict[str, Any] = {"postgresql": PgStorage, "libsql": LibSQLStorage, "mongodb": MongoStorage}
    with opened(node, backend, place) as typescript:
        async with storages[backend](place, create_schema="never") as python:
            yield Shared(backend, typescript, python)


@pytest.fixture(scope="session")
def typescript_template(postgres_servers: Callable[[int], PostgresServer], node: Peer) -> str:
    """A database with the tables of @mastra/pg."""
    server = postgres_servers(max(MAJORS))
    with node.open("pg", server.url_of(name := server.create())):
        return name


@pytest.fixture(scope="session")
def python_template(migrated_template: Callable[[int], str]) -> str:
    """A database with our tables."""
    return migrated_template(max(MAJORS))


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
    return statements_of(export_schemas(dialect="sqlite"))
