"""What every backend promises of threads: one at a time. Their lists are in ``thread_lists.py``."""

import asyncio
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ..clock import utc_now
from ..errors import NotFound
from ..records.memory import Thread
from ..storage import Storage
from .builders import NOON, after, ids, message, resource, thread
from .strategies import MODEST, NAMES, TEXTS, WILD_TEXTS, json_objects

__all__ = [
    "TestCreateThread",
    "TestDeleteThread",
    "TestGetThreadById",
    "TestSaveThread",
    "TestUpdateThread",
    "TestUpdateThreadMetadata",
    "TestUpdateThreadResourceId",
]

ODD_IDS = ["x" * 512, "'; DROP TABLE mastra_threads; --", 'a"b', "%s %(x)s :y ?", "\\", "\n\t\x01", "日本語 🎉", "[1]"]


class TestGetThreadById:
    async def test_gives_the_thread_as_it_was_saved(self, storage: Storage) -> None:
        saved = thread("t", resource_id="r", title="Trip", at=NOON, updated_at=after(1), metadata={"a": [1, None]})
        await storage.memory.save_thread(saved)

        found = await storage.memory.get_thread_by_id("t")

        assert found == saved

    async def test_an_unknown_id_is_none(self, storage: Storage) -> None:
        assert await storage.memory.get_thread_by_id("unknown") is None

    async def test_a_resource_that_is_given_must_match(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread("t", resource_id="r"))

        found = [await storage.memory.get_thread_by_id("t", resource_id=owner) for owner in ("r", "other")]

        assert found == [thread("t", resource_id="r"), None]


class TestSaveThread:
    async def test_overwrites_every_field(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread("t", resource_id="r", title="Old", at=after(9), metadata={"a": 1}))
        new = thread("t", resource_id="s", title="New", at=NOON, updated_at=after(1), metadata=None)

        await storage.memory.save_thread(new)

        assert await storage.memory.get_thread_by_id("t") == new

    async def test_times_are_kept_in_utc_and_milliseconds(self, storage: Storage) -> None:
        kathmandu = timezone(timedelta(hours=5, minutes=45))

        saved = await storage.memory.save_thread(thread(at=datetime(2024, 3, 1, 1, 2, 3, 456_789, tzinfo=kathmandu)))

        assert saved.created_at.isoformat() == "2024-02-29T19:17:03.456000+00:00"
        assert await storage.memory.get_thread_by_id("t") == saved

    @pytest.mark.parametrize("year", [1, 1969, 9999])
    async def test_any_year_is_kept(self, storage: Storage, year: int) -> None:
        at = NOON.replace(year=year, day=28)

        await storage.memory.save_thread(thread(at=at))

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert found.created_at == at

    @pytest.mark.parametrize("metadata", [None, {}, {"a": None}, {"text": '{"b": 1}', "": 0, "n": 2**53 + 1}])
    async def test_metadata_is_kept(self, storage: Storage, metadata: dict[str, Any] | None) -> None:
        await storage.memory.save_thread(thread(metadata=metadata))

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert found.metadata == metadata

    async def test_metadata_loses_nul_and_unpaired_surrogates(self, storage: Storage) -> None:
        metadata = {"a\x00b": ["c\x00d", {"e": "\ud83d x \udc00"}], "pair": "\U0001f600"}

        saved = await storage.memory.save_thread(thread(metadata=metadata))

        assert saved.metadata == {"ab": ["cd", {"e": "\ufffd x \ufffd"}], "pair": "\U0001f600"}
        assert await storage.memory.get_thread_by_id("t") == saved

    @pytest.mark.parametrize("thread_id", ODD_IDS)
    async def test_ids_are_any_text(self, storage: Storage, thread_id: str) -> None:
        saved = thread(thread_id, resource_id=thread_id)

        await storage.memory.save_thread(saved)

        assert await storage.memory.get_thread_by_id(thread_id, resource_id=thread_id) == saved

    @MODEST
    @given(name=NAMES, title=TEXTS)
    async def test_any_text_comes_back_as_it_was(self, storage: Storage, name: str, title: str) -> None:
        saved = await storage.memory.save_thread(thread(name, title=title))

        assert saved == thread(name, title=title)
        assert await storage.memory.get_thread_by_id(name) == saved

    @MODEST
    @given(metadata=json_objects())
    async def test_any_metadata_comes_back_as_it_was(self, storage: Storage, metadata: dict[str, Any]) -> None:
        await storage.memory.save_thread(thread(metadata=metadata))

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert found.metadata == metadata

    @MODEST
    @given(texts=st.lists(WILD_TEXTS))
    async def test_what_is_returned_is_what_is_stored(self, storage: Storage, texts: list[str]) -> None:
        saved = await storage.memory.save_thread(thread(metadata={"texts": texts}))

        assert await storage.memory.get_thread_by_id("t") == saved


