"""What the catalog of a database says of those of our tables that are there."""

from functools import cached_property
from typing import Any

from sqlalchemy import Column, Connection, Index, MetaData, inspect, text

_INVALID = """
SELECT c.relname, i.relname
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
WHERE NOT (x.indisvalid AND x.indisready) AND c.relnamespace = to_regnamespace(:schema)
ORDER BY 1, 2
"""


class Live:
    """The tables of ``metadata`` that are there: their columns, keys and indexes by name, as SQLAlchemy reflects them.

    Each kind is read when it is first asked for.
    """

    def __init__(self, connection: Connection, metadata: MetaData, schema: str | None) -> None:
        self.dialect = connection.dialect
        self.renamed: dict[str, str] = {}
        """Constraints that have the name of a later revision: that of revision 0001, and the one they have."""
        self.outgrown: set[str] = set()
        """What revision 0001 calls the indexes that have the name of a later one."""
        self._catalog = inspect(connection)
        # Only by name: what else is there may have types that nobody here knows.
        self._where: Any = {"schema": schema, "filter_names": [table.name for table in metadata.sorted_tables]}

    @cached_property
    def columns(self) -> dict[str, dict[str, Any]]:
        return _by_name(self._catalog.get_multi_columns(**self._where))

    @cached_property
    def keys(self) -> dict[str, Any]:
        """The primary key of each table."""
        return {table: key for (_, table), key in self._catalog.get_multi_pk_constraint(**self._where).items()}

    @cached_property
    def uniques(self) -> dict[str, dict[str, Any]]:
        """Unique constraints that have a name."""
        return _by_name(self._catalog.get_multi_unique_constraints(**self._where))

    @cached_property
    def indexes(self) -> dict[str, dict[str, Any]]:
        return _by_name(self._catalog.get_multi_indexes(**self._where))

    def rename(self, metadata: MetaData) -> None:
        """Find the constraints and indexes that have the name of a later revision."""
        for table in metadata.sorted_tables:
            items: list[Any] = [*table.constraints, *table.indexes]
            for item in items:
                first = item.info.get("first_name", item.name)
                if first == item.name:
                    continue
                if isinstance(item, Index):
                    if item.name in self.indexes.get(table.name, {}):
                        self.outgrown.add(first)
                elif item.name in (named := self.uniques.get(table.name, {})) and first not in named:
                    self.renamed[first] = item.name

    def types(self, column: Column[Any], there: dict[str, Any]) -> tuple[str, str]:
        """A column's type as we declare it, and as it is."""
        return column.type.compile(self.dialect), there["type"].compile(self.dialect)

    def forget(self, table: str) -> None:
        """Take a table out, which will be made anew."""
        for parts in (self.columns, self.keys, self.uniques, self.indexes):
            parts.pop(table, None)


def invalid_indexes(connection: Connection, schema: str | None) -> list[tuple[str, str]]:
    """Table and name of each index that PostgreSQL does not use: making it failed in the middle. None elsewhere."""
    if connection.dialect.name != "postgresql":
        return []
    found = connection.execute(text(_INVALID), {"schema": f'"{schema}"' if schema else "public"})
    return [(table, index) for table, index in found]


def _by_name(found: Any) -> dict[str, dict[str, Any]]:
    return {table: {each["name"]: each for each in parts if each["name"]} for (_, table), parts in found.items()}
