"""Rows as TypeScript leaves them on PostgreSQL, and what only PostgreSQL has."""

import asyncio
from datetime import UTC, datetime

import psycopg
import pytest

from mastra_store import DateRange, PgStorage

pytestmark = pytest.mark.postgres(18)

INSERT_MESSAGE = """
    INSERT INTO mastra_messages (id, thread_id, content, role, type, "createdAt", "createdAtZ", "resourceId")
    VALUES (%s, 't', %s, 'user', 'v2', %s, %s, 'ada')"""


async def test_rows_that_differ_by_microseconds_come_each_once_and_in_order(migrated_url: str) -> None:
    async with PgStorage(migrated_url) as storage, await psycopg.AsyncConnection.connect(migrated_url) as typescript:
        for number in range(30):
            at = datetime(2026, 1, 1, 12, 0, 0, 1000 + number)
            await typescript.execute(INSERT_MESSAGE, [f"m{99 - number}", "text", at, at.replace(tzinfo=UTC)])
        await typescript.commit()

        forward = [message.id async for message in storage.memory.iter_messages("t", batch_size=7)]

        assert forward == [f"m{99 - number}" for number in range(30)]


async def test_a_plain_column_in_another_zone_orders_but_the_twin_is_shown_and_bounds(migrated_url: str) -> None:
    shown = datetime(2026, 1, 1, 17, 0, tzinfo=UTC)
    async with PgStorage(migrated_url) as storage, await psycopg.AsyncConnection.connect(migrated_url) as typescript:
        await typescript.execute(INSERT_MESSAGE, ["new-york", "text", datetime(2026, 1, 1, 12, 0), shown])
        await typescript.commit()

        inside = await storage.memory.list_messages("t", between=DateRange(shown, shown))

        assert [message.created_at for message in inside] == [shown]


async def test_a_twin_that_is_null_gives_way_to_the_plain_column(migrated_url: str) -> None:
    async with PgStorage(migrated_url) as storage, await psycopg.AsyncConnection.connect(migrated_url) as typescript:
        await typescript.execute(INSERT_MESSAGE, ["m", "text", datetime(2026, 1, 1, 12, 0), None])
        await typescript.commit()

        (message,) = await storage.memory.list_messages("t")

        assert message.created_at == datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


async def test_both_columns_of_a_time_are_written_whatever_the_sessions_zone(migrated_url: str) -> None:
    async with PgStorage(f"{migrated_url}?options=-c%20TimeZone%3DAsia/Tokyo") as storage:
        thread = await storage.memory.create_thread(resource_id="ada", thread_id="t")
        await storage.memory.save_messages("t", [{"role": "user", "content": "x", "created_at": thread.created_at}])

    async with await psycopg.AsyncConnection.connect(migrated_url) as typescript:
        for table in ("mastra_threads", "mastra_messages"):
            query = f"""SELECT "createdAt", "createdAtZ" AT TIME ZONE 'UTC' FROM {table}"""
            row = await (await typescript.execute(query)).fetchone()
            assert row == (thread.created_at.replace(tzinfo=None), thread.created_at.replace(tzinfo=None))


async def test_a_threads_vectors_go_with_it(migrated_url: str) -> None:
    async with PgStorage(migrated_url, schema_name="agents") as storage:
        await storage.memory.save_messages("gone", [{"role": "user", "content": "x"}])
        async with await psycopg.AsyncConnection.connect(migrated_url) as typescript:
            for table in ("agents.memory_messages", "agents.memory_messages_384", "public.memory_messages"):
                await typescript.execute(f"CREATE TABLE {table} (id serial, metadata jsonb)")
                rows = """('{"thread_id": "gone"}'), ('{"thread_id": "kept"}')"""
                await typescript.execute(f"INSERT INTO {table} (metadata) VALUES {rows}")
            await typescript.commit()

            await storage.memory.delete_thread("gone")

            left = []
            for table in ("agents.memory_messages", "agents.memory_messages_384", "public.memory_messages"):
                rows = await (await typescript.execute(f"SELECT metadata->>'thread_id' FROM {table}")).fetchall()
                left.append([thread for (thread,) in rows])
            assert left == [["kept"], ["kept"], ["gone", "kept"]]


async def test_of_many_that_save_to_one_new_thread_at_once_all_are_stored(migrated_url: str) -> None:
    async with PgStorage(migrated_url) as storage:
        saves = [storage.memory.save_messages("new", [{"role": "user", "content": str(n)}]) for n in range(40)]
        await asyncio.gather(*saves)

        assert (await storage.memory.list_messages("new")).total == 40


async def test_batches_that_share_threads_in_any_order_do_not_deadlock(migrated_url: str) -> None:
    async with PgStorage(migrated_url) as storage:
        threads = [f"t{number}" for number in range(5)]
        await asyncio.gather(*(storage.memory.create_thread(resource_id="ada", thread_id=t) for t in threads))

        def batch(shift: int) -> list[dict[str, str]]:
            turned = threads[shift:] + threads[:shift]
            return [{"thread_id": thread, "role": "user", "content": "x"} for thread in turned]

        await asyncio.gather(*(storage.memory.save_messages(messages=batch(number % 5)) for number in range(60)))

        assert (await storage.memory.list_messages(threads)).total == 300
