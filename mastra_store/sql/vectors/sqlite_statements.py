"""The statements on a vector table of SQLite and LibSQL, as functions of the index and of the filter's shape."""

from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    LargeBinary,
    Select,
    Text,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql.dml import Delete, ReturningDelete, ReturningUpdate, Update

from ..dialects import SqlDialect
from ..parameters import JsonParameter
from ..plans import statement
from ..sqlite_dialect import SQLite
from .sqlite_filters import sqlite_condition
from .sqlite_tables import SqliteIndex, index_row

SHAPES = 512
"""Statements of one kind that are kept, for as many tables and shapes of filters."""


@statement(lambda *row: row, shapes=SHAPES)
def nearest(sql: SqlDialect, table: SqliteIndex, shape: Any, *, with_vector: bool) -> Select[Any]:
    """The vectors nearest to the parameter ``vector``: id, metadata, distance and, where wanted, the vector.

    Each that the filter finds is looked at.
    """
    row = index_row(table)
    distance = cast("SQLite", sql).distance(table.metric, row.embedding, "vector").label("distance")
    columns = [row.vector_id, row.metadata_, distance]
    if with_vector:
        columns.append(row.embedding)
    found = select(*columns).where(*_conditions(table, shape), row.embedding.is_not(None))
    return found.order_by(distance.nulls_last(), row.vector_id).limit(bindparam("top_k", type_=Integer()))


@statement(lambda *row: row, shapes=SHAPES)
def nearest_by_index(sql: SqlDialect, table: SqliteIndex, *, with_vector: bool) -> Select[Any]:
    """``nearest`` by LibSQL's own index, the parameter ``native``, which gives the ``most`` nearest rows or so."""
    row = index_row(table)
    distance = cast("SQLite", sql).distance(table.metric, row.embedding, "vector").label("distance")
    columns = [row.vector_id, row.metadata_, distance]
    if with_vector:
        columns.append(row.embedding)
    near = func.vector_top_k(
        bindparam("native", type_=Text()),
        bindparam("vector", type_=LargeBinary()),
        bindparam("most", type_=Integer()),
    ).table_valued("id", name="near")
    rowid: ColumnElement[int] = literal_column(f'"{table.name}".rowid')
    found = select(*columns).select_from(near.join(row, rowid == near.c.id))
    return found.order_by(distance.nulls_last(), row.vector_id).limit(bindparam("top_k", type_=Integer()))


@statement(lambda *row: row, shapes=SHAPES)
def filtered(sql: SqlDialect, table: SqliteIndex, shape: Any, *, with_vector: bool) -> Select[Any]:
    """What a filter finds, by id: id, metadata and, where wanted, the vector."""
    row = index_row(table)
    columns = [row.vector_id, row.metadata_, literal_column("0.0")]
    if with_vector:
        columns.append(row.embedding)
    found = select(*columns).where(*_conditions(table, shape))
    return found.order_by(row.vector_id).limit(bindparam("top_k", type_=Integer()))


@statement(lambda *row: row, shapes=SHAPES)
def next_vectors(sql: SqlDialect, table: SqliteIndex, *, first: bool) -> Select[Any]:
    """The ``most`` rows behind the parameter ``vector_id``, or the first ones: id, vector and metadata."""
    row = index_row(table)
    found = _whole(row) if first else _whole(row).where(row.vector_id > bindparam("vector_id", type_=Text()))
    return found.order_by(row.vector_id).limit(bindparam("most", type_=Integer()))


@statement(lambda vector_id: vector_id, shapes=SHAPES)
def misfits(sql: SqlDialect, table: SqliteIndex) -> Select[Any]:
    """The id of one vector that has not the numbers of its index, if there is one."""
    row = index_row(table)
    whole = func.length(row.embedding) == literal_column(str(4 * table.dimension), Integer())
    return select(row.vector_id).where(whole.is_not(true())).limit(literal_column("1"))


@statement(lambda *row: row, shapes=SHAPES)
def named_vectors(sql: SqlDialect, table: SqliteIndex) -> Select[Any]:
    """The rows of the parameter ``ids``: id, vector and metadata."""
    row = index_row(table)
    return _whole(row).where(_named(sql, row))


@statement(lambda count: count, shapes=SHAPES)
def counted_vectors(sql: SqlDialect, table: SqliteIndex) -> Select[Any]:
    # Rows alone are counted by the smallest index, and one of LibSQL's own is empty to SQLite.
    return select(func.count(index_row(table).vector_id))


@statement(lambda: None, shapes=SHAPES)
def upserted(sql: SqlDialect, table: SqliteIndex) -> Executable:
    """Store one vector: the parameters ``id``, ``vector`` and ``metadata``."""
    row = index_row(table)
    made = insert(row).values(
        {
            row.vector_id: bindparam("id", type_=Text()),
            row.embedding: bindparam("vector", type_=LargeBinary()),
            row.metadata_: bindparam("metadata", type_=JsonParameter()),
        }
    )
    return made.on_conflict_do_update(
        index_elements=[row.vector_id.expression],
        set_={"embedding": made.excluded.embedding, "metadata": made.excluded.metadata},
    )


@statement(lambda: None, shapes=SHAPES)
def all_upserted(sql: SqlDialect, table: SqliteIndex) -> Executable:
    """Store the vectors of the parameter ``vectors``, a list of objects: where LibSQL reads vectors from text."""
    row = index_row(table)
    given = sql.rows("vectors", id=Text(), vector=Text(), metadata=Text())
    columns = [given.c.id, func.vector32(given.c.vector), given.c.metadata]
    # Without a WHERE, SQLite would take the ON of ON CONFLICT for a join's.
    rows = select(*columns).where(true())
    made = insert(row).from_select([row.vector_id.name, row.embedding.name, row.metadata_.name], rows)
    return made.on_conflict_do_update(
        index_elements=[row.vector_id.expression],
        set_={"embedding": made.excluded.embedding, "metadata": made.excluded.metadata},
    )


@statement(lambda one: one, shapes=SHAPES)
def updated(
    sql: SqlDialect, table: SqliteIndex, shape: Any, *, by_id: bool, vector: bool, metadata: bool
) -> ReturningUpdate[Any]:
    """Replace the vector or the metadata of those of the parameter ``ids``, or of those that a filter finds."""
    row = index_row(table)
    values: dict[Any, Any] = {}
    if vector:
        values[row.embedding] = bindparam("vector", type_=LargeBinary())
    if metadata:
        values[row.metadata_] = bindparam("metadata", type_=JsonParameter())
    changed: Update = update(row).where(*_conditions(table, shape), *([_named(sql, row)] if by_id else []))
    return changed.values(values).returning(literal_column("1", Integer()))


@statement(lambda one: one, shapes=SHAPES)
def deleted(sql: SqlDialect, table: SqliteIndex, shape: Any, *, by_id: bool) -> ReturningDelete[Any]:
    """Delete those of the parameter ``ids``, or those that a filter finds, or all."""
    row = index_row(table)
    gone: Delete = delete(row).where(*_conditions(table, shape), *([_named(sql, row)] if by_id else []))
    return gone.returning(literal_column("1", Integer()))


def _conditions(table: SqliteIndex, shape: Any) -> list[ColumnElement[bool]]:
    return [] if shape is None else [sqlite_condition(shape, index_row(table).metadata_)]


def _whole(row: Any) -> Select[Any]:
    return select(row.vector_id, row.embedding, row.metadata_)


def _named(sql: SqlDialect, row: Any) -> ColumnElement[bool]:
    return sql.is_any_of(row.vector_id, "ids")
