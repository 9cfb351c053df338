"""What every backend promises of copied threads."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from ..clock import utc_now
from ..errors import AlreadyExists, NotFound
from ..pages import DateRange
from ..storage import Storage
from .builders import after, ids, message, thread

__all__ = ["TestCloneThread", "TestCopyThread"]


class TestCopyThread:
    async def test_messages_are_copied_under_new_ids(self, storage: Storage) -> None:
        given = [
            message("a", "first \x00\ud800", at=after(1), kind="text", role="system", metadata={"n": 1.5}),
            message("b", "second", at=after(2), resource_id="third"),
        ]
        await storage.memory.save_messages("t", given, resource_id="r")

        copied = await storage.memory.copy_thread("t", new_thread_id="copy")

        assert list(copied.message_id_map) == ["a", "b"]
        expected = [each.evolve(id=copied.message_id_map[each.id], thread_id="copy", resource_id="r") for each in given]
        assert await storage.memory.get_messages("copy") == expected
        assert await storage.memory.get_messages("t") == given
        assert not {"a", "b"} & set(copied.message_id_map.values())

    async def test_the_copy_says_where_it_comes_from(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread("t", resource_id="r", title="Trip", metadata={"not": "copied"}))
        await storage.memory.save_messages("t", [message("a", at=after(1)), message("b", at=after(2))])
        before = utc_now()

        copied = await storage.memory.copy_thread("t", new_thread_id="copy", metadata={"own": 1})

        made = copied.thread
        assert before <= made.created_at == made.updated_at <= utc_now()
        assert (made.id, made.resource_id, made.title) == ("copy", "r", "Clone of Trip")
        metadata = dict(made.metadata or {})
        clone = metadata.pop("clone")
        assert metadata == {"own": 1}
        assert (clone["sourceThreadId"], clone["lastMessageId"]) == ("t", "b")
        assert datetime.fromisoformat(clone["clonedAt"]) == made.created_at
        assert await storage.memory.get_thread_by_id("copy") == made

    @pytest.mark.parametrize(
        ("title", "given", "made"),
        [("Trip", None, "Clone of Trip"), ("", None, ""), ("Trip", "Mine", "Mine"), ("Trip", "", "")],
    )
    async def test_titles(self, storage: Storage, title: str, given: str | None, made: str) -> None:
        await storage.memory.save_thread(thread("t", title=title))

        copied = await storage.memory.copy_thread("t", title=given)

        assert copied.thread.title == made

    async def test_a_thread_without_messages(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread("t"))

        copied = await storage.memory.copy_thread("t")

        assert copied.message_id_map == {}
        assert "lastMessageId" not in (copied.thread.metadata or {})["clone"]

    async def test_the_new_thread_and_its_messages_belong_to_the_resource_given(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", resource_id="r")])

        copied = await storage.memory.copy_thread("t", resource_id="s")

        assert copied.thread.resource_id == "s"
        assert [each.resource_id for each in await storage.memory.get_messages(copied.thread.id)] == ["s"]

    async def test_the_id_is_made_up_where_none_is_given(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread("t"))

        first = await storage.memory.copy_thread("t")
        second = await storage.memory.copy_thread("t")

        assert len({"t", first.thread.id, second.thread.id}) == 3

    @pytest.mark.parametrize(
        ("options", "chosen"),
        [
            pytest.param({"message_limit": 2}, ["3", "4"], id="the latest so many"),
            pytest.param({"message_limit": 0}, [], id="none"),
            pytest.param({"message_limit": 9}, ["0", "1", "2", "3", "4"], id="more than there are"),
            pytest.param({"between": DateRange(after(1), after(3))}, ["1", "2", "3"], id="of a time"),
            pytest.param({"between": DateRange(after(1), after(3), True, True)}, ["2"], id="within a time"),
            pytest.param({"message_ids": ["3", "0", "unknown", "of u"]}, ["0", "3"], id="by id"),
            pytest.param({"message_ids": []}, [], id="by no id"),
            pytest.param(
                {"message_ids": ["0", "1", "2"], "between": DateRange(end=after(1)), "message_limit": 1},
                ["1"],
                id="the latest of those that match",
            ),
        ],
    )
    async def test_a_choice_of_messages(self, storage: Storage, options: dict[str, Any], chosen: list[str]) -> None:
        await storage.memory.save_messages("t", [message(f"{n}", at=after(n)) for n in range(5)])
        await storage.memory.save_messages("u", [message("of u", thread_id="u")])

        copied = await storage.memory.copy_thread("t", **options)

        assert list(copied.message_id_map) == chosen
        assert (copied.thread.metadata or {})["clone"].get("lastMessageId") == (chosen[-1] if chosen else None)

    async def test_an_unknown_source_is_not_found(self, storage: Storage) -> None:
        with pytest.raises(NotFound) as raised:
            await storage.memory.copy_thread("unknown", new_thread_id="copy")

        assert raised.value.id.endswith("_CLONE_THREAD_SOURCE_NOT_FOUND")
        assert await storage.memory.get_threads() == []

    async def test_a_taken_id_is_refused_and_nothing_copied(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a")])
        await storage.memory.save_thread(thread("taken", title="Mine"))

        with pytest.raises(AlreadyExists) as raised:
            await storage.memory.copy_thread("t", new_thread_id="taken")

        assert raised.value.id.endswith("_CLONE_THREAD_THREAD_EXISTS")
        assert await storage.memory.get_thread_by_id("taken") == thread("taken", title="Mine")
        assert [each.id async for each in storage.memory.iter_messages()] == ["a"]

    async def test_of_several_copies_to_one_id_one_is_made(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a")])

        results = await asyncio.gather(
            *(storage.memory.copy_thread("t", new_thread_id="copy") for _ in range(8)), return_exceptions=True
        )

        assert [type(each) for each in results if isinstance(each, BaseException)] == [AlreadyExists] * 7
        assert len(await storage.memory.get_messages("copy")) == 1

    async def test_a_thousand_messages(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message(f"{n:03}", at=after(n)) for n in range(1000)])

        copied = await storage.memory.copy_thread("t")

        assert len(await storage.memory.get_messages(copied.thread.id)) == 1000


class TestCloneThread:
    async def test_gives_the_messages_as_well(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message(name, at=after(9 - n)) for n, name in enumerate("abc")])

        cloned = await storage.memory.clone_thread("t", title="Mine", message_limit=2)

        assert cloned.thread == await storage.memory.get_thread_by_id(cloned.thread.id)
        assert cloned.thread.title == "Mine"
        assert ids(cloned.cloned_messages) == [cloned.message_id_map["b"], cloned.message_id_map["a"]]
        assert cloned.cloned_messages == await storage.memory.get_messages(cloned.thread.id)
