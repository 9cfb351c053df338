"""What is read after it was written, and units of work, on a primary and a standby that follows it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from mastra_store import PgStorage, Storage, migrations
from mastra_store.testing.entity_saving import *  # noqa: F403
from mastra_store.testing.message_changes import *  # noqa: F403
from mastra_store.testing.messages import *  # noqa: F403
from mastra_store.testing.score_saving import *  # noqa: F403
from mastra_store.testing.spans import *  # noqa: F403
from mastra_store.testing.threads import *  # noqa: F403
from mastra_store.testing.transactions import *  # noqa: F403
from mastra_store.testing.workflow_updates import *  # noqa: F403
from tests.conformance.servers_alone import without_refusals
from tests.servers.postgres import Primary, Standby

without_refusals(globals())


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
