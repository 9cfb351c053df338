"""Filters as PostgreSQL's expressions on a ``jsonb`` column."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    cast,
    collate,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from ... import jsontext
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
from .shapes import Slot, Slots, shaped

# How JavaScript reads ^, $ and the dot, said to PostgreSQL: p is its default, n has m, w has m and s.
_LINES = {"": "p", "m": "n", "s": "s", "ms": "w"}


def postgres_filter(condition: Condition) -> tuple[Any, dict[str, Any]]:
    """The shape of a filter's expression, and the values of its parameters."""
    slots = Slots()
    shape = shaped(_listed(condition), slots, _path)
    return shape, slots.values


def _path(path: Path, slots: Slots) -> tuple[Slot, ...]:
    return tuple(slots.add(key) for key in path)


def _listed(condition: Condition) -> Condition:
    """The tree with the values of ``OneOf`` as JSON texts, which become one array of ``jsonb``."""
    match condition:
        case And(parts) | Or(parts):
            return type(condition)(tuple(map(_listed, parts)))
        case Not(part):
            return Not(_listed(part))
        case HasElement(path, part):
            return HasElement(path, _listed(part))
        case OneOf(path, values):
            return OneOf(path, tuple(map(jsontext.encode, values)))
        case _:
            return condition


@dataclass(frozen=True, slots=True)
class _Value:
    """A ``jsonb`` value: NULL where it is missing."""

    json: ColumnElement[Any]
    text: ColumnElement[Any]
    """Of a text its characters, of anything else its JSON."""

    @classmethod
    def at(cls, root: ColumnElement[Any], path: Any) -> "_Value":
        if not path:
            return cls(root, root.op("#>>", return_type=Text())(literal_column("'{}'")))
        *above, last = (bindparam(slot.name, type_=Text()) for slot in path)
        for key in above:
            root = root.op("->", return_type=JSONB())(key)
        return cls(
            root.op("->", return_type=JSONB())(last),
            # The expression of Mastra's indexes on metadata, so that they serve it.
            root.op("->>", return_type=Text())(last),
        )

    def is_a(self, kind: str) -> ColumnElement[bool]:
        return func.jsonb_typeof(self.json) == literal_column(f"'{kind}'")


def postgres_condition(shape: Any, root: ColumnElement[Any]) -> ColumnElement[bool]:
    """The expression of a shape. Like all of SQL's it may be NULL, which a WHERE takes for false.

    Args:
        root: the metadata, or an element of a list in it.
    """
    match shape:
        case And(parts):
            return and_(true(), *(postgres_condition(part, root) for part in parts))
        case Or(parts):
            return or_(false(), *(postgres_condition(part, root) for part in parts))
        case Not(part):
            return not_(func.coalesce(postgres_condition(part, root), false(), type_=Boolean()))
        case HasElement(path, part):
            elements = _elements(_Value.at(root, path))
            return exists().where(postgres_condition(part, elements.c.value)).select_from(elements)
    return _leaf(shape, _Value.at(root, shape.path))


def _leaf(shape: Any, value: _Value) -> ColumnElement[bool]:
    match shape:
        case Equals(_, None):
            return or_(value.json.is_(None), value.json == literal_column("'null'::jsonb"))
        case Equals(_, Slot(name, "text")):
            return and_(value.text == bindparam(name, type_=Text()), value.is_a("string"))
        case Equals(_, Slot(name, _)):
            return value.json == _json(name)
        case OneOf(_, Slot(name, _)):
            wanted = func.any(cast(bindparam(name, type_=ARRAY(Text())), ARRAY(JSONB())))
            return or_(value.json == wanted, and_(value.is_a("array"), value.json.bool_op("@>")(wanted)))
        case HasAll(_, Slot(name, _)):
            return and_(value.is_a("array"), value.json.bool_op("@>")(_json(name)))
        case Compares(_, operator, Slot(name, "text")):
            by_code_point = collate(value.text, "C").bool_op(operator)(bindparam(name, type_=Text()))
            return and_(value.is_a("string"), by_code_point)
        case Compares(_, operator, Slot(name, _)):
            return and_(value.is_a("number"), value.json.bool_op(operator)(_json(name)))
        case HoldsText(_, Slot(name, _)):
            text, held = (func.lower(collate(each, "C")) for each in (value.text, bindparam(name, type_=Text())))
            return and_(value.is_a("string"), func.strpos(text, held) > literal_column("0"))
        case MatchesPattern(_, Slot(name, _), flags):
            pattern = func.concat(literal_column(f"'(?{_flags(flags)})'"), bindparam(name, type_=Text()))
            return and_(value.is_a("string"), value.text.bool_op("~")(pattern))
        case Exists():
            return value.json.is_not(None)
        case HasSize(_, Slot(name, _)):
            has_size = func.jsonb_array_length(value.json) == bindparam(name, type_=Integer())
            # Only CASE keeps the function from being called: it refuses what is no list.
            return case((value.is_a("array"), has_size), else_=false())
        case _:
            raise TypeError(f"{shape!r} is no shape of a filter")


def _json(name: str) -> ColumnElement[Any]:
    return cast(bindparam(name, type_=JsonParameter()), JSONB)


def _elements(value: _Value) -> Any:
    array = case((value.is_a("array"), value.json), else_=literal_column("'[]'::jsonb"))
    return func.jsonb_array_elements(array).table_valued("value", name=None).render_derived()


def _flags(flags: str) -> str:
    lines = "".join(flag for flag in flags if flag in "ms")
    return _LINES[lines] + "".join(flag for flag in flags if flag in "ix")
