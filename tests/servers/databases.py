"""Databases on a PostgreSQL server: fresh ones, and copies of a template."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

# Changes with every definition that is made, altered or dropped, and with nothing else.
_FINGERPRINT = sql.SQL("SELECT ") + sql.SQL(", ").join(
    sql.SQL("(SELECT sum(hashtextextended(xmin || ' ' || ctid, 0)) FROM {})").format(sql.Identifier(catalog))
    for catalog in (
        "pg_attrdef", "pg_attribute", "pg_class", "pg_constraint", "pg_index", "pg_namespace", "pg_proc", "pg_trigger"
    )
)  # fmt: skip
_TABLES = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


class PostgresServer:
    """A server that is up: where it is, and databases on it."""

    def __init__(self, url: str, binaries: Path | None) -> None:
        self.url = url
        self.binaries = binaries
        """The directory of ``pg_dump`` and ``psql``, of the server's version or a newer one, if there is one."""
        self._numbers = count(1)
        self._templates: dict[str, _Template] = {}

    def url_of(self, database: str) -> str:
        scheme, _, rest = self.url.partition("://")
        address, _, query = rest.partition("?")
        return f"{scheme}://{address.partition('/')[0]}/{database}" + (f"?{query}" if query else "")

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a fresh, empty database, dropped at the end whoever is still connected."""
        name = self.create()
        try:
            yield self.url_of(name)
        finally:
            self._drop(name)

    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        """The URL of a database that is as ``template`` was when it was first copied.

        A copy costs a third of a second. So one of which only rows were changed is emptied and used again.
        """
        if template not in self._templates:
            self._templates[template] = _Template(self.url_of(template))
        ready = self._templates[template].ready
        name = ready.pop() if ready else self.create(template)
        whole = False
        try:
            yield self.url_of(name)
            whole = self._templates[template].restore(self.url_of(name))
        finally:
            if whole:
                ready.append(name)
            else:
                self._drop(name)

    def create(self, template: str = "template0") -> str:
        """The name of a new database, which goes with the server: to be filled and then copied."""
        name = f"t{os.getpid()}_{next(self._numbers)}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def _drop(self, name: str) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


class _Template:
    """What a database was copied from, and the copies that are ready to be used again."""

    def __init__(self, url: str) -> None:
        with psycopg.connect(url) as connection:
            self.fingerprint = connection.execute(_FINGERPRINT).fetchone()
            tables = [name for (name,) in connection.execute(_TABLES)]
            empty = [name for name in tables if connection.execute(f"SELECT FROM {name}").fetchone() is None]
        self.emptied = "; ".join(f"DELETE FROM {name}" for name in empty)
        self.ready: list[str] = []

    def restore(self, url: str) -> bool:
        """Empty the tables of a copy. Whether it is now as the template is."""
        with psycopg.connect(url, options="-c lock_timeout=2s") as connection:
            if connection.execute(_FINGERPRINT).fetchone() != self.fingerprint:
                return False
            try:
                connection.execute(self.emptied)
            except psycopg.errors.LockNotAvailable:  # somebody was left connected
                return False
            return True
