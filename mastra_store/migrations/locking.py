"""Who may migrate: one at a time in a process, and one at a time in a database."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import Connection

from ..errors import InvalidArgument, LockTimeout
from . import lease

LOCK_TIMEOUT = 60.0
"""Seconds."""
STATEMENT_TIMEOUT = 600.0
"""Seconds."""

# Alembic's `op` and `context` are global to the process: two migrations in two threads would mix their statements.
_process = threading.Lock()
_holder: int | None = None


@contextmanager
def process_lock_held(timeout: float) -> Iterator[None]:
    """Be the only one in this process that uses Alembic. For code without an event loop.

    Args:
        timeout: seconds to wait.

    Raises:
        LockTimeout: another thread migrates for longer, or this thread already holds the lock.
    """
    # What this thread holds, a suspended coroutine of it for instance, can not come free while it waits here.
    if not _process.acquire(timeout=0 if _holder == threading.get_ident() else timeout):
        raise LockTimeout(
            "a migration is running in this process; from asynchronous code hold process_lock() and pass a connection",
        )
    with _held():
        yield


@asynccontextmanager
async def process_lock() -> AsyncIterator[None]:
    """Be the only one in this process that uses Alembic, across threads and event loops. The loop goes on meanwhile."""
    # Asked again and again: a thread that waited for it on our behalf would keep it if we were cancelled.
    while not _process.acquire(blocking=False):  # noqa: ASYNC110 (the holder may be in another thread)
        await asyncio.sleep(0.01)
    with _held():
        yield


@contextmanager
def _held() -> Iterator[None]:
    global _holder
    _holder = threading.get_ident()
    try:
        yield
    finally:
        _holder = None
        _process.release()


@contextmanager
def migrating(
    connection: Connection, schema: str | None, lock_timeout: float, statement_timeout: float | None
) -> Iterator[None]:
    """A transaction in which nobody else migrates this schema: what was read before it began must be read again.

    It is the one that the connection is in, whose owner ends it, else one of its own, ended here.
    """
    if connection.in_transaction():
        _lock(connection, schema, lock_timeout, statement_timeout)
        yield
        return
    with _waiting_for_writers(connection, lock_timeout), _alone_on_server(connection, lock_timeout), connection.begin():
        if connection.dialect.name == "postgresql":
            # In a stricter isolation we would not see what the migrator before us did.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
        _lock(connection, schema, lock_timeout, statement_timeout)
        yield
        if _is_on_server(connection):
            connection.exec_driver_sql(lease.END)


def lock_statements(schema: str | None, lock_timeout: float, statement_timeout: float | None) -> list[str]:
    """Take PostgreSQL's lock for migrations of a schema and set the limits, all until the transaction ends.

    Args:
        lock_timeout: seconds to wait for this lock and for each that a migration takes.
        statement_timeout: seconds that a statement may take, but for the wait here; ``None`` for any time.
    """
    digest = hashlib.sha256(f"mastra_store {schema or 'public'}".encode()).digest()
    key = int.from_bytes(digest[:8], "big", signed=True)
    return [
        f"SET LOCAL lock_timeout = {milliseconds('lock_timeout', lock_timeout)}",
        "SET LOCAL statement_timeout = 0",
        f"SELECT pg_advisory_xact_lock({key})",
        f"SET LOCAL statement_timeout = {milliseconds('statement_timeout', statement_timeout)}",
    ]


def _lock(connection: Connection, schema: str | None, lock_timeout: float, statement_timeout: float | None) -> None:
    if connection.dialect.name == "postgresql":
        if connection.dialect.detect_autocommit_setting(connection.connection.dbapi_connection):  # type: ignore[arg-type]
            raise InvalidArgument(
                "connection", "is in AUTOCOMMIT; a migration needs a transaction to undo it if it fails"
            )
        for statement in lock_statements(schema, lock_timeout, statement_timeout):
            connection.exec_driver_sql(statement)
    elif _is_on_server(connection):
        driver: Any = connection.connection.dbapi_connection
        milliseconds("lock_timeout", lock_timeout)
        if not driver.stream.is_open:
            driver.run(driver.stream.take_lock(lock_timeout))
    elif not connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
        # The driver would run each DDL statement in a transaction of its own, and leave half a migration behind.
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def _waiting_for_writers(connection: Connection, seconds: float) -> Iterator[None]:
    """On SQLite, wait that long for other writers of the file."""
    if connection.dialect.name != "sqlite" or _is_on_server(connection):
        yield
        return
    # On the driver's cursor: SQLAlchemy would begin a transaction, and wait, before the limit is set.
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA busy_timeout")
    (before,) = cursor.fetchone()  # type: ignore[misc]
    cursor.execute(f"PRAGMA busy_timeout = {milliseconds('lock_timeout', seconds)}")
    try:
        yield
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {before}")
        cursor.close()


@contextmanager
def _alone_on_server(connection: Connection, seconds: float) -> Iterator[None]:
    """On a LibSQL server, have the lease; and let definitions go out together, so that the transaction is short."""
    if not _is_on_server(connection):
        yield
        return
    milliseconds("lock_timeout", seconds)
    stream: Any = connection.connection.dbapi_connection.stream  # type: ignore[union-attr]
    stream.defers_definitions = True
    try:
        with lease.leased(connection, seconds):
            yield
    finally:
        stream.defers_definitions = False


def _is_on_server(connection: Connection) -> bool:
    return connection.dialect.driver == "hrana"


def milliseconds(argument: str, seconds: float | None) -> int:
    if seconds is None:
        return 0
    if seconds <= 0:
        raise InvalidArgument(argument, f"must be a number of seconds above 0, not {seconds!r}")
    return max(1, round(seconds * 1000))
