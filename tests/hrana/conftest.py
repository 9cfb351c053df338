"""Connections of the driver, and a wire before the server."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from mastra_store.hrana.dbapi import Dbapi, SyncConnection
from tests.servers.hrana_wire import HranaWire, hrana_wire
from tests.servers.sqld import LibsqlServer

Connect = Callable[..., SyncConnection]


@pytest.fixture
def connect(libsql_server: LibsqlServer, libsql_url: str) -> Iterator[Connect]:
    """Makes connections to a fresh database. Options are those of ``Dbapi.connect``."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(closing(Dbapi.connect(libsql_url, **options)))


@pytest.fixture
async def wire(libsql_server: LibsqlServer, libsql_url: str) -> AsyncIterator[HranaWire]:
    """A wire to a fresh database."""
    async with hrana_wire(libsql_server.http) as wire:
        yield wire


def rows(connection: SyncConnection, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
    """What a statement finds, in autocommit."""
    connection.autocommit = True
    return connection.cursor().execute(sql, arguments).fetchall()
