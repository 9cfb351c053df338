"""Every domain and units of work on a primary and a standby that follows it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from mastra_store import PgStorage, Storage, migrations
from mastra_store.testing.memory import *  # noqa: F403
from mastra_store.testing.retention import *  # noqa: F403
from mastra_store.testing.scores import *  # noqa: F403
from mastra_store.testing.workflows import *  # noqa: F403
from tests.servers.postgres import Primary, Standby


@pytest.fixture(scope="session")
def follower(primary: Primary) -> Iterator[Standby]:
    with primary.standby() as standby:
        yield standby


@pytest.fixture(scope="session")
def replicated_template(primary: Primary) -> str:
    name = primary.create()
    migrations.upgrade(primary.url_of(name))
    return name


@pytest.fixture
async def storage(primary: Primary, follower: Standby, replicated_template: str) -> AsyncIterator[Storage]:
    with primary.copy(replicated_template) as url:
        follower.catch_up()
        replica = follower.url_of(url.rpartition("/")[2])
        async with PgStorage(primary=url, replicas=[replica]) as storage, storage.session_scope():
            yield storage
