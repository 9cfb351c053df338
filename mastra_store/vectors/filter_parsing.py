"""Filters as callers write them, made a tree. What is no filter is refused by its path, before anything is sent."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..clock import iso_milliseconds
from ..errors import InvalidArgument
from ..jsontext import storable
from ..pages import instant, whole_number
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

MAX_DEPTH = 32
"""Levels of a filter's objects and lists: each backend's parser takes that many."""

COMPARISONS = {"$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<="}
LOGICAL = ("$and", "$or", "$nor", "$not")

_FORBIDDEN_IN_KEYS = re.compile(r'["\\\x00-\x1f\x7f\ud800-\udfff]')
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}


def parsed(given: Mapping[str, Any], path: str = "filter") -> Condition:
    """The tree of a filter.

    Raises:
        InvalidArgument: with the path to what is wrong, as ``filter.$or[1].price.$gt``, and what is allowed.
    """
    return _filter(given, path, (), 0)


def _filter(given: Any, where: str, at: Path, depth: int) -> Condition:
    """An object of fields and logical operators."""
    if not isinstance(given, Mapping):
        raise InvalidArgument(where, f"must be an object of fields and conditions, not {type(given).__name__}")
    _check_depth(where, depth)
    parts: list[Condition] = []
    for key, condition in given.items():
        below = f"{where}.{key}"
        if not isinstance(key, str):
            raise InvalidArgument(where, f"has the key {key!r}; keys are text")
        if key == "$not":
            parts.append(Not(_filter(condition, below, at, depth + 1)))
        elif key in LOGICAL:
            parts.append(_several(key, condition, below, at, depth + 1))
        elif key.startswith("$"):
            raise InvalidArgument(below, f"is no operator between fields; those are {', '.join(LOGICAL)}")
        else:
            parts.append(_field(condition, below, (*at, *_keys(key, below)), depth + 1))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _several(operator: str, given: Any, where: str, at: Path, depth: int) -> Condition:
    filters = _list(given, where)
    parts = tuple(_filter(each, f"{where}[{index}]", at, depth + 1) for index, each in enumerate(filters))
    match operator:
        case "$and":
            return And(parts)
        case "$or":
            return Or(parts)
        case _:
            return Not(Or(parts))


def _field(given: Any, where: str, path: Path, depth: int) -> Condition:
    """What is asked of one field: a value, a list of values, operators, or the fields inside it."""
    _check_depth(where, depth)
    if isinstance(given, Mapping):
        operators = [key for key in given if isinstance(key, str) and key.startswith("$")]
        if not given:
            raise InvalidArgument(where, 'is an empty object; to compare with one, write {"$eq": {}}')
        if not operators:
            return _filter(given, where, path, depth)
        if len(operators) < len(given):
            raise InvalidArgument(where, "mixes operators with fields; put the fields into an object of their own")
        return _operators(given, where, path, depth)
    if _is_list(given):
        return _one_of(given, where, path)
    return Equals(path, _value(given, where))


def _operators(given: Mapping[str, Any], where: str, path: Path, depth: int) -> Condition:
    parts: list[Condition] = []
    for operator, operand in given.items():
        below = f"{where}.{operator}"
        if operator == "$options":
            if "$regex" not in given:
                raise InvalidArgument(below, "belongs to $regex, which is not there")
        elif operator == "$regex":
            parts.append(_pattern(operand, given.get("$options", ""), where, path))
        elif operator == "$not":
            if not isinstance(operand, Mapping):
                raise InvalidArgument(below, f"must be an object of operators, not {type(operand).__name__}")
            parts.append(Not(_field(operand, below, path, depth + 1)))
        elif operator == "$elemMatch":
            parts.append(HasElement(path, _element(operand, below, depth + 1)))
        elif operator in COMPARISONS:
            parts.append(Compares(path, COMPARISONS[operator], _ordered(operand, below)))
        elif (parse := _OPERATORS.get(operator)) is not None:
            parts.append(parse(operand, below, path))
        else:
            known = sorted((*_OPERATORS, *COMPARISONS, "$elemMatch", "$not", "$options", "$regex"))
            raise InvalidArgument(below, f"is no operator; those are {', '.join(known)}")
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _element(given: Any, where: str, depth: int) -> Condition:
    """What is asked of an element: operators for itself, or a filter for the fields inside it."""
    _check_depth(where, depth)
    if not isinstance(given, Mapping) or not given:
        raise InvalidArgument(where, "must be an object of operators or of fields, and not be empty")
    if all(isinstance(key, str) and key.startswith("$") and key not in ("$and", "$or", "$nor") for key in given):
        return _operators(given, where, (), depth)
    return _filter(given, where, (), depth)


def _equals(operand: Any, where: str, path: Path) -> Condition:
    return Equals(path, _value(operand, where))


def _one_of(operand: Any, where: str, path: Path) -> Condition:
    """Objects, lists and null are compared one by one; all else in one go."""
    values = [_value(each, f"{where}[{index}]") for index, each in enumerate(_list(operand, where))]
    parts: list[Condition] = [OneOf(path, tuple(each for each in values if not _stands_alone(each)))]
    for each in filter(_stands_alone, values):
        parts += [Equals(path, each), HasElement(path, Equals((), each))]
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _has_all(operand: Any, where: str, path: Path) -> Condition:
    values = [_value(each, f"{where}[{index}]") for index, each in enumerate(_list(operand, where))]
    plain = tuple(each for each in values if not isinstance(each, dict | list))
    parts: list[Condition] = [HasAll(path, plain)]
    parts += [HasElement(path, Equals((), each)) for each in values if isinstance(each, dict | list)]
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _contains(operand: Any, where: str, path: Path) -> Condition:
    """Text in text, or elements of a list."""
    if _is_list(operand):
        return _has_all(operand, where, path)
    value = _value(operand, where)
    if isinstance(value, dict):
        return HasElement(path, Equals((), value))
    has = HasAll(path, (value,))
    return Or((HoldsText(path, value), has)) if isinstance(value, str) else has


def _exists(operand: Any, where: str, path: Path) -> Condition:
    if not isinstance(operand, bool):
        raise InvalidArgument(where, f"must be true or false, not {operand!r}")
    return Exists(path) if operand else Not(Exists(path))


def _size(operand: Any, where: str, path: Path) -> Condition:
    return HasSize(path, whole_number(operand, where))


_OPERATORS: dict[str, Callable[[Any, str, Path], Condition]] = {
    "$eq": _equals,
    "$ne": lambda operand, where, path: Not(_equals(operand, where, path)),
    "$in": _one_of,
    "$nin": lambda operand, where, path: Not(_one_of(operand, where, path)),
    "$all": _has_all,
    "$contains": _contains,
    "$exists": _exists,
    "$size": _size,
}


def _pattern(pattern: Any, options: Any, where: str, path: Path) -> Condition:
    if isinstance(pattern, re.Pattern):
        raise InvalidArgument(f"{where}.$regex", "must be text; give its flags as $options")
    pattern = _value(pattern, f"{where}.$regex")
    if not isinstance(pattern, str):
        raise InvalidArgument(f"{where}.$regex", f"must be text, not {type(pattern).__name__}")
    # u says how JavaScript reads the pattern; here text is always read by its characters.
    if not isinstance(options, str) or (unknown := set(options) - {*_FLAGS, "u"}):
        unknown = unknown if isinstance(options, str) else options
        raise InvalidArgument(f"{where}.$options", f"must be text of the letters i, m, s, u and x, not {unknown!r}")
    flags = "".join(sorted(set(options) & _FLAGS.keys()))
    try:
        python_pattern(pattern, flags)
    except re.error as error:
        raise InvalidArgument(f"{where}.$regex", f"is no regular expression: {error}") from error
    return MatchesPattern(path, pattern, flags)


def python_pattern(pattern: str, flags: str) -> re.Pattern[str]:
    """The pattern for Python's ``re``.

    Raises:
        re.error: it is none.
    """
    combined = re.NOFLAG
    for flag in flags:
        combined |= _FLAGS[flag]
    return re.compile(pattern, combined)


def _keys(key: str, where: str) -> tuple[str, ...]:
    keys = tuple(key.split("."))
    for each in keys:
        check_key(each, where)
    return keys


def check_key(key: str, where: str) -> None:
    """Refuse a key that not every backend can look for."""
    if not key or key.startswith("$") or _FORBIDDEN_IN_KEYS.search(key):
        raise InvalidArgument(
            where,
            "is no path of keys: those are joined by dots, not empty, and without a leading $, quotes, backslashes, "
            "control characters and unpaired surrogates",
        )


def _ordered(operand: Any, where: str) -> str | int | float:
    value = _value(operand, where)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidArgument(where, f"must be a number, text or a datetime, not {type(operand).__name__}")
    return value


def _value(value: Any, where: str) -> Any:
    """A JSON value as metadata holds it: times as ISO 8601, NumPy's numbers as Python's."""
    if isinstance(value, datetime):
        return iso_milliseconds(instant(value, where))
    if isinstance(value, tuple):
        value = list(value)
    elif getattr(value, "ndim", None) == 0:
        value = value.item()
    stored = storable(value, where)
    _check_keys(stored, where)
    return stored


def _check_keys(value: Any, where: str) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            check_key(key, f"{where}.{key}")
            _check_keys(item, f"{where}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_keys(item, f"{where}[{index}]")


def _stands_alone(value: Any) -> bool:
    return value is None or isinstance(value, dict | list)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes)


def _list(value: Any, where: str) -> Iterable[Any]:
    if not _is_list(value):
        raise InvalidArgument(where, f"must be a list, not {type(value).__name__}")
    return sorted(value, key=repr) if isinstance(value, set | frozenset) else value


def _check_depth(where: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise InvalidArgument(where, f"is nested deeper than {MAX_DEPTH} levels")
