"""Whether a cache that failed is worth asking."""

import logging
import time
from collections.abc import Callable

logger = logging.getLogger("mastra_store.cache")

FAILURES = 3
"""So many calls in a row that failed open the circuit."""
LONGEST_PAUSE = 30
"""Times ``retry_after``: what the pauses between two tries grow to."""


class Circuit:
    """Closed while the cache answers. Opened by failures in a row; then one call at a time, after a pause, tries again,
    and closes it when it succeeds. Said once each in the log.

    Args:
        name: what the log calls the cache.
        retry_after: seconds of the first pause; each further one is twice as long.
    """

    def __init__(self, name: str, retry_after: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._retry_after = retry_after
        self._clock = clock
        self._failures = 0
        self._pause = retry_after
        self._opened: float | None = None
        self._next_try = 0.0

    @property
    def is_open(self) -> bool:
        return self._opened is not None

    @property
    def pause(self) -> float:
        """Seconds between the last try and the next."""
        return self._pause

    def allows(self) -> bool:
        """Whether the cache may be asked now. While the circuit is open, a yes puts the next one off."""
        if self._opened is None:
            return True
        if self._clock() < self._next_try:
            return False
        self._next_try = self._clock() + self._pause
        return True

    def failed(self, error: BaseException) -> None:
        """A call failed."""
        self._failures += 1
        if self._opened is not None:
            self._pause = min(self._pause * 2, self._retry_after * LONGEST_PAUSE)
            self._next_try = self._clock() + self._pause
        elif self._failures >= FAILURES:
            self._opened = self._clock()
            self._pause = self._retry_after
            self._next_try = self._opened + self._pause
            logger.warning("%s is down, so reads go to the database: %s", self._name, error)

    def succeeded(self) -> None:
        """A call was done."""
        self._failures = 0
        if self._opened is not None:
            logger.warning("%s is back after %.1f s", self._name, self._clock() - self._opened)
            self._opened = None
