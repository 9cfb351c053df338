"""Values as Hrana's JSON has them, both ways.

Integers travel as text, so all 64 bits arrive. Texts may hold NUL. Floats are JSON numbers: infinity and NaN can not be
sent, and the server sends ``null`` for them.
"""

import base64
import math
from collections.abc import Iterable
from typing import Any

from .errors import DataError, ProgrammingError

_NULL = {"type": "null"}


def encode(value: Any) -> dict[str, Any]:
    """One parameter.

    Raises:
        DataError: an integer beyond 64 bits, infinity or NaN, or an unpaired surrogate.
        ProgrammingError: a type that SQLite does not have.
    """
    match value:
        case None:
            return _NULL
        case str():
            return {"type": "text", "value": _text(value)}
        case bool() | int():
            if not -(2**63) <= value < 2**63:
                raise DataError("an integer parameter does not fit into 64 bits", "ARGS_INVALID")
            return {"type": "integer", "value": str(int(value))}
        case float():
            if not math.isfinite(value):
                raise DataError(f"a parameter is {value}, and the protocol carries finite numbers only", "ARGS_INVALID")
            return {"type": "float", "value": float(value)}
        case bytes() | bytearray() | memoryview():
            return {"type": "blob", "base64": base64.b64encode(value).decode()}
    raise ProgrammingError(f"a parameter is of type {type(value).__name__}", "ARGS_INVALID")


def _text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise DataError("a text parameter holds an unpaired surrogate", "ARGS_INVALID") from error
    return value if type(value) is str else str.__str__(value)


def decode_rows(rows: Iterable[Iterable[dict[str, Any]]]) -> list[tuple[Any, ...]]:
    """The rows of an answer."""
    return [tuple([_DECODERS[cell["type"]](cell) for cell in row]) for row in rows]


def _plain(cell: dict[str, Any]) -> Any:
    return cell["value"]


def _null(cell: dict[str, Any]) -> None:
    return None


def _integer(cell: dict[str, Any]) -> int:
    return int(cell["value"])


def _float(cell: dict[str, Any]) -> float | None:
    value = cell["value"]
    return None if value is None else float(value)


def _blob(cell: dict[str, Any]) -> bytes:
    text = cell["base64"]  # unpadded
    return base64.b64decode(text + "=" * (-len(text) % 4))


_DECODERS = {"null": _null, "text": _plain, "integer": _integer, "float": _float, "blob": _blob}
