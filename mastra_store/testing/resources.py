"""What every backend promises of resources."""

import asyncio
from typing import Any

import pytest
from hypothesis import given

from ..clock import utc_now
from ..storage import Storage
from .builders import NOON, after, message, resource
from .strategies import MODEST, NAMES, TEXTS, json_objects

__all__ = ["TestDangerouslyClearAll", "TestGetResourceById", "TestSaveResource", "TestUpdateResource"]


class TestGetResourceById:
    async def test_gives_the_resource_as_it_was_saved(self, storage: Storage) -> None:
        saved = resource("r", working_memory="likes tea", metadata={"a": [1]})
        await storage.memory.save_resource(saved)

        found = await storage.memory.get_resource_by_id("r")

        assert found == saved

    async def test_an_unknown_id_is_none(self, storage: Storage) -> None:
        assert await storage.memory.get_resource_by_id("unknown") is None


class TestSaveResource:
    async def test_overwrites_every_field(self, storage: Storage) -> None:
        await storage.memory.save_resource(resource("r", working_memory="old", metadata={"a": 1}, at=after(9)))

        saved = await storage.memory.save_resource(resource("r", at=NOON))

        assert saved == await storage.memory.get_resource_by_id("r") == resource("r", at=NOON)

    @pytest.mark.parametrize("memory", [None, "", '{"a": 1}', "[1]", "line\nline"])
    async def test_working_memory_stays_text(self, storage: Storage, memory: str | None) -> None:
        await storage.memory.save_resource(resource("r", working_memory=memory))

        found = await storage.memory.get_resource_by_id("r")
        assert found is not None
        assert found.working_memory == memory

    async def test_metadata_loses_nul_and_unpaired_surrogates(self, storage: Storage) -> None:
        saved = await storage.memory.save_resource(resource("r", metadata={"a\x00": "\ud800\x00"}))

        assert saved.metadata == {"a": "\ufffd"}
        assert await storage.memory.get_resource_by_id("r") == saved

    @MODEST
    @given(name=NAMES, memory=TEXTS, metadata=json_objects())
    async def test_any_resource_comes_back_as_it_was(
        self, storage: Storage, name: str, memory: str, metadata: dict[str, Any]
    ) -> None:
        saved = resource(name, working_memory=memory, metadata=metadata)

        await storage.memory.save_resource(saved)

        assert await storage.memory.get_resource_by_id(name) == saved


class TestUpdateResource:
    async def test_a_missing_one_is_made(self, storage: Storage) -> None:
        before = utc_now()

        made = await storage.memory.update_resource("r", working_memory="likes tea")

        assert before <= made.created_at == made.updated_at <= utc_now()
        assert made == resource("r", working_memory="likes tea", metadata={}, at=made.created_at)
        assert await storage.memory.get_resource_by_id("r") == made

    async def test_what_is_not_given_stays(self, storage: Storage) -> None:
        await storage.memory.save_resource(resource("r", working_memory="likes tea", metadata={"a": 1}))
        before = utc_now()

        changed = await storage.memory.update_resource("r")

        assert before <= changed.updated_at <= utc_now()
        assert changed == resource("r", working_memory="likes tea", metadata={"a": 1}).evolve(
            updated_at=changed.updated_at
        )
        assert await storage.memory.get_resource_by_id("r") == changed

    async def test_empty_working_memory_is_stored(self, storage: Storage) -> None:
        await storage.memory.save_resource(resource("r", working_memory="old"))

        changed = await storage.memory.update_resource("r", working_memory="")

        assert changed.working_memory == ""
        assert await storage.memory.get_resource_by_id("r") == changed

    async def test_metadata_is_merged_key_by_key(self, storage: Storage) -> None:
        await storage.memory.save_resource(resource("r", metadata={"kept": 1, "deep": {"x": 1}}))

        changed = await storage.memory.update_resource("r", metadata={"deep": {"y": 1}, "new": None})

        assert changed.metadata == {"kept": 1, "deep": {"y": 1}, "new": None}
        assert await storage.memory.get_resource_by_id("r") == changed

    async def test_metadata_is_made_where_there_was_none(self, storage: Storage) -> None:
        await storage.memory.save_resource(resource("r", metadata=None))

        changed = await storage.memory.update_resource("r", metadata={"a": 1})

        assert changed.metadata == {"a": 1}

    async def test_concurrent_updates_of_other_keys_are_kept(self, storage: Storage) -> None:
        await asyncio.gather(*(storage.memory.update_resource("r", metadata={f"k{n}": n}) for n in range(20)))

        found = await storage.memory.get_resource_by_id("r")
        assert found is not None
        assert found.metadata == {f"k{n}": n for n in range(20)}


class TestDangerouslyClearAll:
    async def test_nothing_is_left(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a")])
        await storage.memory.save_resource(resource("r"))

        await storage.memory.dangerously_clear_all()

        assert await storage.memory.get_threads() == []
        assert [each async for each in storage.memory.iter_messages()] == []
        assert await storage.memory.get_resource_by_id("r") is None
