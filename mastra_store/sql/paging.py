"""Pages in one statement: the rows of a page and how many match in all, also where the page is empty."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select, true
from sqlalchemy.types import BigInteger

LIMIT = bindparam("limit", type_=BigInteger())
OFFSET = bindparam("offset", type_=BigInteger())


def with_total(matching: Select[Any], rows: Select[Any], order: Sequence[Any], descending: bool) -> Select[Any]:
    """For ``@counted``: the count of ``matching``, then the columns of ``rows`` in order, or one row of NULLs.

    Args:
        matching: a query for one key of every match, which is counted.
        rows: the query of one page; its columns are the record's.
        order: what to sort the page by, ending in a unique column.
    """
    counted = select(func.count().label("total")).select_from(matching.subquery("matching")).subquery("counted")
    width = len(rows.selected_columns)
    sorted_by = [column.label(f"sort_{position}") for position, column in enumerate(order)]
    page = rows.add_columns(*sorted_by).subquery("page")
    columns = list(page.c)
    return (
        select(counted.c.total, columns[width + len(order) - 1].is_not(None), *columns[:width])
        .select_from(counted.outerjoin(page, true()))
        .order_by(*directed(columns[width:], descending))
    )


def directed(columns: Sequence[Any], descending: bool) -> list[ColumnElement[Any]]:
    """Every column sorted the same way."""
    return [column.desc() if descending else column.asc() for column in columns]
