"""Servers, databases and storages for the tests.

``postgres_url`` gives a fresh database on PostgreSQL 18 and on 16, each in its own run of the test;
``@pytest.mark.postgres(18)`` asks for 18 alone. ``MASTRA_TEST_POSTGRES_URL`` names a server to use instead of both.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.requirements import MissingServerError, skip_or_fail
from tests.servers.postgres import GIVEN, MAJORS, PostgresServer, postgres

# Times on a shared machine say nothing about our code, and a database that a property test fills is fresh enough.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("default"), print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "postgres_major" not in metafunc.fixturenames:
        return
    wanted = metafunc.definition.get_closest_marker("postgres")
    majors = (wanted.args if wanted else MAJORS) if GIVEN is None else MAJORS[:1]
    metafunc.parametrize("postgres_major", majors, ids=[_postgresql(major) for major in majors], scope="function")


def _postgresql(major: int) -> str:
    return f"postgresql-{major}" if GIVEN is None else "postgresql"


@pytest.fixture(scope="session")
def postgres_servers() -> Iterator[Callable[[int], PostgresServer]]:
    """The server of a major version, started when it is first asked for."""
    running: dict[int, PostgresServer] = {}
    with ExitStack() as stack:

        def server(major: int) -> PostgresServer:
            if major not in running:
                try:
                    running[major] = stack.enter_context(postgres(major))
                except MissingServerError as missing:
                    skip_or_fail("PostgreSQL", missing)
            return running[major]

        yield server


@pytest.fixture
def postgres_server(postgres_servers: Callable[[int], PostgresServer], postgres_major: int) -> PostgresServer:
    return postgres_servers(postgres_major)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A fresh, empty database: ``postgresql://postgres@127.0.0.1:PORT/NAME``."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture
def pg_bin(postgres_server: PostgresServer) -> Path:
    """The directory of ``pg_dump`` and ``psql``."""
    return postgres_server.binaries


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    """Where a fresh SQLite file may be made."""
    return tmp_path / "mastra.db"
