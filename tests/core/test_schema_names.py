"""Names of PostgreSQL schemas: which are allowed."""

from typing import Any

import pytest

from mastra_store.errors import InvalidArgument
from mastra_store.schema_names import normalised_schema


@pytest.mark.parametrize("name", ["my-tenant", "Über", "50%", "a b", "x" * 63, "1st", "Public", "ü" * 31, "a.b", ":x"])
def test_a_name_is_kept_as_it_is(name: str) -> None:
    assert normalised_schema(name) == name


@pytest.mark.parametrize("name", [None, "public"])
def test_the_public_schema_needs_no_name(name: str | None) -> None:
    assert normalised_schema(name) is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "1 to 63 bytes, not 0"),
        ("x" * 64, "1 to 63 bytes, not 64"),
        ("ü" * 32, "1 to 63 bytes, not 64"),
        ('a"b', "holds '\"'"),
        ("a'b", 'holds "\'"'),
        ("a\\b", "holds "),
        ("a$b", "holds '\\$'"),
        ("a\x00b", "holds "),
        ("a\nb", "holds "),
        ("a\x7f", "holds "),
        ("a\ud800", "holds "),
        (7, "must be text, not int"),
        (b"tenant", "must be text, not bytes"),
    ],
)
def test_what_is_no_name_is_refused(name: Any, problem: str) -> None:
    with pytest.raises(InvalidArgument, match=f"schema_name .*{problem}") as refused:
        normalised_schema(name)

    assert refused.value.details == {"argument": "schema_name"}
