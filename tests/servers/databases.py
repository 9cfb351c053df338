"""Databases on a PostgreSQL server: fresh ones, and copies of a template."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

# Changes with every definition that is made, altered or dropped, settings too, and with nothing else. A function counts
# by its text: a TypeScript store replaces its own by the same whenever it is opened.
_CATALOGS = ("pg_attrdef", "pg_attribute", "pg_class", "pg_constraint", "pg_index", "pg_namespace", "pg_trigger")
_SUMS = [
    *(f"(SELECT sum(hashtextextended(xmin || ' ' || ctid, 0)) FROM {catalog})" for catalog in _CATALOGS),
    "(SELECT count(*) FROM pg_db_role_setting JOIN pg_database ON oid = setdatabase WHERE datname = current_catalog)",
    "(SELECT sum(hashtextextended(pronamespace || proname || prosrc, 0)) FROM pg_proc WHERE oid >= 16384)",
]
_FINGERPRINT = sql.SQL("SELECT " + ", ".join(_SUMS))
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
    def database(self, template: str = "template0") -> Iterator[str]:
        """The URL of a fresh database, empty or like a template, dropped at the end whoever is still connected."""
        name = self.create(template)
        try:
            yield self.url_of(name)
        finally:
            self._drop(name)

    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        """The URL of a database that is as ``template`` was when it was first copied.

        A copy costs a third of a second. So one to which only rows and tables were added is emptied and used again.
        """
        if template not in self._templates:
            self._templates[template] = _Template(self.url_of(template))
        original = self._templates[template]
        name = original.ready.pop() if original.ready else self.create(template)
        whole = False
        try:
            yield self.url_of(name)
            whole = original.restore(name, self.url_of(name))
        finally:
            if whole:
                original.ready.append(name)
            else:
                original.leave(name)
                self._drop(name)

    def close(self) -> None:
        """Leave the databases, before the server ends."""
        for template in self._templates.values():
            for name in [*template.connections]:
                template.leave(name)

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
    """What databases were copied from, and the copies that are ready to be used again."""

    def __init__(self, url: str) -> None:
        with psycopg.connect(url) as connection:
            self.fingerprint = connection.execute(_FINGERPRINT).fetchone()
            self.tables = {name for (name,) in connection.execute(_TABLES)}
            empty = [name for name in self.tables if connection.execute(f"SELECT FROM {name}").fetchone() is None]
        filled = [f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in empty]
        self.filled = " UNION ALL ".join(["SELECT NULL WHERE false", *filled])
        """Names the tables that have rows now and had none."""
        self.ready: list[str] = []
        self.connections: dict[str, psycopg.Connection] = {}
        """To the copies: a connection that has seen their tables once finds them quickly."""

    def restore(self, name: str, url: str) -> bool:
        """Empty the tables of a copy, and drop those that are new. Whether it is now as the template is."""
        if name not in self.connections:
            self.connections[name] = psycopg.connect(url, options="-c lock_timeout=2s", autocommit=True)
        connection = self.connections[name]
        try:
            if not self._is_defined_in(connection):
                for (table,) in connection.execute(_TABLES).fetchall():
                    if table not in self.tables:
                        connection.execute(f"DROP TABLE {table}")
                if not self._is_defined_in(connection):
                    return False
            filled = [table for (table,) in connection.execute(self.filled, prepare=True)]
            connection.execute("; ".join(f"DELETE FROM {table}" for table in filled))
        except (
            psycopg.OperationalError
        ):  # somebody was left connected and holds a lock, or a test has ended all connections
            return False
        return True

    def _is_defined_in(self, connection: psycopg.Connection) -> bool:
        return connection.execute(_FINGERPRINT, prepare=True).fetchone() == self.fingerprint

    def leave(self, name: str) -> None:
        if name in self.connections:
            self.connections.pop(name).close()
