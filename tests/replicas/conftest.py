"""A primary with standbys that really follow it, and storages on both whose clock the test moves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from mastra_store.sql import replicas
from mastra_store.sql.first_use import FirstUse
from mastra_store.sql.postgres import PgDatabase
from mastra_store.sql.replicas import ReplicatedDatabase, replicated
from mastra_store.sql.storage import SqlStorage
from tests.requirements import skip_or_fail
from tests.round_trips.wire import Wire, counted_wire
from tests.servers import MissingServerError
from tests.servers.postgres import Primary, Standby, primary_of_standbys

OPTIONS: dict[str, Any] = {
    "schema": None,
    "pool_size": 5,
    "pool_min": 0,
    "pool_timeout": 20.0,
    "idle_timeout": 30.0,
    "max_lifetime": 3600.0,
    "statement_timeout": None,
    "prepare": False,  # so that a statement is one round trip from its first time on
}


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Setting:
    """A storage on a primary and replicas, each behind a wire that counts."""

    storage: SqlStorage
    database: ReplicatedDatabase
    clock: Clock
    primary: Wire
    replicas: list[Wire]

    @property
    def round_trips(self) -> tuple[int, ...]:
        """Those of the primary and of each replica."""
        return tuple(wire.round_trips for wire in (self.primary, *self.replicas))

    async def cost(self, call: Awaitable[Any]) -> tuple[int, ...]:
        """The round trips of a call to the primary and to each replica."""
        before = self.round_trips
        await call
        return tuple(after - earlier for earlier, after in zip(before, self.round_trips, strict=True))

    async def probed(self) -> None:
        """Returns once nobody asks anything beside the reads."""
        while self.database._asking:
            await asyncio.wait(self.database._asking)


Open = Callable[..., Awaitable[Setting]]


@pytest.fixture(scope="session")
def primary() -> Iterator[Primary]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(primary_of_standbys(18))
        except MissingServerError as missing:
            skip_or_fail("PostgreSQL", missing)
        yield server


@pytest.fixture
def url(primary: Primary) -> Iterator[str]:
    """A fresh database on the primary."""
    with primary.database() as url:
        yield url


@pytest.fixture
def new_standby(primary: Primary, url: str) -> Iterator[Callable[[], Standby]]:
    """Makes standbys of the primary, with the database."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(primary.standby())


@pytest.fixture
def standby(new_standby: Callable[[], Standby]) -> Standby:
    """A standby of the primary, with the database."""
    return new_standby()


@pytest.fixture
async def opened(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Open]:
    """Opens a storage on the database and on standbys that have it, which are waited for."""
    for patience in ("CONNECTED_WITHIN", "FREE_WITHIN", "PRIMARY_ANSWERS"):  # a machine that is slow has not failed
        monkeypatch.setattr(replicas, patience, 30)
    async with AsyncExitStack() as stack:

        async def opened(*standbys: Standby, ready: bool = True, **options: Any) -> Setting:
            clock = Clock()
            primary = await stack.enter_async_context(counted_wire(url))
            name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
            wires = [await stack.enter_async_context(counted_wire(each.url_of(str(name)))) for each in standbys]
            database = replicated(
                PgDatabase(primary.url, FirstUse("if_missing"), **OPTIONS),
                [each.url for each in wires],
                clock=clock,
                **{"max_lag": 10.0, **OPTIONS, **options},
            )
            storage = SqlStorage(database)
            stack.push_async_callback(storage.close)
            setting = Setting(storage, database, clock, primary, wires)
            if ready:
                await storage.init()
                for each in standbys:
                    each.catch_up()
                clock.now += 1
                await storage.memory.get_thread_by_id("t")
                await setting.probed()
                assert not any(each.left_out for each in database._replicas)
            return setting

        yield opened
