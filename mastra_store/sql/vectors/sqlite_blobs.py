"""Vectors as LibSQL stores them: blobs of single precision, little-endian."""

import sys
from array import array

from ...vectors.input import Values


def as_blob(values: Values) -> bytes:
    if sys.byteorder == "big":
        values = array("f", values)
        values.byteswap()
    return values.tobytes()


def from_blob(stored: bytes) -> Values:
    values = array("f")
    values.frombytes(stored)
    if sys.byteorder == "big":
        values.byteswap()
    return values
