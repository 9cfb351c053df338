"""The metadata filter as a typed tree. ``filter_parsing.py`` makes it, and each backend compiles it.

::

    {"kind": "note", "year": {"$gte": 2020, "$lt": 2024}, "$not": {"tags": {"$in": ["draft"]}}}

There is one meaning on all backends; ``filter_evaluation.py`` is that meaning in Python. In short:

- several keys of one object must all hold, and so must several operators of one field;
- equality is by JSON type: ``"1"`` is not ``1``, and ``True`` is not ``1``; ``1`` is ``1.0``;
- ``None`` equals null and a missing key; ``$exists`` asks for the key, whatever it holds;
- ``$ne``, ``$nin``, ``$not`` and ``$nor`` are exact complements, so they hold where the key is missing;
- a condition is about the value itself. ``$in``, ``$nin``, ``$all``, ``$contains``, ``$elemMatch`` and ``$size`` look
  into lists.

Contract: vectors.md, section 5, whose quirks docs/vectors.md lists beside this.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys from the metadata to a value; an element of a list by its number. Empty inside ``$elemMatch``: the element."""


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold. Of none: it holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One part holds. Of none: it does not."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Equals:
    """The value is this, by JSON type. ``None``: it is null or missing."""

    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of these, or a list that has one of them: text, numbers, true and false."""

    path: Path
    values: tuple[str | int | float | bool, ...]


@dataclass(frozen=True, slots=True)
class HasAll:
    """The value is a list that has all of these: text, numbers, true, false and null."""

    path: Path
    values: tuple[str | int | float | bool | None, ...]


@dataclass(frozen=True, slots=True)
class Compares:
    """The value is of the operand's kind, a number or text, and so related to it. Text by its code points."""

    path: Path
    operator: str
    """``>``, ``>=``, ``<`` or ``<=``."""
    value: str | int | float


@dataclass(frozen=True, slots=True)
class HoldsText:
    """The value is text in which this occurs; the letters A to Z are not told from a to z."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class MatchesPattern:
    """The value is text in which the regular expression is found."""

    path: Path
    pattern: str
    flags: str
    """Of ``i`` (case), ``m`` (lines), ``s`` (the dot takes line feeds), ``x`` (spaces in the pattern mean nothing)."""


@dataclass(frozen=True, slots=True)
class Exists:
    """The key is there."""

    path: Path


@dataclass(frozen=True, slots=True)
class HasSize:
    """The value is a list of so many elements."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class HasElement:
    """The value is a list with an element for which the part holds; its paths begin at the element."""

    path: Path
    part: "Condition"


Condition: TypeAlias = (
    And | Or | Not | Equals | OneOf | HasAll | Compares | HoldsText | MatchesPattern | Exists | HasSize | HasElement
)


def matches_everything(condition: Condition) -> bool:
    """Whether a filter asks for nothing at all, as ``{}`` and ``{"$and": []}`` do."""
    match condition:
        case And(parts):
            return all(map(matches_everything, parts))
        case Or(parts):
            return any(map(matches_everything, parts))
        case Not(part):
            return _matches_nothing(part)
        case _:
            return False


def _matches_nothing(condition: Condition) -> bool:
    match condition:
        case And(parts):
            return any(map(_matches_nothing, parts))
        case Or(parts):
            return all(map(_matches_nothing, parts))
        case Not(part):
            return matches_everything(part)
        case OneOf(_, values):
            return not values
        case _:
            return False


def has_pattern(condition: Condition) -> bool:
    """Whether a filter has a regular expression in it."""
    match condition:
        case And(parts) | Or(parts):
            return any(map(has_pattern, parts))
        case Not(part) | HasElement(_, part):
            return has_pattern(part)
        case _:
            return isinstance(condition, MatchesPattern)
