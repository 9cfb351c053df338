"""``LibSQLStorage`` on a file: an ``SqliteStorage`` by another name."""

from pathlib import Path

import pytest

from mastra_store import InvalidArgument, LibSQLStorage, NotFound, SqliteStorage
from mastra_store.testing.builders import thread


@pytest.mark.parametrize("written", ["file:{}", "{}", "sqlite:///{}"])
async def test_is_the_file_that_sqlite_storage_uses(sqlite_path: Path, written: str) -> None:
    async with LibSQLStorage(written.format(sqlite_path)) as storage:
        await storage.memory.save_thread(thread("t", metadata={"a": {"b": [1]}}))
        found = await storage.memory.list_threads(metadata={"a": {"b": []}})
        async with storage.transaction() as tx:
            await tx.memory.save_thread(thread("u"))

    async with SqliteStorage(sqlite_path) as storage:
        assert [each.id for each in found] == ["t"]
        assert {each.id for each in await storage.memory.get_threads()} == {"t", "u"}


async def test_in_memory() -> None:
    async with LibSQLStorage(":memory:") as storage:
        assert storage.schema_state == "created"
        assert await storage.memory.get_threads() == []


async def test_its_errors_are_libsqls(sqlite_path: Path) -> None:
    async with LibSQLStorage(sqlite_path) as storage:
        with pytest.raises(NotFound) as raised:
            await storage.memory.update_thread("t", title="x")
        with pytest.raises(NotFound) as in_a_unit:
            async with storage.transaction() as tx:
                await tx.memory.update_thread("t", title="x")

    assert raised.value.id == in_a_unit.value.id == "MASTRA_STORAGE_LIBSQL_UPDATE_THREAD_FAILED"


async def test_needs_no_httpx(sqlite_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "httpx", None)

    async with LibSQLStorage(sqlite_path):
        pass
    with pytest.raises(ModuleNotFoundError, match=r'pip install "mastra-store\[libsql\]"'):
        LibSQLStorage("libsql://db-me.turso.io")


@pytest.mark.parametrize("option", ["pool_size", "pool_timeout", "busy_timeout", "request_timeout"])
def test_options_are_above_zero(option: str) -> None:
    for url in ("libsql://db-me.turso.io", "file:agent.db"):
        with pytest.raises(InvalidArgument, match=option):
            LibSQLStorage(url, **{option: 0})  # type: ignore[arg-type]
