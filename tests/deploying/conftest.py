"""A database whose tables one role made, and that another uses, which may do nothing but read and write rows."""

from collections.abc import AsyncIterator, Callable, Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from mastra_store import PgStorage, migrations
from mastra_store.grants import render_grants
from mastra_store.storage import Storage
from tests.servers.postgres import MAJORS, PostgresServer

MIGRATOR, AGENT = "mastra_test_migrator", "mastra_test_agent"
_ROLES = "DO $$ BEGIN IF to_regrole('{0}') IS NULL THEN CREATE ROLE {0} LOGIN PASSWORD '{0}'; END IF; END $$"


def as_role(role: str, url: str) -> str:
    """The URL with another role's name and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{role}:{role}@{parts.netloc.rpartition('@')[2]}").geturl()


@pytest.fixture(scope="session")
def deployed_template(postgres_servers: Callable[[int], PostgresServer]) -> str:
    """A database as a pipeline makes it: an administrator grants, then the migrating role migrates."""
    server = postgres_servers(max(MAJORS))
    url = server.url_of(name := server.create())
    with psycopg.connect(url, autocommit=True) as administrator:
        for role in (MIGRATOR, AGENT):
            administrator.execute(_ROLES.format(role))
        administrator.execute(render_grants(owner=MIGRATOR, runtime=AGENT))
    migrations.upgrade(as_role(MIGRATOR, url))
    return name


@pytest.fixture
def storage_url(deployed_template: str, postgres_servers: Callable[[int], PostgresServer]) -> Iterator[str]:
    """Such a database, as the application's role."""
    with postgres_servers(max(MAJORS)).copy(deployed_template) as url:
        yield as_role(AGENT, url)


@pytest.fixture
async def storage(storage_url: str) -> AsyncIterator[Storage]:
    async with PgStorage(storage_url, create_schema="never") as storage:
        yield storage
