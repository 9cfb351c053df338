"""Many storages that are first used at the same moment make each schema once, and whole."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from mastra_store import migrations, open_storage
from tests.migrations.catalogs import sqlite_master

MANY = 24
SCHEMAS = [f"tenant {number}" for number in range(MANY)]
SIZES = """
SELECT n.nspname, array[
    (SELECT count(*) FROM pg_class WHERE relnamespace = n.oid),
    (SELECT count(*) FROM pg_constraint WHERE connamespace = n.oid),
    (SELECT count(*) FROM pg_proc WHERE pronamespace = n.oid),
    (SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = n.oid)
]::text
FROM pg_namespace n WHERE n.nspname LIKE 'tenant%'
"""
"""What each schema has, counted."""

# A storage for each schema named, all used at once; each leaves a message behind.
PROGRAM = """
import asyncio, sys
from mastra_store import open_storage

async def use(url, schema):
    options = {"schema_name": schema} if schema else {}
    async with open_storage(url, **options) as storage:
        await storage.memory.save_messages("thread", [{"role": "user", "content": "Hello"}])

async def main(url, *schemas):
    await asyncio.gather(*[use(url, schema) for schema in schemas])

input()
asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.postgres(18)
async def test_one_schema_in_one_loop(postgres_url: str) -> None:
    await use_all(postgres_url, ["tenant"] * MANY)

    assert uses_by_schema(postgres_url) == {"tenant": MANY}


@pytest.mark.postgres(18)
async def test_many_schemas_in_one_loop(postgres_url: str) -> None:
    await use_all(postgres_url, SCHEMAS)

    assert uses_by_schema(postgres_url) == dict.fromkeys(SCHEMAS, 1)


@pytest.mark.postgres(18)
def test_one_schema_in_four_processes(postgres_url: str) -> None:
    use_in_processes(postgres_url, [["tenant"] * (MANY // 4)] * 4)

    assert uses_by_schema(postgres_url) == {"tenant": MANY}


@pytest.mark.postgres(18)
def test_many_schemas_in_four_processes(postgres_url: str) -> None:
    use_in_processes(postgres_url, [SCHEMAS[number::4] for number in range(4)])

    assert uses_by_schema(postgres_url) == dict.fromkeys(SCHEMAS, 1)


async def test_one_file_in_one_loop(sqlite_path: Path, migrated_file: Path) -> None:
    await use_all(str(sqlite_path), [""] * MANY)

    assert uses_of(sqlite_path) == MANY
    assert sqlite_master(sqlite_path) == sqlite_master(migrated_file)


def test_one_file_in_four_processes(sqlite_path: Path, migrated_file: Path) -> None:
    use_in_processes(str(sqlite_path), [[""] * (MANY // 4)] * 4)

    assert uses_of(sqlite_path) == MANY
    assert sqlite_master(sqlite_path) == sqlite_master(migrated_file)


async def use_all(url: str, schemas: list[str]) -> None:
    await asyncio.gather(*[use(url, schema) for schema in schemas])


async def use(url: str, schema: str) -> None:
    async with open_storage(url, **({"schema_name": schema} if schema else {})) as storage:
        await storage.memory.save_messages("thread", [{"role": "user", "content": "Hello"}])


def use_in_processes(url: str, schemas: list[list[str]]) -> None:
    with started([[sys.executable, "-c", PROGRAM, url, *names] for names in schemas]) as processes:
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"begin\n")
            process.stdin.flush()
        said = [process.communicate()[1].decode() for process in processes]
    assert said == [""] * len(schemas)
    assert [process.returncode for process in processes] == [0] * len(schemas)


@contextmanager
def started(commands: list[list[str]]) -> Iterator[list[subprocess.Popen[bytes]]]:
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) for command in commands]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def uses_by_schema(url: str) -> dict[str, int]:
    """How many have used each schema, after a look at whether all of them are whole."""
    with psycopg.connect(url) as connection:
        sizes = dict(connection.execute(SIZES).fetchall())
        first = min(sizes)
        assert migrations.check(url, schema=first) == []
        assert set(sizes.values()) == {sizes[first]}
        return {schema: len(connection.execute(messages_of(schema)).fetchall()) for schema in sizes}


def messages_of(schema: str) -> sql.Composed:
    return sql.SQL("SELECT FROM {}.mastra_messages").format(sql.Identifier(schema))


def uses_of(path: Path) -> int:
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT id FROM mastra_messages").fetchall()
    connection.close()
    return len(found)
