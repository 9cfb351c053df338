"""Who has to see what was written: a task, or a block that several tasks work in."""

import asyncio
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any


class Scope:
    """What the reads of one task, or of one block, have to see.

    Attributes:
        needed: the place in the primary's log that a replica must have replayed.
        writes: how many writes ended.
        known: how many of them ``needed`` covers.
    """

    __slots__ = ("known", "needed", "task", "writes")

    def __init__(self, task: "weakref.ref[asyncio.Task[Any]] | None", outer: "Scope | None") -> None:
        self.task = task
        self.needed: int = 0 if outer is None else outer.needed
        self.known = 0
        self.writes: int = 0 if outer is None else outer.writes - outer.known

    @property
    def pending(self) -> bool:
        """Whether something was written since the primary was asked how far its log is."""
        return self.writes != self.known

    def wrote(self) -> None:
        """Something was written, or may have been."""
        self.writes += 1

    def learned(self, place: int, writes: int) -> None:
        """The primary's log was at ``place`` when ``writes`` writes had ended."""
        self.needed = max(self.needed, place)
        self.known = max(self.known, writes)


class ReadScopes:
    """The scopes of one database. A task has one of its own, unless it works in a block's.

    A new task begins with what the task that started it had written by then: whoever writes and then starts tasks
    means them to see it.
    """

    def __init__(self) -> None:
        self._current: ContextVar[Scope | None] = ContextVar("mastra_store_read_scope", default=None)

    def current(self) -> Scope:
        scope = self._current.get()
        if scope is None or scope.task is not None:
            task = asyncio.current_task()
            if task is not None and (scope is None or scope.task() is not task):  # type: ignore[misc]
                scope = Scope(weakref.ref(task), scope)
                self._current.set(scope)
        return scope if scope is not None else Scope(None, None)

    @asynccontextmanager
    async def block(self) -> AsyncIterator[None]:
        """A scope for this block and all tasks that it starts. What was written in it counts for those around, too."""
        outer = self.current()
        inner = Scope(None, outer)
        self._current.set(inner)
        try:
            yield
        finally:
            outer.learned(inner.needed, outer.known)
            if inner.pending:
                outer.wrote()
            self._current.set(outer)
