"""JSON as text: what may be stored, and both directions."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from mastra_store.errors import InvalidArgument
from mastra_store.jsontext import MAX_DEPTH, as_object, checked, decode, decode_if_json, encode, same, storable, text_of
from mastra_store.testing.strategies import WILD_TEXTS, json_values

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


class TestEncodeAndDecode:
    @given(value=json_values(WILD_TEXTS) | FLOATS)
    def test_any_value_comes_back_as_it_was(self, value: Any) -> None:
        assert repr(decode(encode(value))) == repr(value)

    def test_text_is_compact_in_order_and_unescaped(self) -> None:
        assert encode({"b": [1, "ü🎉", None], "a": True}) == '{"b":[1,"ü🎉",null],"a":true}'

    def test_nul_is_escaped(self) -> None:
        assert encode("a\x00b") == r'"a\u0000b"'

    def test_an_unpaired_surrogate_is_escaped(self) -> None:
        assert encode({"a": "\ud83d"}) == r'{"a":"\ud83d"}'

    def test_what_others_wrote_with_an_unpaired_surrogate_is_read(self) -> None:
        assert decode(r'{"a":"\ud83d x","pair":"\ud83c\udf89"}') == {"a": "\ud83d x", "pair": "🎉"}

    @pytest.mark.parametrize("text", ["", "{", "nul", "{'a': 1}", '"a" 1', "undefined"])
    def test_what_is_no_json_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError):
            decode(text)

    @pytest.mark.parametrize(
        ("text", "value"), [("[1]", [1]), ('"a"', "a"), ("plain text", "plain text"), ("", ""), ("null", None)]
    )
    def test_text_that_is_no_json_is_itself(self, text: str, value: Any) -> None:
        assert decode_if_json(text) == value


class TestChecked:
    @given(value=json_values(WILD_TEXTS))
    def test_json_is_given_back_itself(self, value: Any) -> None:
        assert checked(value, "v") is value

    @pytest.mark.parametrize(
        "value",
        [float("nan"), float("inf"), b"x", {1}, (1,), object(), 1j, range(3), bytearray()],
        ids=lambda value: type(value).__name__,  # a repr may hold an address, and workers would disagree on the ids
    )
    def test_the_path_to_what_is_no_json_is_named(self, value: Any) -> None:
        with pytest.raises(InvalidArgument) as refused:
            checked({"a": [0, {"b": value}]}, "metadata")

        assert refused.value.details["argument"] == "metadata.a[1].b"

    def test_a_hundred_levels_pass_and_one_more_does_not(self) -> None:
        nested: Any = []
        for _ in range(MAX_DEPTH - 1):
            nested = [nested]

        assert checked(nested, "v") is nested
        with pytest.raises(InvalidArgument, match="deeper than 100 levels"):
            checked([nested], "v")


class TestStorable:
    @given(value=json_values())
    def test_what_needs_no_cleaning_stays_as_it_is(self, value: Any) -> None:
        assert storable(value, "v") == value

    def test_nul_goes_and_unpaired_surrogates_are_replaced(self) -> None:
        assert storable({"a\x00": ["b\x00c", "\udc00"]}, "v") == {"a": ["bc", "\ufffd"]}

    def test_what_was_given_is_not_changed(self) -> None:
        given = {"a": ["\x00"]}

        storable(given, "v")

        assert given == {"a": ["\x00"]}

    def test_keys_that_become_the_same_are_refused(self) -> None:
        with pytest.raises(InvalidArgument) as refused:
            storable({"x": [{"a": 1, "a\x00": 2}]}, "v")

        assert refused.value.details["argument"] == "v.x[0]"

    @given(value=st.lists(WILD_TEXTS))
    def test_what_was_cleaned_needs_no_cleaning(self, value: list[str]) -> None:
        once = storable(value, "v")

        assert storable(once, "v") == once


class TestTextOf:
    @pytest.mark.parametrize("value", ["", "x", "日本語 🎉", "\n\t\x01", "\ufffd"])
    def test_text_is_given_back(self, value: str) -> None:
        assert text_of(value, "v") == value

    @pytest.mark.parametrize(
        ("value", "problem"),
        [
            ("a\x00", "v holds NUL at character 1"),
            ("\ud800", "v holds an unpaired surrogate at character 0"),
            (7, "v must be text, not int"),
            (None, "v must be text, not NoneType"),
            (b"x", "v must be text, not bytes"),
        ],
    )
    def test_what_no_text_column_holds_is_refused(self, value: Any, problem: str) -> None:
        with pytest.raises(InvalidArgument) as refused:
            text_of(value, "v")

        assert refused.value.message.startswith(problem)

    @pytest.mark.parametrize(
        ("value", "problem"), [("", "2 to 3 characters, not 0"), ("abcd", "2 to 3 characters, not 4")]
    )
    def test_lengths_have_bounds(self, value: str, problem: str) -> None:
        with pytest.raises(InvalidArgument, match=problem):
            text_of(value, "v", least=2, most=3)


class TestAsObject:
    def test_an_object_is_given_back(self) -> None:
        assert as_object({"a": 1}, "v") == {"a": 1}

    @pytest.mark.parametrize("value", [[], "a", None, 7])
    def test_what_is_none_is_refused(self, value: Any) -> None:
        with pytest.raises(InvalidArgument, match=r"v must be an object, not "):
            as_object(value, "v")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        ({"a": 1, "b": [2]}, {"b": [2.0], "a": 1}),
        ([], []),
        (None, None),
        ([True, {"a": False}], [True, {"a": False}]),
    ],
)
def test_values_are_the_same_whatever_the_order_of_keys(one: Any, other: Any) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        (0, None),
        ("1", 1),
        ([1], [True]),
        ({"a": [1]}, {"a": [True]}),
        ({"a": None}, {}),
        ([1, 2], [2, 1]),
        ([1], [1, 1]),
        ({}, []),
        ([], ""),
    ],
)
def test_values_of_other_types_are_not_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert not same(other, one)
