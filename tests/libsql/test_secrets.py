"""Neither the URL nor the token is in an error, a log or a repr."""

import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from mastra_store import InvalidArgument, LibSQLStorage, MastraError, Storage, migrations, open_storage
from mastra_store.migrations.engines import connected
from tests.conftest import our_tables
from tests.servers.sqld import LibsqlServer

HELLO = [{"role": "user", "content": "Hello"}]
SECRET = "eyJhbGciOiJFZERTQSJ9.c2VjcmV0.c2lnbmF0dXJl"
NOBODY = "libsql://127.0.0.1:1?tls=0"


def shown(error: BaseException) -> str:
    """All that anybody is likely to log of an error, its causes included."""
    texts = traceback.format_exception(error)
    while error is not None:
        texts += [str(error), repr(error), repr(getattr(error, "__dict__", ""))]
        if isinstance(error, MastraError):
            texts.append(repr(error.to_json()))
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return "\n".join(texts)


CALLS: dict[str, Callable[[str, str], Awaitable[Any]]] = {}


def call(function: Callable[[str, str], Awaitable[Any]]) -> Callable[[str, str], Awaitable[Any]]:
    CALLS[function.__name__] = function
    return function


@call
async def read(url: str, token: str) -> None:
    async with LibSQLStorage(url, token) as storage:
        await storage.memory.get_messages("t")


@call
async def write_in_a_unit(url: str, token: str) -> None:
    storage = LibSQLStorage(url, token)
    try:
        async with storage.transaction() as tx:
            await tx.memory.save_messages("t", HELLO)
    finally:
        await storage.close()


@call
async def ask_on_the_engine(url: str, token: str) -> None:
    storage = LibSQLStorage(url, token)
    try:
        async with storage.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    finally:
        await storage.close()


@call
async def use_an_engine_of_theirs(url: str, token: str) -> None:
    async with LibSQLStorage(create_async_engine(f"{url}&authToken={token}")) as storage:
        await storage.ping()


@call
async def migrate(url: str, token: str) -> None:
    migrations.upgrade(f"{url}&authToken={token}")


@call
async def check(url: str, token: str) -> None:
    migrations.check(f"{url}&authToken={token}")


@pytest.mark.parametrize("name", CALLS)
async def test_in_errors_of_a_server_that_is_not_there(name: str) -> None:
    with pytest.raises((MastraError, DBAPIError)) as raised:
        await CALLS[name](NOBODY, SECRET)

    assert SECRET not in shown(raised.value)
    assert NOBODY not in shown(raised.value)
    assert "://127" not in shown(raised.value)


@pytest.mark.parametrize("name", CALLS)
async def test_in_errors_of_a_token_that_is_refused(name: str, libsql_url: str) -> None:
    url = libsql_url.partition("&")[0]
    with pytest.raises((MastraError, DBAPIError)) as raised:
        await CALLS[name](url, SECRET)

    assert SECRET not in shown(raised.value)
    assert url not in shown(raised.value)


async def test_in_logs(libsql_server: LibsqlServer, libsql_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with open_storage(libsql_url) as storage:
            await storage.memory.save_messages("t", HELLO)
            async with storage.transaction() as tx:
                await tx.memory.get_messages("t")
        assert migrations.check(libsql_url) == []

    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "INSERT INTO mastra_messages" in logged
    assert str(libsql_server.full_access) not in logged
    assert libsql_url not in logged
    assert libsql_server.http not in logged


async def test_in_reprs(libsql_server: LibsqlServer, libsql_url: str) -> None:
    libsql_server.migrated(*our_tables())
    async with open_storage(libsql_url) as storage, storage.engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        with connected(libsql_url) as synchronous:
            things = [storage, *attributes(storage), driver, *attributes(driver), *attributes(driver.stream)]
            things += [connection, connection.engine, connection.engine.url, synchronous, synchronous.engine]
            texts = "\n".join(f"{each!r} {each}" for each in things)

    assert str(libsql_server.full_access) not in texts
    assert libsql_server.http not in texts


def attributes(thing: Storage | Any) -> list[Any]:
    """What a debugger shows first: but for texts and headers, which are what must be kept somewhere."""
    held = vars(thing).values()
    return [each for each in held if not isinstance(each, str | dict)]


@pytest.mark.parametrize(
    "url",
    [
        f"libsql://host?authToken={SECRET}&tls=2",
        f"libsql://host:{SECRET}",
        f"libsql://[{SECRET}",
        f"libsql://host?auth={SECRET}",
        f"http://?authToken={SECRET}",
    ],
)
def test_in_what_is_said_of_a_url_that_can_not_be_read(url: str) -> None:
    for use in (open_storage, migrations.upgrade):
        with pytest.raises(InvalidArgument) as refused:
            use(url)  # type: ignore[operator]

        assert SECRET not in shown(refused.value)
        assert "host" not in refused.value.message.partition(" ")[2].replace("names no host", "").replace(
            "a host or", ""
        )
