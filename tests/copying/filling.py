"""Rows of every table, made by hypothesis, and what is stored of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Column, Table, delete, select, text

from mastra_store import MongoStorage, Storage
from mastra_store.copying.tables import StoredTable, kind_of
from mastra_store.models.base import Base
from mastra_store.models.types import InstructionsType, MessageContentType
from mastra_store.sql.storage import SqlStorage

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# What every backend can hold. NUL and unpaired surrogates have tests of their own.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
times = st.integers(0, 4_000_000_000_000).map(lambda milliseconds: EPOCH + timedelta(milliseconds=milliseconds))
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False, width=32).map(float)
values = st.recursive(
    st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, st.none() | inner, max_size=2),
    max_leaves=4,
)
objects = st.dictionaries(texts, values, max_size=2)
_CELLS = {
    "text": texts,
    "json": values,
    "nested json": objects,
    "quoted json": values,
    "time": times,
    "flag": st.booleans(),
    "integer": st.integers(0, 2**31 - 1),
    "real": numbers.map(float),
}


@st.composite
def contents(draw: st.DrawFn, tables: list[StoredTable]) -> list[Base]:
    """Up to three rows of some tables. Their keys differ in case and script, which collations sort otherwise."""
    return [
        _row(draw, table, number)
        for table in draw(st.lists(st.sampled_from(tables), min_size=1, max_size=8, unique=True), label="tables")
        for number in range(draw(st.integers(0, 3), label=f"rows of {table.name}"))
    ]


def _row(draw: st.DrawFn, table: StoredTable, number: int) -> Base:
    mapper = table.row.__mapper__
    unique = table.key | {column.name for index in _table(table).indexes if index.unique for column in index.columns}
    cells = {
        mapper.get_property_by_column(column).key: (
            _part_of_a_key(column, number) if column.name in unique else draw(_cell(column))
        )
        for column in table.columns
    }
    return table.row(**cells)


def _table(table: StoredTable) -> Table:
    found: Any = table.row.__table__
    return found


def _part_of_a_key(column: Column[Any], number: int) -> Any:
    return number if kind_of(column) == "integer" else ("b'", "A\\", "ä%")[number]


def _cell(column: Column[Any]) -> st.SearchStrategy[Any]:
    if isinstance(column.type, MessageContentType):
        cell: st.SearchStrategy[Any] = objects
    elif isinstance(column.type, InstructionsType):
        cell = texts | st.lists(objects, max_size=2)
    else:
        cell = _CELLS[kind_of(column)]
    return st.none() | cell if column.nullable else cell


async def fill(storage: SqlStorage, rows: list[Base]) -> None:
    """Store rows, once."""
    async with storage.transaction() as tx:
        tx.session.add_all(rows)


async def stored(storage: SqlStorage, tables: list[StoredTable]) -> dict[str, list[str]]:
    """All rows of tables as their readers see them, in an order that no collation decides."""
    async with storage.transaction(read_only=True) as tx:
        return {
            table.name: sorted(
                repr([_seen(cell) for cell in row]) for row in await tx.session.execute(select(*table.columns))
            )
            for table in tables
        }


def _seen(value: Any) -> Any:
    """A value as JavaScript sees it: one kind of numbers, and objects whose keys have no order."""
    if isinstance(value, dict):
        return {key: _seen(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_seen(item) for item in value]
    return value + 0.0 if isinstance(value, int | float) and not isinstance(value, bool) else value


async def exactly(storage: SqlStorage, tables: list[StoredTable]) -> dict[str, list[str]]:
    """All rows of tables as the database itself writes them, twins of times among them."""
    async with storage.transaction(read_only=True) as tx:
        found = {}
        for table in tables:
            place = f'"{storage.schema_name}".{table.name}' if storage.schema_name else table.name
            what = "t::text" if storage.stored_rows().family == "postgresql" else "*"
            rows = await tx.session.execute(text(f"SELECT {what} FROM {place} AS t"))
            found[table.name] = sorted(repr(tuple(row)) for row in rows)
        return found


async def emptied(storage: Storage, names: set[str]) -> None:
    """Delete all rows of some tables."""
    if isinstance(storage, MongoStorage):
        for name in names:
            await storage.database[name].delete_many({})
        return
    assert isinstance(storage, SqlStorage)
    async with storage.transaction() as tx:
        for name in names:
            await tx.session.execute(delete(Base.metadata.tables[name]))


def common_tables(*storages: Storage) -> list[StoredTable]:
    """The tables that all of them can hold."""
    known = [{table.name for table in storage.stored_rows().tables()} for storage in storages]
    return [table for table in storages[0].stored_rows().tables() if all(table.name in names for names in known)]
