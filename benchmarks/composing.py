"""What a composite store costs: one before a storage on PostgreSQL, beside that very storage."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from mastra_store import MastraCompositeStore, PgStorage, migrations
from tests.servers.databases import PostgresServer

from . import data
from .beside import beside_a_storage
from .operations import PER_PAGE
from .raw import Raw
from .setting import POSTGRES_POOL, Sides, fill_postgres

TARGET = 1.02

OPERATIONS = (
    beside_a_storage(
        "get thread, composite",
        TARGET,
        lambda number: data.thread_id(number * 37 % (data.RESOURCES * data.THREADS_OF_A_RESOURCE)),
        lambda storage, thread: storage.memory.get_thread_by_id(thread),
    ),
    beside_a_storage(
        f"list {PER_PAGE} messages, composite",
        TARGET,
        lambda number: data.thread_id(number % data.LONG_THREADS),
        lambda storage, thread: storage.memory.list_messages(thread, per_page=PER_PAGE),
    ),
)


@asynccontextmanager
async def composite_sides(server: PostgresServer) -> AsyncIterator[Sides]:
    with server.database() as url:
        migrations.upgrade(url)
        fill_postgres(url)
        async with PgStorage(url, pool_size=POSTGRES_POOL, create_schema="never") as plain:
            side = cast("Raw", plain)
            yield Sides(MastraCompositeStore(default=plain), side, side, lambda: None)
