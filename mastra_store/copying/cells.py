"""Cells between families of databases.

A neutral cell is what every family can hold: text; JSON as text; a time as ``YYYY-MM-DDTHH:MM:SS.mmmZ``; ``bool``,
``int``, ``float``; ``None``. It is the value that records show: JSON that was encoded twice is encoded once, and of a
time on PostgreSQL the twin counts, as for all readers.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from .. import jsoncell, jsontext
from ..clock import iso_milliseconds, utc_milliseconds
from .ends import Row
from .tables import Kind, StoredTable

Cell = Callable[[Any], Any]
"""From one form of a cell to another. ``None`` is one of the forms."""

_UNSTORABLE = re.compile(r"\\u(0000|[dD][89abABcdefCDEF])")
"""Escapes of NUL and of surrogates, paired ones among them."""
_EXACT = 2**53
"""Up to here every integer is a double."""


def converted(rows: list[Row], cells: Sequence[Cell | None]) -> list[Row]:
    """Every row with its cells converted.

    Raises:
        ValueError: a cell is not what its column should hold.
    """
    changed = [(position, convert) for position, convert in enumerate(cells) if convert is not None]
    if not rows or not changed:
        return rows
    columns: list[Any] = list(zip(*rows, strict=True))
    for position, convert in changed:
        columns[position] = map(convert, columns[position])
    return list(zip(*columns, strict=True))


def from_sqlite(kind: Kind) -> Cell | None:
    """What makes a neutral cell of SQLite's."""
    return _FROM_SQLITE.get(kind)


def to_sqlite(kind: Kind) -> Cell | None:
    return int_or_none if kind == "flag" else None


def from_postgres(kind: Kind) -> Cell | None:
    """What makes a neutral cell of PostgreSQL's, whose JSON and times are read as text."""
    return {"nested json": unnested, "quoted json": unquoted}.get(kind)


def to_postgres(kind: Kind) -> Cell | None:
    return {"json": storable_json, "nested json": storable_json, "quoted json": _quoted}.get(kind)


def storable_json(text: str | None) -> str | None:
    """JSON text as ``jsonb`` can hold it: without NUL and unpaired surrogates.

    Contract: conventions.md, "NUL / surrogates".
    """
    if text is None or _UNSTORABLE.search(text) is None:
        return text
    return jsontext.encode(jsontext.storable(jsontext.decode(text), "value"))


def unnested(text: str | None) -> str | None:
    """JSON text; where it is a string that holds JSON, what that holds. Contract: conventions.md, "Double-encoded"."""
    if text is None or not text.startswith('"'):
        return text
    inner = jsontext.decode(text)
    if inner.lstrip().startswith('"') or jsontext.decode_if_json(inner) is inner:
        return text  # a plain string, or one that would be taken for JSON once more
    return str(inner)


def unquoted(text: str | None) -> str | None:
    """The JSON text that ``@mastra/pg`` keeps as a JSON string. Nothing is an empty string there, or a JSON null."""
    if text in (None, "null", '""'):
        return None
    if text is None or not text.startswith('"'):
        return text
    inner = jsontext.decode(text)
    return text if jsontext.decode_if_json(inner) is inner else str(inner)


def int_or_none(value: Any) -> int | None:
    return None if value is None else int(value)


def bool_or_none(value: Any) -> bool | None:
    return None if value is None else bool(value)


def float_or_none(value: Any) -> float | None:
    return None if value is None else float(value)


def instant(text: str | None) -> str | None:
    """A time as all of ours are written, from whatever other writers left."""
    if text is None or (len(text) == 24 and text[10] == "T" and text[19] == "." and text[23] == "Z"):
        return text
    return iso_milliseconds(utc_milliseconds(datetime.fromisoformat(text)))


def canonical(table: StoredTable, rows: Sequence[Row]) -> list[bytes]:
    """A hash of each row, the same for the same values: JSON by its value, whatever the order of its keys."""
    forms: list[Cell | None] = [canonical_json if "json" in kind else None for kind in table.kinds]
    return [digest(row) for row in converted(list(rows), forms)]


def digest(row: Row) -> bytes:
    """A hash of a row whose cells are compared as they are."""
    return blake2b(repr(tuple(row)).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _json_text(cell: Any) -> str | None:
    if cell is None:
        return None
    return cell if isinstance(cell, str) else jsontext.encode(jsoncell.decode(cell))


def _nested_json_text(cell: Any) -> str | None:
    return unnested(_json_text(cell))


def _quoted_json_text(cell: Any) -> str | None:
    text = _json_text(cell)
    return None if text == "null" else text


def _quoted(text: str | None) -> str | None:
    if text is None:
        return "null"  # the columns are NOT NULL
    clean = storable_json(text)
    return jsontext.encode(clean) if clean is not None and clean.startswith('"') else clean


_FROM_SQLITE: dict[Kind, Cell] = {
    "json": _json_text,
    "nested json": _nested_json_text,
    "quoted json": _quoted_json_text,
    "time": instant,
    "flag": bool_or_none,
    "integer": int_or_none,
    "real": float_or_none,
}


def canonical_json(text: str | None) -> str | None:
    value = None if text is None else jsontext.decode(text)
    return None if value is None else repr(_canonical(value))  # readers take null and missing alike


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    return value


def _number(value: float) -> float | int | str:
    """A number as JavaScript has it: ``jsonb`` writes 2.5e16 as an integer."""
    if isinstance(value, int) and abs(value) > _EXACT:
        return float(value) if value.bit_length() < 1024 else str(value)
    return int(value) if abs(value) <= _EXACT and value == int(value) else value
