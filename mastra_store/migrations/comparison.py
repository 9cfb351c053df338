"""What Alembic compares, and how a difference reads: our tables, whatever else is in the database."""

from collections.abc import Iterable, Iterator
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, DefaultClause, MetaData, Table, inspect, text
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeEngine

from ..models import load_all
from ..revisions import VERSION_TABLE
from ..schema import OWN_INDEXES, physical_metadata, physical_name
from .catalog import Live
from .definitions import definitions_of
from .variants import accept

_MISSING = " is missing"
_TOO_MUCH = " should not be there"

_POSTGRESQL_EXTRAS = """
SELECT
    EXISTS (
        SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgrelid = to_regclass(:spans) AND t.tgname = 'mastra_ai_spans_timestamps' AND t.tgenabled <> 'D'
        AND p.proname = 'trigger_set_timestamps'
    ),
    EXISTS (
        SELECT FROM pg_index x WHERE x.indrelid = to_regclass(:snapshots) AND x.indisreplident
        AND (
            SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a
            WHERE a.attrelid = x.indrelid AND a.attnum = ANY(x.indkey)
        ) = ARRAY['run_id', 'workflow_name']
    )
"""


def version_table(schema: str | None) -> dict[str, Any]:
    """Where Alembic finds the revision."""
    return {"version_table": VERSION_TABLE, "version_table_schema": schema}


def options(connection: Connection, schema: str | None) -> dict[str, Any]:
    """What Alembic has to know to compare: our tables, as variants of them are accepted; all others are left alone."""
    metadata = physical_metadata(connection.dialect.name, schema)
    accept(metadata, Live(connection, metadata, schema))
    return compared_with(metadata, schema)


def compared_with(metadata: MetaData, schema: str | None) -> dict[str, Any]:
    """The options that compare a database with these tables."""
    tables = {table.name for table in metadata.tables.values()}

    def include_name(name: str | None, kind: str, parents: Any) -> bool:
        if kind == "schema":
            return name == schema
        return kind != "table" or name in tables

    def include_object(item: Any, name: str | None, kind: str, reflected: bool, counterpart: Any) -> bool:
        # An index that somebody added to a table of ours is theirs: @mastra adds some when it prunes.
        theirs = reflected and counterpart is None and kind in ("index", "unique_constraint")
        return not theirs or str(name).startswith(OWN_INDEXES)

    return {
        **version_table(schema),
        "target_metadata": metadata,
        "include_schemas": schema is not None,
        "include_name": include_name,
        "include_object": include_object,
        "compare_server_default": True,
    }


def not_ours(name: str | None, kind: str, parent_names: Any) -> bool:
    """For ``include_name`` of an ``env.py`` of yours: hides our tables from your Alembic, which would drop them.

    ::

        context.configure(connection=connection, target_metadata=Base.metadata, include_name=migrations.not_ours)
    """
    return kind != "table" or name not in {VERSION_TABLE, *load_all().metadata.tables}


def differences(connection: Connection, schema: str | None) -> list[str]:
    """How the database differs from the models, a line each."""
    with definitions_of(connection) as there:
        settings = options(there, schema)
        metadata: MetaData = settings["target_metadata"]
        lines = [line_of(each, there.dialect) for each in found_differences(there, settings)]
        lines += different_keys(there, metadata, schema)
    lines += missing_extras(connection, schema)
    return _merged(lines)


def found_differences(connection: Connection, settings: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What Alembic finds, each difference by itself."""
    found = compare_metadata(MigrationContext.configure(connection, opts=settings), settings["target_metadata"])
    return [each for group in found for each in (group if isinstance(group, list) else [group])]


def line_of(difference: tuple[Any, ...], dialect: Dialect) -> str:
    """How a difference that Alembic finds reads."""
    kind, *parts = difference
    verb, _, noun = kind.partition("_")
    if verb == "modify":
        _, table, column, _, found, wanted = parts
        return f"column {table}.{column}: {noun} is {_shown(found, dialect)} and should be {_shown(wanted, dialect)}"
    ending = _MISSING if verb == "add" else _TOO_MUCH
    if noun == "column":
        return f"column {parts[1]}.{parts[2].name}{ending}"
    item = parts[0]
    place = "" if isinstance(item, Table) else f" of {item.table.name}"
    return f"{noun} {item.name}{place}{ending}"


def _shown(value: Any, dialect: Dialect) -> str:
    if isinstance(value, TypeEngine):
        return value.compile(dialect)
    return str(value.arg if isinstance(value, DefaultClause) else value)


def _merged(lines: list[str]) -> list[str]:
    """Alembic takes what differs away and adds it anew: that is one difference."""
    missing = {line.removesuffix(_MISSING) for line in lines if line.endswith(_MISSING)}
    too_much = {line.removesuffix(_TOO_MUCH) for line in lines if line.endswith(_TOO_MUCH)}
    changed = {f"{name}{_TOO_MUCH}": f"{name} differs" for name in missing & too_much}
    return [changed.get(line, line) for line in lines if line.removesuffix(_MISSING) + _TOO_MUCH not in changed]


def different_keys(
    connection: Connection, metadata: MetaData, schema: str | None, but: Iterable[Table] = ()
) -> Iterator[str]:
    """Primary keys, which Alembic does not compare; those of some tables left out."""
    found = inspect(connection).get_multi_pk_constraint(schema=schema)
    left_out = {table.name for table in but}
    for table in metadata.sorted_tables:
        if table.name not in left_out and (key := found.get((schema, table.name))) is not None:
            there, wanted = key["constrained_columns"], [column.name for column in table.primary_key.columns]
            if there != wanted:
                yield f"primary key of {table.name} is ({', '.join(there)}) and should be ({', '.join(wanted)})"


def missing_extras(connection: Connection, schema: str | None) -> Iterator[str]:
    """PostgreSQL's trigger and replica identity, which Alembic does not compare either."""
    if connection.dialect.name != "postgresql":
        return
    place = f'"{schema}".' if schema else ""
    values = {
        "spans": f"{place}mastra_ai_spans",
        "snapshots": f"{place}mastra_workflow_snapshot",
    }
    stamped, identified = connection.execute(text(_POSTGRESQL_EXTRAS), values).one()
    if not stamped:
        yield "trigger mastra_ai_spans_timestamps of mastra_ai_spans is missing"
    if not identified:
        key = physical_name("mastra_workflow_snapshot_workflow_name_run_id_key", "lower", schema)
        yield f"replica identity of mastra_workflow_snapshot should be {key}"
