"""Fields of documents as neutral cells, and back: see ``copying/cells.py``."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Column

from .. import jsontext
from ..clock import iso_milliseconds, utc_milliseconds
from ..copying.cells import Cell, bool_or_none, float_or_none, int_or_none, unnested
from ..copying.tables import StoredTable, kind_of
from ..models.types import InstructionsType, MessageKindType
from .encoding import as_json, instant_of, storable

_LARGE = re.compile("[0-9]{19}")
AS_VALUES = frozenset({("mastra_observational_memory", "config")})
"""Columns whose JSON text is an object here (contract: memory.md, "Observational memory")."""
TIMES_AS_TEXT = frozenset({"mastra_background_tasks"})
"""Collections whose times are ISO text here (contract: conventions.md, section 2.3)."""


def from_mongodb(table: StoredTable) -> list[Cell | None]:
    """What makes neutral cells of fields, column by column.

    Where nothing is stored that must not be NULL in SQL, it is what readers show of it.
    """
    return [_from(column) for column in table.columns]


def to_mongodb(table: StoredTable) -> list[Cell | None]:
    """What makes fields of neutral cells, column by column."""
    return [_to(table, column) for column in table.columns]


def _from(column: Column[Any]) -> Cell | None:
    match kind_of(column):
        case "text":
            nothing = None if column.nullable else "v2" if isinstance(column.type, MessageKindType) else ""
            return lambda value: nothing if value is None else _text(value)
        case "time":
            return _time if column.nullable else lambda value: iso_milliseconds(utc_milliseconds(instant_of(value)))
        case "nested json":
            return lambda value: unnested(_json(value))
        case "json" | "quoted json":
            return _json
        case kind:
            return _PLAIN[kind]


def _to(table: StoredTable, column: Column[Any]) -> Cell | None:
    match kind_of(column):
        case "text" if (table.name, column.name) in AS_VALUES:
            return lambda text: None if text is None else _value(text) if _is_json(text) else text
        case "text" if isinstance(column.type, InstructionsType):
            return lambda text: _value(text) if text is not None and _is_list(text) else text
        case "time" if table.name not in TIMES_AS_TEXT:
            return lambda text: None if text is None else datetime.fromisoformat(text)
        case "json" | "nested json" | "quoted json":
            return lambda text: None if text is None else _value(text)
        case _:
            return None


_PLAIN: dict[str, Callable[[Any], Any]] = {"flag": bool_or_none, "integer": int_or_none, "real": float_or_none}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else jsontext.encode(as_json(value))


def _time(value: Any) -> str | None:
    return None if value is None else iso_milliseconds(utc_milliseconds(instant_of(value)))


def _json(value: Any) -> str | None:
    return None if value is None else jsontext.encode(as_json(value))


def _value(text: str) -> Any:
    large = _LARGE.search(text) is not None
    value = json.loads(text, parse_int=_integer) if large else jsontext.decode(text)
    return storable(jsontext.storable(value, "value"), "value")


def _integer(digits: str) -> float:
    """An integer; beyond 64 bits as a double, which JSON's numbers are to JavaScript. ``jsonb`` writes 1e30 as one."""
    value = int(digits)
    return value if -(2**63) <= value < 2**63 else float(value)


def _is_json(text: str) -> bool:
    return jsontext.decode_if_json(text) is not text


def _is_list(text: str) -> bool:
    return text.lstrip().startswith("[") and isinstance(jsontext.decode_if_json(text), list)
