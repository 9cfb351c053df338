"""The two tables of a versioned domain, and the statements that read or add single rows of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Generic

from sqlalchemy import ColumnElement, Executable, Integer, Select, bindparam, cast, func, literal_column, select

from ..domains.versioned import VersionedDomain
from ..domains.versioned_changes import missing
from ..domains.versioned_kinds import E, Kind, R, V
from ..models.base import Base
from ..models.types import JsonType, UtcTimeType
from ..records.base import Record
from .dialects import Attribute, SqlDialect
from .domain import SqlDomain
from .paging import LIMIT, directed
from .plans import Work, statement


@dataclass(frozen=True, eq=False)
class Tables(Generic[E, V, R]):
    """The tables of one kind. Columns are in the order of the fields of its records."""

    kind: Kind[E, V, R]
    entity: type[Base]
    version: type[Base]

    @cached_property
    def entity_columns(self) -> tuple[Attribute, ...]:
        return tuple(attribute(self.entity, name) for name in self.kind.entity.__struct_fields__)

    def entity_cells(self, sql: SqlDialect) -> list[ColumnElement[Any]]:
        """The columns of an entity as its record shows them: what nobody has counted yet is none."""
        return [
            number_of_favorites(self.entity) if column.key == "favorite_count" else cell
            for column, cell in zip(self.entity_columns, sql.columns(self.entity_columns), strict=True)
        ]

    @cached_property
    def version_columns(self) -> tuple[Attribute, ...]:
        return tuple(attribute(self.version, name) for name in self.kind.version.__struct_fields__)

    @cached_property
    def snapshot_columns(self) -> tuple[Attribute, ...]:
        """The configuration, as the resolved record has it behind the entity and before the version's id."""
        names = self.kind.resolved.__struct_fields__[len(self.entity_columns) : -1]
        return tuple(attribute(self.version, name) for name in names)

    @property
    def parent(self) -> Attribute:
        return attribute(self.version, self.kind.parent)


AnyTables = Tables[Any, Any, Any]


class SqlVersionedDomain(SqlDomain, VersionedDomain[E, V, R]):
    """What the parts of a versioned domain on SQL share.

    Attributes:
        tables: where its rows are.
    """

    tables: ClassVar[AnyTables]


def attribute(row: Any, name: str) -> Attribute:
    """The column of a record's field; ``metadata`` is a name of SQLAlchemy's own."""
    return getattr(row, "metadata_" if name == "metadata" else name)  # type: ignore[no-any-return]


def number_of_favorites(row: Any) -> ColumnElement[Any]:
    """How many users like an entity; NULL is none (contract: agents.md, section 7)."""
    return func.coalesce(row.favorite_count, literal_column("0"), type_=Integer()).label("favorite_count")


def row(*cells: Any) -> tuple[Any, ...]:
    """A row as it is, for statements whose record depends on their kind."""
    return cells


def assigned(sql: SqlDialect, columns: Iterable[Attribute], prefix: str, *, typed: bool = False) -> dict[Any, Any]:
    """Columns and the parameters that give their values: ``prefix`` and the record's field.

    Args:
        typed: each with its type, for a SELECT, where PostgreSQL would take an untyped NULL for text.
    """
    values: dict[Any, Any] = {}
    for column in columns:
        name = f"{prefix}_{column.key.rstrip('_')}"
        if isinstance(column.type, UtcTimeType):
            values |= sql.times(column, sql.moment(name))
        elif isinstance(column.type, JsonType):
            values[column] = sql.json(name)
        else:
            parameter: ColumnElement[Any] = bindparam(name, type_=column.type)
            values[column] = cast(parameter, column.type) if typed else parameter
    return values


def values_of(record: Record, prefix: str) -> dict[str, Any]:
    """The values of the parameters of ``assigned``."""
    return {f"{prefix}_{name}": value for name, value in record.to_dict().items()}


def locked_entity(tables: AnyTables, id: str) -> Work[Any]:
    """An entity that nobody else changes, nor its versions, until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    found = yield entity_by_id(tables, locked=True).bind(of_entity=id)
    if not found:
        raise missing(tables.kind, id)
    return tables.kind.entity(*found[0])


def found_latest(tables: AnyTables, id: str) -> Work[Any]:
    """An entity's latest version, or ``None``."""
    found = yield latest_version(tables).bind(of_entity=id, limit=1)
    return tables.kind.version(*found[0]) if found else None


@statement(row)
def entity_by_id(sql: SqlDialect, tables: AnyTables, *, locked: bool = False) -> Select[Any]:
    query = select(*tables.entity_cells(sql))
    query = query.where(attribute(tables.entity, "id") == bindparam("of_entity"))
    return sql.locked(query) if locked else query


@statement(row)
def latest_version(sql: SqlDialect, tables: AnyTables) -> Select[Any]:
    """Served by the index of parent and number."""
    query = select(*sql.columns(tables.version_columns)).where(tables.parent == bindparam("of_entity"))
    return query.order_by(*directed(by_number(tables.version), descending=True)).limit(LIMIT)


@statement(row)
def version_of_entity(sql: SqlDialect, tables: AnyTables) -> Select[Any]:
    """A version by its id, if it is one of the entity's."""
    query = select(*sql.columns(tables.version_columns)).where(tables.parent == bindparam("of_entity"))
    return query.where(attribute(tables.version, "id") == bindparam("of_version"))


@statement(row)
def inserted_entity(sql: SqlDialect, tables: AnyTables) -> Executable:
    """Make an entity unless its id is taken: then no row comes back."""
    insert = sql.insert(tables.entity).values(assigned(sql, tables.entity_columns, "entity"))
    return insert.on_conflict_do_nothing().returning(attribute(tables.entity, "id"))  # type: ignore[no-any-return]


@statement(row)
def found_or_made_entity(sql: SqlDialect, tables: AnyTables) -> Executable:
    """Make an entity, or lock the one that somebody else has made meanwhile; it comes back.

    DO NOTHING would give nothing back, and a SELECT behind it might find the entity deleted again.
    """
    insert = sql.insert(tables.entity).values(assigned(sql, tables.entity_columns, "entity"))
    key = attribute(tables.entity, "id")
    return sql.replacing(insert, [key], [key]).returning(*tables.entity_cells(sql))  # type: ignore[no-any-return]


@statement(row)
def inserted_version(sql: SqlDialect, tables: AnyTables) -> Executable:
    """Make a version unless its id or number is taken: then no row comes back."""
    insert = sql.insert(tables.version).values(assigned(sql, tables.version_columns, "version"))
    return insert.on_conflict_do_nothing().returning(attribute(tables.version, "id"))  # type: ignore[no-any-return]


def by_number(version: Any) -> list[Attribute]:
    """The order of versions. Agents have no unique index of it: TypeScript may give a number twice."""
    return [attribute(version, "version_number"), attribute(version, "id")]
