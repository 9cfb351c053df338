"""What every backend promises of messages that change or go, and of those found by id."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ..clock import utc_now
from ..errors import NotFound
from ..storage import Storage
from .builders import after, ids, message, said, thread
from .strategies import MODEST, WILD_TEXTS, json_objects

__all__ = ["TestDeleteMessages", "TestListMessagesById", "TestUpdateMessages"]


class TestUpdateMessages:
    async def test_content_is_merged_key_by_key(self, storage: Storage) -> None:
        stored = {"format": 2, "parts": [{"type": "text", "text": "Hi"}], "deep": {"x": 1}, "reasoning": "old"}
        await storage.memory.save_messages("t", [message("a", content=stored)])

        changed = await storage.memory.update_messages(
            [{"id": "a", "content": {"deep": {"y": 1}, "reasoning": None, "content": "Hi"}}]
        )

        merged = {**stored, "deep": {"y": 1}, "reasoning": None, "content": "Hi"}
        assert changed == [message("a", content=merged)] == await storage.memory.get_messages("t")

    async def test_the_metadata_of_content_is_merged_too(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", metadata={"kept": 1, "deep": {"x": 1}})])

        changed = await storage.memory.update_messages([{"id": "a", "content": {"metadata": {"deep": 2, "new": 3}}}])

        assert changed == [message("a", metadata={"kept": 1, "deep": 2, "new": 3})]
        assert await storage.memory.get_messages("t") == changed

    @pytest.mark.parametrize(
        ("stored", "given", "merged"), [(None, {"a": 1}, {"a": 1}), ({"a": 1}, None, None), ({"a": 1}, 2, 2)]
    )
    async def test_metadata_is_replaced_where_one_of_the_two_is_no_object(
        self, storage: Storage, stored: Any, given: Any, merged: Any
    ) -> None:
        await storage.memory.save_messages("t", [message("a", content={"parts": [], "metadata": stored})])

        (changed,) = await storage.memory.update_messages([{"id": "a", "content": {"metadata": given}}])

        assert changed.content == {"parts": [], "metadata": merged}

    async def test_text_replaces_the_parts(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", "Old", metadata={"a": 1})])

        changed = await storage.memory.update_messages([{"id": "a", "content": "New"}])

        assert changed == [message("a", content={**said("New"), "metadata": {"a": 1}, "content": "New"})]
        assert await storage.memory.get_messages("t") == changed

    async def test_role_kind_and_resource_change(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", role="user", resource_id="r")])

        changed = await storage.memory.update_messages(
            [{"id": "a", "role": "assistant", "type": "text", "resourceId": "s"}]
        )

        assert changed == [message("a", role="assistant", kind="text", resource_id="s")]
        assert await storage.memory.get_messages("t") == changed

    async def test_what_is_none_stays(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", kind="text")])

        changed = await storage.memory.update_messages(
            [{"id": "a", "content": None, "role": None, "type": None, "thread_id": None, "resource_id": None}]
        )

        assert changed == [message("a", kind="text")] == await storage.memory.get_messages("t")

    async def test_a_message_can_move_to_another_thread(self, storage: Storage) -> None:
        for name in ("from", "to", "untouched"):
            await storage.memory.save_thread(thread(name))
        await storage.memory.save_messages(messages=[message("a", thread_id="from"), message("b", thread_id="from")])
        before = await _last_changes(storage)

        changed = await storage.memory.update_messages([{"id": "a", "thread_id": "to"}])

        assert changed == [message("a", thread_id="to")]
        assert ids(await storage.memory.get_messages("from")) == ["b"]
        assert ids(await storage.memory.get_messages("to")) == ["a"]
        now = await _last_changes(storage)
        assert now["from"] >= before["from"]
        assert now["to"] > before["to"]
        assert now["untouched"] == before["untouched"]

    async def test_none_moves_to_a_thread_that_does_not_exist(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a"), message("b")])

        with pytest.raises(NotFound, match="nowhere"):
            await storage.memory.update_messages([{"id": "a", "role": "system"}, {"id": "b", "thread_id": "nowhere"}])

        assert await storage.memory.get_messages("t") == [message("a"), message("b")]

    async def test_the_thread_is_stamped(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a")])
        await storage.memory.save_thread(thread("t"))
        before = utc_now()

        await storage.memory.update_messages([{"id": "a", "role": "assistant"}])

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert before <= found.updated_at <= utc_now()

    async def test_unknown_ids_are_skipped_and_the_rest_is_oldest_first(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", at=after(2)), message("b", at=after(1))])

        changed = await storage.memory.update_messages([{"id": name, "role": "x"} for name in ("a", "unknown", "b")])

        assert ids(changed) == ["b", "a"]
        assert {each.role for each in await storage.memory.get_messages("t")} == {"x"}

    async def test_of_several_changes_for_one_id_the_later_wins_field_by_field(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", metadata={"stored": 0})])

        changed = await storage.memory.update_messages(
            [
                {"id": "a", "role": "first", "type": "first", "content": {"metadata": {"x": 1, "y": 1}}},
                {"id": "a", "role": "second", "content": {"metadata": {"y": 2}}},
            ]
        )

        assert changed == [message("a", role="second", kind="first", metadata={"stored": 0, "x": 1, "y": 2})]

    @pytest.mark.parametrize("changes", [[], [{"id": "unknown", "role": "x"}]])
    async def test_nothing_to_change_is_no_error(self, storage: Storage, changes: list[dict[str, Any]]) -> None:
        assert await storage.memory.update_messages(changes) == []

    async def test_concurrent_changes_of_other_keys_are_kept(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", metadata={})])

        await asyncio.gather(
            *(storage.memory.update_messages([{"id": "a", "content": {"metadata": {f"k{n}": n}}}]) for n in range(10))
        )

        (found,) = await storage.memory.get_messages("t")
        assert found.content["metadata"] == {f"k{n}": n for n in range(10)}

    @MODEST
    @given(stored=json_objects(WILD_TEXTS), changes=st.lists(json_objects(WILD_TEXTS), max_size=3))
    async def test_any_content_is_merged_as_dicts_are(
        self, storage: Storage, stored: dict[str, Any], changes: list[dict[str, Any]]
    ) -> None:
        await storage.memory.save_messages("t", [message("a", content={**stored, "metadata": stored})])

        await storage.memory.update_messages(
            [{"id": "a", "content": {**change, "metadata": change}} for change in changes]
        )

        merged = dict(stored)
        for change in changes:
            merged |= change
        assert await storage.memory.get_messages("t") == [message("a", content={**merged, "metadata": merged})]


class TestDeleteMessages:
    async def test_says_how_many_there_were(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message(name) for name in "abc"])

        deleted = await storage.memory.delete_messages(["a", "unknown", "c", "c"])

        assert deleted == 2
        assert ids(await storage.memory.get_messages("t")) == ["b"]

    async def test_their_threads_are_stamped(self, storage: Storage) -> None:
        for name in ("t", "u", "untouched"):
            await storage.memory.save_messages(name, [message(name, thread_id=name)])
            await storage.memory.save_thread(thread(name))
        before = utc_now()

        await storage.memory.delete_messages(["t", "u"])

        stamped = {name: changed >= before for name, changed in (await _last_changes(storage)).items()}
        assert stamped == {"t": True, "u": True, "untouched": False}

    @pytest.mark.parametrize("message_ids", [[], ["unknown"]])
    async def test_nothing_to_delete_is_no_error(self, storage: Storage, message_ids: list[str]) -> None:
        await storage.memory.save_messages("t", [message("a")])

        assert await storage.memory.delete_messages(message_ids) == 0
        assert ids(await storage.memory.get_messages("t")) == ["a"]

    async def test_thousands_at_once(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message(f"{n}") for n in range(3000)])

        deleted = await storage.memory.delete_messages([f"{n}" for n in range(1, 3000)])

        assert deleted == 2999
        assert ids(await storage.memory.get_messages("t")) == ["0"]


class TestListMessagesById:
    async def test_oldest_first_whatever_thread_they_are_in(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", at=after(3)), message("b", at=after(1))])
        await storage.memory.save_messages("u", [message("c", thread_id="u", at=after(2)), message("d", thread_id="u")])

        found = await storage.memory.list_messages_by_id(["a", "b", "c"])

        assert found == [message("b", at=after(1)), message("c", thread_id="u", at=after(2)), message("a", at=after(3))]

    async def test_equal_times_are_ordered_by_id(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message(name) for name in "cab"])

        found = await storage.memory.list_messages_by_id(["b", "c", "a"])

        assert ids(found) == ["a", "b", "c"]

    async def test_unknown_ids_are_skipped_and_others_shown_once(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a"), message("b")])

        found = await storage.memory.list_messages_by_id(["a", "unknown", "a"])

        assert ids(found) == ["a"]

    async def test_no_ids_are_no_messages(self, storage: Storage) -> None:
        assert await storage.memory.list_messages_by_id([]) == []


async def _last_changes(storage: Storage) -> dict[str, Any]:
    return {each.id: each.updated_at for each in await storage.memory.get_threads()}
