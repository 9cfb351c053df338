"""Storages behind caches."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mastra_store import CachedStorage, MemoryCache, SqliteStorage
from tests.cache.breakable import BreakableCache
from tests.requirements import skip_or_fail
from tests.servers import MissingServerError
from tests.servers.valkey import ValkeyServer, bundled_valkey


@pytest.fixture
async def inner(sqlite_path: Path, migrated_file: Path) -> AsyncIterator[SqliteStorage]:
    """A storage without a cache, on fresh tables."""
    shutil.copy(migrated_file, sqlite_path)
    async with SqliteStorage(sqlite_path) as storage:
        yield storage


@pytest.fixture
def cache() -> BreakableCache:
    """A cache in memory that a test may take down."""
    return BreakableCache(MemoryCache())


@pytest.fixture
async def storage(inner: SqliteStorage, cache: BreakableCache) -> AsyncIterator[CachedStorage]:
    """A storage behind the cache."""
    async with CachedStorage(inner, cache=cache, retry_after=1e-6) as storage:
        yield storage


@pytest.fixture
def asked(inner: SqliteStorage) -> Iterator[list[str]]:
    """The names of the statements that the database was asked, a list that a test may clear."""
    names: list[str] = []
    end = inner.observe(lambda executed: names.append(executed.operation))
    yield names
    end()


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    """A server of the test's own, to be stopped and frozen."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(bundled_valkey())
        except MissingServerError as missing:
            skip_or_fail("Valkey", missing)
        yield server
