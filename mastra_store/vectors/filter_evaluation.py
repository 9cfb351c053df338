"""What a filter means, in Python: the rule that every backend is held to."""

from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from typing import Any

from .filter_parsing import python_pattern
from .filters import (
    And,
    Compares,
    Condition,
    Equals,
    Exists,
    HasAll,
    HasElement,
    HasSize,
    HoldsText,
    MatchesPattern,
    Not,
    OneOf,
    Or,
    Path,
)

_RELATED: dict[str, Callable[[Any, Any], bool]] = {">": gt, ">=": ge, "<": lt, "<=": le}
_ASCII_LOWER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


class _Missing:
    """Stands for the value of a key that is not there."""


_MISSING = _Missing()


def matches(condition: Condition, metadata: Mapping[str, Any]) -> bool:
    """Whether a condition holds for an object of metadata."""
    return _holds(condition, metadata)


def _holds(condition: Condition, root: Any) -> bool:
    match condition:
        case And(parts):
            return all(_holds(part, root) for part in parts)
        case Or(parts):
            return any(_holds(part, root) for part in parts)
        case Not(part):
            return not _holds(part, root)
    value = _at(root, condition.path)
    match condition:
        case Equals(_, None):
            return value is None or value is _MISSING
        case Equals(_, wanted):
            return same(value, wanted)
        case OneOf(_, wanted):
            candidates = value if isinstance(value, list) else [value]
            return any(same(each, one) for each in candidates for one in wanted)
        case HasAll(_, wanted):
            return isinstance(value, list) and all(any(same(each, one) for each in value) for one in wanted)
        case Compares(_, operator, wanted):
            comparable = isinstance(value, str) if isinstance(wanted, str) else _is_number(value)
            return comparable and _RELATED[operator](value, wanted)
        case HoldsText(_, text):
            return isinstance(value, str) and text.translate(_ASCII_LOWER) in value.translate(_ASCII_LOWER)
        case MatchesPattern(_, pattern, flags):
            return isinstance(value, str) and python_pattern(pattern, flags).search(value) is not None
        case Exists():
            return value is not _MISSING
        case HasSize(_, size):
            return isinstance(value, list) and len(value) == size
        case HasElement(_, part):
            return isinstance(value, list) and any(_holds(part, element) for element in value)


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal, by JSON type: numbers are numbers, and true is none."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if _is_number(one) and _is_number(other):
        return bool(one == other)
    return type(one) is type(other) and bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _at(value: Any, path: Path) -> Any:
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return _MISSING
        value = value[key]
    return value
