"""What is no filter is refused with the path to the offender."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mastra_store import InvalidArgument
from mastra_store.vectors.filter_evaluation import matches
from mastra_store.vectors.filter_parsing import parsed
from mastra_store.vectors.filters import And, Compares, Equals, Not, OneOf, Or, matches_everything

REFUSED: list[tuple[Any, str]] = [
    (["a"], "filter must be an object of fields and conditions, not list"),
    ({"$gt": 1}, r"filter.\$gt is no operator between fields; those are \$and, \$or, \$nor, \$not"),
    ({"a": {"$foo": 1}}, r"filter.a.\$foo is no operator; those are \$all, "),
    ({"a": {"$gt": 1, "b": 2}}, "filter.a mixes operators with fields"),
    ({"a": {}}, "filter.a is an empty object"),
    ({"a": {"b": {"$gt": None}}}, r"filter.a.b.\$gt must be a number, text or a datetime, not NoneType"),
    ({"a": {"$lt": True}}, r"filter.a.\$lt must be a number, text or a datetime, not bool"),
    ({"$or": {"a": 1}}, r"filter.\$or must be a list, not dict"),
    ({"$or": [{"a": 1}, {"b": {"$in": 3}}]}, r"filter.\$or\[1\].b.\$in must be a list, not int"),
    ({"a": {"$in": "text"}}, r"filter.a.\$in must be a list, not str"),
    ({"a": {"$exists": 1}}, r"filter.a.\$exists must be true or false, not 1"),
    ({"a": {"$size": -1}}, r"filter.a.\$size must be an integer from 0"),
    ({"a": {"$not": 3}}, r"filter.a.\$not must be an object of operators, not int"),
    ({"a": {"$elemMatch": {}}}, r"filter.a.\$elemMatch must be an object of operators or of fields"),
    ({"a": {"$options": "i"}}, r"filter.a.\$options belongs to \$regex"),
    ({"a": {"$regex": "("}}, r"filter.a.\$regex is no regular expression"),
    ({"a": {"$regex": "a", "$options": "g"}}, r"filter.a.\$options must be text of the letters i, m, s, u and x"),
    ({"a..b": 1}, "filter.a..b is no path of keys"),
    ({'a"b': 1}, 'filter.a"b is no path of keys'),
    ({"a": {"$eq": {"x": [1, {"$y": 2}]}}}, r"filter.a.\$eq.x\[1\].\$y is no path of keys"),
    ({"a": float("nan")}, "filter.a is nan"),
    ({"a": {"$in": [1, object()]}}, r"filter.a.\$in\[1\] is of type object"),
    ({"a": datetime(2026, 1, 1)}, "filter.a is naive"),
    ({1: 2}, "filter has the key 1; keys are text"),
]


@pytest.mark.parametrize(("filter_", "message"), REFUSED)
def test_what_is_no_filter_is_refused_by_its_path(filter_: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=f"^{message}"):
        parsed(filter_)


def test_a_filter_that_never_ends_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["$not"] = endless

    with pytest.raises(InvalidArgument, match="is nested deeper than 32 levels"):
        parsed(endless)


def test_fields_of_one_object_are_anded_inside_or_as_well() -> None:
    parsed_filter = parsed({"$or": [{"a": 1, "b": 2}]})

    assert parsed_filter == Or((And((Equals(("a",), 1), Equals(("b",), 2))),))


def test_the_short_forms_mean_equality_membership_and_a_path() -> None:
    assert parsed({"a": "x"}) == Equals(("a",), "x")
    assert parsed({"a": ["x", 1]}) == OneOf(("a",), ("x", 1))
    assert (
        parsed({"a": {"b": {"c": {"$gte": 1}}}}) == parsed({"a.b.c": {"$gte": 1}}) == Compares(("a", "b", "c"), ">=", 1)
    )


def test_times_are_compared_as_metadata_holds_them() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)

    assert parsed({"at": {"$gte": noon}}) == Compares(("at",), ">=", "2026-01-01T12:00:00.000Z")


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ({"n": 1}, ["one"]),
        ({"n": "1"}, []),
        ({"n": {"$ne": 1}}, ["two", "none"]),
        ({"n": None}, ["none"]),
        ({"n": {"$exists": True}}, ["one", "two"]),
        ({"tags": "b"}, []),
        ({"tags": ["b"]}, ["one", "two"]),
        ({"tags": {"$contains": "b"}}, ["one", "two"]),
        ({"tags": {"$all": ["a", "b"]}}, ["one"]),
        ({"tags": {"$elemMatch": {"$gte": "b"}}}, ["one", "two"]),
        ({"name": {"$contains": "BOB_"}}, ["two"]),
        ({"$nor": [{"n": 1, "name": "x"}, {"n": 2}]}, ["one", "none"]),
    ],
)
def test_what_a_filter_finds(filter_: dict[str, Any], found: list[str]) -> None:
    documents: dict[str, dict[str, Any]] = {
        "one": {"n": 1, "tags": ["a", "b"]},
        "two": {"n": 2, "tags": ["b"], "name": "Bob_1"},
        "none": {},
    }

    assert [name for name, each in documents.items() if matches(parsed(filter_), each)] == found


@pytest.mark.parametrize(
    ("filter_", "everything"),
    [
        ({}, True),
        ({"$and": []}, True),
        ({"$nor": []}, True),
        ({"$or": [{}, {"a": 1}]}, True),
        ({"a": {"$nin": []}}, True),
        ({"$or": []}, False),
        ({"a": 1}, False),
        ({"$not": {"a": {"$in": []}}}, True),
    ],
)
def test_it_is_known_whether_a_filter_asks_for_nothing(filter_: dict[str, Any], everything: bool) -> None:
    assert matches_everything(parsed(filter_)) is everything


def test_not_is_kept_where_it_stands() -> None:
    assert parsed({"a": {"$not": {"$gt": 1}}}) == Not(Compares(("a",), ">", 1))
