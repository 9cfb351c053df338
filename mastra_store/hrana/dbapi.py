"""PEP 249 over Hrana: ``connect``, connections and cursors, and what SQLAlchemy wants of a driver module.

One implementation serves synchronous and asynchronous engines. It hands exchanges to ``run``, which is the transport's
own, or waits for an asynchronous one inside SQLAlchemy's greenlet.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy.connectors.asyncio import AsyncAdapt_terminate
from sqlalchemy.engine import AdaptedConnection
from sqlalchemy.util.concurrency import await_

from . import errors
from .address import Address
from .stream import NOTHING, Exchange, Result, Stream
from .transport import AsyncTransport, SyncTransport

R = TypeVar("R")


class Cursor:
    """Runs statements and keeps the rows of the last one, which the server sends as a whole."""

    server_side = False

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self.arraysize = 1
        self.rowcount = -1
        self._result = NOTHING
        self._rows: deque[tuple[Any, ...]] = deque()

    @property
    def description(self) -> list[tuple[Any, ...]] | None:
        return [(name, None, None, None, None, None, None) for name in self._result.columns] or None

    @property
    def lastrowid(self) -> int | None:
        return self._result.last_insert_rowid

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "Cursor":
        result = self.connection.run(self.connection.stream.execute(sql, parameters))
        self._keep(result)
        # Of statements that return rows the server does not count what they changed.
        self.rowcount = len(result.rows) if result.columns else result.affected
        return self

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> "Cursor":
        self._keep(NOTHING)
        self.rowcount = self.connection.run(self.connection.stream.execute_many(sql, rows))
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> list[tuple[Any, ...]]:
        rows = list(self._rows)
        self._rows.clear()
        return rows

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        while self._rows:
            yield self._rows.popleft()

    def setinputsizes(self, *sizes: Any) -> None:
        """PEP 249 has it; there is nothing to do."""

    def setoutputsize(self, *sizes: Any) -> None:
        """PEP 249 has it; there is nothing to do."""

    def close(self) -> None:
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """SQLAlchemy's name for the end of a cursor whose rows are still read."""

    def _keep(self, result: Result) -> None:
        self._result, self._rows = result, deque(result.rows)


class Connection(ABC):
    """What PEP 249 wants of a connection."""

    stream: Stream

    @abstractmethod
    def run(self, exchange: Exchange[R]) -> R:
        """Run an exchange of the stream to its end."""

    @abstractmethod
    def pause(self, seconds: float) -> None:
        """Let time pass. The event loop, where there is one, goes on."""

    @abstractmethod
    def close(self) -> None: ...

    @property
    def autocommit(self) -> bool:
        return self.stream.autocommit

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        self.stream.autocommit = value

    def cursor(self, server_side: bool = False) -> Cursor:
        return Cursor(self)

    def commit(self) -> None:
        self.run(self.stream.commit())

    def rollback(self) -> None:
        self.run(self.stream.rollback())


class SyncConnection(Connection):
    """A connection for code without an event loop. Not for several threads at once."""

    def __init__(self, stream: Stream, transport: SyncTransport) -> None:
        self.stream = stream
        self._transport = transport

    @property
    def in_transaction(self) -> bool:
        return self.stream.in_transaction

    def run(self, exchange: Exchange[R]) -> R:
        return self._transport.run(exchange)

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)

    def close(self) -> None:
        self._transport.run(self.stream.rollback())
        self._transport.close()


class AsyncDriver:
    """A stream and its transport: what an ``AsyncConnection`` shows as its driver's connection. Calls take turns.

    Args:
        shared: the transport is somebody else's to close.
    """

    def __init__(self, stream: Stream, transport: AsyncTransport, *, shared: bool = False) -> None:
        self.stream = stream
        self._transport = transport
        self._shared = shared
        self._turn = asyncio.Lock()

    @property
    def in_transaction(self) -> bool:
        return self.stream.in_transaction

    async def run(self, exchange: Exchange[R]) -> R:
        async with self._turn:
            return await self._transport.run(exchange)

    async def execute(self, sql: str, arguments: Sequence[Any] = ()) -> Result:
        return await self.run(self.stream.execute(sql, arguments))

    async def commit(self) -> None:
        await self.run(self.stream.commit())

    async def rollback(self) -> None:
        await self.run(self.stream.rollback())

    async def close(self) -> None:
        await self.run(self.stream.rollback())
        if not self._shared:
            await self._transport.close()


class AsyncConnection(AsyncAdapt_terminate, AdaptedConnection, Connection):
    """A connection of an asynchronous engine: blocking to SQLAlchemy, which runs it in a greenlet."""

    _connection: Any

    def __init__(self, driver: AsyncDriver) -> None:
        self._connection = driver
        self.stream = driver.stream

    def run(self, exchange: Exchange[R]) -> R:
        return await_(self._connection.run(exchange))  # type: ignore[no-any-return]

    def pause(self, seconds: float) -> None:
        await_(asyncio.sleep(seconds))

    def close(self) -> None:
        await_(self._connection.close())

    async def _terminate_graceful_close(self) -> None:
        await self._connection.close()

    def _terminate_force_close(self) -> None:
        self.stream.forget()


class Dbapi:
    """The module that SQLAlchemy expects of a driver."""

    apilevel = "2.0"
    threadsafety = 1
    paramstyle = "qmark"
    # The oldest that servers of Hrana 3 have. SQLAlchemy decides by it what it may use; asking would be a round trip.
    sqlite_version_info = (3, 45, 1)
    sqlite_version = "3.45.1"
    Binary = bytes

    Warning = errors.Warning
    Error = errors.Error
    InterfaceError = errors.InterfaceError
    DatabaseError = errors.DatabaseError
    DataError = errors.DataError
    OperationalError = errors.OperationalError
    IntegrityError = errors.IntegrityError
    InternalError = errors.InternalError
    ProgrammingError = errors.ProgrammingError
    NotSupportedError = errors.NotSupportedError

    @staticmethod
    def connect(url: str, *, auth_token: str | None = None, **options: Any) -> SyncConnection:
        """A connection. Nothing is sent yet.

        Args:
            options: ``timeout``, ``busy_timeout``, ``begin``: see ``Stream`` and ``SyncTransport``.
        """
        address = _address(url, auth_token)
        transport = SyncTransport(address, **_chosen(options, "timeout"))
        return SyncConnection(Stream(address, **_chosen(options, "busy_timeout", "begin")), transport)


class AsyncDbapi(Dbapi):
    """The same for asynchronous engines."""

    @staticmethod
    def connect(  # type: ignore[override]  # of another kind
        url: str = "",
        *,
        auth_token: str | None = None,
        async_creator_fn: Callable[..., Awaitable[AsyncDriver]] | None = None,
        **options: Any,
    ) -> AsyncConnection:
        if async_creator_fn is not None:
            return AsyncConnection(await_(async_creator_fn()))
        address = _address(url, auth_token)
        transport = AsyncTransport(address, connections=1, **_chosen(options, "timeout"))
        return AsyncConnection(AsyncDriver(Stream(address, **_chosen(options, "busy_timeout", "begin")), transport))


def _address(url: str, token: str | None) -> Address:
    try:
        return Address.of(url, token)
    except ValueError as error:
        raise errors.InterfaceError(f"the URL {error}", "URL_INVALID") from None


def _chosen(options: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: options[name] for name in names if name in options}
