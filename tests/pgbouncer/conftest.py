"""A storage as in production: behind PgBouncer in transaction mode, and as a role that may do nothing but read and
write the rows of tables that another role made."""

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
from tests.servers.roles import AGENT, as_role

Bouncers = Callable[[str, int], str]


@pytest.fixture(scope="session")
def bouncers(postgres_servers: Callable[[int], PostgresServer]) -> Iterator[Bouncers]:
    """The URL of a database through a PgBouncer of its role's with so many connections to it."""
    addresses: dict[tuple[str | None, int], str] = {}
    with ExitStack() as stack:

        def through(url: str, pool_size: int) -> str:
            kind = urlsplit(url).username, pool_size
            if kind not in addresses:
                try:
                    addresses[kind] = urlsplit(stack.enter_context(pgbouncer(url, pool_size=pool_size))).netloc
                except MissingServerError as missing:
                    skip_or_fail("PgBouncer", missing)
            return urlsplit(url)._replace(netloc=addresses[kind]).geturl()

        yield through


@pytest.fixture
def storage_url(
    request: pytest.FixtureRequest,
    postgres_servers: Callable[[int], PostgresServer],
    deployed_template: str,
    bouncers: Bouncers,
) -> Iterator[str]:
    """Tables without rows, as the application's role, through three connections.

    A test that ``needs("sql")`` makes tables of its own, or drops some, as one who may.
    """
    own_tables = any("sql" in marker.args for marker in request.node.iter_markers("needs"))
    with postgres_servers(max(MAJORS)).copy(deployed_template) as url:
        yield bouncers(url if own_tables else as_role(AGENT, url), 3)


@pytest.fixture
async def storage(storage_url: str) -> AsyncIterator[Storage]:
    async with PgStorage(storage_url, prepare=False, create_schema="never") as storage:
        yield storage
