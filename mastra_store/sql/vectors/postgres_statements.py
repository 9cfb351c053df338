"""The statements on a vector table, as functions of the index and of the filter's shape."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Executable,
    Integer,
    LargeBinary,
    Select,
    Text,
    bindparam,
    cast,
    collate,
    column,
    delete,
    func,
    literal_column,
    null,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.sql.dml import Delete, ReturningDelete, ReturningUpdate
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.sql.functions import Function

from ...vectors.input import DEFAULT_NAMESPACE
from ..dialects import SqlDialect
from ..parameters import JsonParameter
from ..plans import statement
from .postgres_bulk import SENT
from .postgres_filters import postgres_condition
from .postgres_tables import IndexTable, index_row, vector_type

SHAPES = 512
"""Statements of one kind that are kept, for as many tables and shapes of filters."""


@statement(lambda *row: row, shapes=SHAPES)
def nearest(
    sql: SqlDialect, table: IndexTable, shape: Any, settings: tuple[str, ...], *, with_vector: bool
) -> Select[Any]:
    """The vectors nearest to the parameter ``vector``: id, metadata, distance and, where wanted, the vector.

    Settings of the search hold for this statement alone: outside of a unit of work it is a transaction, and inside
    one each query sets its own. They stand in a query that LATERAL makes come first, so that one round trip is enough.

    Args:
        settings: each a parameter of the same name, dots replaced, that is set for the search.
    """
    row: Any = index_row(table)
    wanted = cast(bindparam("vector", type_=Text()), vector_type(table))
    distance = row.embedding.op(table.operator, return_type=literal_column("0.0").type)(wanted)
    columns = [row.vector_id, row.metadata_, distance.label("distance")]
    if with_vector:
        columns.append(row.embedding)
    found = select(*columns).where(*_conditions(table, shape)).order_by(distance).limit(_count("top_k"))
    if not settings:
        return found
    made = [
        func.set_config(literal_column(f"'{name}'"), bindparam(name.replace(".", "_"), type_=Text()), true()).label(
            f"set_{position}"
        )
        for position, name in enumerate(settings)
    ]
    first = select(*made).cte("settings")  # set_config is volatile, so the query is run and not merged
    for each in first.c:
        found = found.where(each.is_not(None))
    inner = found.lateral("found")
    return select(*inner.c).select_from(first.join(inner, true()))


@statement(lambda *row: row, shapes=SHAPES)
def filtered(sql: SqlDialect, table: IndexTable, shape: Any, *, with_vector: bool) -> Select[Any]:
    """What a filter finds, by id: id, metadata and, where wanted, the vector."""
    row: Any = index_row(table)
    columns = [row.vector_id, row.metadata_, literal_column("0.0")]
    if with_vector:
        columns.append(row.embedding)
    return (
        select(*columns).where(*_conditions(table, shape)).order_by(collate(row.vector_id, "C")).limit(_count("top_k"))
    )


@statement(lambda *row: row, shapes=SHAPES)
def next_vectors(sql: SqlDialect, table: IndexTable, *, first: bool) -> Select[Any]:
    """The ``most`` rows behind the parameters ``namespace`` and ``vector_id``, or the first ones: both, the vector and
    its metadata."""
    row: Any = index_row(table)
    key = [row.namespace, row.vector_id]
    behind = tuple_(*key) > tuple_(*(bindparam(each.key, type_=Text()) for each in key))
    found = _whole(table) if first else _whole(table).where(behind)
    return found.order_by(*key).limit(_count("most"))


@statement(lambda vector_id: vector_id, shapes=SHAPES)
def misfits(sql: SqlDialect, table: IndexTable) -> Select[Any]:
    """The id of one row that has no vector, if there is one."""
    row: Any = index_row(table)
    return select(row.vector_id).where(row.embedding.is_(null())).limit(literal_column("1"))


@statement(lambda *row: row, shapes=SHAPES)
def named_vectors(sql: SqlDialect, table: IndexTable) -> Select[Any]:
    """The rows of the parameters ``namespace`` and ``ids``: both, the vector and its metadata."""
    row: Any = index_row(table)
    return _whole(table).where(_in_namespace(row), _named(row))


@statement(lambda one: one, shapes=SHAPES)
def other_namespaces(sql: SqlDialect, table: IndexTable) -> Select[Any]:
    """One row if there are vectors outside of the default namespace."""
    row: Any = index_row(table)
    default: ColumnElement[str] = literal_column(f"'{DEFAULT_NAMESPACE}'")
    return (
        select(literal_column("1", Integer()))
        .select_from(row)
        .where(row.namespace != default)
        .limit(literal_column("1"))
    )


@statement(lambda count: count, shapes=SHAPES)
def counted_vectors(sql: SqlDialect, table: IndexTable) -> Select[Any]:
    return select(func.count()).select_from(index_row(table))


@statement(lambda found: found, shapes=SHAPES)
def known_ids(sql: SqlDialect, table: IndexTable) -> Select[Any]:
    """Whether one of the parameter ``ids`` is stored: one row if so."""
    row: Any = index_row(table)
    return select(row.vector_id).where(_in_namespace(row), _named(row)).limit(literal_column("1"))


@statement(lambda: None, shapes=SHAPES)
def upserted(sql: SqlDialect, table: IndexTable) -> Executable:
    """Store the vectors of the parameters ``ids``, ``vectors`` and ``metadata``, three lists of texts."""
    row: Any = index_row(table)
    lists = func.unnest(*(bindparam(name, type_=ARRAY(Text())) for name in ("ids", "vectors", "metadata")))
    given = lists.table_valued(
        column("id", Text()), column("vector", Text()), column("metadata", Text()), name="given"
    ).render_derived(name="given")
    values = {
        row.vector_id: given.c.id,
        row.embedding: cast(given.c.vector, vector_type(table)),
        row.metadata_: cast(given.c.metadata, JSONB()),
        row.namespace: cast(bindparam("namespace", type_=Text()), Text()),
    }
    made = insert(row).from_select([_column(each) for each in values], select(*values.values()))
    return made.on_conflict_do_update(
        index_elements=[_column(row.namespace), _column(row.vector_id)],
        set_={"embedding": made.excluded.embedding, "metadata": made.excluded.metadata},
    )


@statement(lambda one: one, shapes=SHAPES)
def updated(
    sql: SqlDialect, table: IndexTable, shape: Any, *, by_id: bool, vector: bool, metadata: bool
) -> ReturningUpdate[Any]:
    """Replace the vector or the metadata of those of the parameter ``ids``, or of those that a filter finds."""
    row: Any = index_row(table)
    values: dict[Any, Any] = {}
    if vector:
        values[row.embedding] = cast(bindparam("vector", type_=Text()), vector_type(table))
    if metadata:
        values[row.metadata_] = cast(bindparam("metadata", type_=JsonParameter()), JSONB())
    changed = update(row).where(*_conditions(table, shape), *([_named(row)] if by_id else []))
    return changed.values(values).returning(literal_column("1", Integer()))


@statement(lambda one: one, shapes=SHAPES)
def deleted(sql: SqlDialect, table: IndexTable, shape: Any, *, by_id: bool) -> ReturningDelete[Any]:
    """Delete those of the parameter ``ids``, or those that a filter finds, or all of the namespace."""
    row: Any = index_row(table)
    gone: Delete = delete(row).where(*_conditions(table, shape), *([_named(row)] if by_id else []))
    return gone.returning(literal_column("1", Integer()))


def _conditions(table: IndexTable, shape: Any) -> list[ColumnElement[bool]]:
    row: Any = index_row(table)
    conditions = [_in_namespace(row)]
    if shape is not None:
        conditions.append(postgres_condition(shape, row.metadata_))
    return conditions


def _in_namespace(row: Any) -> ColumnElement[bool]:
    return row.namespace == bindparam("namespace", type_=Text())  # type: ignore[no-any-return]


def _named(row: Any) -> ColumnElement[bool]:
    return row.vector_id == func.any(bindparam("ids", type_=ARRAY(Text())))  # type: ignore[no-any-return]


def _whole(table: IndexTable) -> Select[Any]:
    """Namespace, id, the vector as ``from_sent`` reads it, metadata."""
    row: Any = index_row(table)
    vector: ColumnElement[Any] = row.embedding
    if table.vector_type in SENT:  # to read it as text would take several times as long
        schema = () if table.extension is None else (quoted_name(table.extension, True),)
        vector = Function(f"{table.vector_type}_send", vector, type_=LargeBinary(), packagenames=schema)
    return select(row.namespace, row.vector_id, vector, row.metadata_)


def _count(name: str) -> Any:
    return bindparam(name, type_=Integer())


def _column(attribute: Any) -> Column[Any]:
    return attribute.expression  # type: ignore[no-any-return]
