"""Storages behind caches."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mastra_store import CachedStorage, MemoryCache, SqliteStorage, Storage


@pytest.fixture
async def inner(sqlite_path: Path, migrated_file: Path) -> AsyncIterator[SqliteStorage]:
    """A storage without a cache, on fresh tables."""
    shutil.copy(migrated_file, sqlite_path)
    async with SqliteStorage(sqlite_path) as storage:
        yield storage


@pytest.fixture
async def storage(inner: SqliteStorage) -> AsyncIterator[Storage]:
    """A storage behind a cache in memory."""
    async with CachedStorage(inner, cache=MemoryCache()) as storage:
        yield storage
