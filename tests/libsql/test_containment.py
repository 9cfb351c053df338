"""Filters on JSON: what a server finds by its own functions is what PostgreSQL's ``@>`` and our own function find."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, Text, bindparam, create_engine, func, insert, select

from mastra_store import jsontext
from mastra_store.sql.json_containment import contains
from mastra_store.sql.parameters import JsonParameter
from mastra_store.sql.sqlite_functions import contains as expected
from tests.servers.sqld import LibsqlServer

KEYS = st.sampled_from(["a", "b", "", "a.b", 'q"q', "$", "0", "é", "😀", "\n", "\\", "A"])
TEXTS = st.text(max_size=4) | KEYS
NUMBERS = st.sampled_from([0, 1, 1.0, -1, 2.5, 2**53 + 1, 2.0**53, -(2**63), 1e300, 1e-7]) | st.integers(-3, 3)
LEAVES = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=4)


def parts_of(value: Any) -> st.SearchStrategy[Any]:
    """Something that is probably contained in a value."""
    if isinstance(value, dict):
        chosen = st.sets(st.sampled_from(sorted(value))) if value else st.just(set())
        return chosen.flatmap(lambda keys: st.fixed_dictionaries({key: parts_of(value[key]) for key in keys}))
    if isinstance(value, list):
        return (
            st.lists(st.sampled_from(value), max_size=4).flatmap(
                lambda items: st.tuples(*map(parts_of, items)).map(list)
            )
            if value
            else st.just([])
        )
    return st.just(value) | LEAVES


CASES = OBJECTS.flatmap(lambda stored: st.tuples(st.just(stored), parts_of(stored) | OBJECTS))

CELLS = Table("cells", MetaData(), Column("id", Integer, primary_key=True), Column("cell", Text))
FOUND = select(CELLS.c.id).where(contains(CELLS.c.cell, bindparam("wanted", type_=JsonParameter())))


@pytest.fixture
def engine(libsql_server: LibsqlServer, libsql_url: str) -> Any:
    libsql_server.execute("CREATE TABLE cells (id INTEGER PRIMARY KEY, cell TEXT)")
    engine = create_engine(libsql_url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("form", [func.json, func.jsonb], ids=["text", "jsonb"])
@given(cases=st.lists(CASES, min_size=1, max_size=8))
def test_finds_what_is_contained(engine: Engine, form: Callable[..., Any], cases: list[tuple[Any, Any]]) -> None:
    wanted = [each for _, each in cases]
    with engine.connect() as connection:
        cell = bindparam("text", type_=JsonParameter())
        for id_, (stored, _) in enumerate(cases):
            connection.execute(insert(CELLS).values(id=id_, cell=form(cell)), {"text": stored})
        found = [set(connection.scalars(FOUND, {"wanted": each})) for each in wanted]
        connection.rollback()

    assert found == [{id_ for id_, (stored, _) in enumerate(cases) if expected(stored, each)} for each in wanted]


def test_a_cell_that_is_null_contains_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(insert(CELLS).values(id=1))

        assert connection.scalars(FOUND, {"wanted": {}}).all() == []


def test_texts_are_compared_by_what_they_mean(engine: Engine) -> None:
    cells = [r'{"\u0061": "\ud83d\ude00\n\/"}', jsontext.encode({"a": "😀\n/"})]
    with engine.connect() as connection:
        for id_, cell in enumerate(cells):
            connection.execute(insert(CELLS).values(id=id_, cell=cell))

        assert connection.scalars(FOUND, {"wanted": {"a": "😀\n/"}}).all() == [0, 1]
