"""Who may migrate a LibSQL server: whoever has its lease.

The write lock alone does not do. A server gives the lock of a transaction that is older than 5 s to whoever asks for
it, so a migrator who waited there would undo the work of another. Those who wait here only read.

The lease is a row of a table that is there while somebody migrates. It ends with the migration, in the same
transaction, or after ``LENGTH`` seconds if its holder died.
"""

import random
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection

from ..errors import LockTimeout
from ..hrana.errors import Error

LENGTH = 300
"""Seconds."""

END = "DROP TABLE mastra_store_migrator"
"""Ends the lease, at the end of the migration's own transaction."""

_NOW = "unixepoch('now', 'subsec')"
_TABLE = (
    "CREATE TABLE IF NOT EXISTS mastra_store_migrator "
    "(id INTEGER PRIMARY KEY CHECK (id = 1), holder TEXT NOT NULL, until REAL NOT NULL)"
)
_IS_THERE = "SELECT 1 FROM sqlite_master WHERE name = 'mastra_store_migrator'"
_LEFT = f"SELECT until - {_NOW} FROM mastra_store_migrator WHERE until > {_NOW}"  # noqa: S608
_TAKE = (
    f"INSERT INTO mastra_store_migrator VALUES (1, ?, {_NOW} + {LENGTH}) "  # noqa: S608
    f"ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE until <= {_NOW} "
    "RETURNING id"
)
_GIVE_BACK = "DELETE FROM mastra_store_migrator WHERE holder = ? RETURNING id"


@contextmanager
def leased(connection: Connection, seconds: float) -> Iterator[None]:
    """A block in which nobody else migrates. Where it succeeds, it must have run ``END``.

    Args:
        connection: one to a LibSQL server, in no transaction.
        seconds: how long to wait for another migrator.

    Raises:
        LockTimeout: another one migrates for longer, or died while it did.
    """
    driver: Any = connection.connection.dbapi_connection
    holder, until = uuid.uuid4().hex, time.monotonic() + seconds
    while (left := _seconds_left(driver)) or not _taken(driver, holder, until - time.monotonic()):
        if time.monotonic() >= until:
            raise LockTimeout(
                f"somebody else migrates the database for longer than lock_timeout; if that migrator died, its lease "
                f"ends in {left:.0f} s, or at once with {END}"
            )
        driver.pause(random.uniform(0.1, 0.4))  # noqa: S311
    try:
        yield
    except BaseException:
        with suppress(Error):  # then it ends by itself, and what went wrong is more important
            _give_back(driver, holder)
        raise


def _seconds_left(driver: Any) -> float:
    """How long somebody's lease has still to go; 0 where nobody has it. Takes no lock."""
    there, left = driver.run(driver.stream.ask_alone(_IS_THERE, _LEFT))
    if isinstance(there, Error):
        raise there
    if not there.rows:
        return 0.0  # and the second question was refused
    if isinstance(left, Error):
        raise left
    return float(left.rows[0][0]) if left.rows else 0.0


def _taken(driver: Any, holder: str, seconds: float) -> bool:
    """Take the lease, unless somebody was faster.

    Args:
        seconds: how long to wait for those who write.
    """
    return _changed(driver, _TAKE, holder, seconds)


def _give_back(driver: Any, holder: str) -> None:
    """End the lease after a failure, unless it has ended and is somebody else's by now."""
    driver.rollback()
    _changed(driver, _GIVE_BACK, holder, 5.0, then=END)


def _changed(driver: Any, statement: str, holder: str, seconds: float, then: str | None = None) -> bool:
    """Whether a statement changed the lease, in a transaction of its own.

    Args:
        then: a statement that follows where it did.
    """
    cursor = driver.cursor()
    try:
        driver.run(driver.stream.take_lock(seconds))
        cursor.execute(_TABLE)
        changed = bool(cursor.execute(statement, (holder,)).fetchall())
        if changed and then is not None:
            cursor.execute(then)
        driver.commit()
    except BaseException:
        driver.rollback()
        raise
    return changed