class TestCreateThread:
    async def test_both_times_are_now_and_the_title_is_empty(self, storage: Storage) -> None:
        before = utc_now()

        created = await storage.memory.create_thread(resource_id="r", thread_id="t", metadata={"a": 1})

        assert before <= created.created_at == created.updated_at <= utc_now()
        assert created == thread("t", resource_id="r", title="", at=created.created_at, metadata={"a": 1})
        assert await storage.memory.get_thread_by_id("t") == created

    async def test_the_id_is_made_up_where_none_is_given(self, storage: Storage) -> None:
        first = await storage.memory.create_thread(resource_id="r", title="First")
        second = await storage.memory.create_thread(resource_id="r")

        assert first.id != second.id
        assert await storage.memory.get_thread_by_id(first.id) == first


class TestUpdateThread:
    async def test_the_title_alone(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread(title="Old", metadata={"a": 1}))
        before = utc_now()

        changed = await storage.memory.update_thread("t", title="New")

        assert before <= changed.updated_at <= utc_now()
        assert changed == thread(title="New", metadata={"a": 1}, updated_at=changed.updated_at)
        assert await storage.memory.get_thread_by_id("t") == changed

    async def test_an_empty_title_is_stored(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread(title="Old"))

        await storage.memory.update_thread("t", title="")

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert found.title == ""

    async def test_metadata_is_merged_key_by_key(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread(title="Old", metadata={"kept": 1, "deep": {"x": 1}, "gone": 1}))

        changed = await storage.memory.update_thread("t", metadata={"deep": {"y": 2}, "gone": None, "new": "\x00n"})

        assert changed.metadata == {"kept": 1, "deep": {"y": 2}, "gone": None, "new": "n"}
        assert changed.title == "Old"
        assert await storage.memory.get_thread_by_id("t") == changed

    async def test_metadata_is_made_where_there_was_none(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread(metadata=None))

        changed = await storage.memory.update_thread("t", metadata={"a": 1})

        assert changed.metadata == {"a": 1}

    async def test_concurrent_updates_of_other_keys_are_kept(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread())

        await asyncio.gather(*(storage.memory.update_thread("t", metadata={f"k{n}": n}) for n in range(20)))

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert found.metadata == {f"k{n}": n for n in range(20)}

    async def test_an_unknown_thread_is_not_found(self, storage: Storage) -> None:
        with pytest.raises(NotFound) as raised:
            await storage.memory.update_thread("unknown", title="New")

        assert raised.value.details == {"thread_id": "unknown"}
        assert raised.value.id == f"MASTRA_STORAGE_{storage.memory.store}_UPDATE_THREAD_FAILED"
        assert await storage.memory.get_thread_by_id("unknown") is None

    async def test_patch_thread_is_another_name_of_it(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread(metadata={"a": 1}))

        changed = await storage.memory.patch_thread("t", title="New", metadata={"b": 2})

        assert (changed.title, changed.metadata) == ("New", {"a": 1, "b": 2})


