"""Values on their way into BSON and back.

Into it: JSON as it is (``jsontext.storable`` has checked and cleaned it), times as Date with milliseconds, integers as
int32 or int64 by their size. Back: what records hold is JSON again, whoever wrote it. ``@mastra/mongodb`` writes
integers beyond 32 bits as doubles, and Dates inside of metadata.
"""

import base64
from datetime import UTC, datetime
from typing import Any

import bson
from bson.dbref import DBRef
from bson.int64 import Int64
from bson.raw_bson import RawBSONDocument

from .. import jsontext
from ..clock import iso_milliseconds, utc_milliseconds
from ..errors import InvalidArgument

MAX_BYTES = 16 * 1024 * 1024
"""Of a document (MongoDB's own limit)."""

_ID_BYTES = 17
"""What the server's ``_id`` adds to a document."""
_PLAIN = frozenset({str, bool, int, type(None)})
_EPOCH = datetime.fromtimestamp(0, UTC)
_SAFE = 2.0**53
_INT32 = 2.0**31


def document(fields: dict[str, Any], path: str) -> RawBSONDocument:
    """A document as the bytes that are sent, so that it is encoded once.

    Args:
        path: what it is called in an error: the thing that it is of, or the one of its fields that may be large.

    Raises:
        InvalidArgument: it is larger than MongoDB takes, or an integer in it is.
    """
    return RawBSONDocument(_encoded(fields, path))


def storable(value: Any, path: str) -> Any:
    """Checked JSON that becomes a part of a document, as BSON can hold it.

    Raises:
        InvalidArgument: it alone is larger than a document may be, or an integer in it does not fit.
    """
    fields = {"": value}
    _encoded(fields, path)
    return fields[""]


def as_json(value: Any) -> Any:
    """A value out of a document as JSON; containers are changed in place. What JSON has not becomes text, as in
    JavaScript's ``JSON.stringify``."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        for key, item in value.items():
            if type(item) not in _PLAIN:
                value[key] = as_json(item)
        return value
    if kind is list:
        for index, item in enumerate(value):
            if type(item) not in _PLAIN:
                value[index] = as_json(item)
        return value
    if kind is float:
        return _number(value)
    if kind is Int64:
        return int(value)
    return _text(value)


def object_of(value: Any) -> dict[str, Any] | None:
    """A JSON object out of a document; text that holds one is read too. ``None`` where there is none."""
    if isinstance(value, str):
        value = jsontext.decode_if_json(value)
    found = as_json(value)
    return found if isinstance(found, dict) else None


def instant_of(value: Any) -> datetime:
    """A time out of a document: a Date, or ISO text, or epoch milliseconds. The epoch where there is none."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str):
        return utc_milliseconds(datetime.fromisoformat(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000, UTC)
    return _EPOCH


def _encoded(fields: dict[str, Any], path: str) -> bytes:
    try:
        encoded = bson.encode(fields)
    except OverflowError:
        for name, value in fields.items():
            fields[name] = _fitting(value, path if name in ("", path) else f"{path}.{name}")
        encoded = bson.encode(fields)
    if len(encoded) + _ID_BYTES > MAX_BYTES:
        raise InvalidArgument(path, f"takes {len(encoded):,} bytes as BSON, and a document has {MAX_BYTES:,} at most")
    return encoded


def _fitting(value: Any, path: str) -> Any:
    """``value`` with integers beyond 64 bits as doubles, which is what JavaScript has for them."""
    if isinstance(value, dict):
        return {key: _fitting(item, f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [_fitting(item, f"{path}[{index}]") for index, item in enumerate(value)]
    if not isinstance(value, int) or -(2**63) <= value < 2**63:
        return value
    if abs(value) > 2**1023 or int(float(value)) != value:
        raise InvalidArgument(path, "is an integer beyond 64 bits that no double holds exactly, which MongoDB can not")
    return float(value)


def _number(value: float) -> int | float:
    """A double; where it is an integer too large for int32, but exact, that is what JavaScript had."""
    return int(value) if _INT32 <= abs(value) <= _SAFE and value.is_integer() else value


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso_milliseconds(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, DBRef):  # an object with $ref and $id, as the driver shows it
        return as_json(dict(value.as_doc()))
    return str(value)
