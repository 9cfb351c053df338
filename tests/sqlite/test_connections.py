"""What SQLite storages do with connections, locks and files."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from mastra_store import InvalidArgument, LockTimeout, PgStorage, QueryFailed, SqliteStorage, Unavailable, open_storage
from mastra_store.sql.sqlite_connections import SqlitePool

HELLO = [{"role": "user", "content": "Hello"}]

SAVE_MANY = """
import asyncio, sys
from mastra_store import SqliteStorage

async def main():
    async with SqliteStorage(sys.argv[1]) as storage:
        for number in range(200):
            await storage.memory.save_messages("t", [{"role": "user", "content": f"{sys.argv[2]} {number}"}])

asyncio.run(main())
"""


async def test_eight_processes_that_save_to_one_file_lose_nothing(sqlite_path: Path) -> None:
    processes = [subprocess.Popen([sys.executable, "-c", SAVE_MANY, sqlite_path, str(number)]) for number in range(8)]
    codes = [await asyncio.to_thread(process.wait) for process in processes]

    async with SqliteStorage(sqlite_path) as storage:
        page = await storage.memory.list_messages("t", per_page=1)

    assert codes == [0] * 8
    assert page.total == 1600


async def test_many_that_open_a_new_file_at_once_wait_for_each_other(tmp_path: Path) -> None:
    """SQLite by itself tells some of them that it is locked."""
    for number in range(40):
        file = str(tmp_path / f"{number}.db")
        pools = [SqlitePool(file, uri=False, size=1, timeout=30, busy_timeout=30) for _ in range(6)]

        for pool, connection in zip(pools, await asyncio.gather(*[each.take() for each in pools]), strict=True):
            pool.release(connection)
            await pool.close()


async def test_connections_are_set_up_for_readers_beside_a_writer(sqlite_path: Path) -> None:
    async with SqliteStorage(sqlite_path, busy_timeout=7) as storage, storage.engine.connect() as connection:
        settings = {
            name: await connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }

    assert settings == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 7000}


async def test_a_write_beside_a_unit_of_its_own_storage_is_told_why_it_waits(sqlite_path: Path) -> None:
    async with SqliteStorage(sqlite_path, busy_timeout=0.2) as storage:
        async with storage.transaction() as tx:
            await tx.memory.save_messages("t", HELLO)
            with pytest.raises(LockTimeout, match="instead of tx"):
                await storage.memory.save_messages("t", HELLO)

        assert (await storage.memory.list_messages("t")).total == 1


async def test_a_writer_of_another_process_is_waited_for_and_then_reported(sqlite_path: Path) -> None:
    async with SqliteStorage(sqlite_path, busy_timeout=0.2) as storage:
        other = sqlite3.connect(sqlite_path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(LockTimeout, match="busy_timeout"):
            await storage.memory.save_messages("t", HELLO)
        with pytest.raises(LockTimeout, match="busy_timeout"):
            async with storage.transaction():
                pass
        other.execute("COMMIT")
        other.close()
        await storage.memory.save_messages("t", HELLO)

        assert (await storage.memory.list_messages("t")).total == 1


async def test_a_read_only_unit_leaves_the_writers_alone_and_may_not_write(sqlite_path: Path) -> None:
    async with SqliteStorage(sqlite_path) as storage:
        await storage.memory.save_messages("t", HELLO)

        async with storage.transaction(read_only=True) as tx:
            before = (await tx.memory.list_messages("t")).total
            await storage.memory.save_messages("t", HELLO)
            during = (await tx.memory.list_messages("t")).total
        with pytest.raises(QueryFailed, match="read-only"):
            async with storage.transaction(read_only=True) as tx:
                await tx.memory.save_messages("t", HELLO)
        await storage.memory.save_messages("t", HELLO)

        assert (before, during) == (1, 1)
        assert (await storage.memory.list_messages("t")).total == 3


async def test_a_cancelled_write_happens_whole_or_not_at_all(sqlite_path: Path) -> None:
    async with SqliteStorage(sqlite_path, pool_size=1, busy_timeout=20) as storage:
        await storage.init()
        other = sqlite3.connect(sqlite_path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        call = asyncio.create_task(storage.memory.save_messages("t", HELLO * 10))
        await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        other.execute("COMMIT")
        other.close()

        async with storage.transaction() as tx:
            await tx.memory.save_messages("after", HELLO)

        assert (await storage.memory.list_messages("t")).total in (0, 10)
        assert (await storage.memory.list_messages("after")).total == 1


async def test_a_cancelled_unit_gives_its_connection_back(sqlite_path: Path) -> None:
    async with SqliteStorage(sqlite_path, pool_size=1) as storage:
        started = asyncio.Event()

        async def unit() -> None:
            async with storage.transaction() as tx:
                await tx.memory.save_messages("undone", HELLO)
                started.set()
                await asyncio.Event().wait()

        call = asyncio.create_task(unit())
        await started.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

        assert (await storage.memory.list_messages("undone")).total == 0
        await storage.memory.save_messages("t", HELLO)


async def test_sixteen_units_at_once_queue_for_the_file(sqlite_path: Path) -> None:
    async with SqliteStorage(sqlite_path) as storage:

        async def unit(number: int) -> None:
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", HELLO)
                await tx.workflows.update_workflow_results("w", "r", step_id=f"s{number}", result=number)

        await asyncio.gather(*(unit(number) for number in range(16)))

        snapshot = await storage.workflows.load_workflow_snapshot("w", "r")
        assert (await storage.memory.list_messages("t")).total == 16
        assert snapshot is not None
        assert len(snapshot["context"]) == 16


class TestFiles:
    @pytest.mark.parametrize(
        "form", ["{}", "sqlite:///{}", "sqlite+aiosqlite:///{}", "file:{}", "sqlite:///{}?mode=rwc"]
    )
    async def test_every_form_of_a_path_opens_the_same_file(self, sqlite_path: Path, form: str) -> None:
        async with open_storage(form.format(sqlite_path)) as storage:
            await storage.memory.save_messages("t", HELLO)

        async with SqliteStorage(sqlite_path) as storage:
            assert (await storage.memory.list_messages("t")).total == 1

    async def test_memory_is_one_database_for_plans_and_units(self) -> None:
        async with open_storage(":memory:") as storage:
            await storage.memory.save_messages("t", HELLO)
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", HELLO)

            assert (await storage.memory.list_messages("t")).total == 2

    async def test_a_directory_that_is_missing_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(Unavailable, match="directory"):
            await SqliteStorage(tmp_path / "nowhere" / "a.db").init()

    async def test_a_file_that_is_no_database_is_said(self, sqlite_path: Path) -> None:
        sqlite_path.write_text("Dear diary, " * 1000)

        with pytest.raises(Unavailable, match="no SQLite database"):
            await SqliteStorage(sqlite_path).init()

    async def test_a_read_only_file_can_be_read_and_not_written(self, sqlite_path: Path) -> None:
        async with SqliteStorage(sqlite_path) as storage:
            await storage.memory.save_messages("t", HELLO)

        async with SqliteStorage(f"file:{sqlite_path}?mode=ro") as storage:
            assert (await storage.memory.list_messages("t")).total == 1
            with pytest.raises(QueryFailed, match="read-only"):
                await storage.memory.save_messages("t", HELLO)

    def test_a_url_that_means_nothing_is_refused(self) -> None:
        with pytest.raises(InvalidArgument, match="mysql"):
            open_storage("mysql://ada:secret@host/agents")
        with pytest.raises(InvalidArgument, match="postgresql://"):
            PgStorage("sqlite:///a.db")


class TestEndings:
    async def test_a_closed_storage_leaves_no_thread(self, sqlite_path: Path) -> None:
        before = threading.active_count()
        async with SqliteStorage(sqlite_path) as storage:
            await asyncio.gather(*(storage.memory.list_threads() for _ in range(8)))

        assert threading.active_count() == before
        with pytest.raises(Unavailable, match="closed"):
            await storage.ping()

    def test_a_storage_that_nobody_closed_does_not_keep_the_interpreter(self, sqlite_path: Path) -> None:
        program = (
            "import asyncio, sys; from mastra_store import SqliteStorage\n"
            "storage = SqliteStorage(sys.argv[1])\n"
            "asyncio.run(storage.memory.create_thread(resource_id='ada'))\n"
        )

        ended = subprocess.run([sys.executable, "-c", program, sqlite_path], timeout=60, check=False)

        assert ended.returncode == 0


class TestEngines:
    async def test_an_engine_that_is_passed_in_is_used_and_stays_open(self, sqlite_path: Path) -> None:
        engine = create_async_engine(f"sqlite+aiosqlite:///{sqlite_path}")
        async with SqliteStorage(engine) as storage:
            await storage.memory.save_messages("t", HELLO, resource_id="ada")
            await storage.memory.update_thread("t", metadata={"a": [1, {"b": None}]})
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", HELLO)
            found = await storage.memory.list_threads(metadata={"a": [{"b": None}]})

        async with engine.connect() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM mastra_messages")) == 2
        await engine.dispose()
        assert [thread.id for thread in found] == ["t"]


class TestBinaryCells:
    async def test_a_cell_that_typescript_wrote_is_read_filtered_and_changed(self, sqlite_path: Path) -> None:
        async with SqliteStorage(sqlite_path) as storage:
            await storage.memory.create_thread(resource_id="ada", thread_id="t")
            other = sqlite3.connect(sqlite_path)
            # {"a":[1,"x"]} as SQLite's jsonb() makes it
            cell = bytes([0x7C, 0x17]) + b"a" + bytes([0x4B, 0x13]) + b"1" + bytes([0x17]) + b"x"
            other.execute("UPDATE mastra_threads SET metadata = ?", [cell])
            other.commit()
            other.close()

            found = await storage.memory.list_threads(metadata={"a": ["x"]})
            changed = await storage.memory.update_thread("t", metadata={"b": True})

            assert [thread.metadata for thread in found] == [{"a": [1, "x"]}]
            assert changed.metadata == {"a": [1, "x"], "b": True}


class TestJoining:
    async def test_a_joined_transaction_can_not_be_made_read_only(self, sqlite_path: Path) -> None:
        async with SqliteStorage(sqlite_path) as storage, storage.engine.connect() as connection:
            with pytest.raises(InvalidArgument, match="read_only"):
                storage.transaction(read_only=True, connection=connection)
