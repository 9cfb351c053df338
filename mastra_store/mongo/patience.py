"""How long something is tried again, and how often."""

import asyncio
import random
import time

_FIRST, _LONGEST = 0.002, 0.1
"""Seconds between tries: about twice as long each time, up to the second."""


class Patience:
    """A bound on one loop of tries.

    Args:
        seconds: from now on.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._pause = _FIRST

    async def again(self) -> bool:
        """Pause, at random so that those who met do not meet again. ``False``, without a pause, when time is up."""
        if time.monotonic() >= self._end:
            return False
        await asyncio.sleep(random.uniform(0, self._pause))  # noqa: S311 (no secret)
        self._pause = min(2 * self._pause, _LONGEST)
        return True
