"""Units of work of a cached storage: they read the database, and the cache learns at the commit what they wrote."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from ..domains.base import Domain
from ..transaction import Transaction
from .resilient import ResilientCache

R = TypeVar("R")

MakeDomain = Callable[[str, Domain, set[str]], Domain]
"""From a name, the transaction's own domain, and where subjects are remembered."""


class CachedTransaction(Transaction):
    """A storage's unit of work whose writes the cache learns of when it commits."""

    def __init__(self, inner: Transaction, make: MakeDomain, subjects: Callable[..., tuple[str, ...]]) -> None:
        self._inner = inner
        self._make = make
        self._subjects = subjects
        self.changed: set[str] = set()

    def _make_domain(self, name: str) -> Domain:
        return self._make(name, getattr(self._inner, name), self.changed)

    @property
    def session(self) -> Any:
        """The ``AsyncSession`` of the storage's unit of work, where it is one on SQL. What is written with it the cache
        does not see: say it with ``invalidate``."""
        return self._inner.session  # type: ignore[attr-defined]

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        return self._inner.savepoint()

    def invalidate(
        self,
        domain: str,
        *,
        thread_id: str | None = None,
        resource_id: str | None = None,
        run_id: str | None = None,
        agent_id: str | None = None,
    ) -> None:
        """Say what ``session`` changes: a row, or without an id any row of the domain. It is done with the commit.

        Args:
            domain: ``memory``, ``workflows`` or ``agents``.
            thread_id: a thread, or messages of it.

        Raises:
            InvalidArgument: there is no such domain, or it has no such rows.
        """
        ids = {"thread_id": thread_id, "resource_id": resource_id, "run_id": run_id, "agent_id": agent_id}
        self.changed.update(self._subjects(domain, **ids))


@asynccontextmanager
async def unit(
    inner: AbstractAsyncContextManager[Transaction],
    cache: ResilientCache,
    wrap: Callable[[Transaction], CachedTransaction],
    *,
    commits: bool,
) -> AsyncIterator[CachedTransaction]:
    """A unit of work. What it wrote is held before the commit and released after it.

    Args:
        commits: whether the transaction ends with the block. A session or connection of the caller's is committed by
            the caller, later: until then, and for as long as a hold lasts, what was written is read from the database.
    """
    write = cache.writing()
    try:
        async with inner as transaction:
            wrapped = wrap(transaction)
            yield wrapped
            await write.hold(sorted(wrapped.changed))
    finally:
        if commits:
            await write.end()
        else:
            write.leave()


async def within(unit: AbstractAsyncContextManager[CachedTransaction], work: Callable[[Any], Awaitable[R]]) -> R:
    async with unit as transaction:
        return await work(transaction)
