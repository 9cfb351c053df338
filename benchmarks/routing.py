"""What choosing a server costs: a storage with a replica beside a plain one on that very replica."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from mastra_store import PgStorage, migrations
from tests.servers.postgres import primary_of_standbys

from . import data
from .beside import beside_a_storage
from .operations import PER_PAGE
from .raw import Raw
from .setting import POSTGRES_POOL, Sides, fill_postgres

TARGET = 1.15


OPERATIONS = (
    beside_a_storage(
        "get thread, routed",
        TARGET,
        lambda number: data.thread_id(number * 37 % (data.RESOURCES * data.THREADS_OF_A_RESOURCE)),
        lambda storage, thread: storage.memory.get_thread_by_id(thread),
    ),
    beside_a_storage(
        f"list {PER_PAGE} messages, routed",
        TARGET,
        lambda number: data.thread_id(number % data.LONG_THREADS),
        lambda storage, thread: storage.memory.list_messages(thread, per_page=PER_PAGE),
    ),
)


@asynccontextmanager
async def replicated_sides(major: int) -> AsyncIterator[Sides]:
    with primary_of_standbys(major) as primary, primary.database() as url:
        migrations.upgrade(url)
        fill_postgres(url)
        with primary.standby() as standby:
            replica = standby.url_of(url.rpartition("/")[2])
            async with (
                PgStorage(primary=url, replicas=[replica], pool_size=POSTGRES_POOL, create_schema="never") as ours,
                PgStorage(replica, pool_size=POSTGRES_POOL, create_schema="never") as plain,
            ):
                side = cast("Raw", plain)
                yield Sides(ours, side, side, lambda: None)
