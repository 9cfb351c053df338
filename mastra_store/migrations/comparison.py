"""What Alembic compares, and how a difference reads: our tables, whatever else is in the database."""

from collections.abc import Iterator
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, text

from ..revisions import VERSION_TABLE
from ..schema import OWN_INDEXES, physical_metadata, physical_name

_POSTGRESQL_EXTRAS = """
SELECT
    EXISTS (
        SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgrelid = to_regclass(:spans) AND t.tgname = 'mastra_ai_spans_timestamps' AND t.tgenabled <> 'D'
        AND p.proname = 'trigger_set_timestamps'
    ),
    EXISTS (
        SELECT FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
        WHERE x.indrelid = to_regclass(:snapshots) AND x.indisreplident AND i.relname = :identity
    )
"""


def options(dialect: str, schema: str | None) -> dict[str, Any]:
    """What Alembic has to know to compare and to migrate: our tables, and to leave all others alone."""
    metadata = physical_metadata(dialect, schema)
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
        "target_metadata": metadata,
        "version_table": VERSION_TABLE,
        "version_table_schema": schema,
        "include_schemas": schema is not None,
        "include_name": include_name,
        "include_object": include_object,
        "compare_server_default": True,
    }


def differences(connection: Connection, schema: str | None) -> Iterator[str]:
    """How the database differs from the models, a line each."""
    settings = options(connection.dialect.name, schema)
    metadata: MetaData = settings["target_metadata"]
    for found in compare_metadata(MigrationContext.configure(connection, opts=settings), metadata):
        # Changes of one column come together in a list.
        yield from map(_described, found if isinstance(found, list) else [found])
    if connection.dialect.name == "postgresql":
        yield from _missing_extras(connection, schema)


def _described(difference: tuple[Any, ...]) -> str:
    kind, *parts = difference
    verb, _, noun = kind.partition("_")
    if verb == "modify":
        _, table, column, _, found, wanted = parts
        return f"column {table}.{column}: {noun.replace('_', ' ')} is {found!r} and should be {wanted!r}"
    state = "is missing" if verb == "add" else "should not be there"
    if noun == "column":
        return f"column {parts[1]}.{parts[2].name} {state}"
    item = parts[0]
    place = "" if isinstance(item, Table) else f" of {item.table.name}"
    return f"{noun} {item.name}{place} {state}"


def _missing_extras(connection: Connection, schema: str | None) -> Iterator[str]:
    """What Alembic does not compare."""
    place = f'"{schema}".' if schema else ""
    values = {
        "spans": f"{place}mastra_ai_spans",
        "snapshots": f"{place}mastra_workflow_snapshot",
        "identity": physical_name("mastra_workflow_snapshot_workflow_name_run_id_key", "lower", schema),
    }
    stamped, identified = connection.execute(text(_POSTGRESQL_EXTRAS), values).one()
    if not stamped:
        yield "trigger mastra_ai_spans_timestamps of mastra_ai_spans is missing"
    if not identified:
        yield f"replica identity of mastra_workflow_snapshot should be {values['identity']}"
