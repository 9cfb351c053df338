"""Tables as copies see them: their model, their columns, and what kind of cell each column has."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import BigInteger, Column, Double, Integer, PrimaryKeyConstraint, UniqueConstraint

from ..models import load_all
from ..models.base import Base
from ..models.copies import CopyRow
from ..models.types import FlagType, JsonType, QuotedJsonType, UtcTimeType, UtcTwinType

Kind = Literal["text", "json", "nested json", "quoted json", "time", "flag", "integer", "real"]


@dataclass(frozen=True)
class StoredTable:
    """A table that can be copied."""

    domain: str
    row: type[Base]

    @property
    def name(self) -> str:
        return str(self.row.__tablename__)

    @cached_property
    def columns(self) -> tuple[Column[Any], ...]:
        """Its columns in order, without the twins of times."""
        table: Any = self.row.__table__
        return tuple(each for each in table.columns if not isinstance(each.type, UtcTwinType))

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """What its cells hold, column by column."""
        return tuple(kind_of(each) for each in self.columns)

    @cached_property
    def twins(self) -> tuple[str, ...]:
        """The names of the twins that PostgreSQL has of its times, in the order of these."""
        return tuple(f"{column.name}Z" for column in self.columns if kind_of(column) == "time")

    @cached_property
    def key(self) -> frozenset[str]:
        """The names of the columns that tell its rows apart."""
        return frozenset(column.name for column in self.row.__mapper__.primary_key)


def kind_of(column: Column[Any]) -> Kind:
    match column.type:
        case UtcTimeType():
            return "time"
        case QuotedJsonType():
            return "quoted json"
        case JsonType():
            return "nested json" if column.type.nested else "json"
        case FlagType():
            return "flag"
        case Integer() | BigInteger():
            return "integer"
        case Double():
            return "real"
        case _:
            return "text"


@dataclass(frozen=True)
class KeyOrder:
    """The order in which a table is read: that of an index on its key, where there is one."""

    columns: tuple[str, ...]
    unique: bool
    """Whether the database itself sees to it that no two rows have the same key."""


def key_order(table: StoredTable, dialect: str) -> KeyOrder:
    """How a table is read on one SQL dialect."""
    for columns in _unique_columns(table.row, dialect):
        if frozenset(columns) == table.key:
            return KeyOrder(columns, unique=True)
    return KeyOrder(tuple(column.name for column in table.row.__mapper__.primary_key), unique=False)


def _unique_columns(row: type[Base], dialect: str) -> Iterator[tuple[str, ...]]:
    """The columns of what makes keys unique: the primary key, constraints, indexes."""
    table: Any = row.__table__
    order = {PrimaryKeyConstraint: 0, UniqueConstraint: 1}
    constraints = [each for each in table.constraints if type(each) in order and len(each.columns)]
    for each in sorted(constraints, key=lambda each: order[type(each)]):
        if each.info.get("only") in (None, dialect):
            yield tuple(column.name for column in each.columns)
    for index in table.indexes:
        if index.unique and index.info.get("only") in (None, dialect):
            yield tuple(column.name for column in index.columns)


def grouped(owners: dict[str, list[str]], names: set[str], homes: dict[str, str]) -> list[StoredTable]:
    """The tables of a storage, in the order of its domains.

    A table belongs to the first domain that uses it: favorites write agents, too. One that no domain uses yet belongs
    to the word for its module.

    Args:
        owners: the names of the tables that each domain uses.
        names: those that the storage knows at all.
        homes: the module in which each is declared.
    """
    domains: dict[str, str] = {}
    for domain, used in owners.items():
        for name in used:
            domains.setdefault(name, domain)
    for name in sorted(names, key=lambda name: (homes.get(name, ""), name)):
        domains.setdefault(name, homes.get(name, name))
    rank = {domain: place for place, domain in enumerate(dict.fromkeys([*owners, *domains.values()]))}
    rows: dict[str, type[Base]] = {mapper.class_.__tablename__: mapper.class_ for mapper in load_all().registry.mappers}
    kept = [name for name in domains if name in names and name in rows and name != CopyRow.__tablename__]
    return [StoredTable(domains[name], rows[name]) for name in sorted(kept, key=lambda name: rank[domains[name]])]
