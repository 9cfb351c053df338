"""A proxy before a LibSQL server: it counts requests, and breaks the wire where a test wants it to break."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

Requests = list[dict[str, Any]]
"""The requests of one pipeline."""

CUT_BEFORE = "the server never gets the request"
CUT_AFTER = "the server answers, and the client never gets the answer"

Fault = str | tuple[int, str] | None
"""``CUT_BEFORE``, ``CUT_AFTER``, or a status and a text to answer with instead of asking the server."""


@dataclass
class HranaWire:
    """What went over it, and what shall happen to the next request.

    Attributes:
        url: where it listens: ``http://127.0.0.1:PORT``.
        pipelines: the requests of each pipeline that a client sent.
        connections: how many were made.
        fault: what happens to a pipeline.
        moves_to: the ``base_url`` that is put into every answer.
    """

    url: str = ""
    pipelines: list[Requests] = field(default_factory=list)
    connections: int = 0
    fault: Callable[[Requests], Fault] = lambda requests: None
    moves_to: str | None = None

    def statements(self) -> list[str]:
        """The SQL that was sent, in order."""
        return [
            sql
            for requests in self.pipelines
            for request in requests
            for sql in [step["stmt"].get("sql") for step in request.get("batch", {}).get("steps", [])]
            + [request.get("stmt", {}).get("sql")]
            if sql
        ]


def commits(requests: Requests) -> bool:
    return any(each.get("stmt", {}).get("sql") == "COMMIT" for each in requests)


@asynccontextmanager
async def hrana_wire(server: str) -> AsyncIterator[HranaWire]:
    """A wire to a server, ``http://host:port``."""
    wire, parts = HranaWire(), urlsplit(server)

    async def serve(client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        wire.connections += 1
        try:
            while head := await client.readuntil(b"\r\n\r\n"):
                body = await client.readexactly(_length(head))
                requests = json.loads(body)["requests"]
                wire.pipelines.append(requests)
                fault = wire.fault(requests)
                if isinstance(fault, tuple):
                    answer = f"HTTP/1.1 {fault[0]} X\r\nContent-Length: {len(fault[1])}\r\n\r\n{fault[1]}".encode()
                elif fault == CUT_BEFORE:
                    return
                else:
                    answer = await _asked(parts.hostname, parts.port, head, body, wire.moves_to)
                if fault == CUT_AFTER:
                    return
                to_client.write(answer)
                await to_client.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has gone
        finally:
            to_client.close()

    proxy = await asyncio.start_server(serve, "127.0.0.1", 0)
    wire.url = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        proxy.close()


async def _asked(host: str | None, port: int | None, head: bytes, body: bytes, moves_to: str | None) -> bytes:
    """The server's answer to one request, on a connection of its own."""
    server, to_server = await asyncio.open_connection(host, port)
    try:
        to_server.write(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + body)
        await to_server.drain()
        answer_head = await server.readuntil(b"\r\n\r\n")
        found = await server.read()
    finally:
        to_server.close()
    if b"transfer-encoding: chunked" in answer_head.lower():
        found = _unchunked(found)
    status = answer_head.split(b"\r\n", 1)[0]
    if moves_to is not None and b" 200 " in status + b" ":
        found = json.dumps(json.loads(found) | {"base_url": moves_to}).encode()
    return status + b"\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(found) + found


def _length(head: bytes) -> int:
    lines = head.decode().lower().split("\r\n")
    return int(next(line.partition(":")[2] for line in lines if line.startswith("content-length:")))


def _unchunked(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        whole, body = whole + body[:length], body[length + 2 :]
    return whole
