"""Who may migrate: one at a time in a process, and one at a time in a database."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy import Connection, text

# Alembic's `op` and `context` are global to the process: two migrations in two threads would mix their statements.
_process = threading.Lock()


@contextmanager
def process_lock_held() -> Iterator[None]:
    """Be the only one in this process that uses Alembic. For code without an event loop."""
    with _process:
        yield


@asynccontextmanager
async def process_lock() -> AsyncIterator[None]:
    """Be the only one in this process that uses Alembic, across threads and event loops. The loop goes on meanwhile."""
    # Asked again and again: a thread that waited for it on our behalf would keep it if we were cancelled.
    while not _process.acquire(blocking=False):  # noqa: ASYNC110 (no event can be set from another loop)
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        _process.release()


def lock_database(connection: Connection, schema: str | None, lock_timeout: float, statement_timeout: float) -> None:
    """Begin a transaction in which no other migration of this schema runs; it ends with the lock.

    Args:
        lock_timeout: seconds to wait for this lock, and for every lock that a migration takes (PostgreSQL).
        statement_timeout: seconds that one statement of a migration may take (PostgreSQL).
    """
    if connection.dialect.name != "postgresql":
        _begin_immediate(connection)
        return
    for name, seconds in (("lock_timeout", lock_timeout), ("statement_timeout", statement_timeout)):
        connection.execute(
            text("SELECT set_config(:name, :milliseconds, true)"),
            {"name": name, "milliseconds": str(round(seconds * 1000))},
        )
    digest = hashlib.sha256(f"mastra_store {schema or 'public'}".encode()).digest()
    key = int.from_bytes(digest[:8], "big", signed=True)
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _begin_immediate(connection: Connection) -> None:
    """Begin on SQLite, whose drivers would else run each DDL statement in a transaction of its own."""
    driver = connection.connection.driver_connection
    if not driver.in_transaction:  # type: ignore[union-attr]
        connection.exec_driver_sql("BEGIN IMMEDIATE")
