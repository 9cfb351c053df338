"""``ping``."""

import asyncio
import time

from .options import Json, Schema, Url, storage
from .output import show


def ping(url: Url, schema: Schema = None, json: Json = False) -> None:
    """Ask the database for a sign of life, and say what its schema is."""
    show([asyncio.run(_ping(url, schema))], ["backend", "schema_state", "milliseconds"], as_json=json)


async def _ping(url: str, schema: str | None) -> dict[str, object]:
    async with storage(url, schema) as opened:
        started = time.perf_counter()
        await opened.ping()
        milliseconds = round((time.perf_counter() - started) * 1000, 2)
        return {"backend": type(opened).__name__, "schema_state": opened.schema_state, "milliseconds": milliseconds}
