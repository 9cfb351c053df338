"""JSON cells of SQLite: text, or the binary JSONB that ``@mastra/libsql`` writes.

SQLite below 3.45 has no function that reads JSONB, so it is read here, on every version alike. The format is SQLite's
own (sqlite.org/jsonb.html): each element starts with a byte whose low half is its kind and whose high half is the
size of its payload, or says how many bytes behind hold that size.
"""

import json
from typing import Any

from . import jsontext

_SIZE_BYTES = {12: 1, 13: 2, 14: 4, 15: 8}
_CONSTANTS = {0: None, 1: True, 2: False}


def decode(cell: str | bytes) -> Any:
    """The value of a JSON cell.

    Raises:
        ValueError: the cell is neither JSON text nor JSONB.
    """
    if isinstance(cell, str):
        return jsontext.decode(cell)
    try:
        value, end = _element(cell, 0)
    except (IndexError, UnicodeDecodeError) as error:
        raise ValueError("a JSONB cell is cut off or damaged") from error
    if end != len(cell):
        raise ValueError("a JSONB cell has bytes behind its end")
    return value


def to_text(cell: str | bytes | None) -> str | None:
    """A cell as JSON text. Registered on our connections as ``mastra_json``, for statements that look inside."""
    return cell if cell is None or isinstance(cell, str) else jsontext.encode(decode(cell))


def _element(cell: bytes, start: int) -> tuple[Any, int]:
    """The element at ``start`` and where it ends."""
    kind, size = cell[start] & 0x0F, cell[start] >> 4
    begin = start + 1
    if size in _SIZE_BYTES:
        width = _SIZE_BYTES[size]
        size = int.from_bytes(cell[begin : begin + width], "big")
        begin += width
    end = begin + size
    if end > len(cell):
        raise IndexError(end)
    if kind in (11, 12):
        items = _elements(cell, begin, end)
        return (items if kind == 11 else _object(items)), end
    return _scalar(kind, cell[begin:end].decode("utf-8", "surrogatepass")), end


def _elements(cell: bytes, begin: int, end: int) -> list[Any]:
    items = []
    while begin < end:
        item, begin = _element(cell, begin)
        items.append(item)
    return items


def _object(items: list[Any]) -> dict[str, Any]:
    """Keys and values, which follow each other."""
    if not all(isinstance(key, str) for key in items[::2]):
        raise ValueError("a JSONB cell has a key that is no text")
    return dict(zip(items[::2], items[1::2], strict=True))


def _scalar(kind: int, payload: str) -> Any:
    match kind:
        case 0 | 1 | 2:
            return _CONSTANTS[kind]
        case 3 | 5:  # numbers in JSON notation
            return json.loads(payload)
        case 4:  # integers in JSON5 notation: hexadecimal
            return int(payload, 16)
        case 6:  # floats in JSON5 notation: ".5", "5."
            return float(payload)
        case 7 | 10:  # text that needs no escapes, raw text
            return payload
        case 8:  # text with JSON escapes
            return json.loads(f'"{payload}"', strict=False)
        case 9:  # text with JSON5 escapes
            return _json5_text(payload)
        case _:
            raise ValueError(f"a JSONB cell holds the unknown kind {kind}")


def _json5_text(payload: str) -> str:
    """Text with the escapes that JSON5 has beyond JSON's, rewritten to JSON's and read."""
    rewritten = []
    characters = iter(payload.replace("\\\r\n", "\\\n"))
    for character in characters:
        if character != "\\":
            rewritten.append('\\"' if character == '"' else character)
            continue
        escape = next(characters, "")
        match escape:
            case "'":
                rewritten.append("'")
            case "v":
                rewritten.append("\\u000b")
            case "0":
                rewritten.append("\\u0000")
            case "x":
                rewritten.append("\\u00")
            case "\n" | "\r" | "\u2028" | "\u2029":  # a line continuation stands for nothing
                pass
            case _:
                rewritten.append("\\" + escape)
    return str(json.loads(f'"{"".join(rewritten)}"', strict=False))
