"""Filters as Pinecone takes them: those that it can answer as the language means them. All others are refused."""

from typing import Any

from ..errors import InvalidArgument
from .filters import And, Compares, Condition, Equals, Exists, Not, OneOf, Or, Path

_OPERATORS = {">": "$gt", ">=": "$gte", "<": "$lt", "<=": "$lte"}

Made = dict[str, Any] | bool
"""A filter; or ``True`` where everything is found, ``False`` where nothing is."""


def pinecone_filter(condition: Condition) -> Made:
    """The filter to be sent.

    One meaning is Pinecone's own: equality with a list of texts holds if the list has the text.

    Raises:
        InvalidArgument: Pinecone has no such condition, or would mean something else by it.
    """
    return _made(condition, wanted=True)


def _made(condition: Condition, *, wanted: bool) -> Made:
    """Args:
    wanted: ``False`` for the complement.
    """
    match condition:
        case Not(part):
            return _made(part, wanted=not wanted)
        case And(parts):
            return _joined("$and" if wanted else "$or", [_made(part, wanted=wanted) for part in parts])
        case Or(parts):
            return _joined("$or" if wanted else "$and", [_made(part, wanted=wanted) for part in parts])
        case Equals(path, None):  # nulls are not stored
            return {_key(path): {"$exists": not wanted}}
        case Equals(path, str() | bool() | int() | float() as value):
            return {_key(path): {"$eq" if wanted else "$ne": value}}
        case OneOf(path, values):
            return {_key(path): {"$in" if wanted else "$nin": list(values)}} if values else not wanted
        case Exists(path):
            return {_key(path): {"$exists": wanted}}
        case Compares(path, operator, int() | float() as value) if wanted:
            return {_key(path): {_OPERATORS[operator]: value}}
        case Compares(path, _, str()):
            raise InvalidArgument(_shown(path), "is compared with text; Pinecone orders numbers alone")
        case Compares(path):
            raise InvalidArgument(
                _shown(path), "is compared inside a $not or $nor; Pinecone can not say its complement"
            )
        case _:
            raise InvalidArgument(
                _shown(condition.path),
                "is asked for something that Pinecone has not: it knows $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, "
                "$exists, $and, $or, $not and $nor",
            )


def _joined(operator: str, parts: list[Made]) -> Made:
    absorbing = operator == "$or"
    if absorbing in parts:
        return absorbing
    kept = [part for part in parts if isinstance(part, dict)]
    if not kept:
        return not absorbing
    return kept[0] if len(kept) == 1 else {operator: kept}


def _key(path: Path) -> str:
    if len(path) != 1:
        raise InvalidArgument(_shown(path), "is inside an object or a list; Pinecone's metadata is flat")
    return str(path[0])


def _shown(path: Path) -> str:
    return ".".join(("filter", *map(str, path)))
