"""The declarative base of all models.

A model mirrors a table of Mastra exactly, for PostgreSQL and SQLite at once. What differs between the two is said
in ``info`` and resolved in one place, ``mastra_store.schema``:

- ``info=ONLY_POSTGRESQL`` or ``info=ONLY_SQLITE`` on a column, constraint, index or table: it exists there alone;
- ``info=NULLABLE_ON_SQLITE`` on a column: NOT NULL on PostgreSQL alone;
- ``info=UNPREFIXED``, ``RAW_PREFIX``, ``CONSTRAINT_NAME`` on an index or constraint: how its name begins in a schema;
- ``info={"postgresql_include": [...]}`` on an index: the columns that it carries besides on PostgreSQL (SQLAlchemy's
  own argument of that name imports its PostgreSQL dialect with the model, which costs as much as all of ours);
- the ``timestamptz`` twin that PostgreSQL keeps of every time is added here, never written in a model.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, event, func, literal_column
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapper, deferred, mapped_column

from .types import TYPES, UtcTimeType, UtcTwinType

ONLY_POSTGRESQL = {"only": "postgresql"}
ONLY_SQLITE = {"only": "sqlite"}
NULLABLE_ON_SQLITE = {"nullable_on": "sqlite"}

# How names of indexes and constraints begin in a PostgreSQL schema (contract: conventions.md, section 3). Without a
# mark: with the schema's name, nothing in public.
UNPREFIXED = {"prefix": "none"}
RAW_PREFIX = {"prefix": "raw"}
CONSTRAINT_NAME = {"prefix": "lower"}


class Base(DeclarativeBase):
    """The base of every row class. Entities are for a caller's own ``tx.session``; the domains read columns."""

    type_annotation_map = TYPES
    # A twin does not exist on SQLite: it must never be fetched on its own after an insert.
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 (SQLAlchemy reads it from the class)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for attribute in list(cls.__mapper__.column_attrs):
            column = attribute.columns[0]
            if isinstance(column.type, UtcTimeType):
                twin = mapped_column(f"{column.name}Z", UtcTwinType(), server_default=func.now(), info=ONLY_POSTGRESQL)
                setattr(cls, f"{attribute.key}_z", deferred(twin, raiseload=True))


def twin(attribute: InstrumentedAttribute[Any]) -> InstrumentedAttribute[Any]:
    """The ``timestamptz`` twin of a time attribute, also of an aliased class. For PostgreSQL alone."""
    return getattr(attribute.parent.entity, f"{attribute.key}_z")  # type: ignore[no-any-return]


@event.listens_for(Base, "before_insert", propagate=True)
@event.listens_for(Base, "before_update", propagate=True)
def _write_twins(mapper: Mapper[Any], connection: Connection, row: Base) -> None:
    """Give an entity's twins the instants of their plain columns, whichever way it was filled."""
    if connection.dialect.name != "postgresql":
        return
    for column in mapper.columns:
        if isinstance(column.type, UtcTwinType):
            twin_name = mapper.get_property_by_column(column).key
            setattr(row, twin_name, getattr(row, twin_name.removesuffix("_z")))


def instant(attribute: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """A time as the instant that decides order on PostgreSQL: the twin, else the plain column as UTC.

    Statements and indexes both say it with this, so that the one is served by the other.
    """
    plain = func.timezone(literal_column("'UTC'"), attribute, type_=UtcTwinType())
    return func.coalesce(twin(attribute), plain, type_=UtcTwinType())
