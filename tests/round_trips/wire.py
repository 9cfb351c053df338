"""A proxy before PostgreSQL that counts round trips: each ends with the server's ReadyForQuery."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Wire:
    """What went over it."""

    url: str = ""
    connections: int = 0
    ready: int = 0
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    whole: bool = True
    refused: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether somebody tried to connect while it was cut."""
    open: set[asyncio.StreamWriter] = field(default_factory=set)
    servers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def round_trips(self) -> int:
        """Round trips for statements; a connection's start is counted in ``connections``."""
        return self.ready

    async def cut(self) -> None:
        """End all connections, and refuse new ones. Returns once the clients can know."""
        self.whole = False
        for writer in list(self.open):
            writer.close()
            await writer.wait_closed()

    def mend(self) -> None:
        """Take connections again."""
        self.whole = True


@asynccontextmanager
async def counted_wire(migrated_url: str) -> AsyncIterator[Wire]:
    """A wire to the server of a URL."""
    parts, wire = urlsplit(migrated_url), Wire()

    async def serve(client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        if not wire.whole:
            to_client.close()
            wire.refused.set()
            return
        wire.open.add(to_client)
        try:
            server, to_server = await asyncio.open_connection(parts.hostname, parts.port)
        except OSError:
            to_client.close()
            return
        wire.servers.add(to_server)
        wire.connections += 1
        started = False
        forth = asyncio.create_task(_copy(client, to_server))
        wire.tasks.add(forth)
        try:
            while head := await server.read(1):
                length = await server.readexactly(4)
                body = await server.readexactly(int.from_bytes(length, "big") - 4)
                if head == b"Z":
                    wire.ready += started
                    started = True
                to_client.write(head + length + body)
                await to_client.drain()
        finally:
            forth.cancel()
            wire.open.discard(to_client)
            wire.servers.discard(to_server)
            to_client.close()
            to_server.close()

    proxy = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]
    wire.url = f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}?sslmode=disable&gssencmode=disable"
    try:
        yield wire
    finally:
        proxy.close()
        while wire.servers:  # so that nobody serves any more when the loop ends
            wire.servers.pop().close()
            await asyncio.sleep(0)


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        target.write(data)
        await target.drain()
    target.close()
