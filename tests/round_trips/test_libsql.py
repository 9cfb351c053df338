"""How many requests an operation costs on a LibSQL server, and how many HTTP connections."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from mastra_store import DateRange, LibSQLStorage, Storage, migrations
from mastra_store.revisions import REVISIONS
from tests.conftest import our_tables
from tests.servers.hrana_wire import HranaWire, hrana_wire
from tests.servers.sqld import LibsqlServer

HELLO = {"id": "m", "role": "user", "content": "Hello"}

OPERATIONS: dict[str, tuple[int, Callable[[Storage], Awaitable[Any]]]] = {
    "ping": (1, lambda s: s.ping()),
    "get_thread_by_id": (1, lambda s: s.memory.get_thread_by_id("t")),
    "list_threads": (1, lambda s: s.memory.list_threads(resource_id="t", metadata={"a": {"b": [1]}})),
    "list_messages": (1, lambda s: s.memory.list_messages("t")),
    "list_messages, a deep page": (1, lambda s: s.memory.list_messages("t", page=3, per_page=5)),
    "list_messages, bounds": (1, lambda s: s.memory.list_messages("t", between=DateRange())),
    "list_messages, include": (1, lambda s: s.memory.list_messages("t", include=[{"id": "m"}])),
    "list_messages_by_id": (1, lambda s: s.memory.list_messages_by_id(["m", "n"])),
    # BEGIN IMMEDIATE and the messages; the thread; COMMIT
    "save_messages to a thread": (3, lambda s: s.memory.save_messages("t", [HELLO])),
    "save_messages of any threads": (3, lambda s: s.memory.save_messages(messages=[{**HELLO, "thread_id": "t"}])),
    "save_messages, a hundred": (
        3,
        lambda s: s.memory.save_messages("t", [{**HELLO, "id": str(n)} for n in range(100)]),
    ),
    "persist_workflow_snapshot": (
        1,
        lambda s: s.workflows.persist_workflow_snapshot("w", "r", snapshot={"context": {}}),
    ),
    "load_workflow_snapshot": (1, lambda s: s.workflows.load_workflow_snapshot("w", "r")),
    "list_workflow_runs": (1, lambda s: s.workflows.list_workflow_runs(status="running")),
    "update_workflow_results": (3, lambda s: s.workflows.update_workflow_results("w", "r", step_id="s", result=1)),
}


@pytest.fixture
async def wire(libsql_server: LibsqlServer) -> AsyncIterator[HranaWire]:
    """A wire to fresh tables."""
    libsql_server.migrated(*our_tables())
    async with hrana_wire(libsql_server.http) as wire:
        yield wire


@pytest.mark.parametrize("name", OPERATIONS)
async def test_an_operation_costs_no_more_requests_than_its_meaning_allows(
    wire: HranaWire, libsql_server: LibsqlServer, name: str
) -> None:
    allowed, operation = OPERATIONS[name]
    async with LibSQLStorage(wire.url, libsql_server.full_access) as storage:
        await storage.memory.save_messages("t", [HELLO])
        await storage.workflows.persist_workflow_snapshot("w", "r", snapshot={"context": {}})
        before = len(wire.pipelines)

        await operation(storage)

        assert len(wire.pipelines) - before == allowed, wire.pipelines[before:]
        assert wire.connections == 1


async def test_a_unit_of_work_costs_one_request_more_than_its_statements(
    wire: HranaWire, libsql_server: LibsqlServer
) -> None:
    async with LibSQLStorage(wire.url, libsql_server.full_access) as storage:
        before = len(wire.pipelines)

        async with storage.transaction() as tx:
            await tx.memory.get_thread_by_id("t")
            await tx.workflows.persist_workflow_snapshot("w", "r", snapshot={"context": {}})

        assert len(wire.pipelines) - before == 2 + 1


async def test_a_storage_on_ready_tables_opens_with_one_request(wire: HranaWire, libsql_server: LibsqlServer) -> None:
    async with LibSQLStorage(wire.url, libsql_server.full_access) as storage:
        assert storage.schema_state == "current"

    assert len(wire.pipelines) == 1


async def test_a_storage_makes_its_tables_with_few_requests(wire: HranaWire, libsql_server: LibsqlServer) -> None:
    libsql_server.empty()

    async with LibSQLStorage(wire.url, libsql_server.full_access) as storage:
        assert storage.schema_state == "created"

    # However many tables a revision makes, it is a few: one of them says that the revision is done.
    assert len(wire.pipelines) <= 18 + len(REVISIONS)


@pytest.mark.filterwarnings("ignore:Could not instantiate type")  # SQLAlchemy does not know F32_BLOB
async def test_the_tables_are_compared_with_few_requests(wire: HranaWire, libsql_server: LibsqlServer) -> None:
    url = LibsqlServer(wire.url, libsql_server.full_access).url
    # What only LibSQL knows how to make.
    libsql_server.execute(
        "ALTER TABLE mastra_threads ADD embedding F32_BLOB(2)",
        "CREATE INDEX threads_vector_idx ON mastra_threads (libsql_vector_idx(embedding))",
    )
    theirs = "column mastra_threads.embedding should not be there"

    assert await asyncio.to_thread(migrations.check, url) == [theirs]
    assert len(wire.pipelines) == 4

    libsql_server.execute("DROP TABLE mastra_store_version")
    assert (await asyncio.to_thread(migrations.adopt, url)).kept == [theirs]
    assert len(wire.pipelines) == 4 + 4


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")
async def test_tables_that_only_libsql_understands_are_compared_on_the_server(
    wire: HranaWire, libsql_server: LibsqlServer
) -> None:
    libsql_server.execute("CREATE INDEX titles_idx ON mastra_threads (vector_extract(vector32(title)))")

    url = LibsqlServer(wire.url, libsql_server.full_access).url
    assert await asyncio.to_thread(migrations.check, url) == []


async def test_there_are_no_more_connections_than_the_pool_allows(wire: HranaWire, libsql_server: LibsqlServer) -> None:
    async with LibSQLStorage(wire.url, libsql_server.full_access, pool_size=3) as storage:
        await asyncio.gather(*(storage.memory.get_thread_by_id("t") for _ in range(50)))

    assert wire.connections <= 3
