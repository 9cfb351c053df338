"""Types of parameters that are no column: lists and objects bound as one value, so that a shape has one text."""

from typing import Any

from sqlalchemy import Text, TypeDecorator
from sqlalchemy.engine.interfaces import Dialect

from .. import jsontext


class JsonParameter(TypeDecorator[Any]):
    """A JSON value bound as its text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else jsontext.encode(value)
