"""What goes from one database to another and back is what it was, whatever it is."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from hypothesis import given, settings, strategies as st

from mastra_store import Storage, copy, open_storage
from mastra_store.sql.storage import SqlStorage
from tests.copying.conftest import NewUrl
from tests.copying.filling import common_tables, contents, emptied, exactly, fill, stored

MODEST = settings(max_examples=6)

Journey = tuple[SqlStorage, Storage, SqlStorage]


@pytest.fixture(
    params=["sqlite postgresql", "postgresql sqlite", "sqlite libsql", "postgresql postgresql", "postgresql mongodb"]
)
async def journey(request: pytest.FixtureRequest, new_url: NewUrl) -> AsyncIterator[Journey]:
    """A database, another one, and one like the first."""
    here, there = request.param.split()
    async with AsyncExitStack() as stack:
        first, between, last = [
            await stack.enter_async_context(open_storage(new_url(kind))) for kind in (here, there, here)
        ]
        assert isinstance(first, SqlStorage)
        assert isinstance(last, SqlStorage)
        yield first, between, last


@MODEST
@given(data=st.data())
async def test_any_rows_go_there_and_come_back(journey: Journey, data: st.DataObject) -> None:
    first, between, last = journey
    tables = common_tables(first, between)
    rows = data.draw(contents(tables))
    filled = {row.__tablename__ for row in rows}
    tables = [table for table in tables if table.name in filled]
    await fill(first, rows)
    try:
        there = await copy(first, between, verify=True)
        back = await copy(between, last, verify=True)

        assert await stored(last, tables) == await stored(first, tables)
        assert {each.table: each.copied for each in there} == {each.table: each.verified for each in back}
        if first.stored_rows().family == between.stored_rows().family:
            assert await exactly(last, tables) == await exactly(first, tables)
    finally:
        for storage in journey:
            await emptied(storage, {*filled, "mastra_store_copies"})
