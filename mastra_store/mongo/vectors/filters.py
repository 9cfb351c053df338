"""Filters as MongoDB's expressions on a document's ``metadata``.

Not as its filters: in those a path goes into the elements of lists, and a key with a dot or a dollar is none. All that
a caller gave, keys and values, stands in ``$literal``.
"""

from typing import Any

from ...vectors.filters import (
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
from ..encoding import storable
from ..executor import Document
from ..filters import exists, is_object, literal, member, or_null

METADATA = "$metadata"

_OPERATORS = {">": "$gt", ">=": "$gte", "<": "$lt", "<=": "$lte"}
_VALUE = "$$value"


def mongo_filter(condition: Condition | None) -> Document:
    """The filter that finds what a condition does. The first part is implied by the second, and has indexes."""
    if condition is None:
        return {}
    return {**equalities(condition), "$expr": _holds(condition, METADATA, 0)}


def equalities(condition: Condition) -> dict[str, str]:
    """Texts that values in the metadata must equal, or hold in a list, if a condition is to hold: by their fields."""
    match condition:
        case And(parts):
            found: dict[str, str] = {}
            for part in parts:
                found |= {field: text for field, text in equalities(part).items() if field not in found}
            return found
        case Equals((str() as key,), str() as text) if key.isidentifier():
            return {f"metadata.{key}": text}
        case _:
            return {}


def _holds(condition: Condition, root: str, depth: int) -> Any:
    """Whether a condition holds for what ``root`` gives.

    Args:
        depth: in how many lists it looks into elements.
    """
    match condition:
        case And(parts):
            return {"$and": [_holds(part, root, depth) for part in parts]}
        case Or(parts):
            return {"$or": [_holds(part, root, depth) for part in parts]}
        case Not(part):
            return {"$not": [_holds(part, root, depth)]}
    return {"$let": {"vars": {"value": _at(root, condition.path)}, "in": _holds_for_value(condition, depth)}}


def _holds_for_value(condition: Any, depth: int) -> Any:
    match condition:
        case Equals(_, None):
            return {"$not": [{"$gt": [_VALUE, None]}]}
        case Equals(_, wanted):
            return _equal(_VALUE, wanted)
        case OneOf(_, wanted):
            one_of = {"$in": ["$$each", _literal(list(wanted))]}
            candidates = {"$cond": [{"$isArray": [_VALUE]}, _VALUE, [_VALUE]]}
            return {"$anyElementTrue": {"$map": {"input": candidates, "as": "each", "in": one_of}}}
        case HasAll(_, wanted):
            return _of_list({"$and": [{"$in": [_literal(each), _VALUE]} for each in wanted]})
        case Compares(_, operator, wanted):
            compared = {_OPERATORS[operator]: [_VALUE, _literal(wanted)]}
            return {"$and": [_is_text() if isinstance(wanted, str) else {"$isNumber": _VALUE}, compared]}
        case HoldsText(_, text):
            return _found(_pattern_of(text), "")
        case MatchesPattern(_, pattern, flags):
            return _found(pattern, flags)
        case Exists():
            return exists(_VALUE)
        case HasSize(_, size):
            return _of_list({"$eq": [{"$size": _VALUE}, size]})
        case HasElement(_, part):
            each = f"each{depth}"
            holds = {"$map": {"input": _VALUE, "as": each, "in": _holds(part, f"$${each}", depth + 1)}}
            return _of_list({"$anyElementTrue": holds})


def _at(root: str, path: Path) -> Any:
    """The value at a path; missing where a key is, or where something is no object."""
    found: Any = root
    for key in path:
        inside = {"$cond": [is_object("$$object"), "$$object", literal({})]}
        found = {"$let": {"vars": {"object": or_null(found)}, "in": member(inside, str(key))}}
    return found


def _equal(value: Any, wanted: Any) -> Any:
    """Equality by JSON type; of objects in any order of their keys, which BSON has not."""
    if isinstance(wanted, dict):
        size = {"$eq": [{"$size": {"$objectToArray": "$$one"}}, len(wanted)]}
        parts = [_equal(member("$$one", key), item) for key, item in wanted.items()]
        return _one(value, {"$cond": [is_object("$$one"), {"$and": [size, *parts]}, False]})
    if isinstance(wanted, list):
        size = {"$eq": [{"$size": "$$one"}, len(wanted)]}
        parts = [_equal({"$arrayElemAt": ["$$one", at]}, item) for at, item in enumerate(wanted)]
        return _one(value, {"$cond": [{"$isArray": ["$$one"]}, {"$and": [size, *parts]}, False]})
    return {"$eq": [value, _literal(wanted)]}


def _one(value: Any, expression: Document) -> Document:
    # Missing as null: its type is an object's on SecantusDB.
    return {"$let": {"vars": {"one": or_null(value)}, "in": expression}}


def _of_list(expression: Document) -> Document:
    """What holds for lists. Lazily: other values have no size and no elements."""
    return {"$cond": [{"$isArray": [_VALUE]}, expression, False]}


def _is_text() -> Document:
    return {"$eq": [{"$type": _VALUE}, "string"]}


def _found(pattern: str, flags: str) -> Document:
    matched = {"$regexMatch": {"input": _VALUE, "regex": literal(pattern), "options": literal(flags)}}
    return {"$cond": [_is_text(), matched, False]}


def _pattern_of(text: str) -> str:
    """A pattern of a text as it is, but for the letters A to Z, of which either case is found."""
    return "".join(
        f"[{each.upper()}{each.lower()}]" if each.isascii() and each.isalpha() else _escaped(each) for each in text
    )


def _escaped(character: str) -> str:
    return (
        f"\\{character}" if character.isascii() and character.isprintable() and not character.isalnum() else character
    )


def _literal(value: Any) -> Document:
    return literal(storable(value, "filter"))
