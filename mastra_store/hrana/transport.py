"""HTTP: runs what streams want to exchange, with and without ``await``.

httpx's transports are used below its clients: those log the address of every request.
"""

import asyncio
import time
from functools import cache
from types import ModuleType
from typing import Any, TypeVar
from urllib.request import getproxies, proxy_bypass

from . import errors
from .address import Address
from .stream import Answer, Exchange, Pause, Request, closing

R = TypeVar("R")

IDLE = 20.0
"""Seconds that an unused HTTP connection stays open. Proxies close them after a minute, and a statement that went out
at that moment would be lost without an answer."""

GRACE = 1.0
"""Seconds that the answer to a request is still waited for after its caller was cancelled, to close its stream."""


class _Http:
    """What both transports have: where requests go, and what becomes of httpx's errors."""

    def __init__(self, address: Address, timeout: float, pool_timeout: float) -> None:
        self._httpx = _httpx()
        self._headers = {"content-type": "application/json", "user-agent": "mastra-store"}
        if address.encrypted:
            self._headers["accept-encoding"] = "gzip"  # what is not encrypted is near, and faster without
        if address.token:
            self._headers["authorization"] = f"Bearer {address.token}"
        limits = {"connect": min(timeout, 10.0), "read": timeout, "write": timeout, "pool": pool_timeout}
        self._extensions = {"timeout": limits}

    def _options(self, address: Address, connections: int) -> dict[str, Any]:
        return {
            "verify": _tls() if address.encrypted else False,
            "proxy": _proxy(address),
            "limits": self._httpx.Limits(
                max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=IDLE
            ),
        }

    def _request(self, step: Request) -> Any:
        extensions = self._extensions
        if step.within is not None:
            extensions = {"timeout": {**extensions["timeout"], "read": min(step.within, extensions["timeout"]["read"])}}
        return self._httpx.Request(
            "POST", f"{step.base}/v3/pipeline", headers=self._headers, content=step.body, extensions=extensions
        )

    def _failed(self, error: Exception) -> errors.Error:
        httpx, kind = self._httpx, type(error).__name__
        if isinstance(error, httpx.PoolTimeout):
            return errors.CannotConnect("no HTTP connection became free in time", "POOL_TIMEOUT")
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError | httpx.UnsupportedProtocol):
            return errors.CannotConnect(f"the server can not be reached ({kind})", "CANNOT_CONNECT")
        if isinstance(error, httpx.ReadTimeout):
            return errors.ConnectionLost("the answer did not come in time", "NO_ANSWER")
        return errors.ConnectionLost(f"the answer did not come ({kind})", "CONNECTION_LOST")


class AsyncTransport(_Http):
    """A pool of HTTP connections to one server, for streams of one event loop.

    Args:
        timeout: seconds that an answer may take.
        connections: requests at the same time, at most.
        pool_timeout: seconds that a request waits for a free connection.
    """

    def __init__(
        self, address: Address, *, timeout: float = 30.0, connections: int = 10, pool_timeout: float = 30.0
    ) -> None:
        super().__init__(address, timeout, pool_timeout)
        self._transport = self._httpx.AsyncHTTPTransport(**self._options(address, connections))
        self._abandoned: set[asyncio.Future[None]] = set()

    async def run(self, exchange: Exchange[R]) -> R:
        """Run an exchange to its end."""
        try:
            step = next(exchange)
            while True:
                try:
                    answer = await self._perform(step)
                except BaseException as error:
                    step = exchange.throw(error)
                else:
                    step = exchange.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        finally:
            exchange.close()

    async def close(self) -> None:
        if self._abandoned:
            await asyncio.wait(self._abandoned)
        await self._transport.aclose()

    async def _perform(self, step: Request | Pause) -> Answer | None:
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return None
        posted = asyncio.ensure_future(self._post(step))
        try:
            return await asyncio.shield(posted)
        except asyncio.CancelledError:
            abandoned = asyncio.ensure_future(self._abandon(step, posted))
            self._abandoned.add(abandoned)
            abandoned.add_done_callback(self._abandoned.discard)
            raise

    async def _abandon(self, request: Request, posted: "asyncio.Future[Answer]") -> None:
        """See to the stream of a request whose caller was cancelled.

        Its transaction would hold its lock until the stream expires, or somebody takes it, if the answer was on its way
        already. What takes longer is broken off, and the server rolls it back when the connection breaks.
        """
        try:
            async with asyncio.timeout(GRACE):
                close = closing(request, await posted)
            if close is not None:
                await self._post(close)
        except (TimeoutError, errors.OperationalError):
            pass  # then there is no stream any more, or it expires

    async def _post(self, request: Request) -> Answer:
        try:
            response = await self._transport.handle_async_request(self._request(request))
            try:
                return Answer(response.status_code, await response.aread())
            finally:
                await response.aclose()
        except (self._httpx.TransportError, self._httpx.DecodingError) as error:
            raise self._failed(error) from error


class SyncTransport(_Http):
    """One HTTP connection, for code without an event loop. The arguments are those of ``AsyncTransport``."""

    def __init__(self, address: Address, *, timeout: float = 30.0) -> None:
        super().__init__(address, timeout, timeout)
        self._transport = self._httpx.HTTPTransport(**self._options(address, 1))

    def run(self, exchange: Exchange[R]) -> R:
        """Run an exchange to its end."""
        try:
            step = next(exchange)
            while True:
                try:
                    answer = self._perform(step)
                except BaseException as error:
                    step = exchange.throw(error)
                else:
                    step = exchange.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        finally:
            exchange.close()

    def close(self) -> None:
        self._transport.close()

    def _perform(self, step: Request | Pause) -> Answer | None:
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return None
        try:
            response = self._transport.handle_request(self._request(step))
            try:
                return Answer(response.status_code, response.read())
            finally:
                response.close()
        except (self._httpx.TransportError, self._httpx.DecodingError) as error:
            raise self._failed(error) from error


def _httpx() -> ModuleType:
    try:
        import httpx
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'a remote LibSQL database needs httpx: pip install "mastra-store[libsql]"', name="httpx"
        ) from error
    return httpx


@cache
def _tls() -> Any:
    """One for all: reading the certificates takes 20 ms."""
    return _httpx().create_ssl_context()


def _proxy(address: Address) -> str | None:
    """The proxy that the environment names for a server (``HTTPS_PROXY``, ``NO_PROXY``, ...)."""
    if proxy_bypass(address.host):
        return None
    proxies = getproxies()
    return proxies.get("https" if address.encrypted else "http") or proxies.get("all")
