"""How tables that a TypeScript Mastra app made differ from ours, and what can be done about each difference."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Connection, Index, MetaData, func, select

from ..schema import physical_metadata
from .catalog import Live, invalid_indexes
from .comparison import compared_with, different_keys, found_differences, line_of, missing_extras
from .definitions import definitions_of
from .variants import Mending, accept, mending


@dataclass
class Comparison:
    """What was found, a line each, sorted by what is done about it. See ``Adoption``."""

    there: Live
    mending: Mending
    accepted: list[str]
    to_make: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def compared(connection: Connection, schema: str | None) -> Comparison:
    """Compare the tables that are there with ours. Reads the catalog, and counts duplicates where an index forbids
    them; changes nothing."""
    with definitions_of(connection) as definitions:
        return _compared(connection, definitions, schema)


def _compared(connection: Connection, definitions: Connection, schema: str | None) -> Comparison:
    metadata = physical_metadata(connection.dialect.name, schema)
    there = Live(definitions, metadata, schema)
    if not there.columns:
        nothing = Comparison(there, Mending(), [])
        nothing.refused.append("there is no table of Mastra: upgrade makes them")
        return nothing
    there.rename(metadata)
    todo = mending(metadata, there, schema)
    found = Comparison(there, todo, accept(metadata, there), to_make=[*todo.lines])
    # Tables that are made are whole.
    whole = MetaData()
    for table in metadata.sorted_tables:
        if table.name in there.columns:
            table.to_metadata(whole)
        elif table.name not in todo.moved:
            found.to_make.append(f"table {table.name} is missing")
    _sort(found, connection, found_differences(definitions, compared_with(whole, schema)))
    found.refused += different_keys(definitions, whole, schema, but=todo.keyed)
    for table in todo.keyed:
        if repeated := _repeated(connection, table.primary_key.columns.values()):
            found.refused.append(f"primary key of {table.name} can not be made: {repeated}")
    found.to_make += missing_extras(connection, schema)
    found.refused += [
        f"index {index} of {table} is invalid, since making it failed: drop it, or REINDEX it"
        for table, index in invalid_indexes(connection, schema)
        if table in there.columns
    ]
    return found


def _sort(found: Comparison, connection: Connection, differences: list[tuple[Any, ...]]) -> None:
    """Put each difference that Alembic finds where it belongs."""
    changed = _changed_indexes(differences)
    found.refused += [f"index {name} differs from ours of that name" for name in sorted(changed)]
    for difference in differences:
        kind, item = difference[0], difference[1]
        if kind in ("add_index", "remove_index") and item.name in changed:
            continue
        line = line_of(difference, connection.dialect)
        if kind == "add_index":
            repeated = _repeated_in(connection, item, found.there)
            found.to_make.append(line)
            found.refused += [f"index {item.name} of {item.table.name} can not be made: {repeated}"] if repeated else []
        elif kind == "add_column":
            column = difference[3]
            possible = column.nullable or column.server_default is not None
            (found.to_make if possible else found.refused).append(line)
        elif _is_harmless(difference):
            found.kept.append(line)
        else:
            found.refused.append(line)


def _is_harmless(difference: tuple[Any, ...]) -> bool:
    """Whether all that we write can be written, and read again."""
    kind = difference[0]
    if kind == "remove_column":
        column = difference[3]
        return bool(column.nullable) or column.server_default is not None
    if kind == "modify_nullable":
        _, _, _, _, _, nullable, _ = difference
        return bool(nullable)
    # A default counts only where a column is not written, and we write all of them.
    return kind in ("modify_default", "remove_index")


def _changed_indexes(differences: list[tuple[Any, ...]]) -> set[str]:
    """Indexes that Alembic would drop and make anew."""

    def names(kind: str) -> set[str]:
        return {str(each[1].name) for each in differences if each[0] == kind}

    return names("add_index") & names("remove_index")


def _repeated_in(connection: Connection, index: Index, there: Live) -> str | None:
    """What speaks against an index, if it is unique."""
    columns = list(index.columns)
    # A column that is missing will be NULL in every row, and NULL is like nothing.
    if index.table is None or not index.unique or any(c.name not in there.columns[index.table.name] for c in columns):
        return None
    return _repeated(connection, columns)


def _repeated(connection: Connection, columns: Sequence[Column[Any]]) -> str | None:
    """What speaks against columns being unique: values that are there more than once."""
    groups = select(*columns).where(*(each.is_not(None) for each in columns)).group_by(*columns)
    repeated = connection.execute(select(func.count()).select_from(groups.having(func.count() > 1).subquery())).scalar()
    names = ", ".join(each.name for each in columns)
    return f"{repeated} values of ({names}) are there more than once" if repeated else None
