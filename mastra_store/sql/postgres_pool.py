"""The pool of psycopg connections: psycopg's own, where it does not do what our options promise.

What is particular about it was checked on psycopg_pool 3.3.3, whose private names it uses:

- its idle connections are closed together, not one in each ``idle_timeout``;
- while the server can not be reached its callers learn why within seconds, and not at ``timeout``;
- a connection that the server closed while it was idle is not handed out;
- an exhausted pool says how it is exhausted.
"""

import select
from typing import Any, cast

import psycopg
import psycopg_pool
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_dumps, set_json_loads

from .. import jsontext
from ..errors import MastraError
from . import postgres_errors

Driver = psycopg.AsyncConnection[TupleRow]


class PgPool(psycopg_pool.AsyncConnectionPool[Driver]):
    """Connections to one server.

    Args:
        shown: how errors call the server, without a password.
        options: passed to each connection.
        size: connections at most.
        minimum: connections that stay open when idle.
        timeout: seconds that a caller waits for a free connection.
        idle_timeout: seconds after which those that nobody needed meanwhile are closed. Looked at once in that time,
            so an idle connection lives for up to twice as long.
        max_lifetime: seconds after which any connection is replaced.
        patience: seconds for which connecting is tried again, once the server can not be reached.
    """

    def __init__(
        self,
        conninfo: str,
        shown: str,
        options: dict[str, Any],
        *,
        size: int,
        minimum: int,
        timeout: float,
        idle_timeout: float,
        max_lifetime: float,
        patience: float,
    ) -> None:
        self._shown = shown
        self._connector = _Connector(conninfo, options)
        self._callers = 0
        super().__init__(
            conninfo,
            connection_class=cast("type[Driver]", self._connector),  # the pool only calls its connect()
            kwargs=options,
            min_size=minimum,
            max_size=size,
            timeout=timeout,
            max_idle=idle_timeout,
            max_lifetime=max_lifetime,
            reconnect_timeout=patience,
            configure=_configure,
            close_returns=True,
            open=False,
        )

    async def start(self) -> None:
        """Connect once, so that what is wrong with the address is said at once, and open the pool."""
        await self._connector.connect_first()
        await self.open()

    async def stop(self) -> None:
        await self.close()
        await self._connector.close()

    async def take(self) -> Driver:
        """A connection that is alive as far as this side can know. Give it back by ``putconn``.

        Raises:
            PoolTimeout: none became free in time.
            Unavailable: the server can not be reached, or the pool is closed.
        """
        self._callers += 1
        try:
            connection = await self.getconn()
            if _was_closed(connection):
                # Nothing was asked on it yet, so a write may go to another one as well as a read. When a server
                # restarts its siblings end with it: all are looked at, and replaced.
                await self.putconn(connection)
                await self.check()
                connection = await self.getconn()
        except psycopg_pool.PoolTimeout as error:
            if self._connector.failure is not None:
                raise self._unreachable(self._connector.failure) from error
            # Size counts what is being connected, too.
            state = self.get_stats()
            raise postgres_errors.exhausted(
                self._shown,
                pool_size=state["pool_max"],
                in_use=state["pool_size"] - state["pool_available"],
                waiting=self._callers - 1,
            ) from error
        except psycopg.OperationalError as error:
            raise self._unreachable(error) from error
        finally:
            self._callers -= 1
        return connection

    def _unreachable(self, error: psycopg.Error) -> MastraError:
        return postgres_errors.translated(error, self._shown) or MastraError(type(error).__name__)

    async def reconnect_failed(self) -> None:
        """Called by the pool when connecting failed for as long as its patience lasts."""
        if self._nconns or self._connector.failure is None:
            return  # somebody has a connection that will become free
        while self._waiting:
            await self._waiting.popleft().fail(self._connector.failure)

    async def _shrink_pool(self) -> None:
        """Called by the pool every ``idle_timeout``. Its own way closes one of those that were not needed."""
        for _ in range(max(1, self._nconns_min)):
            await super()._shrink_pool()


class _Connector:
    """Connects for the pool, and remembers why the last attempt failed.

    The pool tries again whatever goes wrong, a wrong password too. So a first connection is made before the pool
    opens, which says at once what is wrong; then it is the pool's first.
    """

    def __init__(self, conninfo: str, options: dict[str, Any]) -> None:
        self._conninfo = conninfo
        self._options = options
        self._first: Driver | None = None
        self.failure: psycopg.Error | None = None

    async def connect_first(self) -> None:
        await self.close()
        self._first = await psycopg.AsyncConnection.connect(self._conninfo, **self._options)

    async def connect(self, conninfo: str, **options: Any) -> Driver:
        first, self._first = self._first, None
        if first is not None:
            return first
        try:
            connection = await psycopg.AsyncConnection.connect(conninfo, **options)
        except psycopg.Error as error:
            self.failure = error
            raise
        self.failure = None
        return connection

    async def close(self) -> None:
        """Close the first connection if the pool never came for it."""
        first, self._first = self._first, None
        if first is not None:
            await first.close()


def _was_closed(connection: Driver) -> bool:
    """Whether the server ended an idle connection. Then its farewell waits to be read, where nothing was asked."""
    pgconn = connection.pgconn
    if not _has_news(pgconn.socket):
        return False
    try:
        pgconn.consume_input()
        pgconn.is_busy()  # reads the message; it may be about a setting that was changed
        if _has_news(pgconn.socket):
            pgconn.consume_input()
    except psycopg.OperationalError:
        return True
    return connection.closed


if hasattr(select, "poll"):

    def _has_news(socket: int) -> bool:
        poll = select.poll()
        poll.register(socket, select.POLLIN)
        return bool(poll.poll(0))

else:  # Windows, whose select() knows no highest number

    def _has_news(socket: int) -> bool:
        return bool(select.select([socket], [], [], 0)[0])


async def _configure(connection: Driver) -> None:
    set_json_loads(jsontext.decode, connection)
    set_json_dumps(jsontext.encode, connection)
