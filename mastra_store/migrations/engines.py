"""Plain connections for migrations, by the synchronous drivers."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from ..urls import means_postgresql, postgresql_conninfo, sqlite_location


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection to the database of any URL that the storages accept."""
    if dialect_of(url) == "postgresql":
        engine = create_engine(
            "postgresql+psycopg://",
            creator=lambda: _psycopg(url),
            poolclass=NullPool,
            use_native_hstore=False,  # one question less
        )
    else:
        location, uri = sqlite_location(url)
        engine = create_engine(
            "sqlite://",
            # No transactions of the driver's own: it would leave half a migration behind.
            creator=lambda: sqlite3.connect(location, uri=uri, isolation_level=None),
            poolclass=NullPool,
        )
    with engine.connect() as connection:
        yield connection


def dialect_of(url: str) -> str:
    """The dialect of a connection string.

    Raises:
        InvalidArgument: it is of another database.
    """
    if means_postgresql(url):
        return "postgresql"
    sqlite_location(url)
    return "sqlite"


def _psycopg(url: str) -> Any:
    import psycopg  # imported by those who use it

    return psycopg.connect(postgresql_conninfo(url))
