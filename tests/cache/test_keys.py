"""Keys tell apart what is apart, and carry the database, the schema, the tenant and the format."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy.ext.asyncio import create_async_engine

from mastra_store import CachedStorage, InvalidArgument, MemoryCache, PgStorage, SqliteStorage, Storage
from mastra_store.cache.base import Cache
from mastra_store.cache.encoding import MESSAGES, THREAD
from mastra_store.cache.keys import Keys
from mastra_store.testing.builders import thread
from mastra_store.testing.strategies import NAMES

PLACES = st.tuples(*[st.text("ab:%/", max_size=4)] * 3)


def test_a_key_says_where_the_row_is_and_in_which_form_it_is_kept() -> None:
    keys = Keys(("postgresql://host:5432/app", "agents", "acme"), "memory", 300)

    entry = keys.entry(MESSAGES, "thread", "thread-1", 40, "counted", "")

    assert entry.key == (
        f"mastra:postgresql%3A%2F%2Fhost%3A5432%2Fapp:agents:acme:v{MESSAGES.format}:memory:thread:"
        "2:407:counted0::thread-1"
    )
    assert entry.subjects == (
        "mastra:postgresql%3A%2F%2Fhost%3A5432%2Fapp:agents:acme:s1:memory",
        "mastra:postgresql%3A%2F%2Fhost%3A5432%2Fapp:agents:acme:s1:memory:thread:thread-1",
    )


@given(st.lists(st.tuples(PLACES, st.sampled_from("ab:"), st.text("ab:1", max_size=3), NAMES), min_size=2, max_size=2))
def test_different_rows_have_different_keys(two: list[tuple[Any, ...]]) -> None:
    keys = [Keys(place, "memory", 1).entry(MESSAGES, "thread", row, *variant) for place, *variant, row in two]

    assert (keys[0].key == keys[1].key) == (two[0] == two[1])
    rows = [(place, row) for place, _, _, row in two]
    assert (keys[0].subjects == keys[1].subjects) == (rows[0] == rows[1])


def test_values_of_two_kinds_never_share_a_key() -> None:
    keys = Keys(("a", "", ""), "memory", 1)

    assert keys.entry(THREAD, "thread", "t").key != keys.entry(MESSAGES, "thread", "t").key


class TestThePlaceOfAStorage:
    def test_postgresql(self) -> None:
        for url in (
            "postgresql://user:secret@host/app?sslmode=disable",
            "postgres://another@host:5432/app",
            "host=host dbname=app user=u password=secret",
        ):
            assert PgStorage(url).address == "postgresql://host:5432/app"
        engine = create_async_engine("postgresql+asyncpg://user:secret@host/app")
        assert PgStorage(engine).address == "postgresql://host:5432/app"
        assert PgStorage("postgresql:///app").address == "postgresql://localhost:5432/app"
        assert PgStorage("postgresql://host/app", schema_name="agents").schema_name == "agents"
        assert PgStorage("postgresql://host/app", schema_name="public").schema_name is None

    def test_sqlite(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        path = tmp_path / "a b.db"
        for spelled in (path, "a b.db", "./x/../a b.db", f"sqlite:///{path}", f"file:{path}?mode=rw", "file:a%20b.db"):
            assert SqliteStorage(spelled).address == f"sqlite:{path}"
        engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
        assert SqliteStorage(engine).address == f"sqlite:{path}"

    def test_sqlite_in_memory_is_each_storages_own(self) -> None:
        assert SqliteStorage(":memory:").address != SqliteStorage(":memory:").address
        shared = "file:x?mode=memory&cache=shared"
        assert SqliteStorage(shared).address == SqliteStorage(shared).address

    async def test_two_databases_share_a_cache_and_nothing_else(self, tmp_path: Path) -> None:
        cache = MemoryCache()
        storages = [CachedStorage(SqliteStorage(tmp_path / f"{n}.db"), cache=cache) for n in range(2)]
        for n, storage in enumerate(storages):
            await storage.memory.save_thread(thread("t", title=f"{n}"))

        for _ in range(2):
            found = [await storage.memory.get_thread_by_id("t") for storage in storages]
            assert [each.title for each in found if each] == ["0", "1"]

        for storage in storages:
            await storage.close()

    async def test_two_tenants_share_a_cache_and_nothing_else(self, inner: SqliteStorage) -> None:
        cache = MemoryCache()
        ours, theirs = (CachedStorage(inner, cache=cache, tenant=tenant) for tenant in ("ours", "theirs"))
        await ours.memory.save_thread(thread("t"))
        await ours.memory.get_thread_by_id("t")

        await theirs.memory.get_thread_by_id("t")

        assert theirs.counts.hits == 0

    async def test_two_storages_of_one_database_invalidate_each_other(self, inner: SqliteStorage) -> None:
        cache = MemoryCache()
        one, other = (CachedStorage(inner, cache=cache) for _ in range(2))
        await one.memory.save_thread(thread("t", title="Old"))
        await one.memory.get_thread_by_id("t")

        await other.memory.update_thread("t", title="New")

        found = await one.memory.get_thread_by_id("t")
        assert found is not None
        assert found.title == "New"

    def test_one_that_does_not_know_it_must_be_told(
        self, inner: SqliteStorage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(SqliteStorage, "address", Storage.address)

        with pytest.raises(InvalidArgument, match="place must be given"):
            CachedStorage(inner, cache=MemoryCache())
        CachedStorage(inner, cache=MemoryCache(), place="here")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"ttl": 0}, "ttl must be a number of seconds above 0"),
        ({"ttl": True}, "ttl must be a number of seconds above 0"),
        ({"hold": -1}, "hold must be"),
        ({"retry_after": "1"}, "retry_after must be"),
        ({"domains": ["scores"]}, "domains names 'scores'; cached can be memory, workflows, agents"),
        ({"cache": "redis://"}, "cache must be a cache, as MemoryCache"),
        ({"place": ""}, "place must have at least 1"),
        ({"tenant": 5}, "tenant must be text"),
    ],
)
def test_bad_options_are_refused(inner: SqliteStorage, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidArgument, match=problem):
        CachedStorage(inner, **({"cache": MemoryCache()} | options))


def test_what_is_no_storage_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="storage must be a storage"):
        CachedStorage("agent.db", cache=MemoryCache())  # type: ignore[arg-type]


@pytest.mark.parametrize("max_bytes", [0, -1, 1.5, True, None])
def test_a_bad_size_is_refused(max_bytes: Any) -> None:
    with pytest.raises(InvalidArgument, match="max_bytes must be an integer above 0"):
        cache: Cache = MemoryCache(max_bytes)
        assert cache is None
