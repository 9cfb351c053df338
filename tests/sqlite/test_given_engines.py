"""An engine of the caller's, whose driver begins transactions late and knows of no read-only ones."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from mastra_store import MastraError, SqliteStorage, Thread

WRITERS = 8


@pytest.fixture
async def engine(sqlite_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{sqlite_path}", connect_args={"timeout": 60})
    yield engine
    await engine.dispose()


def count(thread: Thread) -> dict[str, int]:
    return {"calls": (thread.metadata or {}).get("calls", 0) + 1}


@pytest.mark.parametrize("how", ["alone", "in a unit", "in a session", "on a connection"])
async def test_changes_that_depend_on_what_was_read_are_all_kept(engine: AsyncEngine, how: str) -> None:
    async with SqliteStorage(engine) as storage:
        await storage.memory.create_thread(resource_id="r", thread_id="t")

        async def change() -> None:
            match how:
                case "alone":
                    await storage.memory.update_thread_metadata("t", count)
                case "in a unit":
                    async with storage.transaction() as tx:
                        await tx.memory.update_thread_metadata("t", count)
                case "in a session":
                    async with AsyncSession(engine) as session, storage.transaction(session=session) as tx:
                        await tx.memory.update_thread_metadata("t", count)
                        await session.commit()
                case "on a connection":
                    async with engine.begin() as connection, storage.transaction(connection=connection) as tx:
                        await tx.memory.update_thread_metadata("t", count)

        await asyncio.gather(*(change() for _ in range(WRITERS)))

        thread = await storage.memory.get_thread_by_id("t")
    assert thread is not None
    assert thread.metadata == {"calls": WRITERS}


async def test_a_read_only_unit_refuses_to_write_and_leaves_the_connection_as_it_was(engine: AsyncEngine) -> None:
    async with SqliteStorage(engine) as storage:
        with pytest.raises(MastraError):
            async with storage.transaction(read_only=True) as tx:
                await tx.memory.create_thread(resource_id="r", thread_id="t")

        async with storage.transaction(read_only=True) as tx:
            assert (await tx.memory.list_threads()).total == 0
        async with engine.connect() as connection:
            assert (await connection.scalar(text("PRAGMA query_only"))) == 0
