"""What a LibSQL server writes in its own way: SQLite 3.45, which reads JSONB, and knows no functions of ours."""

from typing import Any

from sqlalchemy import ColumnElement

from . import json_containment
from .dialects import Attribute
from .sqlite_dialect import SQLite


class Libsql(SQLite):
    """sqld and Turso."""

    store = "LIBSQL"

    def json_text(self, attribute: Attribute) -> ColumnElement[Any]:
        return attribute.expression

    def json_contains(self, attribute: Attribute, name: str) -> ColumnElement[bool]:
        return json_containment.contains(attribute.expression, self.json(name))


LIBSQL = Libsql()
