"""What a filter's statement depends on: the shape of its tree. Keys and values are parameters, all of them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ...vectors.filters import (
    And,
    Compares,
    Condition,
    Equals,
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


@dataclass(frozen=True, slots=True)
class Slot:
    """A parameter of the statement, in the place of a key or a value."""

    name: str
    kind: str = ""
    """What decides how it is compared, as ``text`` or ``number``."""


@dataclass(slots=True)
class Slots:
    """The parameters of one filter, and their values."""

    values: dict[str, Any] = field(default_factory=dict)

    def add(self, value: Any, kind: str = "") -> Slot:
        name = f"filter_{len(self.values)}"
        self.values[name] = value
        return Slot(name, kind)


def shaped(condition: Condition, slots: Slots, path: Callable[[Path, Slots], Any]) -> Any:
    """The same tree with slots in the places of keys and values: what a statement may be made of, and its cache's key.

    Args:
        slots: takes the values.
        path: puts the slots of a path in its place, as the dialect binds paths.
    """
    match condition:
        case And(parts) | Or(parts):
            return type(condition)(tuple(shaped(part, slots, path) for part in parts))
        case Not(part):
            return Not(shaped(part, slots, path))
        case HasElement(keys, part):
            return HasElement(path(keys, slots), shaped(part, slots, path))
    shape: Any = replace(condition, path=path(condition.path, slots))
    match condition:
        case Equals(_, value) | Compares(_, _, value):
            return shape if value is None else replace(shape, value=slots.add(value, kind_of(value)))
        case OneOf(_, values) | HasAll(_, values):
            return replace(shape, values=slots.add(list(values)))
        case HoldsText(_, text):
            return replace(shape, text=slots.add(text))
        case MatchesPattern(_, pattern, _):
            return replace(shape, pattern=slots.add(pattern))
        case HasSize(_, size):
            return replace(shape, size=slots.add(size))
        case _:
            return shape


def kind_of(value: Any) -> str:
    """``text``, ``true``, ``false``, ``number`` or ``json``, for a list or an object."""
    match value:
        case str():
            return "text"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return "number"
        case _:
            return "json"
