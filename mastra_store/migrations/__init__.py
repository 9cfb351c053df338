"""Migrations from Python, with or without a checkout: what ``alembic`` does on the command line.

::

    from mastra_store import migrations

    migrations.upgrade("postgresql://user:password@host/database", schema="mastra")

Every function takes a URL or an SQLAlchemy ``Connection``. What changes the database does so in one transaction: in the
one that a connection is in, which its owner then commits, else in one of its own. With a connection from asynchronous
code hold ``process_lock()`` meanwhile, since Alembic can do one thing at a time in a process::

    async with migrations.process_lock(), engine.connect() as connection:
        await connection.run_sync(migrations.upgrade, schema="mastra")
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from ..errors import AdoptionRefused, InvalidArgument, MigrationFailed
from ..records.adoption import Adoption
from ..records.diagnosis import Diagnosis
from ..revisions import HEAD, REVISIONS
from ..schema_names import normalised_schema
from .adoption import Comparison, compared
from .comparison import differences, not_ours
from .engines import connected, dialect_of
from .environment import current_revision
from .examination import examined
from .locking import LOCK_TIMEOUT, STATEMENT_TIMEOUT, migrating, process_lock, process_lock_held
from .translation import translating

__all__ = [
    "HEAD",
    "LOCK_TIMEOUT",
    "REVISIONS",
    "STATEMENT_TIMEOUT",
    "Adoption",
    "AdoptionRefused",
    "Diagnosis",
    "MigrationFailed",
    "adopt",
    "check",
    "current",
    "dialect_of",
    "doctor",
    "downgrade",
    "history",
    "not_ours",
    "process_lock",
    "render_sql",
    "stamp",
    "upgrade",
]

Target = str | Connection


def upgrade(
    target: Target,
    *,
    schema: str | None = None,
    revision: str = "head",
    lock_timeout: float = LOCK_TIMEOUT,
    statement_timeout: float | None = STATEMENT_TIMEOUT,
) -> None:
    """Bring the tables to a revision, in one transaction. Does nothing if they are there.

    Args:
        schema: a PostgreSQL schema, made if it is missing.
        lock_timeout: seconds to wait for another migrator, and for each lock that a migration takes.
        statement_timeout: seconds that one statement of a migration may take (PostgreSQL); ``None`` for any time.

    Raises:
        LockTimeout: somebody else migrated, or held a lock, for too long.
        SchemaBehind: the tables are Mastra's own, without our version table: ``adopt`` is for those.
        MigrationFailed: the database refused a statement. Nothing of the migration remains.
    """
    with _connection(target, lock_timeout) as connection:
        config = _config(schema, "upgrade", lock_timeout, statement_timeout, connection=connection)
        command.upgrade(config, revision)


def downgrade(
    target: Target,
    revision: str,
    *,
    schema: str | None = None,
    lock_timeout: float = LOCK_TIMEOUT,
    statement_timeout: float | None = STATEMENT_TIMEOUT,
) -> None:
    """Take the tables back to a revision, ``base`` for none at all. What the dropped tables held is lost.

    Raises:
        LockTimeout: somebody else migrated, or held a lock, for too long.
        MigrationFailed: the database refused a statement. Nothing of the migration remains.
    """
    with _connection(target, lock_timeout) as connection:
        config = _config(schema, "downgrade", lock_timeout, statement_timeout, connection=connection)
        command.downgrade(config, revision)


def stamp(
    target: Target, revision: str = "head", *, schema: str | None = None, lock_timeout: float = LOCK_TIMEOUT
) -> None:
    """Record a revision without running anything, for tables that were made by other means."""
    with _connection(target, lock_timeout) as connection:
        command.stamp(_config(schema, "stamp", lock_timeout, connection=connection), revision)


def adopt(
    target: Target,
    *,
    schema: str | None = None,
    apply: bool = False,
    lock_timeout: float = LOCK_TIMEOUT,
    statement_timeout: float | None = STATEMENT_TIMEOUT,
) -> Adoption:
    """Put tables that a TypeScript Mastra app made under version control: any that ``@mastra/pg`` or ``@mastra/libsql``
    has made since 1.0. Without ``apply`` it only looks, and says what it would do.

    The migrations are run over what is there: they make the tables, columns and indexes that are missing, and the
    version table. Rows stay as they are, but for those of agents of 1.0, which become versions. All of it is one
    transaction. Building the indexes locks their tables against writing. Does nothing where there is a revision
    already: ``upgrade`` is for those.

    Raises:
        AdoptionRefused: with ``apply``, there is something that is not understood: ``report.refused``.
        LockTimeout: somebody else migrated, or held a lock, for too long.
        MigrationFailed: the database refused a statement. Nothing was changed.
    """
    name = normalised_schema(schema)
    with _connection(target, lock_timeout) as connection:
        if not apply:
            return _comparison(connection, name)[1]
        with migrating(connection, name, lock_timeout, statement_timeout):
            found, report = _comparison(connection, name)
            if report.refused:
                problem = f"nothing was changed, since this is not understood: {'; '.join(report.refused)}"
                raise AdoptionRefused(problem, differences=report.refused)
            if found is None:
                return report
            limits = lock_timeout, statement_timeout
            command.upgrade(_config(schema, "adopt", *limits, connection=connection, **_adopting(found)), "head")
            if left := [line for line in differences(connection, name) if line not in report.kept]:
                raise MigrationFailed(f"the tables still differ, so all was undone: {'; '.join(left)}")
            return report.evolve(revision=HEAD, applied=True)


def _comparison(connection: Connection, schema: str | None) -> tuple[Comparison | None, Adoption]:
    """What is there; ``None`` where that is under version control already."""
    if (revision := current_revision(connection, schema)) is not None:
        return None, Adoption(revision, False, [], [], [], [], "")
    found = compared(connection, schema)
    sql = "" if found.refused else _rendered(connection.dialect.name, schema, **_adopting(found))
    return found, Adoption(None, False, found.refused, found.to_make, found.accepted, found.kept, sql)


def _adopting(found: Comparison) -> dict[str, Any]:
    return {"there": found.there, "mending": found.mending}


def current(target: Target, *, schema: str | None = None) -> str | None:
    """The revision that the tables are at; ``None`` where there is no version table."""
    with _connection(target) as connection:
        return current_revision(connection, normalised_schema(schema))


def history() -> list[dict[str, str]]:
    """The revisions, oldest first: ``revision`` and ``title`` of each."""
    chain = reversed(list(ScriptDirectory(str(script_location())).walk_revisions()))
    return [{"revision": each.revision, "title": each.doc} for each in chain]


def check(target: Target, *, schema: str | None = None) -> list[str]:
    """How the database differs from this version's models, a line each; empty if it does not.

    Tables that are not ours, and indexes that others added to ours, are ignored.
    """
    name = normalised_schema(schema)
    with _connection(target) as connection:
        found = current_revision(connection, name)
        revision = [] if found == HEAD else [f"revision is {found} and should be {HEAD}"]
        return revision + differences(connection, name)


def doctor(
    target: Target, *, schema: str | None = None, statement_timeout: float | None = STATEMENT_TIMEOUT
) -> Diagnosis:
    """Examine what is stored, and change nothing: times whose twins disagree (PostgreSQL), JSON that was encoded twice,
    messages without a thread, indexes that PostgreSQL does not use, and those that a large table lacks.

    Each table is read once, as a whole; on PostgreSQL in one transaction that only reads.

    Args:
        statement_timeout: seconds that one statement may take; ``None`` for any time. A table for which that is not
            enough is named in ``unfinished``. A LibSQL server has limits of its own; beyond them it is ``Unavailable``.
    """
    name = normalised_schema(schema)
    with _connection(target) as connection:
        return examined(connection, name, statement_timeout)


def render_sql(
    dialect: str,
    *,
    schema: str | None = None,
    start: str = "base",
    end: str = "head",
    lock_timeout: float = LOCK_TIMEOUT,
    statement_timeout: float | None = STATEMENT_TIMEOUT,
) -> str:
    """The SQL of an upgrade (or downgrade, where ``end`` lies before ``start``) as text, without a database.

    It is one transaction. What runs it has to stop at the first error: ``sqlite3`` does with ``-bail``.

    Raises:
        InvalidArgument: an unknown dialect or revision, or a schema on SQLite.
    """
    places = {"base": 0, "head": len(REVISIONS), **{name: index + 1 for index, name in enumerate(REVISIONS)}}
    for revision in (start, end):
        if revision not in places:
            raise InvalidArgument("revision", f"{revision!r} is unknown; known are {', '.join(places)}")
    direction = "upgrade" if places[start] <= places[end] else "downgrade"
    output = StringIO()
    config = _config(schema, direction, lock_timeout, statement_timeout, dialect=dialect)
    config.output_buffer = output
    with process_lock_held(lock_timeout):
        getattr(command, direction)(config, f"{start}:{end}" if start != "base" else end, sql=True)
    return output.getvalue()


def _rendered(dialect: str, schema: str | None, **attributes: Any) -> str:
    """The SQL of an adoption."""
    output = StringIO()
    config = _config(schema, "adopt", LOCK_TIMEOUT, dialect=dialect, **attributes)
    config.output_buffer = output
    command.upgrade(config, "head", sql=True)
    return output.getvalue()


@contextmanager
def _connection(target: Target, lock_timeout: float = LOCK_TIMEOUT) -> Iterator[Connection]:
    if isinstance(target, Connection):
        with translating(str(target.engine.url)):
            yield target
    else:
        with translating(target), process_lock_held(lock_timeout), connected(target) as connection:
            yield connection


def _config(
    schema: str | None,
    command_name: str,
    lock_timeout: float,
    statement_timeout: float | None = STATEMENT_TIMEOUT,
    **attributes: Any,
) -> Config:
    config = Config()
    config.set_main_option("script_location", str(script_location()).replace("%", "%%"))
    config.attributes.update(
        attributes,
        command=command_name,
        schema=normalised_schema(schema),
        lock_timeout=lock_timeout,
        statement_timeout=statement_timeout,
    )
    return config


def script_location() -> Path:
    """The directory of the revisions: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "_alembic"
    return installed if installed.is_dir() else package.parent / "alembic"
