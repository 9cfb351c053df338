"""Plain connections for migrations, by the synchronous drivers."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from ..errors import InvalidArgument
from ..urls import means_libsql, means_postgresql, postgresql_conninfo, sqlite_location

TIMEOUT = 600.0
"""Seconds that one answer of a LibSQL server may take: indexes are built meanwhile."""


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
    elif means_libsql(url):
        engine = create_engine("sqlite+hrana://", creator=lambda: _hrana(url), poolclass=NullPool)
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
    if means_libsql(url):
        _address(url)
    else:
        sqlite_location(url)
    return "sqlite"


def _psycopg(url: str) -> Any:
    import psycopg  # imported by those who use it

    return psycopg.connect(postgresql_conninfo(url))


def _hrana(url: str) -> Any:
    from ..hrana.dbapi import Dbapi

    _address(url)
    return Dbapi.connect(url, timeout=TIMEOUT)


def _address(url: str) -> None:
    from ..hrana.address import Address  # imported by those who use it

    try:
        Address.of(url)
    except ValueError as error:
        raise InvalidArgument("url", str(error)) from None
