"""Values on their way to the server and back."""

import math
from typing import Any

import pytest
from hypothesis import given, strategies as st

from mastra_store.hrana import errors
from mastra_store.hrana.values import encode
from tests.hrana.conftest import Connect, rows

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = (
    st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.binary()
)


@given(values=st.lists(VALUES, min_size=1, max_size=20))
def test_come_back_as_they_were(connect: Connect, values: list[Any]) -> None:
    [found] = rows(connect(), f"SELECT {', '.join('?' * len(values))}", *values)

    assert [(type(each), each) for each in found] == [(type(each), each) for each in values]


@pytest.mark.parametrize("number", [2**53 + 1, 2**63 - 1, -(2**63), 1764000000123])
def test_integers_of_64_bits_are_integers_to_the_database(connect: Connect, number: int) -> None:
    assert rows(connect(), "SELECT typeof(?1), ?1 || ''", number) == [("integer", str(number))]


def test_a_text_with_nul_is_stored_whole(connect: Connect) -> None:
    assert rows(connect(), "SELECT length(CAST(?1 AS BLOB)), ?1", "a\0b") == [(3, "a\0b")]


def test_flags_are_integers(connect: Connect) -> None:
    assert rows(connect(), "SELECT ?, ?", True, False) == [(1, 0)]


def test_any_bytes_are_blobs(connect: Connect) -> None:
    given = b"\x00\xff", bytearray(b"\x01"), memoryview(b"\x02\x03")

    assert rows(connect(), "SELECT ?, ?, ?", *given) == [(b"\x00\xff", b"\x01", b"\x02\x03")]


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, math.inf, -math.inf, math.nan, "\ud800"])
def test_what_the_protocol_can_not_carry_is_refused(value: Any) -> None:
    with pytest.raises(errors.DataError):
        encode(value)


@pytest.mark.parametrize("value", [object(), [1], {"a": 1}, 1j])
def test_what_sqlite_does_not_have_is_refused(value: Any) -> None:
    with pytest.raises(errors.ProgrammingError, match=type(value).__name__):
        encode(value)
