"""A database whose tables one role made, and that another uses, which may do nothing but read and write rows."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from mastra_store import PgStorage
from mastra_store.storage import Storage
from tests.servers.postgres import MAJORS, PostgresServer
from tests.servers.roles import AGENT, as_role


@pytest.fixture
def storage_url(deployed_template: str, postgres_servers: Callable[[int], PostgresServer]) -> Iterator[str]:
    """Such a database, as the application's role."""
    with postgres_servers(max(MAJORS)).copy(deployed_template) as url:
        yield as_role(AGENT, url)


@pytest.fixture
async def storage(storage_url: str) -> AsyncIterator[Storage]:
    async with PgStorage(storage_url, create_schema="never") as storage:
        yield storage
