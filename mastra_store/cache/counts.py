"""What a cached storage did."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

What = Literal["hits", "misses", "shared", "held", "bypassed", "unreadable", "invalidations", "failures", "owed"]


@dataclass(slots=True)
class Counts:
    """How often what happened, since the storage was made."""

    hits: int = 0
    """Reads that the cache served."""
    misses: int = 0
    """Reads that went to the database and whose value was offered to the cache."""
    shared: int = 0
    """Reads that were given what another one was just reading."""
    held: int = 0
    """Reads of what somebody was just writing: they went to the database."""
    bypassed: int = 0
    """Reads that did not ask the cache, since it is down or an invalidation is owed to it."""
    unreadable: int = 0
    """Reads that found something in the cache that is none of our values: they went to the database."""
    invalidations: int = 0
    """Writes that told the cache what changed."""
    failures: int = 0
    """Calls of the cache that failed. None of them made a read or a write fail."""
    owed: int = 0
    """Writes whose invalidation failed, so that it was made up for later."""
    _listeners: list[Callable[[What], None]] = field(default_factory=list, repr=False, compare=False)

    def count(self, what: What) -> None:
        """It happened once more."""
        setattr(self, what, getattr(self, what) + 1)
        for listener in self._listeners:
            listener(what)

    def listen(self, listener: Callable[[What], None]) -> Callable[[], None]:
        """Tell ``listener`` what happens from now on. Returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)
