"""The table of a vector index on SQLite and LibSQL, as ``@mastra/libsql`` makes it: a declarative class for each index.

Contract: vectors.md, section 3.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Executable,
    Index,
    Integer,
    Text,
    bindparam,
    column,
    func,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable
from sqlalchemy.sql.selectable import TextualSelect
from sqlalchemy.types import UserDefinedType

from ..dialects import SqlDialect
from ..plans import statement

SHAPES = 128
"""Statements of one kind that are kept, for as many tables."""

_DIMENSION = re.compile(r"F32_BLOB\s*\(\s*(\d+)\s*\)", re.IGNORECASE)
_METRIC = re.compile(r"CONSTRAINT\s+\"?metric_([a-z]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SqliteIndex:
    """The table of a vector index.

    Attributes:
        metric: ``cosine`` unless the table says otherwise. TypeScript takes every index for one of cosine.
    """

    name: str
    dimension: int
    metric: str


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A vector index as it is.

    Attributes:
        native: its index of LibSQL's own, if it has one, which SQLite can not write into.
    """

    table: SqliteIndex
    native: str | None

    @classmethod
    def of(cls, name: str, ddl: str, native: str | None) -> "FoundTable":
        dimension, metric = _DIMENSION.search(ddl), _METRIC.search(ddl)
        return cls(SqliteIndex(name, int(dimension[1]) if dimension else 0, metric[1] if metric else "cosine"), native)


class _Named(UserDefinedType[Any]):
    """A type that is known to LibSQL by its name, and to SQLite not at all."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **options: Any) -> str:
        return self.name


@lru_cache(maxsize=SHAPES)
def index_row(table: SqliteIndex) -> Any:
    """The declarative class of an index's table, on a base of its own: indexes come and go."""

    class IndexBase(DeclarativeBase):
        pass

    class IndexRow(IndexBase):
        """A row of a vector index. ``id`` is always NULL: the key is the row's own."""

        __tablename__ = table.name

        id: Mapped[Any] = mapped_column(_Named("SERIAL"), primary_key=True, nullable=True)
        vector_id: Mapped[str] = mapped_column(Text, unique=True)
        embedding: Mapped[bytes] = mapped_column(_Named(f"F32_BLOB({table.dimension})"), nullable=True)
        metadata_: Mapped[Any] = mapped_column("metadata", Text, nullable=True, server_default=text("'{}'"))

        # The name of the constraint is where the metric is written down: TypeScript has no place for it.
        __table_args__ = (
            ()
            if table.metric == "cosine"
            else (CheckConstraint(f"length(embedding) = {4 * table.dimension}", name=f"metric_{table.metric}"),)
        )

    return IndexRow


_FIND = """
SELECT t.name, t.sql, (
    SELECT i.name FROM sqlite_master i
    WHERE i.type = 'index' AND i.tbl_name = t.name AND i.sql LIKE '%libsql_vector_idx%' LIMIT 1
)
FROM sqlite_master t
WHERE t.type = 'table' AND t.sql LIKE '%F32_BLOB%' AND (:name IS NULL OR t.name = :name)
ORDER BY t.name
"""


@statement(FoundTable.of)
def found_tables(sql: SqlDialect) -> TextualSelect:
    """The vector index of a name, or all for NULL."""
    found = text(_FIND).bindparams(bindparam("name", type_=Text()))
    return found.columns(column("name", Text()), column("sql", Text()), column("native", Text()))


_WHOLE = """
SELECT t.name FROM sqlite_master t
WHERE t.type = 'table' AND t.sql LIKE '%F32_BLOB%' AND 3 = (
    SELECT count(*) FROM pragma_table_info(t.name) c WHERE c.name IN ('vector_id', 'embedding', 'metadata')
)
ORDER BY t.name
"""


@statement(lambda name: name)
def whole_tables(sql: SqlDialect) -> TextualSelect:
    """The names of tables that have all columns of a vector index. Others may have vectors, too: the user's own."""
    return text(_WHOLE).columns(column("name", Text()))


@statement(lambda one: one)
def taken(sql: SqlDialect) -> TextualSelect:
    """One row if the name is taken, in whatever case."""
    found = text("SELECT 1 FROM sqlite_master WHERE name = :name COLLATE NOCASE").bindparams(
        bindparam("name", type_=Text())
    )
    return found.columns(column("one", Integer()))


@statement(lambda: None, shapes=SHAPES)
def table_made(sql: SqlDialect, table: SqliteIndex) -> Executable:
    return CreateTable(index_row(table).__table__)


@statement(lambda: None, shapes=SHAPES)
def natively_indexed(sql: SqlDialect, table: SqliteIndex) -> Executable:
    """LibSQL's own index of the vectors, of the name that TypeScript gives it. To be made while there are none: one
    that was made later has been seen to stay empty."""
    embedding = index_row(table).__table__.c.embedding
    metric: list[Any] = [literal_column("'metric=l2'")] if table.metric == "euclidean" else []
    return CreateIndex(
        Index(f"{table.name}_vector_idx", func.libsql_vector_idx(embedding, *metric)), if_not_exists=True
    )


@statement(lambda: None, shapes=SHAPES)
def table_dropped(sql: SqlDialect, table: SqliteIndex) -> Executable:
    return DropTable(index_row(table).__table__, if_exists=True)
