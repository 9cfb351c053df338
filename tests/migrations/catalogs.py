"""What a database holds, whole: two that are alike give the same text."""

import re
import sqlite3
import subprocess
from pathlib import Path

import psycopg


def dumped(pg_bin: Path, url: str) -> str:
    """All definitions of a PostgreSQL database, as ``pg_dump`` gives them."""
    command = [str(pg_bin / "pg_dump"), "--schema-only", "--no-owner", url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return re.sub(r"(?m)^\\(un)?restrict .*\n", "", done.stdout)  # a key that differs every time


def sqlite_master(path: Path) -> set[tuple[str, ...]]:
    """All definitions of an SQLite file, to the letter."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    connection.close()
    return set(rows)


def tables_of(url: str) -> set[tuple[str, str]]:
    """Schema and name of every table, index, sequence and view that is not the server's own."""
    with psycopg.connect(url) as connection:
        return set(
            connection.execute(
                "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
            )
        )


def apply(url: str, script: str) -> None:
    """Run a script on PostgreSQL as ``psql -f`` does, but stop at the first error."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(script)


def apply_sqlite(path: Path, script: str) -> None:
    """Run a script on SQLite; it stops at the first error."""
    connection = sqlite3.connect(path)
    try:
        connection.executescript(script)
    finally:
        connection.close()
