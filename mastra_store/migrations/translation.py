"""Alembic's and the drivers' errors in a migration as ours, the original attached."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from ..errors import LockTimeout, MastraError, MigrationFailed, Unavailable, masked


@contextmanager
def translating(database: str) -> Iterator[None]:
    """Raise our errors instead of theirs.

    Args:
        database: the URL; a password in it is not shown.
    """
    try:
        yield
    except DBAPIError as error:
        raise _translated(error, masked(database)) from error
    except CommandError as error:
        raise MigrationFailed(f"{masked(database)} was not migrated: {error}") from error


def _translated(error: DBAPIError, database: str) -> MastraError:
    sqlstate: str | None = getattr(error.orig, "sqlstate", None)
    sqlite_code: str = getattr(error.orig, "sqlite_errorname", None) or ""
    if sqlstate == "55P03" or sqlite_code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LockTimeout(f"somebody else migrates {database}, or holds a lock there, for longer than lock_timeout")
    if sqlite_code == "SQLITE_CANTOPEN" or (sqlstate or "").startswith("08") or error.connection_invalidated:
        return Unavailable(f"{database} can not be reached: {error.orig}")
    return MigrationFailed(f"the migration of {database} failed and was undone: {error.orig}")
