"""Cancellation that is not lost.

Drivers wait with ``asyncio.wait_for``. On Python 3.11 that swallows a cancellation which comes at the very moment when
what it waited for is there (mended in 3.12): the call would go on to its next statement, and wait there for a lock that
its canceller may hold.
"""

import asyncio


class Cancellation:
    """Whether the current task was asked to end since this was made. Earlier requests are its own affair: a task that
    is being cancelled may still store something."""

    __slots__ = ("_before", "_task")

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self._before = 0 if self._task is None else self._task.cancelling()

    def check(self) -> None:
        """Raise the ``CancelledError`` that was swallowed."""
        if self._task is not None and self._task.cancelling() > self._before:
            raise asyncio.CancelledError
