"""A filter finds on every backend what Python finds, and nothing that is given becomes part of a statement."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pymongo
import pytest
from hypothesis import given, settings, strategies as st
from sqlalchemy import Text, column, select, table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect

from mastra_store import jsontext
from mastra_store.mongo.vectors.filters import mongo_filter
from mastra_store.sql import sqlite_functions
from mastra_store.sql.vectors.postgres_filters import postgres_condition, postgres_filter
from mastra_store.sql.vectors.sqlite_filters import sqlite_condition, sqlite_filter
from mastra_store.testing.filter_strategies import METADATA, filters
from mastra_store.vectors.filter_evaluation import matches
from mastra_store.vectors.filter_parsing import parsed
from mastra_store.vectors.filters import Condition

Find = Callable[[Condition, list[dict[str, Any]]], list[int]]
"""The positions of the objects for which a condition holds."""

DOCUMENTS = st.lists(METADATA, min_size=1, max_size=8)


def postgres_statement(condition: Condition) -> tuple[str, dict[str, Any]]:
    shape, values = postgres_filter(condition)
    given = table("given", column("nth"), column("value", postgresql.JSONB()))
    query = select(given.c.nth).where(postgres_condition(shape, given.c.value))
    return _compiled(query, postgresql.psycopg.dialect(), values)


def sqlite_statement(condition: Condition) -> tuple[str, dict[str, Any]]:
    shape, values = sqlite_filter(condition)
    given = table("given", column("nth"), column("value", Text()))
    query = select(given.c.nth).where(sqlite_condition(shape, given.c.value))
    return _compiled(query, sqlite.dialect(paramstyle="named"), values)


def _compiled(query: Any, dialect: Dialect, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    compiled = query.compile(dialect=dialect)
    assert compiled.binds.keys() == values.keys()  # every parameter is one of the filter's
    bound = {}
    for name, value in values.items():
        encode = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
        bound[name] = value if encode is None else encode(value)
    return str(compiled), bound


@pytest.fixture
def find_on_postgres(migrated_url: str) -> Iterator[Find]:
    with psycopg.connect(migrated_url, autocommit=True) as connection:

        def find(condition: Condition, documents: list[dict[str, Any]]) -> list[int]:
            text, values = postgres_statement(condition)
            source = "SELECT * FROM jsonb_array_elements(%(documents)s::jsonb) WITH ORDINALITY"
            values["documents"] = jsontext.encode(documents)
            rows = connection.execute(f"WITH given(value, nth) AS ({source}) {text}", values).fetchall()
            return [int(nth) - 1 for (nth,) in rows]

        yield find


@pytest.fixture
def find_on_sqlite(sqlite_path: Path) -> Iterator[Find]:
    connection = sqlite3.connect(sqlite_path)
    sqlite_functions.register(connection)

    def find(condition: Condition, documents: list[dict[str, Any]]) -> list[int]:
        text, values = sqlite_statement(condition)
        values["documents"] = jsontext.encode(documents)
        source = "SELECT key, value FROM json_each(:documents)"
        rows = connection.execute(f"WITH given(nth, value) AS ({source}) {text}", values).fetchall()
        return [int(nth) for (nth,) in rows]

    yield find
    connection.close()


@pytest.fixture
def find_on_mongodb(mongodb_url: str) -> Iterator[Find]:
    with pymongo.MongoClient[dict[str, Any]](mongodb_url) as client:
        collection = client.get_default_database()["given"]

        def find(condition: Condition, documents: list[dict[str, Any]]) -> list[int]:
            collection.delete_many({})
            collection.insert_many({"_id": nth, "metadata": each} for nth, each in enumerate(documents))
            return [each["_id"] for each in collection.find(mongo_filter(condition), {"_id": 1})]

        yield find


def check(find: Find, filter_: dict[str, Any], documents: list[dict[str, Any]]) -> None:
    condition = parsed(filter_)

    found = find(condition, documents)

    assert sorted(found) == [position for position, each in enumerate(documents) if matches(condition, each)]


def test_postgresql_finds_what_python_finds(find_on_postgres: Find) -> None:
    settings(max_examples=200)(given(filters(), DOCUMENTS)(lambda f, d: check(find_on_postgres, f, d)))()


def test_sqlite_finds_what_python_finds(find_on_sqlite: Find) -> None:
    settings(max_examples=500)(given(filters(), DOCUMENTS)(lambda f, d: check(find_on_sqlite, f, d)))()


def test_mongodb_finds_what_python_finds(find_on_mongodb: Find) -> None:
    settings(max_examples=200)(given(filters(), DOCUMENTS)(lambda f, d: check(find_on_mongodb, f, d)))()


def test_sqlite_measures_lists_alone(find_on_sqlite: Find) -> None:
    # Under a NOT, SQLite measures also what the condition beside has refused.
    check(find_on_sqlite, {"$nor": [{"a b.ü": {"$size": 0}}]}, [{"a b": {"ü": ""}}, {"a b": {"ü": []}}])


@pytest.mark.parametrize("statement", [postgres_statement, sqlite_statement])
@given(data=st.data())
def test_no_key_and_no_value_changes_the_text_of_a_statement(
    statement: Callable[[Condition], tuple[str, dict[str, Any]]], data: st.DataObject
) -> None:
    texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\.'), min_size=1, max_size=30)
    hostile = texts | st.sampled_from(["'; DROP TABLE x--", "%s", "%(a)s", ":a", "$1", "?", "$", "' OR '1'='1"])

    def drawn() -> dict[str, Any]:
        key, other, value = f"1{data.draw(hostile)}", f"2{data.draw(hostile)}", data.draw(hostile)
        number = data.draw(st.floats(allow_nan=False, allow_infinity=False))
        return {
            f"{key}.{other}": value,
            "$or": [{key: {"$gt": number, "$ne": value}}, {key: {"$in": [value, number]}, other: None}],
            "$not": {key: {"$elemMatch": {other: {"$lt": value}}}},
            "$and": [{key: {"$contains": value}}, {other: {"$all": [value], "$size": 2}}, {key: {"$regex": "x"}}],
        }

    assert statement(parsed(drawn()))[0] == statement(parsed(drawn()))[0]
