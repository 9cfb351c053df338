"""Vectors as PostgreSQL takes them: as text in statements, in binary form in a COPY."""

import struct
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ... import jsontext
from ...errors import InvalidArgument
from ...vectors.input import Entry, Values

CHUNK = 1 << 18
"""Bytes that are sent at a time, about."""

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_FIELDS = struct.Struct(">h")
_LENGTH = struct.Struct(">i")
_JSONB = b"\x01"
"""The version that binary ``jsonb`` begins with."""


def as_text(values: Values, vector_type: str, path: str) -> str:
    """A vector as text: ``[1.0,0.5]``, of bits ``01``, a sparse one ``{1:0.5}/3``."""
    if vector_type == "bit":
        return "".join("1" if bit else "0" for bit in _bits(values, path))
    if vector_type == "sparsevec":
        given = ",".join(f"{at}:{value!r}" for at, value in enumerate(values, 1) if value)
        return f"{{{given}}}/{len(values)}"
    return jsontext.encode(values.tolist())


def from_stored(stored: Any) -> list[float]:
    """A stored vector, as the driver gave it, as numbers."""
    if isinstance(stored, list):
        return stored
    if isinstance(stored, str):  # of bits
        return [float(bit) for bit in stored]
    return [float(each) for each in stored.to_list()]


SENT = ("vector", "halfvec")
"""Types that are also read in binary form, where many are."""


def from_sent(stored: Any, vector_type: str) -> Any:
    """A stored vector as numbers: one of ``SENT`` in the binary form of its type, another as the driver gave it."""
    if vector_type not in SENT:
        return from_stored(stored)
    content = stored[4:]  # behind the dimension
    if vector_type == "halfvec":
        return struct.unpack(f">{len(content) // 2}e", content)
    values = array("f", content)
    if sys.byteorder == "little":
        values.byteswap()
    return values


def copied(entries: Sequence[Entry], vector_type: str, namespace: str) -> Iterator[bytes]:
    """Rows of ``vector_id``, ``embedding``, ``metadata`` and ``namespace`` in the binary form of COPY."""
    in_namespace = _field(namespace.encode())
    chunk = bytearray(_HEADER)
    for index, entry in enumerate(entries):
        chunk += _FIELDS.pack(4)
        chunk += _field(entry.id.encode())
        chunk += _field(_binary(entry.values, vector_type, f"vectors[{index}].values"))
        chunk += _field(_JSONB + jsontext.encode(entry.metadata).encode())
        chunk += in_namespace
        if len(chunk) >= CHUNK:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk) + _TRAILER


def _field(content: bytes) -> bytes:
    return _LENGTH.pack(len(content)) + content


def _binary(values: Values, vector_type: str, path: str) -> bytes:
    """What pgvector's ``vector_recv`` and its sisters read."""
    count = len(values)
    match vector_type:
        case "vector":
            return struct.pack(">HH", count, 0) + _big_endian(values)
        case "halfvec":
            return struct.pack(f">HH{count}e", count, 0, *values)
        case "bit":
            bits = "".join(map(str, map(int, _bits(values, path))))
            whole = bits.ljust(-(-count // 8) * 8, "0")
            return _LENGTH.pack(count) + int(whole, 2).to_bytes(len(whole) // 8)
        case _:
            given = [(at, value) for at, value in enumerate(values) if value]
            head = struct.pack(f">iii{len(given)}i", count, len(given), 0, *(at for at, _ in given))
            return head + _big_endian(array("f", [value for _, value in given]))


def _big_endian(values: Values) -> bytes:
    if sys.byteorder == "little":
        values = array("f", values)
        values.byteswap()
    return values.tobytes()


def _bits(values: Values, path: str) -> Iterable[bool]:
    for index, value in enumerate(values):
        if value not in (0.0, 1.0):
            raise InvalidArgument(f"{path}[{index}]", f"must be 0 or 1, not {value!r}", status="INVALID_INPUT")
    return (value == 1.0 for value in values)


def check_storable(values: Values, vector_type: str, path: str) -> None:
    """Refuse what a type does not hold: anything but bits, too large a half, too many numbers of a sparse vector."""
    if vector_type == "bit":
        _bits(values, path)
    elif vector_type == "halfvec":
        for index, value in enumerate(values):
            if abs(value) >= 65520.0:
                raise InvalidArgument(
                    f"{path}[{index}]", "is too large for half precision, which ends at 65504", status="INVALID_INPUT"
                )
    elif vector_type == "sparsevec" and (given := sum(1 for value in values if value)) > 1000:
        raise InvalidArgument(
            path, f"has {given} numbers that are not 0; a sparse vector in an index has 1,000", status="INVALID_INPUT"
        )
