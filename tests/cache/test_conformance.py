"""Behind a cache a storage keeps every promise that it keeps without.

Behind Valkey, as processes share it, in every run. With ``MASTRA_TEST_EVERY_CACHE=1`` also in memory and on Upstash.
"""

import os
from collections.abc import AsyncIterator

import pytest

from mastra_store import CachedStorage, MemoryCache, RedisCache, SqliteStorage, UpstashCache
from mastra_store.cache.base import Cache
from mastra_store.testing.entity_saving import *  # noqa: F403
from mastra_store.testing.entity_views import *  # noqa: F403
from mastra_store.testing.memory import *  # noqa: F403
from mastra_store.testing.retention import *  # noqa: F403
from mastra_store.testing.workflows import *  # noqa: F403
from tests.conformance.servers_alone import without_refusals
from tests.servers.upstash import TOKEN

without_refusals(globals())

CACHES = ["redis", "memory", "upstash"] if os.environ.get("MASTRA_TEST_EVERY_CACHE") else ["redis"]


@pytest.fixture(params=CACHES)
async def storage(request: pytest.FixtureRequest, inner: SqliteStorage) -> AsyncIterator[CachedStorage]:
    cache: Cache
    match request.param:
        case "redis":
            cache = RedisCache(request.getfixturevalue("redis_url"), timeout=60)
        case "upstash":
            cache = UpstashCache(request.getfixturevalue("upstash_url"), TOKEN, timeout=60)
        case _:
            cache = MemoryCache()
    async with CachedStorage(inner, cache=cache) as storage:
        yield storage
        assert storage.counts.failures == 0
