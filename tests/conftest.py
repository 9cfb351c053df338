"""Servers, databases and storages for the tests.

``postgres_url`` gives a fresh database on PostgreSQL 18 and on 16, each in its own run of the test;
``@pytest.mark.postgres(18)`` asks for 18 alone. ``MASTRA_TEST_POSTGRES_URL`` names a server to use instead of both.
``sqld`` is a LibSQL server, and ``libsql_url`` a fresh, empty database on it; ``MASTRA_TEST_LIBSQL_URL`` and
``MASTRA_TEST_LIBSQL_TOKEN`` name another. ``mongodb_url`` gives a fresh database on SecantusDB, or on the server that
``MASTRA_TEST_MONGODB_URL`` names.
``storage`` is open on fresh, migrated tables or collections: on SQLite, and on each of those servers. A test that
``needs("sql")`` is not run on MongoDB. Some run on fewer: see ``backends``.
"""

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from mastra_store import export_schemas, migrations, open_storage
from mastra_store.storage import Storage
from mastra_store.testing.capabilities import ALL_CAPABILITIES
from tests.requirements import skip_or_fail
from tests.servers import MissingServerError, roles, sqld, upstash
from tests.servers.mongodb import MongoServer, mongodb
from tests.servers.postgres import GIVEN, MAJORS, PostgresServer, postgres
from tests.servers.valkey import valkey_url

pytest_plugins = ["mastra_store.testing.capabilities"]

