"""What ``alembic/env.py`` does: the same online and offline, from the command line and from Python."""

import os
from typing import Any

from alembic.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, event, inspect
from sqlalchemy.schema import CreateSchema

from alembic import context

from ..errors import InvalidArgument, MastraError, SchemaBehind
from ..revisions import VERSION_TABLE
from ..schema import physical_metadata, spelled
from ..schema_names import normalised_schema
from ..urls import POSTGRESQL_SCHEMES, scheme_of
from .engines import connected
from .locking import lock_database

LOCK_TIMEOUT = 60.0
STATEMENT_TIMEOUT = 600.0


def run() -> None:
    """Run the Alembic command that is going on."""
    config = context.config
    given = context.get_x_argument(as_dictionary=True)
    attributes = config.attributes
    schema = normalised_schema(attributes.get("schema") or given.get("schema"))
    attributes["schema"] = schema  # where revisions find it
    if context.is_offline_mode():
        _offline(attributes.get("dialect") or _dialect(_url(given)), schema)
    elif (connection := attributes.get("connection")) is not None:
        _online(connection, schema, attributes)
    else:
        _from_command_line(given, schema, attributes)


def _from_command_line(given: dict[str, str], schema: str | None, attributes: dict[str, Any]) -> None:
    try:
        with connected(_url(given)) as connection:
            _online(connection, schema, {**attributes, "upgrading": _is_upgrade()})
            connection.commit()
    except MastraError as error:
        raise CommandError(error.message) from error  # which Alembic shows as one line


def _is_upgrade() -> bool:
    command: Any = getattr(context.config.cmd_opts, "cmd", None)
    return command is not None and command[0].__name__ == "upgrade"


def options(dialect: str, schema: str | None) -> dict[str, Any]:
    """What Alembic has to know to compare and to migrate: our tables, and to leave all others alone."""
    metadata = physical_metadata(dialect, schema)
    ours = {table.name for table in metadata.tables.values()}

    def include_name(name: str | None, kind: str, parents: Any) -> bool:
        if kind == "schema":
            return name == schema
        return kind != "table" or name in ours

    return {
        "target_metadata": metadata,
        "version_table": VERSION_TABLE,
        "version_table_schema": schema,
        "include_schemas": schema is not None,
        "include_name": include_name,
        "compare_server_default": False,  # the twins' now() is spelled differently by every version of PostgreSQL
    }


def _offline(dialect: str, schema: str | None) -> None:
    # Other parameter styles would double the % in a schema's name.
    spelled = {"paramstyle": "named"}
    context.configure(dialect_name=dialect, dialect_opts=spelled, literal_binds=True, **options(dialect, schema))
    if schema is not None:
        migration = context.get_context()
        migration.impl.static_output(f"{CreateSchema(schema, if_not_exists=True).compile(dialect=migration.dialect)};")
    with context.begin_transaction():
        context.run_migrations()


def _online(connection: Connection, schema: str | None, attributes: dict[str, Any]) -> None:
    lock_database(
        connection,
        schema,
        attributes.get("lock_timeout", LOCK_TIMEOUT),
        attributes.get("statement_timeout", STATEMENT_TIMEOUT),
    )
    dialect = connection.dialect.name
    if schema is not None and not inspect(connection).has_schema(schema):
        connection.execute(CreateSchema(schema))
    if attributes.get("upgrading"):
        refuse_foreign(connection, schema)
    context.configure(connection=connection, **options(dialect, schema))
    event.listen(connection, "before_cursor_execute", _spell, retval=True)
    try:
        with context.begin_transaction():
            context.run_migrations()
    finally:
        event.remove(connection, "before_cursor_execute", _spell)


def _spell(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
    return spelled(statement), parameters


def refuse_foreign(connection: Connection, schema: str | None) -> None:
    """Refuse to make tables beside those that somebody else made.

    Raises:
        SchemaBehind: there are Mastra tables, but no version table.
    """
    inspector = inspect(connection)
    found = set(inspector.get_table_names(schema=schema))
    ours = {table.name for table in physical_metadata(connection.dialect.name, schema).tables.values()}
    if VERSION_TABLE not in found and found & ours:
        raise SchemaBehind(
            "the database has Mastra tables that mastra_store did not make, so nothing was changed; a storage uses "
            "them as they are, and mastra_store.migrations.adopt() puts them under version control"
        )


def current_revision(connection: Connection, schema: str | None) -> str | None:
    """The revision in the version table."""
    settings = {"version_table": VERSION_TABLE, "version_table_schema": schema}
    return MigrationContext.configure(connection, opts=settings).get_current_revision()


def _url(given: dict[str, str]) -> str:
    url = given.get("url") or os.environ.get("DATABASE_URL") or context.config.get_main_option("sqlalchemy.url")
    if not url:
        raise InvalidArgument("DATABASE_URL", "is not set; set it, or pass -x url=postgresql://... to alembic")
    return url


def _dialect(url: str) -> str:
    return "postgresql" if scheme_of(url) in POSTGRESQL_SCHEMES else "sqlite"
