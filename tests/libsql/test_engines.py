"""A storage on an engine of the caller's, and units that join connections of one."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from mastra_store import (
    AlreadyExists,
    InvalidArgument,
    LibSQLStorage,
    PgStorage,
    QueryFailed,
    SqliteStorage,
)
from tests.conftest import our_tables
from tests.servers.sqld import LibsqlServer

HELLO = [{"id": "m", "role": "user", "content": "Hello"}]


@pytest.fixture
async def engine(libsql_server: LibsqlServer) -> AsyncIterator[AsyncEngine]:
    libsql_server.migrated(*our_tables())
    engine = create_async_engine(libsql_server.url)
    yield engine
    await engine.dispose()


async def test_is_shared_and_not_disposed(engine: AsyncEngine) -> None:
    async with LibSQLStorage(engine) as storage:
        await storage.memory.save_messages("t", HELLO)
        async with storage.transaction() as tx:
            await tx.memory.save_messages("t", HELLO)
            assert (await tx.memory.list_threads(resource_id="t")).total == 1
        with pytest.raises(AlreadyExists) as raised:
            await storage.memory.copy_thread("t", new_thread_id="t")

    assert raised.value.id.startswith("MASTRA_STORAGE_LIBSQL_")
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM mastra_messages")) == 1


async def test_a_read_only_unit_on_it_refuses_writes(engine: AsyncEngine) -> None:
    storage = LibSQLStorage(engine)
    with pytest.raises(QueryFailed, match="read-only here"):
        async with storage.transaction(read_only=True) as tx:
            assert await tx.memory.get_messages("t") == []
            await tx.memory.save_messages("t", HELLO)

    await storage.memory.save_messages("t", HELLO)  # its connections write again


async def test_a_connection_of_it_is_joined(engine: AsyncEngine, libsql_server: LibsqlServer) -> None:
    async with LibSQLStorage(libsql_server.url) as storage:
        async with engine.connect() as connection:
            async with storage.transaction(connection=connection) as tx:
                await tx.memory.save_messages("t", HELLO)
                threads = await tx.memory.list_threads(resource_id="t")
            await connection.rollback()

        assert threads.total == 1
        assert await storage.memory.get_messages("t") == []


@pytest.mark.parametrize("storage", [PgStorage])
def test_is_no_postgresql(engine: AsyncEngine, storage: type[PgStorage]) -> None:
    with pytest.raises(InvalidArgument, match="speaks sqlite"):
        storage(engine)


async def test_sqlite_storage_sends_it_to_its_own_class(engine: AsyncEngine) -> None:
    with pytest.raises(InvalidArgument, match="LibSQLStorage"):
        SqliteStorage(engine)
