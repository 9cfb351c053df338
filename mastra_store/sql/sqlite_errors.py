"""sqlite3's errors as ours, by error name. The one place that knows them."""

import sqlite3

from ..errors import AlreadyExists, LockTimeout, MastraError, QueryFailed, Unavailable

_UNAVAILABLE = {
    "SQLITE_CANTOPEN": "can not be opened: does its directory exist, and may it be written?",
    "SQLITE_NOTADB": "is no SQLite database",
    "SQLITE_CORRUPT": "is damaged",
    "SQLITE_FULL": "can not grow: the disk is full",
    "SQLITE_IOERR": "can not be read or written",
    "SQLITE_PERM": "may not be accessed",
    "SQLITE_PROTOCOL": "is locked by too many processes at once",
}


def translated(error: BaseException, shown: str) -> MastraError | None:
    """Our error for one of sqlite3's; ``None`` for anything else."""
    if not isinstance(error, sqlite3.Error):
        return None
    name = getattr(error, "sqlite_errorname", None) or type(error).__name__
    if name in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"):
        return AlreadyExists("row", constraint=name)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LockTimeout(f"{shown} was locked by another writer for too long; raise busy_timeout", code=name)
    if name.startswith("SQLITE_READONLY"):
        return QueryFailed(f"{shown} is read-only here", code=name)
    for prefix, reason in _UNAVAILABLE.items():
        if name.startswith(prefix):
            return Unavailable(f"{shown} {reason}", code=name)
    return QueryFailed(f"{shown} refused the statement ({name})", code=name)
