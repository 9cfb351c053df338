"""The functions that our SQLite connections know beyond SQLite's own."""

import sqlite3
from typing import Any

from .. import jsoncell, jsontext
from . import sqlite_distances


def _contains_text(cell: str | bytes | None, wanted: str) -> bool | None:
    return None if cell is None else contains(jsoncell.decode(cell), jsontext.decode(wanted))


def contains(stored: Any, wanted: Any) -> bool:
    """PostgreSQL's ``stored @> wanted``: objects by key, lists as sets, everything else by value and JSON type."""
    if isinstance(wanted, dict):
        return isinstance(stored, dict) and all(
            key in stored and contains(stored[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(stored, list) and all(any(contains(item, value) for item in stored) for value in wanted)
    if isinstance(stored, dict | list):
        return False
    # bool is an int to Python, and true is no number to JSON.
    return isinstance(stored, bool) == isinstance(wanted, bool) and bool(stored == wanted)


def _matches(pattern: str, flags: str, text: str) -> bool:
    from ..vectors.filter_parsing import python_pattern  # for those who filter vectors

    return python_pattern(pattern, flags).search(text) is not None


FUNCTIONS = (
    ("mastra_json", 1, jsoncell.to_text),
    ("mastra_contains", 2, _contains_text),
    ("mastra_matches", 3, _matches),
    ("mastra_cosine", 2, sqlite_distances.cosine),
    ("mastra_euclidean", 2, sqlite_distances.euclidean),
    ("mastra_dotproduct", 2, sqlite_distances.dotproduct),
)
"""Name, number of arguments, function."""


def register(connection: sqlite3.Connection) -> None:
    """Make the functions known to one connection."""
    for name, arguments, function in FUNCTIONS:
        connection.create_function(name, arguments, function, deterministic=True)
