"""How rows are read from PostgreSQL, and handed on to another PostgreSQL as bytes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from mastra_store import CopyProgress, MastraError, Storage, copy, open_storage
from mastra_store.sql import postgres_piping
from mastra_store.sql.postgres_copying import PostgresReader
from tests.copying.agents import live
from tests.copying.conftest import NewUrl
from tests.copying.test_copying import run

Pair = tuple[Storage, Storage]


@pytest.fixture
async def pair(new_url: NewUrl) -> AsyncIterator[Pair]:
    """A source that an agent has used, with 40 messages, and an empty target."""
    async with AsyncExitStack() as stack:
        source, target = [await stack.enter_async_context(open_storage(new_url("postgresql"))) for _ in range(2)]
        await live(source)
        yield source, target


async def test_a_copy_that_ended_between_its_last_row_and_its_last_word_goes_on_behind_that_row(pair: Pair) -> None:
    async def ended_when_all_is_copied() -> list[int]:
        seen: list[int] = []

        def tell(progress: CopyProgress) -> None:
            if progress.table == "mastra_messages":
                seen.append(progress.done)
            if seen[1:] == [40]:
                task.cancel()

        task = asyncio.ensure_future(copy(*pair, domains=["memory"], batch_size=40, progress=tell))
        await asyncio.wait([task])
        assert task.cancelled()
        return seen

    assert await ended_when_all_is_copied() == [0, 40]
    assert await ended_when_all_is_copied() == [40, 40]

    done = await copy(*pair, domains=["memory"], verify=True)

    assert [(each.table, each.copied) for each in done] == [("mastra_threads", 2), ("mastra_messages", 40)]


@pytest.mark.parametrize("broken", ["trip-0", "trip-3"])  # the first row of all, and one that comes along with others
async def test_an_error_among_the_source_s_rows_keeps_its_kind(pair: Pair, broken: str) -> None:
    source, _ = pair
    run(
        source,
        'ALTER TABLE mastra_messages ALTER "createdAt" TYPE text',
        f"UPDATE mastra_messages SET \"createdAt\" = 'never' WHERE id = '{broken}'",
    )

    with pytest.raises(MastraError, match=r"refused the statement \(InvalidDatetimeFormat\)"):
        await copy(*pair, domains=["memory"])

    run(source, f"DELETE FROM mastra_messages WHERE id = '{broken}'")
    done = await copy(*pair, domains=["memory"])
    assert {each.table: each.copied for each in done}["mastra_messages"] == 39


async def test_large_rows_make_small_batches(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_piping, "BYTES", 500_000)
    run(pair[0], "ALTER TABLE mastra_messages ALTER content SET STORAGE EXTERNAL")
    run(pair[0], "UPDATE mastra_messages SET content = repeat('x', 200000)")
    seen: list[int] = []

    await copy(*pair, domains=["memory"], progress=lambda told: seen.append(told.done), verify=True)

    assert seen[3:6] == [3, 6, 9]


async def test_a_table_is_read_along_the_index_of_its_key_for_as_long_as_that_takes(new_url: NewUrl) -> None:
    hurried = f"{new_url('postgresql')}?options=-c%20statement_timeout%3D1min"

    async with open_storage(hurried) as storage, storage.stored_rows().reading() as reader:
        assert isinstance(reader, PostgresReader)
        plan = await reader.connection.exec_driver_sql("EXPLAIN SELECT * FROM mastra_messages ORDER BY id")
        timeout = await reader.connection.exec_driver_sql("SHOW statement_timeout")

        assert "Index Scan" in plan.scalars().all()[0]
        assert timeout.scalar_one() == "0"
