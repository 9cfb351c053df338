"""What a PgBouncer that knows nothing of prepared statements does to a storage."""

import asyncio

import pytest

from mastra_store import PgStorage, Unavailable
from tests.pgbouncer.conftest import Bouncers

pytestmark = pytest.mark.postgres(18)

HELLO = [{"role": "user", "content": "Hello"}]


async def test_prepared_statements_fail_and_the_error_says_what_to_do(migrated_url: str, bouncers: Bouncers) -> None:
    url = bouncers(migrated_url, 1)  # so that both storages meet on the one connection to the server
    async with PgStorage(url, prepare=False):
        pass  # makes the tables
    async with PgStorage(url) as first:
        await first.memory.get_thread_by_id("t")

        async with PgStorage(url) as second:
            with pytest.raises(Unavailable, match="prepare=False") as caught:
                await second.memory.get_thread_by_id("t")

    assert caught.value.details["sqlstate"] in ("42P05", "26000")


async def test_without_them_many_calls_share_few_connections(migrated_url: str, bouncers: Bouncers) -> None:
    async with PgStorage(bouncers(migrated_url, 3), prepare=False) as storage:
        assert storage.schema_state == "current"

        async def call(number: int) -> None:
            await storage.memory.save_messages(f"t{number}", HELLO)
            async with storage.transaction() as tx:
                await tx.memory.update_thread(f"t{number}", title="seen")
            await storage.workflows.update_workflow_results("w", "r", step_id=f"s{number}", result=1)

        await asyncio.gather(*map(call, range(100)))

        assert {thread.title for thread in await storage.memory.list_threads(per_page=None)} == {"seen"}
