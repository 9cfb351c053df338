"""Alembic's and the drivers' errors in a migration as ours, the original attached."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError, OperationalError

from .. import libsql_errors
from ..errors import LockTimeout, MastraError, MigrationFailed, QueryFailed, Unavailable
from ..hrana.errors import Error as HranaError
from ..urls import shown


@contextmanager
def translating(database: str) -> Iterator[None]:
    """Raise our errors instead of theirs.

    Args:
        database: the URL; neither a password in it is shown, nor the URL of a LibSQL server.
    """
    try:
        yield
    except DBAPIError as error:
        raise _translated(error, shown(database)) from error
    except HranaError as error:
        raise _of_server(error, shown(database)) from error
    except CommandError as error:
        raise MigrationFailed(f"{shown(database)} was not migrated: {error}") from error


def _translated(error: DBAPIError, database: str) -> MastraError:
    if isinstance(error.orig, HranaError):
        return _of_server(error.orig, database)
    sqlstate: str | None = getattr(error.orig, "sqlstate", None)
    sqlite_code: str = getattr(error.orig, "sqlite_errorname", None) or ""
    if sqlstate == "55P03" or sqlite_code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LockTimeout(f"somebody else migrates {database}, or holds a lock there, for longer than lock_timeout")
    # psycopg has no code for a server that does not answer.
    unreachable = isinstance(error, OperationalError) and not sqlstate and not sqlite_code
    if unreachable or sqlite_code == "SQLITE_CANTOPEN" or error.connection_invalidated:
        return Unavailable(f"{database} can not be reached: {_first_line(error)}")
    return MigrationFailed(f"the migration of {database} failed and was undone: {_first_line(error)}")


def _of_server(error: HranaError, database: str) -> MastraError:
    translated = libsql_errors.translated(error, database)
    if isinstance(translated, LockTimeout):
        return LockTimeout(f"somebody else migrates {database}, or writes there, for longer than lock_timeout")
    if translated is None or isinstance(translated, QueryFailed):
        return MigrationFailed(f"the migration of {database} failed and was undone: {error}")
    return translated


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).partition("\n")[0]  # those behind it may quote what is stored
