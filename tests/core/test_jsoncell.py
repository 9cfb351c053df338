"""JSON cells of SQLite: text, and the binary form that @mastra/libsql writes.

The bytes of ``WRITTEN`` are cells that libSQL's own ``jsonb()`` wrote for the TypeScript package. For any other value
``jsonb`` below writes the form as sqlite.org/jsonb.html describes it.
"""

import json
import sqlite3
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, strategies as st

from mastra_store import jsoncell
from mastra_store.testing.strategies import WILD_TEXTS, json_values

WRITTEN = {
    '{"provider":"default"}': "CC118770726F76696465727764656661756C74",
    '{"weather":{}}': "9C77776561746865720C",
    '{"success":false}': "9C777375636365737302",
    '{"ok":true}': "4C276F6B01",
    '{"plan":"pro","k":[1]}': "CC0E47706C616E3770726F176B2B1331",
    '{"message":"boom","id":"E1"}': "CC13776D65737361676547626F6F6D276964274531",
    '"plain text"': "A7706C61696E2074657874",
    '["org:acme"]': "9B876F72673A61636D65",
    '{"q":"hi"}': "5C1771276869",
}

# Kinds of an element: the low half of its first byte.
NULL, TRUE, FALSE, INT, INT5, FLOAT, FLOAT5, TEXT, TEXTJ, TEXT5, TEXTRAW, ARRAY, OBJECT = range(13)


def element(kind: int, payload: bytes, width: int | None = None) -> bytes:
    """One element. Its size may be written wider than it needs to be: in ``width`` bytes."""
    size = len(payload)
    if width is None:
        width = next(width for width, most in ((0, 11), (1, 2**8 - 1), (2, 2**16 - 1), (4, 2**32 - 1)) if size <= most)
    mark = {0: size, 1: 12, 2: 13, 4: 14, 8: 15}[width]
    return bytes([mark << 4 | kind]) + (size.to_bytes(width, "big") if width else b"") + payload


def jsonb(value: Any) -> bytes:
    match value:
        case None | True | False:
            return element({None: NULL, True: TRUE, False: FALSE}[value], b"")
        case int():
            return element(INT, str(value).encode())
        case float():
            return element(FLOAT, repr(value).encode())
        case str() if any(character < " " or character in '"\\' for character in value):
            return element(TEXTJ, json.dumps(value)[1:-1].encode())
        case str():
            return element(TEXT, value.encode("utf-8", "surrogatepass"))
        case list():
            return element(ARRAY, b"".join(map(jsonb, value)))
        case _:
            return element(OBJECT, b"".join(jsonb(key) + jsonb(item) for key, item in value.items()))


class TestDecode:
    @pytest.mark.parametrize(("text", "cell"), WRITTEN.items(), ids=WRITTEN)
    def test_cells_that_libsql_wrote(self, text: str, cell: str) -> None:
        assert jsoncell.decode(bytes.fromhex(cell)) == json.loads(text)

    @pytest.mark.parametrize(("text", "cell"), WRITTEN.items(), ids=WRITTEN)
    def test_the_form_below_is_what_libsql_writes(self, text: str, cell: str) -> None:
        assert jsonb(json.loads(text)).hex().upper() == cell

    @given(value=json_values(WILD_TEXTS) | st.floats(allow_nan=False, allow_infinity=False))
    def test_any_value_comes_back(self, value: Any) -> None:
        assert repr(jsoncell.decode(jsonb(value))) == repr(value)

    @given(value=json_values(WILD_TEXTS))
    def test_text_cells_are_read_as_well(self, value: Any) -> None:
        assert jsoncell.decode(json.dumps(value)) == value

    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            pytest.param(element(INT5, b"0x1F"), 31, id="hexadecimal"),
            pytest.param(element(INT5, b"-0xff"), -255, id="negative hexadecimal"),
            pytest.param(element(FLOAT, b"1e3"), 1000.0, id="exponent"),
            pytest.param(element(FLOAT5, b".5"), 0.5, id="no digit before the point"),
            pytest.param(element(FLOAT5, b"-5."), -5.0, id="no digit behind the point"),
            pytest.param(element(TEXTJ, rb"a\n\u00fc\"\/"), 'a\nü"/', id="escapes of JSON"),
            pytest.param(element(TEXTJ, rb"\ud83c\udf89 \ud800"), "🎉 \ud800", id="surrogates"),
            pytest.param(element(TEXT5, rb"it\'s \x41\v\0!"), "it's A\x0b\0!", id="escapes of JSON5"),
            pytest.param(element(TEXT5, b"a\\\nb"), "ab", id="a line that goes on"),
            pytest.param(element(TEXT5, b"a\\\r\nb"), "ab", id="a line of Windows' that goes on"),
            pytest.param(element(TEXT5, rb'say "\u0041\n"'), 'say "A\n"', id="quotes and JSON's escapes"),
            pytest.param(element(TEXTRAW, b'a"\\n\nb'), 'a"\\n\nb', id="raw text has no escapes"),
        ],
    )
    def test_every_kind(self, cell: bytes, value: Any) -> None:
        assert jsoncell.decode(cell) == value

    @pytest.mark.parametrize("width", [0, 1, 2, 4, 8])
    def test_sizes_of_every_width(self, width: int) -> None:
        cell = element(ARRAY, element(TEXT, b"ab", width), width)

        assert jsoncell.decode(cell) == ["ab"]

    @pytest.mark.parametrize("length", [11, 12, 255, 256, 65_535, 65_536])
    def test_long_text(self, length: int) -> None:
        assert jsoncell.decode(jsonb("x" * length)) == "x" * length

    @pytest.mark.parametrize(
        "cell",
        [
            pytest.param(b"", id="nothing"),
            pytest.param(b"\xc7", id="no size"),
            pytest.param(b"\x37ab", id="too short"),
            pytest.param(b"\x00\x00", id="bytes behind its end"),
            pytest.param(b"\x0d", id="an unknown kind"),
            pytest.param(b"\x1b\x57", id="an item longer than its list"),
            pytest.param(element(OBJECT, jsonb("key")), id="a key without a value"),
            pytest.param(element(OBJECT, jsonb([]) + jsonb(1)), id="a key that is no text"),
            pytest.param(element(TEXT, b"\xff"), id="no UTF-8"),
            pytest.param(element(INT, b"x"), id="no number"),
        ],
    )
    def test_damaged_cells_are_refused(self, cell: bytes) -> None:
        with pytest.raises(ValueError):
            jsoncell.decode(cell)

    @given(cell=st.binary(max_size=40))
    def test_any_bytes_are_read_or_refused(self, cell: bytes) -> None:
        with suppress(ValueError):
            jsoncell.decode(cell)


class TestToText:
    @pytest.mark.parametrize(("cell", "text"), [(None, None), ('{"a": 1}', '{"a": 1}'), (jsonb({"a": 1}), '{"a":1}')])
    def test_a_cell_of_either_form_is_json_text(self, cell: Any, text: str | None) -> None:
        assert jsoncell.to_text(cell) == text


@given(value=json_values())
def test_what_this_pythons_sqlite_writes_is_read(value: Any) -> None:
    write = "jsonb(?)" if sqlite3.sqlite_version_info >= (3, 45) else "?"
    connection = sqlite3.connect(":memory:")
    (cell,) = connection.execute(f"SELECT {write}", [json.dumps(value)]).fetchone()
    connection.close()

    assert jsoncell.decode(cell) == value
