"""Filters as expressions of SQLite's JSON functions on a text column, for SQLite and LibSQL."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    column,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.types import Boolean

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
from ..parameters import JsonParameter
from .shapes import Slot, Slots, kind_of, shaped

_WHOLE: ColumnElement[str] = literal_column("'$'")


@dataclass(frozen=True, slots=True)
class _HasKeys:
    """The value is an object of so many keys."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class _Is:
    """The value is true or false."""

    path: Path
    kind: str


def sqlite_filter(condition: Condition) -> tuple[Any, dict[str, Any]]:
    """The shape of a filter's expression, and the values of its parameters."""
    slots = Slots()
    shape = shaped(_spelled_out(condition), slots, _path)
    return shape, slots.values


def _path(path: Path, slots: Slots) -> Slot | None:
    """A path is one parameter, as ``$."author"."name"``; none for an element itself."""
    if not path:
        return None
    return slots.add("$" + "".join(f"[{key}]" if isinstance(key, int) else f'."{key}"' for key in path))


def _spelled_out(condition: Any) -> Any:
    """The tree with lists and objects compared part by part: SQLite has no equality for them."""
    match condition:
        case And(parts) | Or(parts):
            return type(condition)(tuple(map(_spelled_out, parts)))
        case Not(part):
            return Not(_spelled_out(part))
        case HasElement(path, part):
            return HasElement(path, _spelled_out(part))
        case Equals(path, bool() as value):
            return _Is(path, kind_of(value))
        case Equals(path, list() as items):
            return And((HasSize(path, len(items)), *(_same_part((*path, at), item) for at, item in enumerate(items))))
        case Equals(path, dict() as items):
            has_keys: Any = _HasKeys(path, len(items))
            return And((has_keys, *(_same_part((*path, key), item) for key, item in items.items())))
        case _:
            return condition


def _same_part(path: Path, value: Any) -> Any:
    part = _spelled_out(Equals(path, value))
    return And((Exists(path), part)) if value is None else part


@dataclass(frozen=True, slots=True)
class _Value:
    """A JSON value."""

    kind: ColumnElement[Any]
    """SQLite's word for its type; NULL where the value is missing."""
    value: ColumnElement[Any]
    """Text and numbers as SQL has them, lists and objects as JSON text."""

    def is_a(self, *kinds: str) -> ColumnElement[bool]:
        return self.kind.in_([literal_column(f"'{kind}'") for kind in kinds])

    @property
    def array(self) -> ColumnElement[Any]:
        """The array, and an empty one for all else: only CASE keeps a function from being called with no JSON text."""
        return case((self.is_a("array"), self.value), else_=literal_column("'[]'"))

    def elements(self, alias: str) -> Any:
        return _each(self.array, alias)


@dataclass(frozen=True, slots=True)
class _Root:
    """Where paths begin: the metadata, or an element of a list in it.

    Attributes:
        depth: how many lists it is inside of.
    """

    whole: _Value
    json: ColumnElement[Any]
    depth: int = 0

    def at(self, path: Any) -> _Value:
        if path is None:
            return self.whole
        where = bindparam(path.name, type_=Text())
        return _Value(func.json_type(self.json, where), func.json_extract(self.json, where))

    def below(self, elements: Any) -> "_Root":
        whole = _Value(elements.c.type, elements.c.value)
        # As above: json_type too refuses values that are no JSON text.
        json = case((whole.is_a("object", "array"), whole.value), else_=literal_column("'null'"))
        return _Root(whole, json, self.depth + 1)


def sqlite_condition(shape: Any, metadata: ColumnElement[Any]) -> ColumnElement[bool]:
    """The expression of a shape on a column of JSON text. It may be NULL, which a WHERE takes for false."""
    whole = _Value(func.json_type(metadata), metadata)
    return _condition(shape, _Root(whole, metadata))


