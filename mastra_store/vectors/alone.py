"""Vector stores that stand alone: with connections of their own, beside any storage or without one."""

from types import TracebackType
from typing import Any, Self


class Alone:
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

    async def __aenter__(self) -> Self:
        await self.init()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._database.shown}>"
