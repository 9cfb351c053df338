"""How many requests something costs, and what they say."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from mastra_store.hrana.stream import BATCH
from tests.servers.hrana_wire import HranaWire, hrana_wire
from tests.servers.sqld import LibsqlServer

INSERT = "INSERT INTO t VALUES (?)"


@pytest.fixture
async def engine(libsql_server: LibsqlServer, wire: HranaWire) -> AsyncIterator[AsyncEngine]:
    """An engine over the wire, on a database with one table."""
    libsql_server.execute("CREATE TABLE t (a PRIMARY KEY)")
    engine = create_async_engine(f"{libsql_server.url}".replace(libsql_server.http[7:], wire.url[7:]))
    yield engine
    await engine.dispose()


async def test_connecting_costs_none(engine: AsyncEngine, wire: HranaWire) -> None:
    async with engine.connect():
        pass

    assert wire.pipelines == []


async def test_an_insert_and_its_commit_are_two(engine: AsyncEngine, wire: HranaWire) -> None:
    async with engine.begin() as connection:
        await connection.exec_driver_sql(INSERT, (1,))

    assert [[each["type"] for each in requests] for requests in wire.pipelines] == [
        ["batch", "get_autocommit"],
        ["execute", "close"],
    ]
    assert wire.statements() == ["BEGIN", INSERT, "COMMIT"]


async def test_a_read_in_autocommit_is_one(engine: AsyncEngine, wire: HranaWire) -> None:
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("SELECT 1"))

    assert len(wire.pipelines) == 1
    assert wire.statements() == ["SELECT 1"]


async def test_a_read_in_a_transaction_is_two(engine: AsyncEngine, wire: HranaWire) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))

    assert [[each["type"] for each in requests] for requests in wire.pipelines][1:] == [["close"]]


async def test_many_rows_are_one_for_each_batch(engine: AsyncEngine, wire: HranaWire) -> None:
    async with engine.begin() as connection:
        await connection.exec_driver_sql(INSERT, [(number,) for number in range(2 * BATCH + 1)])

    assert len(wire.pipelines) == 3 + 1


async def test_a_transaction_without_statements_is_none(engine: AsyncEngine, wire: HranaWire) -> None:
    async with engine.begin():
        pass

    assert wire.pipelines == []


async def test_http_connections_are_kept(engine: AsyncEngine, wire: HranaWire) -> None:
    for number in range(5):
        async with engine.begin() as connection:
            await connection.exec_driver_sql(INSERT, (number,))

    assert wire.connections == 1


async def test_the_rest_of_a_transaction_goes_where_the_server_says(
    engine: AsyncEngine, wire: HranaWire, libsql_server: LibsqlServer
) -> None:
    async with hrana_wire(libsql_server.http) as other:
        wire.moves_to = other.url + "/"
        async with engine.begin() as connection:
            await connection.exec_driver_sql(INSERT, (1,))
            await connection.exec_driver_sql(INSERT, (2,))
        await engine.dispose()  # connections to the other wire end with it

        assert wire.statements() == ["BEGIN", INSERT]
        assert other.statements() == [INSERT, "COMMIT"]

        async with engine.begin() as connection:
            await connection.exec_driver_sql(INSERT, (3,))

        assert wire.statements() == ["BEGIN", INSERT, "BEGIN", INSERT]


async def test_a_server_that_sends_us_to_another_protocol_is_not_followed(engine: AsyncEngine, wire: HranaWire) -> None:
    wire.moves_to = "https://127.0.0.1:1"

    with pytest.raises(Exception, match="another protocol"):
        async with engine.begin() as connection:
            await connection.exec_driver_sql(INSERT, (1,))
