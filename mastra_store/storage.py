"""What every storage offers."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, overload

from .domains import Domains
from .transaction import Transaction

R = TypeVar("R")

SchemaState = Literal["current", "created", "foreign", "ahead"]


class Storage(Domains, ABC):
    """The domains of one backend, and its lifetime.

    A storage opens itself with its first call; ``async with`` opens it at once and closes it at the end. It belongs
    to the event loop that used it first.
    """

    def offers(self, domain: str) -> bool:
        """Whether it has the domain of this name."""
        return True

    def storages(self) -> tuple["Storage", ...]:
        """The storages behind it, each once: itself, unless it is a composite."""
        return (self,)

    @property
    @abstractmethod
    def schema_state(self) -> SchemaState | None:
        """What was found on first use: ``current`` (our revision), ``created`` (made just now), ``foreign`` (made by
        Mastra, without our version table), ``ahead`` (a newer revision); ``None`` before the first use."""

    @abstractmethod
    async def init(self) -> None:
        """Connect and see to the schema. Calls that come later do nothing.

        Raises:
            Unavailable: the database can not be reached.
            SchemaMissing: it is empty, and ``create_schema="never"``.
            SchemaBehind: its tables are older than this version needs. Nothing was changed.
        """

    @abstractmethod
    async def ping(self) -> None:
        """Ask the database for a sign of life: one round trip.

        Raises:
            Unavailable: there is none.
        """

    @abstractmethod
    async def close(self) -> None:
        """Close the connections. An engine that was passed in stays open."""

    @overload
    def transaction(
        self, work: None = None, /, *, read_only: bool = False
    ) -> AbstractAsyncContextManager[Transaction]: ...
    @overload
    def transaction(self, work: Callable[[Any], Awaitable[R]], /, *, read_only: bool = False) -> Awaitable[R]: ...
    @abstractmethod
    def transaction(self, work: Callable[[Any], Awaitable[R]] | None = None, /, *, read_only: bool = False) -> Any:
        """A unit of work: ``async with storage.transaction() as tx``, or ``await storage.transaction(work)``."""

    async def __aenter__(self) -> Self:
        await self.init()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