def _condition(shape: Any, root: _Root) -> ColumnElement[bool]:
    match shape:
        case And(parts):
            return and_(true(), *(_condition(part, root) for part in parts))
        case Or(parts):
            return or_(false(), *(_condition(part, root) for part in parts))
        case Not(part):
            return not_(func.coalesce(_condition(part, root), false(), type_=Boolean()))
        case HasElement(path, part):
            elements = root.at(path).elements(f"element_{root.depth}")
            return exists().where(_condition(part, root.below(elements))).select_from(elements)
    return _leaf(shape, root.at(shape.path), root.depth)


def _leaf(shape: Any, value: _Value, depth: int) -> ColumnElement[bool]:
    match shape:
        case Equals(_, None):
            return or_(value.kind.is_(None), value.is_a("null"))
        case Equals(_, Slot(name, "text")):
            return and_(value.is_a("text"), value.value == bindparam(name, type_=Text()))
        case Equals(_, Slot(name, "number")):
            return and_(value.is_a("integer", "real"), value.value == _number(name))
        case _Is(_, kind):
            return value.is_a(kind)
        case OneOf(_, slot):
            wanted = _wanted(slot, depth)
            elements = value.elements(f"one_{depth}")
            itself = exists().where(_same(value, wanted)).select_from(wanted)
            element = exists().where(_same(elements.c, wanted)).select_from(elements.join(wanted, true()))
            return or_(itself, element)
        case HasAll(_, slot):
            wanted, elements = _wanted(slot, depth), value.elements(f"one_{depth}")
            found = exists().where(_same(elements.c, wanted)).select_from(elements).correlate(wanted)
            return and_(value.is_a("array"), ~exists().where(~found).select_from(wanted))
        case Compares(_, operator, Slot(name, "text")):
            return and_(value.is_a("text"), value.value.bool_op(operator)(bindparam(name, type_=Text())))
        case Compares(_, operator, Slot(name, _)):
            return and_(value.is_a("integer", "real"), value.value.bool_op(operator)(_number(name)))
        case HoldsText(_, Slot(name, _)):
            text, held = func.lower(value.value), func.lower(bindparam(name, type_=Text()))
            return and_(value.is_a("text"), func.instr(text, held) > literal_column("0"))
        case MatchesPattern(_, Slot(name, _), flags):
            matches = func.mastra_matches(bindparam(name, type_=Text()), literal_column(f"'{flags}'"), value.value)
            return case((value.is_a("text"), matches == literal_column("1")), else_=false())
        case Exists():
            return value.kind.is_not(None)
        case HasSize(_, Slot(name, _)):
            counted = func.json_array_length(value.array)
            return and_(value.is_a("array"), counted == bindparam(name, type_=Integer()))
        case _HasKeys(_, size):
            keys = _each(case((value.is_a("object"), value.value), else_=literal_column("'{}'")), f"one_{depth}")
            counted = select(func.count()).select_from(keys).scalar_subquery()
            return and_(value.is_a("object"), counted == literal_column(str(size)))
        case _:
            raise TypeError(f"{shape!r} is no shape of a filter")


def _number(name: str) -> ColumnElement[Any]:
    # As JSON text, so that both sides are read by the same parser of numbers.
    return func.json_extract(bindparam(name, type_=JsonParameter()), _WHOLE)


def _wanted(slot: Any, depth: int) -> Any:
    return _each(bindparam(slot.name, type_=JsonParameter()), f"wanted_{depth}")


def _each(json: ColumnElement[Any], alias: str) -> Any:
    return func.json_each(json).table_valued(column("value"), column("type", Text()), name=alias)


def _same(one: Any, other: Any) -> ColumnElement[bool]:
    """Whether two scalars are equal: of ``_Value`` or of ``json_each``."""
    kind = one.kind if isinstance(one, _Value) else one.type
    numbers: list[ColumnElement[Any]] = [literal_column("'integer'"), literal_column("'real'")]
    both_numbers = and_(kind.in_(numbers), other.c.type.in_(numbers))
    return and_(or_(kind == other.c.type, both_numbers), one.value.is_not_distinct_from(other.c.value))
