"""A storage behind PgBouncer in transaction mode, before PostgreSQL 18."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from mastra_store import PgStorage
from mastra_store.storage import Storage
from tests.requirements import skip_or_fail
from tests.servers import MissingServerError
from tests.servers.pgbouncer import pgbouncer
from tests.servers.postgres import MAJORS, PostgresServer

Bouncers = Callable[[str, int], str]


@pytest.fixture(scope="session")
def bouncers(postgres_servers: Callable[[int], PostgresServer]) -> Iterator[Bouncers]:
    """The URL of a database through a PgBouncer with so many connections to it; started when it is first asked for."""
    addresses: dict[int, str] = {}
    with ExitStack() as stack:

        def through(url: str, pool_size: int) -> str:
            if pool_size not in addresses:
                try:
                    addresses[pool_size] = urlsplit(stack.enter_context(pgbouncer(url, pool_size=pool_size))).netloc
                except MissingServerError as missing:
                    skip_or_fail("PgBouncer", missing)
            return urlsplit(url)._replace(netloc=addresses[pool_size]).geturl()

        yield through


@pytest.fixture
def storage_url(
    postgres_servers: Callable[[int], PostgresServer], migrated_template: Callable[[int], str], bouncers: Bouncers
) -> Iterator[str]:
    """Where fresh, migrated tables are, through three connections."""
    newest = max(MAJORS)
    with postgres_servers(newest).copy(migrated_template(newest)) as url:
        yield bouncers(url, 3)


@pytest.fixture
async def storage(storage_url: str) -> AsyncIterator[Storage]:
    async with PgStorage(storage_url, prepare=False) as storage:
        yield storage
