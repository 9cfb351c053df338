"""What a LibSQL server writes in its own way: SQLite 3.45, which reads JSONB, and knows no functions of ours."""

from typing import Any

from sqlalchemy import ColumnElement, Double, LargeBinary, bindparam, func, literal_column

from . import json_containment
from .dialects import Attribute
from .sqlite_dialect import SQLite


class Libsql(SQLite):
    """sqld and Turso."""

    store = "LIBSQL"
    native_vectors = True

    def distance(self, metric: str, stored: ColumnElement[Any], name: str) -> ColumnElement[Any]:
        given = bindparam(name, type_=LargeBinary())
        if metric == "cosine":
            return func.vector_distance_cos(stored, given, type_=Double())
        apart: ColumnElement[Any] = func.vector_distance_l2(stored, given, type_=Double())
        if metric == "euclidean":
            return apart
        # There is no product, but the lengths of two vectors and the distance between them tell it.
        length, other = (func.vector_distance_l2(each, func.zeroblob(func.length(stored))) for each in (stored, given))
        half: ColumnElement[float] = literal_column("0.5", Double())
        return half * (apart * apart - length * length - other * other)

    def json_text(self, attribute: Attribute | ColumnElement[Any]) -> ColumnElement[Any]:
        return attribute.expression

    def json_contains(self, attribute: Attribute, name: str) -> ColumnElement[bool]:
        return json_containment.contains(attribute.expression, self.json(name))


LIBSQL = Libsql()
