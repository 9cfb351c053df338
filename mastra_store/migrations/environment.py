"""What ``alembic/env.py`` does: the same online and offline, from the command line and from Python."""

import os
from contextlib import nullcontext
from typing import Any

from alembic import context
from alembic.migration import MigrationContext
from sqlalchemy import DDL, Connection, MetaData, Table, event, inspect

from ..errors import InvalidArgument, MastraError, SchemaBehind
from ..models import load_all
from ..revisions import VERSION_TABLE
from ..schema import create_schema, spelled
from ..schema_names import normalised_schema
from .comparison import options, version_table
from .engines import connected, dialect_of
from .keeping import Keeping
from .locking import LOCK_TIMEOUT, STATEMENT_TIMEOUT, lock_statements, migrating
from .translation import translating

CHANGING = ("upgrade", "downgrade", "stamp", "adopt")
"""The commands that write. All others leave the database as it is. ``adopt`` upgrades what is there already."""


def run() -> None:
    """Run the Alembic command that is going on.

    Python calls say what they want in ``config.attributes``; the command line says it in ``-x name=value``: ``url``,
    ``schema``, ``lock_timeout`` and ``statement_timeout``, the latter two in seconds.
    """
    attributes = context.config.attributes
    if "command" in attributes:
        _run(attributes)
        return
    try:
        attributes.update(_asked_for())
        _run(attributes)
    except MastraError as error:
        if context.config.cmd_opts is None:
            raise
        # One line, on stderr: Alembic would write it to stdout, where a script may be on its way to a file.
        raise SystemExit(f"FAILED: {error.message}") from error


def current_revision(connection: Connection, schema: str | None) -> str | None:
    """The revision in the version table."""
    return MigrationContext.configure(connection, opts=version_table(schema)).get_current_revision()


def execute(connection: Connection, statement: str) -> None:
    """Run a statement that is no template: its percent signs, as those of a schema's name, are its own."""
    connection.execute(_ddl(statement))


def _ddl(statement: str) -> DDL:
    return DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]


def _asked_for() -> dict[str, Any]:
    given = context.get_x_argument(as_dictionary=True)
    command: Any = getattr(context.config.cmd_opts, "cmd", None)
    url = given.get("url") or os.environ.get("DATABASE_URL") or context.config.get_main_option("sqlalchemy.url")
    if not url:
        raise InvalidArgument("DATABASE_URL", "is not set; set it, or pass -x url=postgresql://... to alembic")
    return {
        "command": command[0].__name__ if command else None,
        "url": url,
        "dialect": dialect_of(url),
        "schema": normalised_schema(given.get("schema")),
        "lock_timeout": _seconds(given, "lock_timeout", LOCK_TIMEOUT),
        "statement_timeout": _seconds(given, "statement_timeout", STATEMENT_TIMEOUT),
    }


def _seconds(given: dict[str, str], name: str, default: float) -> float:
    try:
        return float(given.get(name, default))
    except ValueError as error:
        raise InvalidArgument(name, f"must be a number of seconds, not {given[name]!r}") from error


def _run(attributes: dict[str, Any]) -> None:
    if context.is_offline_mode():
        _write_script(attributes)
    elif "connection" in attributes:
        _migrate(attributes["connection"], attributes)
    else:
        with translating(attributes["url"]), connected(attributes["url"]) as connection:
            _migrate(connection, attributes)


def _write_script(attributes: dict[str, Any]) -> None:
    """The migration as one transaction."""
    dialect, schema = attributes["dialect"], attributes["schema"]
    context.configure(
        dialect_name=dialect,
        dialect_opts={"paramstyle": "named"},  # others would double the % in a schema's name
        literal_binds=True,
        transactional_ddl=True,  # on SQLite too
        **version_table(schema),
    )
    with context.begin_transaction():
        write = context.get_context().impl.static_output
        if dialect == "postgresql":
            for statement in lock_statements(schema, attributes["lock_timeout"], attributes["statement_timeout"]):
                write(f"{statement};")
        if schema is not None:
            write(f"{create_schema(schema)};")
        _run_migrations(attributes)
        if attributes["command"] == "downgrade" and context.get_revision_argument() is None:
            _drop_version_table(schema)


def _migrate(connection: Connection, attributes: dict[str, Any]) -> None:
    command, schema = attributes["command"], attributes["schema"]
    limits = attributes["lock_timeout"], attributes["statement_timeout"]
    changing = command in CHANGING
    with migrating(connection, schema, *limits) if changing else nullcontext():
        if schema is not None and command in ("upgrade", "stamp"):
            execute(connection, create_schema(schema))
        if command == "upgrade":
            _refuse_foreign(connection, schema)
        # Only what compares needs the models.
        settings = version_table(schema) if changing else options(connection, schema)
        context.configure(connection=connection, dont_mutate=not changing, transactional_ddl=True, **settings)
        event.listen(connection, "before_cursor_execute", _spell, retval=True)
        try:
            _run_migrations(attributes)
        finally:
            event.remove(connection, "before_cursor_execute", _spell)
        if command == "downgrade" and not context.get_context().get_current_heads():
            _drop_version_table(schema)


def _run_migrations(attributes: dict[str, Any]) -> None:
    """Run the revisions; with ``there`` keep what it knows to be there, and mend it first and last."""
    if (there := attributes.get("there")) is None:
        context.run_migrations()
        return
    impl, mending = context.get_context().impl, attributes["mending"]
    Keeping(impl, there)
    for statement in mending.before:
        impl.execute(_ddl(statement))
    context.run_migrations()
    for statement in mending.after:
        impl.execute(_ddl(statement))


def _refuse_foreign(connection: Connection, schema: str | None) -> None:
    """Refuse to make tables beside those that somebody else made.

    Raises:
        SchemaBehind: there are Mastra tables, but no revision.
    """
    found = set(inspect(connection).get_table_names(schema=schema))
    if found & load_all().metadata.tables.keys() and current_revision(connection, schema) is None:
        raise SchemaBehind(
            "the database has Mastra tables that mastra_store did not make, so nothing was changed; a storage uses "
            "them as they are, and mastra_store.migrations.adopt() puts them under version control (stamp() does so "
            "without looking at them)"
        )


def _drop_version_table(schema: str | None) -> None:
    """Leave nothing behind at the base. Alembic itself would keep the table, empty."""
    context.get_context().impl.drop_table(Table(VERSION_TABLE, MetaData(), schema=schema))


def _spell(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
    return spelled(statement), parameters
