"""What every backend promises of many messages: pages and iterators show each exactly once."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ..pages import DateRange, Order
from ..records.memory import Message
from ..storage import Storage
from .builders import NOON, after, ids, message, thread
from .strategies import DIRECTIONS, MODEST

__all__ = ["TestIterMessages", "TestPagingAThousandMessagesOfOneTime"]

OLDEST_FIRST = Order("created_at", "asc")
NEWEST_FIRST = Order("created_at", "desc")


class TestPagingAThousandMessagesOfOneTime:
    @pytest.mark.parametrize("per_page", [97, 250, 999])
    async def test_pages_show_each_once_and_backwards_the_mirror_image(self, storage: Storage, per_page: int) -> None:
        await _save_a_thousand(storage)

        up = await _paged(storage, per_page, OLDEST_FIRST)
        down = await _paged(storage, per_page, NEWEST_FIRST)

        assert ids(up) == [f"{n:03}" for n in range(1000)]
        assert down == up[::-1]

    @pytest.mark.parametrize("batch_size", [97, 500, 1000])
    async def test_iterators_show_each_once_and_backwards_the_mirror_image(
        self, storage: Storage, batch_size: int
    ) -> None:
        await _save_a_thousand(storage)

        up = await _all(storage.memory.iter_messages("t", batch_size=batch_size))
        down = await _all(storage.memory.iter_messages("t", batch_size=batch_size, order=NEWEST_FIRST))

        assert ids(up) == [f"{n:03}" for n in range(1000)]
        assert down == up[::-1]


class TestIterMessages:
    async def test_of_all_threads(self, storage: Storage) -> None:
        await _save(storage, message("a", thread_id="t", at=after(2)), message("b", thread_id="u", at=after(1)))

        found = await _all(storage.memory.iter_messages())

        assert found == [message("b", thread_id="u", at=after(1)), message("a", thread_id="t", at=after(2))]

    async def test_of_nothing(self, storage: Storage) -> None:
        assert await _all(storage.memory.iter_messages("unknown")) == []

    @MODEST
    @given(data=st.data())
    async def test_shows_what_a_loop_would(self, storage: Storage, data: st.DataObject) -> None:
        await storage.memory.dangerously_clear_all()
        rows = st.tuples(st.sampled_from("tu"), st.sampled_from("rs"), st.integers(0, 3))
        stored = [
            message(f"{n:02}", thread_id=name, resource_id=owner, at=after(at))
            for n, (name, owner, at) in enumerate(data.draw(st.lists(rows, max_size=14)))
        ]
        await _save(storage, *stored)
        wanted: Any = data.draw(st.sampled_from([None, "t", ["u"], ["t", "u"]]))
        owner = data.draw(st.sampled_from([None, "r"]))
        start = data.draw(st.integers(0, 3))
        direction = data.draw(DIRECTIONS)
        batch_size = data.draw(st.integers(1, 5))

        found = await _all(
            storage.memory.iter_messages(
                wanted,
                resource_id=owner,
                between=DateRange(start=after(start)),
                order=Order("created_at", direction),
                batch_size=batch_size,
            )
        )

        matching = [
            each
            for each in stored
            if each.thread_id in (wanted or "tu")
            and owner in (None, each.resource_id)
            and each.created_at >= after(start)
        ]
        reverse = direction == "desc"
        assert found == sorted(matching, key=lambda each: (each.created_at, each.id), reverse=reverse)

    async def test_what_stays_is_shown_once_whatever_else_comes_and_goes(self, storage: Storage) -> None:
        await _save(storage, *(message(f"{n:02}", at=after(n)) for n in range(40)))
        shown = []

        async for each in storage.memory.iter_messages("t", batch_size=4):
            shown.append(each.id)
            if len(shown) == 10:
                await storage.memory.delete_messages(["01", "09", "20", "30"])
                await _save(storage, message("early", at=after(-1)), message("late", at=after(99)))

        staying = [f"{n:02}" for n in range(40) if n not in (1, 9, 20, 30)]
        assert [name for name in shown if name in staying] == staying
        assert len(shown) == len(set(shown))

    async def test_it_can_be_left_in_the_middle(self, storage: Storage) -> None:
        await _save(storage, *(message(f"{n}") for n in range(9)))

        async for _ in storage.memory.iter_messages("t", batch_size=2):
            break

        assert len(await storage.memory.get_messages("t")) == 9

    async def test_other_calls_may_be_made_in_between(self, storage: Storage) -> None:
        await _save(storage, *(message(f"{n}") for n in range(9)))

        async for each in storage.memory.iter_messages("t", batch_size=2):
            await storage.memory.update_messages([{"id": each.id, "role": "seen"}])

        assert {each.role for each in await storage.memory.get_messages("t")} == {"seen"}


async def _save_a_thousand(storage: Storage) -> None:
    """Messages ``000`` to ``999`` of thread ``t``, all at noon, and a few of another thread, saved in no order."""
    given = [message(f"{n * 7 % 1000:03}", at=NOON) for n in range(1000)]
    await storage.memory.save_messages("t", given)
    await storage.memory.save_messages("u", [message(f"u{n}", thread_id="u", at=NOON) for n in range(20)])


async def _save(storage: Storage, *messages: Message) -> None:
    for name in {each.thread_id for each in messages}:
        await storage.memory.save_thread(thread(name))
    await storage.memory.save_messages(messages=messages)


async def _paged(storage: Storage, per_page: int, order: Order) -> list[Message]:
    shown: list[Message] = []
    for number in range(1000):
        page = await storage.memory.list_messages("t", page=number, per_page=per_page, order=order)
        shown.extend(page)
        if not page.has_more:
            break
    return shown


async def _all(messages: AsyncIterator[Message]) -> list[Message]:
    return [each async for each in messages]
