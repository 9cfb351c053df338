"""A cache on Upstash, over its REST interface. It needs the extra ``upstash``.

Upstash's own client is not used: it can neither send bytes nor be told a time limit without one more layer, and a call
is one request.
"""

import asyncio
import base64
import json
from typing import TYPE_CHECKING, Any

from ..errors import InvalidArgument, Unavailable
from .scripts import NoScriptError, ScriptedCache

if TYPE_CHECKING:
    from httpx import AsyncClient, Response


class UpstashCache(ScriptedCache):
    """Kept by Upstash, for all processes that use it.

    It connects with its first call, and belongs to the event loop that made it. Texts are asked for in base64, so that
    every byte comes as it was kept.

    Args:
        url: ``https://...upstash.io``, what Upstash calls ``UPSTASH_REDIS_REST_URL``.
        token: ``UPSTASH_REDIS_REST_TOKEN``; a read-only one will not do.
        timeout: seconds for a call, the wait for a connection included.
        max_connections: at most so many; calls beyond wait for one.
    """

    def __init__(self, url: str, token: str, *, timeout: float = 2.0, max_connections: int = 20) -> None:
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            raise InvalidArgument("url", "must begin with https://; it is what Upstash calls UPSTASH_REDIS_REST_URL")
        if not isinstance(token, str) or not token.strip():
            raise InvalidArgument("token", "is empty; it is what Upstash calls UPSTASH_REDIS_REST_TOKEN")
        self._url = url.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._max_connections = max_connections
        self._client: AsyncClient | None = None

    def __repr__(self) -> str:
        return f"<UpstashCache: {self._url}>"

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _command(self, *words: str | int | bytes) -> Any:
        client = self._connected()
        from httpx import HTTPError

        sent = json.dumps([word.decode() if isinstance(word, bytes) else word for word in words])
        try:
            async with asyncio.timeout(self._timeout):
                response = await client.post("/", content=sent.encode())
        except TimeoutError as error:
            raise Unavailable(f"{self!r} did not answer within {self._timeout} s") from error
        except (HTTPError, OSError) as error:
            raise Unavailable(f"{self!r} failed: {type(error).__name__}: {error}") from error
        return _decoded(self._result(response))

    def _result(self, response: "Response") -> Any:
        try:
            answer = response.json()
        except ValueError as error:
            raise Unavailable(f"{self!r} answered with status {response.status_code} and no JSON") from error
        if isinstance(answer, dict) and "result" in answer:
            return answer["result"]
        problem = str(answer.get("error") if isinstance(answer, dict) else answer)
        # The first word of an error is its code.
        if problem.partition(" ")[0] == "NOSCRIPT":
            raise NoScriptError
        raise Unavailable(f"{self!r} answered with status {response.status_code}: {problem}")

    def _connected(self) -> "AsyncClient":
        if self._client is None:
            try:
                from httpx import AsyncClient, Limits
            except ModuleNotFoundError as error:
                raise ModuleNotFoundError(
                    'UpstashCache needs httpx: pip install "mastra-store[upstash]"', name="httpx"
                ) from error
            self._client = AsyncClient(
                base_url=self._url,
                timeout=None,  # noqa: S113 (the whole call has one)
                limits=Limits(max_connections=self._max_connections),
                headers={
                    "Authorization": f"Bearer {self._token}",
                    "Content-Type": "application/json",
                    "Upstash-Encoding": "base64",
                },
            )
        return self._client


def _decoded(reply: Any) -> Any:
    """A reply with its texts as bytes. Those that scripts return are bulk strings, which come in base64; simple
    strings, as ``PONG``, come as they are, and nobody reads them."""
    if isinstance(reply, str):
        return base64.b64decode(reply)
    return [_decoded(each) for each in reply] if isinstance(reply, list) else reply
