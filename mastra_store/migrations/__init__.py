"""Migrations from Python, with or without a checkout: what ``alembic`` does on the command line.

::

    from mastra_store import migrations

    migrations.upgrade("postgresql://user:password@host/database", schema="mastra")

Every function takes a URL, or an SQLAlchemy ``Connection``, whose transaction it then uses: the caller commits. With a
connection from asynchronous code (``await connection.run_sync(migrations.upgrade)``) hold ``process_lock()`` around it,
since Alembic can do one thing at a time in a process.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from alembic import command

from ..errors import InvalidArgument, LockTimeout, MastraError, SchemaBehind, masked
from ..revisions import HEAD, REVISIONS
from ..schema import export_statements, physical_metadata
from ..schema_names import normalised_schema
from .engines import connected
from .environment import LOCK_TIMEOUT, STATEMENT_TIMEOUT, current_revision, options
from .locking import lock_database, process_lock, process_lock_held

__all__ = [
    "HEAD",
    "REVISIONS",
    "MigrationFailed",
    "adopt",
    "check",
    "current",
    "downgrade",
    "process_lock",
    "render_sql",
    "stamp",
    "upgrade",
]

Target = str | Connection


class MigrationFailed(MastraError):
    """A migration could not be run; all of it was undone. The database's error is the cause."""

    category = "SYSTEM"
    status = "MIGRATION_FAILED"


def upgrade(
    target: Target,
    *,
    schema: str | None = None,
    revision: str = "head",
    lock_timeout: float = LOCK_TIMEOUT,
    statement_timeout: float = STATEMENT_TIMEOUT,
) -> None:
    """Bring the tables to a revision, in one transaction. Does nothing if they are there.

    Args:
        schema: a PostgreSQL schema, made if it is missing.
        lock_timeout: seconds to wait for another migrator, and for each lock that a migration takes.
        statement_timeout: seconds that one statement of a migration may take (PostgreSQL).

    Raises:
        LockTimeout: somebody else migrated, or held a lock, for too long.
        SchemaBehind: the tables are Mastra's own, without our version table: ``adopt`` is for those.
        MigrationFailed: the database refused a statement. Nothing of the migration remains.
    """
    settings = {"lock_timeout": lock_timeout, "statement_timeout": statement_timeout, "upgrading": True}
    _run(target, schema, lambda config: command.upgrade(config, revision), **settings)


def downgrade(
    target: Target,
    revision: str,
    *,
    schema: str | None = None,
    lock_timeout: float = LOCK_TIMEOUT,
    statement_timeout: float = STATEMENT_TIMEOUT,
) -> None:
    """Take the tables back to a revision, ``base`` for none at all. What the dropped tables held is lost."""
    settings = {"lock_timeout": lock_timeout, "statement_timeout": statement_timeout}
    _run(target, schema, lambda config: command.downgrade(config, revision), **settings)


def stamp(target: Target, revision: str = "head", *, schema: str | None = None) -> None:
    """Record a revision without running anything, for tables that were made by other means."""
    _run(target, schema, lambda config: command.stamp(config, revision))


def adopt(target: Target, *, schema: str | None = None, lock_timeout: float = LOCK_TIMEOUT) -> None:
    """Put tables that a TypeScript Mastra app made under version control: rows and columns stay as they are.

    Missing tables and indexes are made, and the version table with this version's revision. Building the indexes
    locks their tables against writing.

    Raises:
        SchemaBehind: a table lacks a column. Nothing was changed.
    """
    name = normalised_schema(schema)
    with _connection(target) as connection:
        lock_database(connection, name, lock_timeout, STATEMENT_TIMEOUT)
        dialect = connection.dialect.name
        if missing := _missing_columns(connection, name):
            raise SchemaBehind(f"columns are missing: {', '.join(missing)}; let the newest @mastra package add them")
        for statement in export_statements(dialect, name):
            connection.exec_driver_sql(statement.replace("%", "%%") if dialect == "postgresql" else statement)


def current(target: Target, *, schema: str | None = None) -> str | None:
    """The revision that the tables are at; ``None`` where there is no version table."""
    with _connection(target) as connection:
        return current_revision(connection, normalised_schema(schema))


def check(target: Target, *, schema: str | None = None) -> list[str]:
    """How the database differs from the models, a line each; empty if it does not. Others' tables are ignored."""
    name = normalised_schema(schema)
    with _connection(target) as connection:
        settings = options(connection.dialect.name, name)
        migration = MigrationContext.configure(connection, opts=settings)
        return [str(difference) for difference in compare_metadata(migration, settings["target_metadata"])]


def render_sql(dialect: str, *, schema: str | None = None, start: str = "base", end: str = "head") -> str:
    """The SQL of an upgrade (or downgrade, where ``end`` lies before ``start``) as text, without a database."""
    output = StringIO()
    config = _config(schema, dialect=dialect)
    config.output_buffer = output
    places = {"base": 0, "head": len(REVISIONS), **{name: index + 1 for index, name in enumerate(REVISIONS)}}
    for revision in (start, end):
        if revision not in places:
            raise InvalidArgument("revision", f"{revision!r} is unknown; known are {', '.join(places)}")
    move = command.upgrade if places[start] <= places[end] else command.downgrade
    with process_lock_held():
        move(config, f"{start}:{end}" if start != "base" else end, sql=True)
    return output.getvalue()


def _run(target: Target, schema: str | None, run: Callable[[Config], None], **attributes: Any) -> None:
    with _connection(target, busy_timeout=attributes.get("lock_timeout", LOCK_TIMEOUT)) as connection:
        run(_config(schema, connection=connection, **attributes))


@contextmanager
def _connection(target: Target, busy_timeout: float = LOCK_TIMEOUT) -> Iterator[Connection]:
    """A connection to ``target``; one that we opened is committed at the end."""
    try:
        if isinstance(target, Connection):
            yield target
            return
        with process_lock_held(), connected(target, busy_timeout=busy_timeout) as connection:
            yield connection
            connection.commit()
    except DBAPIError as error:
        raise _translated(error, target) from error


def _config(schema: str | None, **attributes: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    config.attributes.update(attributes, schema=normalised_schema(schema))
    return config


def _scripts() -> Path:
    """The revisions: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "_alembic"
    return installed if installed.is_dir() else package.parent / "alembic"


def _missing_columns(connection: Connection, schema: str | None) -> list[str]:
    inspector = inspect(connection)
    found = {
        table: {each["name"] for each in columns}
        for (_, table), columns in inspector.get_multi_columns(schema=schema).items()
    }
    return [
        f"{table.name}.{column.name}"
        for table in physical_metadata(connection.dialect.name, schema).sorted_tables
        if table.name in found
        for column in table.columns
        if column.name not in found[table.name]
    ]


def _translated(error: DBAPIError, target: Target) -> MastraError:
    where = masked(target) if isinstance(target, str) else masked(str(target.engine.url))
    locked = getattr(error.orig, "sqlstate", None) == "55P03" or str(
        getattr(error.orig, "sqlite_errorname", "")
    ).startswith("SQLITE_BUSY")
    if locked:
        return LockTimeout(f"somebody else migrates {where}, or holds a lock there, for longer than lock_timeout")
    return MigrationFailed(f"the migration of {where} failed and was undone: {error.orig}")