# Times on a shared machine say nothing about our code, and a database that a property test fills is fresh enough.
settings.register_profile(
    "default",
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile("ci", settings.get_profile("default"), print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


# One given server stands for all versions.
VERSIONS = {f"postgresql-{major}": major for major in MAJORS} if GIVEN is None else {"postgresql": MAJORS[0]}


SQL = ["sqlite", "libsql", *VERSIONS]
LACKING_ON_MONGODB = {"savepoints", "sql"}
ON_MONGODB = {
    "agents.test_processes",
    "conformance.test_agents",
    "conformance.test_memory",
    "conformance.test_observability",
    "conformance.test_retention",
    "conformance.test_scores",
    "conformance.test_vectors",
    "conformance.test_workflows",
    "domains.test_one_list",
    "workflows.test_processes",
}
"""Modules whose tests of a storage run there, too: those of the domains that it has."""
ON_EVERY_POSTGRESQL = {
    "conformance.test_workflows",
    "domains.test_one_list",
    "workflows.test_processes",
}
"""Modules whose tests of a storage run on the older one, too."""


EVERYWHERE = bool(os.environ.get("MASTRA_TEST_EVERYWHERE"))
"""Run every test of a storage on every backend, which takes half as long again."""


def backends(module: str, needed: set[str], *, refused: bool) -> list[str]:
    """Where the tests of a storage run.

    What is refused never reaches a database, so one file and one server show it. What the older PostgreSQL does
    otherwise, the domains that write in most ways show: memory and workflows.
    """
    newest = next(iter(VERSIONS))
    if refused and not EVERYWHERE:
        return ["sqlite", newest]
    found = SQL if EVERYWHERE or module in ON_EVERY_POSTGRESQL else ["sqlite", "libsql", newest]
    return [*found, "mongodb"] if module in ON_MONGODB and not needed & LACKING_ON_MONGODB else found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "storage_backend" in metafunc.fixturenames:
        needed = {name for marker in metafunc.definition.iter_markers("needs") for name in marker.args}
        refused = metafunc.cls is not None and metafunc.cls.__name__.startswith("TestRefused")
        module = ".".join(metafunc.module.__name__.split(".")[-2:])
        metafunc.parametrize("storage_backend", backends(module, needed, refused=refused))
    if "postgres_major" not in metafunc.fixturenames:
        return
    wanted = metafunc.definition.get_closest_marker("postgres")
    versions = {name: major for name, major in VERSIONS.items() if GIVEN or wanted is None or major in wanted.args}
    metafunc.parametrize("postgres_major", versions.values(), ids=versions.keys(), scope="function")


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
    if postgres_server.binaries is None:
        skip_or_fail("PostgreSQL", MissingServerError("pg_dump comes with its wheel: run `make servers`"))
    return postgres_server.binaries


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    """Where a fresh SQLite file may be made."""
    return tmp_path / "mastra.db"


@pytest.fixture(scope="session")
def migrated_template(postgres_servers: Callable[[int], PostgresServer]) -> Callable[[int], str]:
    """The name of a database with all tables on the server of a major version, to be copied and never changed."""

    @cache
    def template(major: int) -> str:
        server = postgres_servers(major)
        name = server.create()
        migrations.upgrade(server.url_of(name))
        with psycopg.connect(server.url_of(name)) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        return name

    return template


@pytest.fixture
def migrated_databases(
    postgres_servers: Callable[[int], PostgresServer], migrated_template: Callable[[int], str]
) -> Iterator[Callable[[int], str]]:
    """The URL of a database with all tables and no rows, on the server of a major version."""
    with ExitStack() as stack:
        yield lambda major: stack.enter_context(postgres_servers(major).copy(migrated_template(major)))


@pytest.fixture
def migrated_url(migrated_databases: Callable[[int], str], postgres_major: int) -> str:
    """A database with all tables and no rows."""
    return migrated_databases(postgres_major)


@pytest.fixture(scope="module")
def filled_url(
    postgres_servers: Callable[[int], PostgresServer], migrated_template: Callable[[int], str]
) -> Iterator[Callable[..., str]]:
    """The URL of a database with all tables, filled by statements: the tests of a module share it, and only read."""
    server, template = postgres_servers(max(MAJORS)), migrated_template(max(MAJORS))
    with ExitStack() as stack:

        def filled(*statements: str) -> str:
            url = stack.enter_context(server.database(template))
            with psycopg.connect(url, autocommit=True) as connection:
                for statement in statements:
                    connection.execute(statement.encode())
            return url

        yield filled


@pytest.fixture(scope="session")
def deployed_template(postgres_servers: Callable[[int], PostgresServer]) -> str:
    """The name of a database as a pipeline makes it, of which ``roles.AGENT`` uses the tables."""
    return roles.deployed(postgres_servers(max(MAJORS)))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, to be copied and never changed."""
    path = tmp_path_factory.mktemp("migrated") / "mastra.db"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def running_libsql() -> Iterator[sqld.LibsqlServer]:
    """The LibSQL server of this process."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(sqld.libsql())
        except MissingServerError as missing:
            skip_or_fail("sqld", missing)
        yield server


@pytest.fixture(scope="session")
def mongodb_server() -> Iterator[MongoServer]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(mongodb())
        except MissingServerError as missing:
            skip_or_fail("MongoDB", missing)
        yield server


@pytest.fixture
def libsql_server(running_libsql: sqld.LibsqlServer) -> Iterator[sqld.LibsqlServer]:
    """The server, whose one database tests use in turn."""
    with running_libsql.turn():
        yield running_libsql


@pytest.fixture
def libsql_url(libsql_server: sqld.LibsqlServer) -> str:
    """A fresh, empty database: ``libsql://127.0.0.1:PORT?tls=0&authToken=...``."""
    libsql_server.empty()
    return libsql_server.url


@pytest.fixture
def own_sqld() -> Iterator[sqld.Sqld]:
    """A server that the test may kill, and whose tokens it may make."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(sqld.sqld())
        except MissingServerError as missing:
            skip_or_fail("sqld", missing)
        yield server


def statements_of(script: str) -> list[str]:
    """The statements of a script of ours, in which each ends its line with a semicolon."""
    return [statement for each in script.split(";\n") if (statement := each.strip())]


@cache
def our_tables() -> list[str]:
    """The statements that make our tables on SQLite and LibSQL."""
    return statements_of(export_schemas(dialect="sqlite"))


@pytest.fixture
def mongodb_url(mongodb_server: MongoServer) -> Iterator[str]:
    """A fresh, empty database: ``mongodb://127.0.0.1:PORT/NAME``."""
    with mongodb_server.database() as url:
        yield url


@pytest.fixture
def storage_url(request: pytest.FixtureRequest, storage_backend: str) -> Iterator[str]:
    """Where fresh, migrated tables are, or their like."""
    if storage_backend == "mongodb":
        with request.getfixturevalue("mongodb_server").used_database() as url:
            yield url
    elif storage_backend == "sqlite":
        path = request.getfixturevalue("sqlite_path")
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
    elif storage_backend == "libsql":
        server: sqld.LibsqlServer = request.getfixturevalue("libsql_server")
        server.migrated(*our_tables())
        yield server.url
    else:
        yield request.getfixturevalue("migrated_databases")(VERSIONS[storage_backend])


@pytest.fixture
def capabilities(request: pytest.FixtureRequest) -> frozenset[str]:
    """What the storage's backend can do."""
    url = request.getfixturevalue("storage_url") if "storage_url" in request.fixturenames else ""
    lacking = {
        "sqlite": {"namespaces"},
        "libsql": {"namespaces", "patterns"},
        "mongodb": {"namespaces", *LACKING_ON_MONGODB},
    }
    return ALL_CAPABILITIES - lacking.get(url.partition(":")[0], set())


@pytest.fixture
async def storage(storage_url: str) -> AsyncIterator[Storage]:
    """A storage, open on fresh tables."""
    async with open_storage(storage_url) as storage:
        yield storage


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A server that all tests share: their keys begin with databases of their own."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(valkey_url())
        except MissingServerError as missing:
            skip_or_fail("Valkey", missing)
        yield url


@pytest.fixture(scope="session")
def upstash_url(redis_url: str) -> Iterator[str]:
    """Upstash's interface before the server that all tests share. Its token is ``upstash.TOKEN``."""
    with upstash.upstash_gateway(redis_url) as url:
        yield url
