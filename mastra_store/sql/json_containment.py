"""PostgreSQL's ``stored @> wanted`` in SQLite's own functions, for servers that take no functions of ours.

Both sides are taken apart into their nodes. A recursive query then goes through the wanted nodes from the leaves to
the root and notes for each which stored nodes contain it: those of the same kind and the same value, of whose items
each wanted item finds one that contains it. It costs about 25 µs for a row and a small object.
"""

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal_column,
    not_,
    or_,
    select,
)

_START: ColumnElement[Any] = literal_column("0")
_NOTHING: ColumnElement[Any] = literal_column("'{}'")


def contains(stored: ColumnElement[Any], wanted: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the JSON ``stored``, text or JSONB, contains the JSON ``wanted``. False where ``stored`` is NULL.

    Objects are compared by key, lists as sets, everything else by value and JSON type. Integers beyond 64 bits are
    compared as the floats that SQLite reads them as.
    """
    there = _nodes(stored).cte("stored")
    numbered = _nodes(wanted)
    nth = (
        func.row_number().over(order_by=numbered.selected_columns.id.desc()).label("nth")
    )  # items before what has them
    asked = numbered.add_columns(nth).cte("wanted")
    held = select(_START.label("nth"), _NOTHING.label("holders")).cte("held", recursive=True)
    holders = func.json_insert(held.c.holders, _path(asked.c.id), func.json(_holders(there, asked, held)))
    held = held.union_all(select(asked.c.nth, holders).where(asked.c.nth == held.c.nth + literal_column("1")))
    of_root = func.json_each(held.c.holders, literal_column("'$.\"0\"'")).table_valued("value", name="root")
    root_is_held = select(func.min(of_root.c.value)).correlate(held).scalar_subquery().is_(_START)
    answers = (
        select(root_is_held)
        .select_from(held)
        .add_cte(there, asked, held, nest_here=True)
        .order_by(held.c.nth.desc())
        .limit(literal_column("1"))
    )
    return answers.scalar_subquery() == literal_column("1")


def _nodes(value: ColumnElement[Any]) -> Select[Any]:
    tree = func.json_tree(value).table_valued("id", "parent", "key", "type", "atom")
    number = tree.c.type.in_([literal_column("'integer'"), literal_column("'real'")])
    kind = case((number, literal_column("'number'")), else_=tree.c.type)
    return select(tree.c.id, tree.c.parent, tree.c.key, kind.label("kind"), tree.c.atom)


def _holders(there: CTE, asked: CTE, held: CTE) -> ColumnElement[Any]:
    """The stored nodes that contain one wanted node, as a JSON list of their ids."""
    # Without names of their own: a statement may ask this of several columns.
    part, item = asked.alias(), there.alias()
    of_part = func.json_each(held.c.holders, _path(part.c.id)).table_valued("value", name="holder")
    found = (
        select(item.c.id)
        .where(item.c.parent == there.c.id)
        .where(or_(asked.c.kind == literal_column("'array'"), item.c.key == part.c.key))
        .where(item.c.id.in_(select(of_part.c.value)))
        .correlate(there, asked, held, part)
    )
    lacking = select(part.c.id).where(part.c.parent == asked.c.id, not_(found.exists())).correlate(there, asked, held)
    same = and_(there.c.kind == asked.c.kind, there.c.atom.is_(asked.c.atom))
    return (
        select(func.json_group_array(there.c.id))
        .where(same, not_(lacking.exists()))
        .correlate(asked, held)
        .scalar_subquery()
    )


def _path(id_: ColumnElement[Any]) -> ColumnElement[Any]:
    return literal_column("'$.\"'").concat(id_).concat(literal_column("'\"'"))
