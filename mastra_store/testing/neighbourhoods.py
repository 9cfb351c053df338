"""What every backend promises of messages that a list includes, and of their neighbours."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from ..pages import DateRange, Order
from ..records.memory import Include, Message
from ..storage import Storage
from .builders import NOON, after, ids, message, thread
from .strategies import DIRECTIONS, MODEST

__all__ = ["TestListMessagesInclude"]


class TestListMessagesInclude:
    async def test_a_message_is_shown_with_its_neighbours(self, storage: Storage) -> None:
        await _save_numbered(storage, "t", 9)

        page = await storage.memory.list_messages("t", per_page=1, include=[Include("t5", 2, 1)])

        assert ids(page) == ["t0", "t3", "t4", "t5", "t6"]

    @pytest.mark.parametrize(
        "item",
        [
            Include("u2", 1, 1),
            {"id": "u2", "with_previous_messages": 1, "with_next_messages": 1},
            {"id": "u2", "withPreviousMessages": 1, "withNextMessages": 1},
            {"id": "u2", "withPreviousMessages": 1, "withNextMessages": 1, "threadId": "t"},
        ],
        ids=["record", "snake_case", "camelCase", "its own thread counts"],
    )
    async def test_neighbours_are_those_of_its_own_thread(self, storage: Storage, item: Any) -> None:
        await _save_numbered(storage, "t", 4)
        await _save_numbered(storage, "u", 4)

        page = await storage.memory.list_messages("t", per_page=1, include=[item])

        assert ids(page) == ["t0", "u1", "u2", "u3"]

    async def test_a_page_without_rows_shows_them_alone(self, storage: Storage) -> None:
        await _save_numbered(storage, "t", 9)

        page = await storage.memory.list_messages("t", per_page=0, include=[Include("t3", 1, 1)])

        assert ids(page) == ["t2", "t3", "t4"]
        assert (page.total, page.has_more) == (0, False)

    async def test_the_total_does_not_count_them(self, storage: Storage) -> None:
        await _save_numbered(storage, "t", 2)
        await _save_numbered(storage, "u", 9)

        page = await storage.memory.list_messages("t", per_page=1, include=[Include("u4", 2, 2)])

        assert (len(page), page.total, page.per_page, page.has_more) == (6, 2, 1, True)

    async def test_an_unknown_message_is_skipped(self, storage: Storage) -> None:
        await _save_numbered(storage, "t", 3)

        page = await storage.memory.list_messages("t", per_page=1, include=[Include("unknown", 5, 5), Include("t2")])

        assert ids(page) == ["t0", "t2"]

    async def test_each_message_is_shown_once(self, storage: Storage) -> None:
        await _save_numbered(storage, "t", 6)

        page = await storage.memory.list_messages(
            "t", per_page=3, include=[Include("t2", 2, 1), Include("t3", 2, 1), Include("t3")]
        )

        assert ids(page) == ["t0", "t1", "t2", "t3", "t4"]

    async def test_more_neighbours_than_there_are(self, storage: Storage) -> None:
        await _save_numbered(storage, "t", 3)

        page = await storage.memory.list_messages("t", per_page=0, include=[Include("t1", 2**31, 2**31)])

        assert ids(page) == ["t0", "t1", "t2"]

    async def test_filters_do_not_apply_to_them(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message(f"{n}", at=after(n), metadata={"n": n}) for n in range(6)])

        page = await storage.memory.list_messages(
            "t", between=DateRange(start=after(4)), metadata={"n": 5}, include=[Include("1", 1, 0)]
        )

        assert (ids(page), page.total) == (["0", "1", "5"], 1)

    async def test_of_a_resource_they_must_be_as_well(self, storage: Storage) -> None:
        await storage.memory.save_messages(
            "t", [message(f"{n}", at=after(n), resource_id="rs"[n % 2]) for n in range(8)]
        )

        page = await storage.memory.list_messages(
            "t", resource_id="r", per_page=1, include=[Include("4", 1, 1), Include("5", 1, 1)]
        )

        assert ids(page) == ["0", "2", "4", "6"]

    async def test_newest_first_they_are_in_order_too(self, storage: Storage) -> None:
        await _save_numbered(storage, "t", 9)

        page = await storage.memory.list_messages(
            "t", per_page=1, order=Order("created_at", "desc"), include=[Include("t3", 1, 2)]
        )

        assert ids(page) == ["t8", "t5", "t4", "t3", "t2"]

    async def test_neighbours_at_the_same_time_are_told_apart_by_id(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message(name, at=NOON) for name in "abcdefg"])

        page = await storage.memory.list_messages("t", per_page=0, include=[Include("d", 1, 2)])

        assert ids(page) == ["c", "d", "e", "f"]

    @pytest.mark.parametrize("options", [{"per_page": None}, {"include_total": False}, {"page": 1, "per_page": 1}])
    async def test_whichever_way_the_page_is_read(self, storage: Storage, options: dict[str, Any]) -> None:
        await _save_numbered(storage, "t", 3)
        await _save_numbered(storage, "u", 3)
        plain = await storage.memory.list_messages("t", **options)

        page = await storage.memory.list_messages("t", include=[Include("u1", 1, 0)], **options)

        assert ids(page) == sorted([*ids(plain), "u0", "u1"], key=lambda name: (name[1], name[0]))
        assert (page.total, page.has_more) == (plain.total, plain.has_more)

    async def test_of_a_resource_in_all_its_threads(self, storage: Storage) -> None:
        await _save_numbered(storage, "t", 3)

        page = await storage.memory.list_messages_by_resource_id("r", per_page=1, include=[Include("t2", 1, 0)])

        assert ids(page) == ["t0", "t1", "t2"]

    @MODEST
    @given(data=st.data())
    async def test_shows_what_a_loop_would(self, storage: Storage, data: st.DataObject) -> None:
        await storage.memory.dangerously_clear_all()
        rows = st.tuples(st.sampled_from("tu"), st.sampled_from("rs"), st.integers(0, 2))
        stored = [
            message(f"{n:02}", thread_id=name, resource_id=owner, at=after(at))
            for n, (name, owner, at) in enumerate(data.draw(st.lists(rows, min_size=1, max_size=14)))
        ]
        for name in "tu":
            await storage.memory.save_thread(thread(name))
        await storage.memory.save_messages(messages=stored)
        include = [
            Include(*item)
            for item in data.draw(
                st.lists(
                    st.tuples(st.sampled_from(ids(stored)), st.integers(0, 4), st.integers(0, 4)),
                    min_size=1,
                    max_size=3,
                )
            )
        ]
        owner = data.draw(st.none() | st.sampled_from("rs"))
        direction = data.draw(DIRECTIONS)
        page = data.draw(st.integers(0, 2))

        found = await storage.memory.list_messages(
            "t", resource_id=owner, page=page, per_page=2, order=Order("created_at", direction), include=include
        )

        owned = [each for each in _in_order(stored, direction) if owner in (None, each.resource_id)]
        matching = [each for each in owned if each.thread_id == "t"]
        shown = [*matching[page * 2 :][:2], *(near for item in include for near in _neighbourhood(owned, item))]
        assert list(found) == _in_order({each.id: each for each in shown}.values(), direction)
        assert (found.total, found.has_more) == (len(matching), (page + 1) * 2 < len(matching))


async def _save_numbered(storage: Storage, thread_id: str, count: int) -> None:
    """Messages ``t0``, ``t1``, ... of thread ``t``, a second apart."""
    given = [message(f"{thread_id}{n}", thread_id=thread_id, at=after(seconds=n)) for n in range(count)]
    await storage.memory.save_messages(thread_id, given)


def _in_order(messages: Any, direction: str) -> list[Message]:
    return sorted(messages, key=lambda each: (each.created_at, each.id), reverse=direction == "desc")


def _neighbourhood(messages: list[Message], item: Include) -> list[Message]:
    target = next((each for each in messages if each.id == item.id), None)
    if target is None:
        return []
    near = _in_order((each for each in messages if each.thread_id == target.thread_id), "asc")
    here = near.index(target)
    return near[max(0, here - item.with_previous_messages) : here + item.with_next_messages + 1]
