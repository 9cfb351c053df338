"""What changes vector tables themselves. They are made here, not by migrations: they come and go with their indexes."""

from typing import Any

from sqlalchemy import Executable, MetaData, Table, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, CreateSchema, CreateTable, DropTable, ExecutableDDLElement, SetColumnComment

from ..dialects import SqlDialect
from ..plans import statement
from .postgres_tables import COMMENT, IndexTable, index_row, metadata_index, vector_index

SHAPES = 128
"""Statements of one kind that are kept, for as many tables."""


def _table(table: IndexTable) -> Any:
    return index_row(table).__table__  # type: ignore[attr-defined]


@statement(lambda: None)
def pgvector(sql: SqlDialect) -> Executable:
    return text("CREATE EXTENSION IF NOT EXISTS vector")


@statement(lambda: None, shapes=SHAPES)
def schema_made(sql: SqlDialect, schema: str) -> Executable:
    return CreateSchema(schema, if_not_exists=True)


@statement(lambda: None, shapes=SHAPES)
def table_made(sql: SqlDialect, table: IndexTable) -> Executable:
    return CreateTable(_table(table))


@statement(lambda: None, shapes=SHAPES)
def metric_noted(sql: SqlDialect, table: IndexTable) -> Executable:
    """The metric as a comment of the column: where no approximate index is built, nothing else tells it."""
    embedding = _table(table).c.embedding
    embedding.comment = f"{COMMENT}{table.metric}"
    return SetColumnComment(embedding)


@statement(lambda: None, shapes=SHAPES)
def keys_indexed(sql: SqlDialect, table: IndexTable) -> Executable:
    (unique,) = _table(table).indexes
    return CreateIndex(unique, if_not_exists=True)


@statement(lambda: None, shapes=SHAPES)
def metadata_indexed(sql: SqlDialect, table: IndexTable, key: str) -> Executable:
    return CreateIndex(metadata_index(table, key), if_not_exists=True)


@statement(lambda: None, shapes=SHAPES)
def vectors_indexed(
    sql: SqlDialect, table: IndexTable, kind: str, options: tuple[tuple[str, int], ...], *, concurrently: bool
) -> Executable:
    return CreateIndex(vector_index(table, kind, dict(options), concurrently=concurrently), if_not_exists=True)


@statement(lambda: None, shapes=SHAPES)
def index_dropped(sql: SqlDialect, name: str, *, concurrently: bool) -> Executable:
    return DropIndexNamed(name, concurrently=concurrently)


@statement(lambda: None, shapes=SHAPES)
def table_dropped(sql: SqlDialect, table: IndexTable) -> Executable:
    return DropTable(_table(table), if_exists=True)


@statement(lambda: None, shapes=SHAPES)
def table_emptied(sql: SqlDialect, table: IndexTable) -> Executable:
    return OnTable("TRUNCATE", _table(table))


@statement(lambda: None, shapes=SHAPES)
def table_analyzed(sql: SqlDialect, table: IndexTable) -> Executable:
    return OnTable("ANALYZE", _table(table))


@statement(lambda: None, shapes=SHAPES)
def table_filled(sql: SqlDialect, table: IndexTable) -> Executable:
    """The COPY of ``postgres_bulk.copied``."""
    columns = "(vector_id, embedding, metadata, namespace) FROM STDIN (FORMAT BINARY)"
    return OnTable("COPY", _table(table), columns)


class OnTable(ExecutableDDLElement):
    """A command and the name of a table, in the storage's schema."""

    def __init__(self, command: str, table: Table, behind: str = "") -> None:
        self.command = command
        self.table = table
        self.behind = behind


@compiles(OnTable)
def _on_table(element: OnTable, compiler: Any, **options: Any) -> str:
    return f"{element.command} {compiler.preparer.format_table(element.table)} {element.behind}".rstrip()


class DropIndexNamed(ExecutableDDLElement):
    """DROP INDEX by name alone, in the storage's schema."""

    def __init__(self, name: str, *, concurrently: bool) -> None:
        self.index = Table(name, MetaData())  # indexes and tables share one space of names
        self.concurrently = concurrently


@compiles(DropIndexNamed)
def _drop_index(element: DropIndexNamed, compiler: Any, **options: Any) -> str:
    how = "CONCURRENTLY " if element.concurrently else ""
    return f"DROP INDEX {how}IF EXISTS {compiler.preparer.format_table(element.index)}"
