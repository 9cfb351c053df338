"""Distances between vectors as SQLite's connections know them, by NumPy. SQLite has none of its own."""

import math
from typing import Any

_dot: Any = None
_frombuffer: Any = None


def _load() -> None:
    global _dot, _frombuffer
    import numpy  # for those who search vectors

    _dot, _frombuffer = numpy.dot, numpy.frombuffer


def cosine(one: bytes, other: bytes) -> float | None:
    """1 minus the cosine of the angle; ``None`` where one has no direction. Little-endian single precision."""
    a, b = _both(one, other)
    length = float(_dot(a, a)) * float(_dot(b, b))
    return None if length == 0 else 1 - float(_dot(a, b)) / math.sqrt(length)


def euclidean(one: bytes, other: bytes) -> float:
    a, b = _both(one, other)
    difference = a - b
    return math.sqrt(_dot(difference, difference))


def dotproduct(one: bytes, other: bytes) -> float:
    """The product, negative: the less, the more alike."""
    a, b = _both(one, other)
    return -float(_dot(a, b))


def _both(one: bytes, other: bytes) -> tuple[Any, Any]:
    if _dot is None:
        _load()
    return _frombuffer(one, "<f4"), _frombuffer(other, "<f4")
