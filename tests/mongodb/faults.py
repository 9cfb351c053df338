"""A server of one's own, whose commands can be made to fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.servers.mongodb import MongoProcess


@contextmanager
def failing(process: MongoProcess, *commands: str, times: int = 1, **fault: Any) -> Iterator[None]:
    """Let the next so many of these commands fail.

    Args:
        fault: ``errorCode`` and ``errorLabels`` for an answer, ``closeConnection=True`` for none, ``blockConnection``
            and ``blockTimeMS`` for a late one.
    """
    admin = process.server.client.admin
    point = {"configureFailPoint": "failCommand"}
    admin.command({**point, "mode": {"times": times}, "data": {"failCommands": list(commands), **fault}})
    try:
        yield
    finally:
        admin.command({**point, "mode": "off"})
