"""A cache on a Redis or Valkey server. It needs the extra ``redis``."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from ..errors import InvalidArgument, Unavailable, masked
from ..urls import scheme_of
from .scripts import NoScriptError, ScriptedCache

if TYPE_CHECKING:
    from redis.asyncio import Redis

_SCHEMES = ("redis", "rediss", "unix")


class RedisCache(ScriptedCache):
    """Kept by a Redis or Valkey server, for all processes that use it.

    It connects with its first call, and belongs to the event loop that made it. For one server, or one with replicas to
    fail over to; a cluster's slots would tear apart what the scripts need together.

    Args:
        url: ``redis://user:password@host:6379/0``, ``rediss://`` with TLS, ``unix://`` with a socket's path.
        timeout: seconds for a call, the wait for a connection included.
        max_connections: at most so many; calls beyond wait for one.
    """

    def __init__(self, url: str, *, timeout: float = 1.0, max_connections: int = 20) -> None:
        if not isinstance(url, str) or scheme_of(url) not in _SCHEMES:
            shown = masked(url) if isinstance(url, str) else type(url).__name__
            raise InvalidArgument("url", f"must begin with redis://, rediss:// or unix://, not {shown!r}")
        self._url = url
        self._timeout = timeout
        self._max_connections = max_connections
        self._client: Redis | None = None

    def __repr__(self) -> str:
        return f"<RedisCache: {masked(self._url)}>"

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose(close_connection_pool=True)

    async def _command(self, *words: str | int | bytes) -> Any:
        client = self._connected()
        from redis.exceptions import NoScriptError as UnknownScript, RedisError

        try:
            async with _cancellable(), asyncio.timeout(self._timeout):
                return await client.execute_command(*words)  # type: ignore[no-untyped-call]
        except UnknownScript as error:
            raise NoScriptError from error
        except TimeoutError as error:
            raise Unavailable(f"{self!r} did not answer within {self._timeout} s") from error
        except (RedisError, OSError) as error:
            raise Unavailable(f"{self!r} failed: {type(error).__name__}: {error}") from error

    def _connected(self) -> "Redis":
        if self._client is None:
            self._client = _client(self._url, self._max_connections)
        return self._client


@asynccontextmanager
async def _cancellable() -> AsyncIterator[None]:
    """A block in which no cancellation is lost: redis-py goes on when one meets it while it connects (seen in 8.1)."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    try:
        yield
    finally:
        if task and task.cancelling() > before:
            raise asyncio.CancelledError


def _client(url: str, max_connections: int) -> "Redis":
    try:
        from redis.asyncio import BlockingConnectionPool, Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError('RedisCache needs redis: pip install "mastra-store[redis]"', name="redis") from error
    # Tried once more: a connection of the pool may have been closed by the server long ago.
    pool = BlockingConnectionPool.from_url(
        url, max_connections=max_connections, timeout=None, retry=Retry(NoBackoff(), 1), decode_responses=False
    )
    return Redis.from_pool(pool)
