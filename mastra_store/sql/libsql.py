"""LibSQL servers by Hrana: a statement on its own is one request, a unit of n statements n + 1."""

import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from .. import jsontext, libsql_errors
from ..errors import InvalidArgument, MastraError
from ..hrana.address import Address
from ..hrana.dbapi import AsyncDriver
from ..hrana.errors import Error
from ..hrana.stream import Stream
from ..hrana.transport import AsyncTransport
from .database import Plans, Server, SqlDatabase, drive
from .libsql_dialect import LIBSQL
from .plans import Call, Work
from .unit import remember_failures
from .write_turns import WriteTurns

R = TypeVar("R")

_READ_ONLY = "mastra_store_read_only"
"""The execution option of a unit of work that may not write."""


class LibsqlDatabase(SqlDatabase):
    """A server, and a pool of HTTP connections to it. Units of work of this process that write take turns."""

    def __init__(
        self,
        url: str,
        prepare_schema: Callable[[SqlDatabase], Awaitable[str]],
        *,
        auth_token: str | None,
        pool_size: int,
        pool_timeout: float,
        busy_timeout: float,
        request_timeout: float,
    ) -> None:
        super().__init__(LIBSQL, None, prepare_schema)
        self._address = address_of(url, auth_token)
        self.shown = f"LibSQL database {self._address.host}"
        self.server = Server("libsql", None, self._address.host)
        self._transport = AsyncTransport(
            self._address, timeout=request_timeout, connections=pool_size, pool_timeout=pool_timeout
        )
        self._busy_timeout = busy_timeout
        self._readings: dict[str, bool] = {}
        self._turns = WriteTurns(self.shown, busy_timeout)
        self.engine = create_async_engine(
            f"sqlite+hrana://{self._address.host}",  # for its repr alone: streams are ours
            poolclass=NullPool,  # a stream costs nothing: what is kept open are HTTP connections
            async_creator=self._connect,
            json_serializer=jsontext.encode,
            json_deserializer=jsontext.decode,
        )
        event.listen(self.engine.sync_engine, "begin", _begin)
        remember_failures(self.engine)
        self.plans = Plans(LIBSQL, self.engine.dialect, None)

    async def open(self) -> None:
        pass  # the question for the revision, which comes next, is the first request

    async def close(self) -> None:
        await self.engine.dispose()
        await self._transport.close()

    async def revision(self) -> str | None:
        table = "SELECT 1 FROM sqlite_master WHERE name = 'mastra_store_version'"
        revision = "SELECT version_num FROM mastra_store_version"
        with self.translating():
            there, found = await self._transport.run(self._stream().ask_alone(table, revision))
            if isinstance(there, Error):
                raise there
            if not there.rows:
                return None  # and the second question was refused
            if isinstance(found, Error):
                raise found
            return found.rows[0][0] if found.rows else None

    async def read(self, call: Call[R]) -> R:
        if self.schema_state is None:
            await self.ready()
        return await self._run_alone(call, reads=True)

    async def write(self, call: Call[R]) -> R:
        if self.schema_state is None:
            await self.ready()
        async with self._turns.together():
            return await self._run_alone(call, reads=False)

    async def run(self, work: Work[R]) -> R:
        if self.schema_state is None:
            await self.ready()
        async with self._turns.alone():
            driver = await self._connect()
            driver.stream.begin_with("BEGIN IMMEDIATE")
            try:
                with self.translating():
                    result = await drive(work, lambda call: self._execute(driver, call))
                    await driver.commit()
            except BaseException:
                await driver.rollback()
                raise
            return result

    async def run_on(self, connection: AsyncConnection, call: Call[R]) -> R:
        driver = await _driver(connection)
        with self.translating():
            return await self._execute(driver, call)

    async def run_work_on(self, connection: AsyncConnection, work: Work[R]) -> R:
        driver = await _driver(connection)
        with self.translating():
            return await drive(work, lambda call: self._execute(driver, call))

    def transaction_options(self, *, read_only: bool) -> dict[str, Any]:
        return {_READ_ONLY: read_only}

    def translated(self, error: BaseException) -> MastraError | None:
        return libsql_errors.translated(error, self.shown)

    def writing(self) -> AbstractAsyncContextManager[None]:
        return self._turns.alone()

    async def _run_alone(self, call: Call[R], *, reads: bool) -> R:
        plan = self.plans.of(call.statement)
        started = time.perf_counter()
        exchange = self._stream().run_alone(plan.text, plan.bind(call.values), reads=reads)
        with self.translating():
            rows: list[Any] = (await self._transport.run(exchange)).rows
        if self.observers.watching:
            self.observers.tell(plan, rows, started, self.server)
        return plan.read(rows)

    async def _execute(self, driver: AsyncDriver, call: Call[R]) -> R:
        plan = self.plans.of(call.statement)
        started = time.perf_counter()
        rows: list[Any] = (await driver.execute(plan.text, plan.bind(call.values))).rows
        if self.observers.watching:
            self.observers.tell(plan, rows, started, self.server)
        return plan.read(rows)

    async def _connect(self) -> AsyncDriver:
        return AsyncDriver(self._stream(), self._transport, shared=True)

    def _stream(self) -> Stream:
        return Stream(self._address, busy_timeout=self._busy_timeout, readings=self._readings)


def address_of(url: str, auth_token: str | None) -> Address:
    """Where a URL leads.

    Raises:
        InvalidArgument: it can not be read. The message does not show it.
    """
    try:
        return Address.of(url, auth_token)
    except ValueError as error:
        raise InvalidArgument("url", str(error)) from None


async def _driver(connection: AsyncConnection) -> AsyncDriver:
    return (await connection.get_raw_connection()).driver_connection  # type: ignore[return-value]


def _begin(connection: Connection) -> None:
    """Say how a session's transaction begins; it does with its first statement. What may write takes the write lock
    then: a reader that turns into a writer later is refused when somebody else wrote in between."""
    stream: Stream = connection.connection.dbapi_connection.stream  # type: ignore[union-attr]
    stream.read_only = bool(connection.get_execution_options().get(_READ_ONLY))
    if not stream.autocommit:
        stream.begin_with("BEGIN TRANSACTION READONLY" if stream.read_only else "BEGIN IMMEDIATE")
