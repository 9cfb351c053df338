"""What a cache saves and costs: a storage behind one, beside the same storage without it (as raw).

In memory a hit is no round trip. In Valkey it is one, as the database's is: what is saved there is the database's work,
so that no less time is asked for. A write tells the cache twice, which in Valkey are two round trips more; no target is
set for those.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from mastra_store import CachedStorage, MemoryCache, Order, PgStorage, RedisCache, migrations
from mastra_store.cache.base import Cache
from mastra_store.storage import Storage
from tests.servers.databases import PostgresServer

from . import data
from .beside import beside_a_storage
from .operations import PER_PAGE, Operation
from .raw import Raw
from .setting import POSTGRES_POOL, Sides, fill_postgres

NEWEST = Order("created_at", "desc")
HOT = 8
"""So many rows are asked for again and again."""


def _reads(target: float) -> tuple[Operation, ...]:
    return (
        beside_a_storage(
            "get thread, cached",
            target,
            lambda number: data.thread_id(number % HOT),
            lambda storage, thread: storage.memory.get_thread_by_id(thread),
        ),
        beside_a_storage(
            f"list last {PER_PAGE} messages, cached",
            target,
            lambda number: data.thread_id(number % HOT),
            lambda storage, thread: storage.memory.list_messages(thread, per_page=PER_PAGE, order=NEWEST),
        ),
        beside_a_storage(
            "load snapshot, cached",
            target,
            lambda number: data.run_id(number % HOT),
            lambda storage, run: storage.workflows.load_workflow_snapshot(data.WORKFLOW, run),
        ),
    )


async def _rename(storage: Storage, thread: str) -> str:
    return (await storage.memory.update_thread(thread, title="Renamed")).title


IN_MEMORY = (
    *_reads(0.7),
    beside_a_storage("update thread, cached", 1.2, lambda number: data.thread_id(number % HOT), _rename, writes=True),
)
IN_VALKEY = _reads(1.5)


@asynccontextmanager
async def cached_sides(server: PostgresServer, redis_url: str | None) -> AsyncIterator[Sides]:
    """PostgreSQL behind a cache, in memory or at ``redis_url``, and without one."""
    cache: Cache = MemoryCache() if redis_url is None else RedisCache(redis_url)
    with server.database() as url:
        migrations.upgrade(url)
        fill_postgres(url)
        async with (
            CachedStorage(PgStorage(url, pool_size=POSTGRES_POOL, create_schema="never"), cache=cache) as ours,
            PgStorage(url, pool_size=POSTGRES_POOL, create_schema="never") as plain,
        ):
            side = cast("Raw", plain)
            yield Sides(ours, side, side, lambda: None)
