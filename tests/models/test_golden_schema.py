"""Our tables are Mastra's: what databases made from our DDL say of themselves, beside what Mastra's packages left.

``tests/golden`` holds the catalogs of databases that ``@mastra/pg`` and ``@mastra/libsql`` made.
"""

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mastra_store.schema import export_schemas

Catalog = dict[str, str]
"""What there is, as ``column mastra_threads.id``, and how it is defined."""

GOLDEN = Path(__file__).parent.parent / "golden"

EXCEPTIONS: dict[str, str] = {}
"""Where we differ, as a catalog names it, and why. At most 15, and no missing column, key or unique index."""

OURS = "mastra_store_"
"""How the names of tables and indexes begin that Mastra does not have."""

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind = 'r' AND c.relnamespace = quote_ident(%s)::regnamespace
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE contype <> 'n' AND connamespace = quote_ident(%s)::regnamespace
"""
INDEXES = """
SELECT t.relname, i.relname, x.indisunique, pg_get_indexdef(i.oid)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
WHERE t.relnamespace = quote_ident(%s)::regnamespace
"""


def test_postgresql_has_the_tables_of_mastra_pg(postgres_url: str) -> None:
    found = postgresql_catalog(postgres_url, "public")

    assert differences(golden_postgresql(), found) == {}


@pytest.mark.postgres(18)
def test_a_named_schema_has_them_too_under_the_names_they_have_there(postgres_url: str) -> None:
    found = postgresql_catalog(postgres_url, "my-App1")

    names = golden("pg-schema.json")["my-App1"]
    assert names_of("index", found) == sorted(names["indexes"])
    assert set(names["constraints"]) <= set(names_of("constraint", found))
    assert differences(without_names(golden_postgresql()), without_names(found)) == {}


def test_sqlite_has_the_tables_of_mastra_libsql(sqlite_path: Path) -> None:
    found = sqlite_catalog(sqlite_path)

    assert differences(golden_sqlite(), found) == {}


def test_there_are_43_tables_of_mastra_on_postgresql_and_44_on_sqlite() -> None:
    ours = ["mastra_store_copies", "mastra_store_metrics", "mastra_store_version"]
    assert export_schemas().count("CREATE TABLE") == 43 + len(ours)
    assert export_schemas(dialect="sqlite").count("CREATE TABLE") == 44 + len(ours)


def test_few_exceptions_are_made_and_none_hides_what_is_missing(postgres_url: str, sqlite_path: Path) -> None:
    found = postgresql_catalog(postgres_url, "public") | sqlite_catalog(sqlite_path)

    assert len(EXCEPTIONS) <= 15
    assert all(name in found for name in EXCEPTIONS)


def differences(theirs: Catalog, ours: Catalog) -> dict[str, tuple[str | None, str | None]]:
    """What is not the same: its definition in Mastra's database and in ours."""
    return {
        name: (theirs.get(name), ours.get(name))
        for name in sorted(theirs.keys() | ours.keys())
        if theirs.get(name) != ours.get(name) and name not in EXCEPTIONS
    }


def golden(file: str) -> Any:
    return json.loads((GOLDEN / file).read_text(encoding="utf-8"))


def golden_postgresql() -> Catalog:
    public = golden("pg-schema.json")["public"]
    return (
        {
            f"column {table}.{column['name']}": column_definition(
                column["type"], column["nullable"], column.get("default")
            )
            for table, columns in public["columns"].items()
            for column in columns
        }
        | {f"constraint {each['table']}.{each['name']}": each["definition"] for each in public["constraints"]}
        | {
            f"index {each['table']}.{each['name']}": index_definition(each["unique"], each["method"], each["expr"])
            for each in public["indexes"]
        }
    )


def postgresql_catalog(url: str, schema: str) -> Catalog:
    """What is there after our DDL was applied."""
    with psycopg.connect(url) as connection:
        connection.execute(export_schemas(schema))
        connection.execute("SELECT set_config('search_path', quote_ident(%s), true)", [schema])
        found = {
            f"column {table}.{name}": column_definition(kind, nullable, default)
            for table, name, kind, nullable, default in connection.execute(COLUMNS, [schema])
        }
        for table, name, definition in connection.execute(CONSTRAINTS, [schema]):
            found[f"constraint {table}.{name}"] = definition
        for table, name, unique, definition in connection.execute(INDEXES, [schema]):
            method, _, expressions = definition.partition(" USING ")[2].partition(" ")
            found[f"index {table}.{name}"] = index_definition(unique, method, expressions)
    return without_ours(found)


def golden_sqlite() -> Catalog:
    found: Catalog = {}
    for table, described in golden("libsql-schema.json")["tables"].items():
        for column in described["columns"]:
            found[f"column {table}.{column['name']}"] = column_definition(
                column["type"], not column["notnull"], column.get("default"), column.get("pk", 0)
            )
        for index in described["indexes"]:
            found[f"index {table}.{index['name']}"] = sqlite_index_definition(**index)
    return found


def sqlite_catalog(path: Path) -> Catalog:
    """What is there after our DDL was applied."""
    found: Catalog = {}
    connection = sqlite3.connect(path)
    connection.executescript(export_schemas(dialect="sqlite"))
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        for _, name, kind, notnull, default, key, _ in connection.execute(f'PRAGMA table_xinfo("{table}")'):
            found[f"column {table}.{name}"] = column_definition(kind, not notnull, default, key)
        for _, name, unique, origin, partial in connection.execute(f'PRAGMA index_list("{table}")'):
            parts = connection.execute(f'PRAGMA index_xinfo("{name}")')
            columns = [f"{column} DESC" if descending else column for _, _, column, descending, _, key in parts if key]
            found[f"index {table}.{name}"] = sqlite_index_definition(name, unique, origin, partial, columns)
    connection.close()
    return without_ours(found)


def column_definition(kind: str, nullable: bool, default: str | None, key: int = 0) -> str:
    parts = [kind, "" if nullable else "NOT NULL", f"DEFAULT {default}" if default else "", f"KEY {key}" if key else ""]
    return " ".join(filter(None, parts))


def index_definition(unique: bool, method: str, expressions: str) -> str:
    return f"{'UNIQUE ' if unique else ''}{method} {expressions}"


def sqlite_index_definition(name: str, unique: bool, origin: str, partial: bool, columns: list[str]) -> str:
    return f"{'UNIQUE ' if unique else ''}{origin} ({', '.join(columns)}){' WHERE' if partial else ''}"


def names_of(kind: str, catalog: Catalog) -> list[str]:
    return sorted(name.partition(".")[2] for name in catalog if name.startswith(f"{kind} "))


def without_names(catalog: Catalog) -> Catalog:
    """Indexes and constraints by what they are."""
    return {
        definition_of(name, definition) if re.match("index|constraint", name) else name: definition
        for name, definition in catalog.items()
    }


def definition_of(name: str, definition: str) -> str:
    return f"{name.partition('.')[0]} {definition}"


def without_ours(catalog: Catalog) -> Catalog:
    return {
        name: definition
        for name, definition in catalog.items()
        if not any(part.startswith(OURS) for part in re.split("[ .]", name))
    }
