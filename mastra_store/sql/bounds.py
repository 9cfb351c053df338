"""Bounds on an instant, as conditions of a shape and as values of its parameters."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam

from ..clock import utc_milliseconds
from ..pages import DateRange
from .dialects import Attribute, SqlDialect


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which bounds a query has: its shape's share of a ``DateRange``. Each is ``">"``, ``">="``, ... or ``None``."""

    start: str | None = None
    end: str | None = None

    @classmethod
    def of(cls, between: DateRange | None) -> "Bounds":
        if between is None:
            return cls()
        return cls(
            None if between.start is None else ">" if between.start_exclusive else ">=",
            None if between.end is None else "<" if between.end_exclusive else "<=",
        )

    def conditions(self, sql: SqlDialect, attribute: Attribute) -> list[ColumnElement[bool]]:
        """On the instant, where the contract asks for a time's twin."""
        instant = sql.instant(attribute)
        return [instant.bool_op(operator)(sql.moment(name)) for name, operator in self._given()]

    def plain_conditions(self, attribute: Attribute, prefix: str = "") -> list[ColumnElement[bool]]:
        """On the plain column, which most indexes hold. ``prefix`` begins the names of the parameters."""
        column = attribute.expression
        return [
            column.bool_op(operator)(bindparam(prefix + name, type_=column.type)) for name, operator in self._given()
        ]

    def _given(self) -> list[tuple[str, str]]:
        bounds = (("start", self.start), ("end", self.end))
        return [(name, operator) for name, operator in bounds if operator is not None]


NO_BOUNDS = Bounds()


def bound_values(between: DateRange | None, prefix: str = "") -> dict[str, Any]:
    """The values of the parameters ``start`` and ``end``, those that there are."""
    if between is None:
        return {}
    return {
        prefix + name: utc_milliseconds(value)
        for name, value in (("start", between.start), ("end", between.end))
        if value is not None
    }
