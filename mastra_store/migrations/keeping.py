"""Running the migrations over tables that are there: what exists is kept, what is missing is made."""

from collections.abc import Callable
from typing import Any

from alembic.ddl.impl import DefaultImpl
from sqlalchemy import DDL, Column, Index, Table

from .catalog import Live


class Keeping:
    """Stands between a migration and what it does. Revisions run as they are, online and as a script: one that alters
    or drops what no revision made has to allow that it is not there.

    Args:
        impl: what carries out Alembic's operations.
        there: what is in the database.
    """

    def __init__(self, impl: DefaultImpl, there: Live) -> None:
        self._columns = {table: set(columns) for table, columns in there.columns.items()}
        self._indexes = {name for indexes in there.indexes.values() for name in indexes} | there.outgrown
        self._renamed = there.renamed
        self._impl = impl
        self._make_table, self._make_index = impl.create_table, impl.create_index
        self._make_column, self._execute = impl.add_column, impl.execute
        made: dict[str, Callable[..., None]] = {
            "create_table": self.create_table,
            "create_index": self.create_index,
            "add_column": self.add_column,
            "execute": self.execute,
        }
        for name, method in made.items():
            setattr(impl, name, method)

    def create_table(self, table: Table, **options: Any) -> None:
        if table.name not in self._columns:
            self._make_table(table, **options)
            return
        for column in table.columns:
            self.add_column(table.name, column, schema=table.schema)

    def create_index(self, index: Index, **options: Any) -> None:
        if index.name not in self._indexes:
            self._make_index(index, **options)

    def add_column(self, table_name: str, column: Column[Any], **options: Any) -> None:
        if column.name in self._columns.get(table_name, ()):
            return
        if column.server_default is None:
            self._make_column(table_name, column, **options)
            return
        # Rows that are there get NULL: now() in the twin of a time that never was would say that it is.
        self._make_column(table_name, Column(column.name, column.type, nullable=column.nullable), **options)
        schema = options.get("schema")
        self._impl.alter_column(table_name, column.name, server_default=column.server_default, schema=schema)

    def execute(self, statement: Any, execution_options: dict[str, Any] | None = None) -> None:
        if isinstance(statement, DDL):
            for ours, theirs in self._renamed.items():
                renamed = statement.statement.replace(f'"{ours}"', f'"{theirs}"')
                statement = DDL(renamed)  # type: ignore[no-untyped-call]
        self._execute(statement, execution_options)