class TestUpdateThreadMetadata:
    async def test_replaces_the_metadata_as_a_whole(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread(title="Old", metadata={"a": 1, "b": 2}))
        before = utc_now()

        changed = await storage.memory.update_thread_metadata("t", lambda found: {"was": (found.metadata or {})["a"]})

        assert changed is not None
        assert before <= changed.updated_at <= utc_now()
        assert changed == thread(title="Old", metadata={"was": 1}, updated_at=changed.updated_at)
        assert await storage.memory.get_thread_by_id("t") == changed

    async def test_none_changes_nothing(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread(metadata={"a": 1}))

        unchanged = await storage.memory.update_thread_metadata("t", lambda found: None)

        assert unchanged == await storage.memory.get_thread_by_id("t") == thread(metadata={"a": 1})

    @pytest.mark.parametrize(("thread_id", "resource_id"), [("unknown", None), ("t", "other")])
    async def test_no_such_thread_is_none(self, storage: Storage, thread_id: str, resource_id: str | None) -> None:
        await storage.memory.save_thread(thread("t", resource_id="r"))
        seen: list[Thread] = []

        found = await storage.memory.update_thread_metadata(thread_id, seen.append, resource_id=resource_id)

        assert (found, seen) == (None, [])

    async def test_concurrent_updates_follow_each_other(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread(metadata={"n": 0}))

        await asyncio.gather(*(storage.memory.update_thread_metadata("t", _counted) for _ in range(20)))

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert found.metadata == {"n": 20}

    async def test_an_error_of_the_callers_changes_nothing(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread(metadata={"a": 1}))

        with pytest.raises(ZeroDivisionError):
            await storage.memory.update_thread_metadata("t", lambda found: {"a": 1 // 0})

        assert await storage.memory.get_thread_by_id("t") == thread(metadata={"a": 1})


class TestUpdateThreadResourceId:
    async def test_moves_the_thread_and_all_its_messages(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread("t", resource_id="r", title="Trip", metadata={"a": 1}))
        await storage.memory.save_messages("t", [message("a"), message("b", resource_id="third")])
        await storage.memory.save_messages("u", [message("c", thread_id="u")])
        before = utc_now()

        moved = await storage.memory.update_thread_resource_id("t", "s")

        assert moved == thread("t", resource_id="s", title="Trip", metadata={"a": 1}, updated_at=moved.updated_at)
        assert before <= moved.updated_at <= utc_now()
        assert await storage.memory.get_thread_by_id("t") == moved
        owners = {each.id: each.resource_id async for each in storage.memory.iter_messages()}
        assert owners == {"a": "s", "b": "s", "c": "r"}

    async def test_a_thread_that_belongs_there_is_unchanged(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread("t", resource_id="r"))

        unmoved = await storage.memory.update_thread_resource_id("t", "r")

        assert unmoved == await storage.memory.get_thread_by_id("t") == thread("t", resource_id="r")

    async def test_an_unknown_thread_is_not_found(self, storage: Storage) -> None:
        with pytest.raises(NotFound) as raised:
            await storage.memory.update_thread_resource_id("unknown", "s")

        assert raised.value.id == f"MASTRA_STORAGE_{storage.memory.store}_UPDATE_THREAD_RESOURCE_ID_FAILED"
        assert raised.value.details == {"thread_id": "unknown"}


class TestDeleteThread:
    async def test_its_messages_go_with_it(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a"), message("b")])
        await storage.memory.save_messages("u", [message("c", thread_id="u")])

        deleted = await storage.memory.delete_thread("t")

        assert deleted == 1
        assert ids(await storage.memory.get_threads()) == ["u"]
        assert [each.id async for each in storage.memory.iter_messages()] == ["c"]

    async def test_what_is_remembered_of_the_resource_stays(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread("t", resource_id="r"))
        await storage.memory.save_resource(resource("r", working_memory="likes tea"))

        await storage.memory.delete_thread("t")

        assert await storage.memory.get_resource_by_id("r") == resource("r", working_memory="likes tea")

    async def test_an_unknown_thread_is_no_error(self, storage: Storage) -> None:
        assert await storage.memory.delete_thread("unknown") == 0


def _counted(found: Thread) -> dict[str, Any]:
    return {"n": (found.metadata or {})["n"] + 1}
