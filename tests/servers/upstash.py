"""Upstash's REST interface before a real Valkey or Redis.

Nothing is simulated but the framing: commands go to the server as they are and its replies come back, errors with their
codes (``WRONGTYPE ...``, ``NOSCRIPT ...``). RESP is spoken here, since clients strip the codes and change replies.
Offered are ``POST /`` for one command, ``/pipeline``, ``/multi-exec`` and ``GET /cmd/arg/...``, with
``Upstash-Encoding: base64``.

It is not Upstash. What must hold there is also run with ``UPSTASH_REDIS_REST_URL`` and ``UPSTASH_REDIS_REST_TOKEN``.
"""

import asyncio
import base64
import json
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

import uvicorn

TOKEN = "the-token-of-the-tests"

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class RespError(Exception):
    """An error that the server replied with, its code first."""


class Connection:
    """A connection to the server that speaks RESP2."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def call(self, *words: bytes) -> Any:
        head = b"*%d\r\n" % len(words)
        self._writer.write(head + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
        await self._writer.drain()
        return await self._reply()

    async def _reply(self) -> Any:
        line = (await self._reader.readuntil(b"\r\n"))[:-2]
        kind, rest = line[:1], line[1:]
        match kind:
            case b"+":
                return rest.decode()
            case b"-":
                return RespError(rest.decode())
            case b":":
                return int(rest)
            case b"$":
                return None if rest == b"-1" else (await self._reader.readexactly(int(rest) + 2))[:-2]
            case b"*":
                return None if rest == b"-1" else [await self._reply() for _ in range(int(rest))]
        raise ConnectionError(f"unexpected reply {line!r}")

    def close(self) -> None:
        self._writer.close()


class Gateway:
    """The ASGI application.

    Attributes:
        requests: how many came.
    """

    def __init__(self, redis_url: str, token: str) -> None:
        self._address = urlsplit(redis_url)
        self._token = token
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        self.requests += 1
        status, answer = await self._answer(scope, await _body(receive))
        headers = [(b"content-type", b"application/json"), (b"upstash-sync-token", b"test")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    async def _answer(self, scope: Scope, body: bytes) -> tuple[int, Any]:
        headers = dict(scope["headers"])
        if headers.get(b"authorization") != f"Bearer {self._token}".encode():
            return 401, {"error": "Unauthorized"}
        in_base64 = headers.get(b"upstash-encoding") == b"base64"
        path = scope["path"]
        try:
            if path in ("/pipeline", "/multi-exec"):
                answer = await self._run(json.loads(body), in_base64, whole=path == "/multi-exec")
                return (400 if isinstance(answer, dict) else 200), answer
            command = json.loads(body) if path == "/" else _of_path(scope["raw_path"])
            [answer] = await self._run([command], in_base64, whole=False)
            return (400 if "error" in answer else 200), answer
        except (ValueError, TypeError) as error:
            return 400, {"error": f"ERR {error}"}

    async def _run(self, commands: list[list[Any]], in_base64: bool, *, whole: bool) -> Any:
        """Run commands on one connection. ``whole``: all or none; an error in queueing them is the only answer."""
        redis = Connection(*await asyncio.open_connection(self._address.hostname, self._address.port))
        try:
            if self._address.password:
                await redis.call(b"AUTH", unquote(self._address.password).encode())
            if database := self._address.path.strip("/"):
                await redis.call(b"SELECT", database.encode())
            if not whole:
                return [_item(await redis.call(*map(_word, each)), in_base64) for each in commands]
            await redis.call(b"MULTI")
            queued = [await redis.call(*map(_word, each)) for each in commands]
            replies = await redis.call(b"EXEC")
            if isinstance(replies, RespError):
                return _item(next((each for each in queued if isinstance(each, RespError)), replies), in_base64)
            return [_item(each, in_base64) for each in replies]
        finally:
            redis.close()


def _item(reply: Any, in_base64: bool) -> dict[str, Any]:
    return {"error": str(reply)} if isinstance(reply, RespError) else {"result": _wrapped(reply, in_base64)}


def _wrapped(reply: Any, in_base64: bool) -> Any:
    """Bulk strings in base64 or as text; simple strings as they are."""
    if isinstance(reply, bytes):
        return base64.b64encode(reply).decode() if in_base64 else reply.decode("utf-8", "replace")
    return [_wrapped(each, in_base64) for each in reply] if isinstance(reply, list) else reply


def _word(argument: Any) -> bytes:
    if isinstance(argument, str):
        return argument.encode()
    return (json.dumps(argument) if isinstance(argument, bool | dict | list) else str(argument)).encode()


def _of_path(raw: bytes) -> list[str]:
    return [unquote(part) for part in raw.decode().strip("/").split("/")]


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


@contextmanager
def upstash_gateway(redis_url: str, token: str = TOKEN) -> Iterator[str]:
    """The address of a gateway before the server at ``redis_url``, in a thread of this process."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(Gateway(redis_url, token), log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()
