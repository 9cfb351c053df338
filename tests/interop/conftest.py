"""One database, two languages: opened by a TypeScript store and by one of ours at the same time."""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymongo
import pytest

from mastra_store import MongoStorage, PgStorage, SqliteStorage, export_schemas
from mastra_store.records.memory import Message, Resource, Thread
from mastra_store.storage import Storage
from tests.interop.peer import Peer, TypeScriptStore, peer
from tests.requirements import skip_or_fail
from tests.servers import MissingServerError
from tests.servers.postgres import MAJORS, PostgresServer


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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that ``needs("sql")`` is not run on MongoDB."""
    if "database" in metafunc.fixturenames:
        sql_only = any("sql" in marker.args for marker in metafunc.definition.iter_markers("needs"))
        metafunc.parametrize("database", ["postgresql", "libsql", *([] if sql_only else ["mongodb"])], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest, maker: str) -> Iterator[tuple[str, str]]:
    """A fresh database with the tables of either maker: its kind, and its URL or path."""
    if request.param == "libsql":
        path = request.getfixturevalue("sqlite_path")
        shutil.copy(request.getfixturevalue(f"{maker}_file"), path)
        yield "libsql", str(path)
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


@pytest.fixture
async def shared(node: Peer, database: tuple[str, str]) -> AsyncIterator[Shared]:
    """The fresh database, open on both sides. Neither may change its tables any more."""
    backend, place = database
    kind = {"postgresql": "pg"}.get(backend, backend)
    url = f"file:{place}" if backend == "libsql" else place
    storages: dict[str, Any] = {"postgresql": PgStorage, "libsql": SqliteStorage, "mongodb": MongoStorage}
    with node.open(kind, url) as typescript:
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
