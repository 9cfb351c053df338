"""What the catalog of a database says of those of our tables that are there."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Connection, MetaData, inspect, text
from sqlalchemy.engine.interfaces import Dialect

_INVALID = """
SELECT c.relname, i.relname
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
WHERE NOT (x.indisvalid AND x.indisready) AND c.relnamespace = to_regnamespace(:schema)
ORDER BY 1, 2
"""


@dataclass
class Live:
    """Tables, their columns, keys and indexes, each by name and as SQLAlchemy reflects it."""

    dialect: Dialect
    columns: dict[str, dict[str, Any]]
    keys: dict[str, Any]
    uniques: dict[str, dict[str, Any]]
    """Unique constraints that have a name."""
    indexes: dict[str, dict[str, Any]]
    renamed: dict[str, str] = field(default_factory=dict)
    """Constraints that are accepted under another name: ours, and the one they have."""

    def types(self, column: Column[Any], there: dict[str, Any]) -> tuple[str, str]:
        """A column's type as we declare it, and as it is."""
        return column.type.compile(self.dialect), there["type"].compile(self.dialect)

    def forget(self, table: str) -> None:
        """Take a table out, which will be made anew."""
        for parts in (self.columns, self.keys, self.uniques, self.indexes):
            parts.pop(table, None)


def read(connection: Connection, metadata: MetaData, schema: str | None) -> Live:
    """What is there of the tables of ``metadata``."""
    catalog = inspect(connection)
    # Only by name: what else is there may have types that nobody here knows.
    where: Any = {"schema": schema, "filter_names": [table.name for table in metadata.sorted_tables]}
    return Live(
        connection.dialect,
        _by_name(catalog.get_multi_columns(**where)),
        {table: key for (_, table), key in catalog.get_multi_pk_constraint(**where).items()},
        _by_name(catalog.get_multi_unique_constraints(**where)),
        _by_name(catalog.get_multi_indexes(**where)),
    )


def invalid_indexes(connection: Connection, schema: str | None) -> list[tuple[str, str]]:
    """Table and name of each index that PostgreSQL does not use: making it failed in the middle. None elsewhere."""
    if connection.dialect.name != "postgresql":
        return []
    found = connection.execute(text(_INVALID), {"schema": f'"{schema}"' if schema else "public"})
    return [(table, index) for table, index in found]


def _by_name(found: Any) -> dict[str, dict[str, Any]]:
    return {table: {each["name"]: each for each in parts if each["name"]} for (_, table), parts in found.items()}
