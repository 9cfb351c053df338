"""Invalidations that could not be told the cache: they are made good before it is read again."""

from .base import Hold

MOST = 1000
"""Writes that are remembered one by one. Beyond, one hold of everything stands for them all."""


class Owed:
    """Releases that failed, in order.

    Args:
        everything: the subjects on which every value of the storage depends.
    """

    def __init__(self, everything: tuple[str, ...]) -> None:
        self._everything = everything
        self._holds: dict[str, Hold] = {}

    def __bool__(self) -> bool:
        return bool(self._holds)

    def __len__(self) -> int:
        return len(self._holds)

    def add(self, hold: Hold) -> None:
        if len(self._holds) >= MOST:
            self._holds.clear()
            hold = Hold(hold.writer, self._everything)
        self._holds[hold.writer] = hold

    def first(self) -> Hold:
        return next(iter(self._holds.values()))

    def paid(self, hold: Hold) -> None:
        """The cache was told. What has been added meanwhile stays."""
        if self._holds.get(hold.writer) is hold:
            del self._holds[hold.writer]
