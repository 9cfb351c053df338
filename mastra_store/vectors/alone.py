"""Vector stores that stand alone: with connections of their own, beside any storage or without one."""

from typing import Any

from ..lifetime import Lifetime


class Alone(Lifetime):
    """The lifetime of a store with a database of its own. It opens itself with its first call."""

    _database: Any
    storage = None
    """It is part of no storage."""

    async def init(self) -> None:
        """Connect. Calls that come later do nothing."""
        await self._database.ready()

    async def close(self) -> None:
        """Close the connections. An engine that was passed in stays open."""
        await self._database.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._database.shown}>"
