"""A fresh database of each kind to migrate, and a copy of the revisions to break."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mastra_store import migrations
from tests.migrations.catalogs import dumped, sqlite_master
from tests.servers.postgres import MAJORS, PostgresServer
from tests.servers.sqld import LibsqlServer


@pytest.fixture(params=["sqlite", "libsql", "postgresql"])
def url(
    request: pytest.FixtureRequest, sqlite_path: Path, postgres_servers: Callable[[int], PostgresServer]
) -> Iterator[str]:
    """A fresh, empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{sqlite_path}"
    elif request.param == "libsql":
        yield request.getfixturevalue("libsql_url")
    else:
        with postgres_servers(max(MAJORS)).database() as url:
            yield url


@pytest.fixture
def definitions(
    request: pytest.FixtureRequest,
    url: str,
    sqlite_path: Path,
    postgres_servers: Callable[[int], PostgresServer],
) -> Callable[[], object]:
    """All that is defined in the database ``url`` at the moment."""
    if url.startswith("libsql"):
        server: LibsqlServer = request.getfixturevalue("libsql_server")
        return server.definitions
    if url.startswith("sqlite"):
        return lambda: sqlite_master(sqlite_path)
    return lambda: dumped(postgres_servers(max(MAJORS)).binaries, url)


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the revisions, which may be changed; migrations from Python use it."""
    copy = tmp_path / "50%" / "alembic"
    shutil.copytree(migrations.script_location(), copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrations, "script_location", lambda: copy)
    return copy
