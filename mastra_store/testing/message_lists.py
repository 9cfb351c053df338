"""What every backend promises of lists of messages: pages, order and filters."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ..errors import InvalidArgument
from ..pages import DateRange, Order
from ..records.memory import Message
from ..storage import Storage
from .builders import NOON, after, ids, message, thread
from .strategies import DIRECTIONS, MODEST

__all__ = [
    "TestGetMessages",
    "TestListMessages",
    "TestListMessagesBetween",
    "TestListMessagesByMetadata",
    "TestListMessagesByResourceId",
]

NEWEST_FIRST = Order("created_at", "desc")


class TestListMessages:
    async def test_oldest_first(self, storage: Storage) -> None:
        given = [message("a", at=after(3)), message("b", at=after(1)), message("c", at=after(2))]
        await storage.memory.save_messages("t", given)

        page = await storage.memory.list_messages("t")

        assert page.items == (given[1], given[2], given[0])

    async def test_equal_times_are_ordered_by_id_in_the_same_direction(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message(name, at=NOON) for name in ("b", "10", "a", "9")])

        up = await storage.memory.list_messages("t")
        down = await storage.memory.list_messages("t", order=NEWEST_FIRST)

        assert ids(up) == ["10", "9", "a", "b"]
        assert ids(down) == ids(up)[::-1]

    async def test_of_one_thread_or_several(self, storage: Storage) -> None:
        for name in ("t", "u", "v"):
            await storage.memory.save_messages(name, [message(f"of {name}", thread_id=name)])

        one = await storage.memory.list_messages("t")
        several = await storage.memory.list_messages(["u", "t", "unknown", "t"])

        assert ids(one) == ["of t"]
        assert (ids(several), several.total) == (["of t", "of u"], 2)

    async def test_of_one_resource(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message(f"{n}", resource_id="rs"[n % 2]) for n in range(5)])

        page = await storage.memory.list_messages("t", resource_id="r", per_page=2)

        assert (ids(page), page.total, page.has_more) == (["0", "2"], 3, True)

    async def test_an_empty_resource_is_no_filter(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", resource_id="r"), message("b", resource_id="s")])

        page = await storage.memory.list_messages("t", resource_id="")

        assert ids(page) == ["a", "b"]

    async def test_a_page_has_forty_messages(self, storage: Storage) -> None:
        await _save_numbered(storage, 41)

        page = await storage.memory.list_messages("t")

        assert ids(page) == [f"{n:02}" for n in range(40)]
        assert (page.total, page.page, page.per_page, page.has_more) == (41, 0, 40, True)

    @pytest.mark.parametrize(
        ("page", "shown", "has_more"),
        [(0, ["00", "01"], True), (1, ["02", "03"], True), (2, ["04"], False), (3, [], False), (10**9, [], False)],
    )
    async def test_pages_follow_each_other(self, storage: Storage, page: int, shown: list[str], has_more: bool) -> None:
        await _save_numbered(storage, 5)

        found = await storage.memory.list_messages("t", page=page, per_page=2)

        assert ids(found) == shown
        assert (found.total, found.page, found.per_page, found.has_more) == (5, page, 2, has_more)

    async def test_the_last_page_may_be_full(self, storage: Storage) -> None:
        await _save_numbered(storage, 4)

        page = await storage.memory.list_messages("t", page=1, per_page=2)

        assert (ids(page), page.has_more) == (["02", "03"], False)

    async def test_the_pages_of_a_list_from_its_end(self, storage: Storage) -> None:
        await _save_numbered(storage, 5)

        page = await storage.memory.list_messages("t", page=1, per_page=2, order=NEWEST_FIRST)

        assert ids(page) == ["02", "01"]

    @pytest.mark.parametrize("number", [0, 3])
    async def test_no_limit_shows_all_on_any_page(self, storage: Storage, number: int) -> None:
        await _save_numbered(storage, 41)

        page = await storage.memory.list_messages("t", page=number, per_page=None)

        assert (len(page), page.total, page.page, page.per_page, page.has_more) == (41, 41, number, None, False)

    async def test_a_page_of_no_rows_counts_nothing(self, storage: Storage) -> None:
        await _save_numbered(storage, 3)

        page = await storage.memory.list_messages("t", per_page=0)

        assert (page.items, page.total, page.per_page, page.has_more) == ((), 0, 0, False)

    async def test_an_unknown_thread_is_an_empty_page(self, storage: Storage) -> None:
        page = await storage.memory.list_messages("unknown")

        assert (page.items, page.total, page.has_more) == ((), 0, False)

    @pytest.mark.parametrize(("page", "total", "has_more"), [(0, 2, True), (1, 4, True), (2, 5, False)])
    async def test_without_a_total_the_rows_known_are_counted(
        self, storage: Storage, page: int, total: int, has_more: bool
    ) -> None:
        await _save_numbered(storage, 5)

        found = await storage.memory.list_messages("t", page=page, per_page=2, include_total=False)

        assert (found.total, found.has_more) == (total, has_more)
        assert ids(found) == ids(await storage.memory.list_messages("t", page=page, per_page=2))


class TestListMessagesBetween:
    @pytest.mark.parametrize(
        ("between", "shown"),
        [
            pytest.param(DateRange(after(1), after(3)), [1, 2, 3], id="both bounds belong to the range"),
            pytest.param(DateRange(after(1), after(3), start_exclusive=True), [2, 3], id="without its start"),
            pytest.param(DateRange(after(1), after(3), end_exclusive=True), [1, 2], id="without its end"),
            pytest.param(DateRange(after(1), after(3), True, True), [2], id="without both"),
            pytest.param(DateRange(start=after(3)), [3, 4], id="without an end"),
            pytest.param(DateRange(end=after(1), end_exclusive=True), [0], id="without a start"),
            pytest.param(DateRange(), [0, 1, 2, 3, 4], id="without bounds"),
            pytest.param(DateRange(after(3), after(1)), [], id="the wrong way round"),
            pytest.param(DateRange(after(2), after(2)), [2], id="one moment"),
        ],
    )
    async def test_bounds_are_inclusive_unless_excluded(
        self, storage: Storage, between: DateRange, shown: list[int]
    ) -> None:
        await _save_numbered(storage, 5)

        page = await storage.memory.list_messages("t", between=between)

        assert ids(page) == [f"{n:02}" for n in shown]
        assert page.total == len(shown)

    async def test_bounds_of_other_zones_are_the_same_moments(self, storage: Storage) -> None:
        await _save_numbered(storage, 3)

        page = await storage.memory.list_messages(
            "t", between=DateRange(start=datetime.fromisoformat("2024-02-29T17:45:00.001+05:45"))
        )

        assert ids(page) == ["01", "02"]

    @MODEST
    @given(data=st.data())
    async def test_matches_as_a_loop_would(self, storage: Storage, data: st.DataObject) -> None:
        await storage.memory.dangerously_clear_all()
        moments = st.integers(0, 5).map(after)
        stored = [
            message(f"{n}", thread_id=name, resource_id=owner, at=at)
            for n, (name, owner, at) in enumerate(
                data.draw(st.lists(st.tuples(st.sampled_from("tuv"), st.sampled_from("rs"), moments), max_size=12))
            )
        ]
        for name in "tuv":
            await storage.memory.save_thread(thread(name))
        await storage.memory.save_messages(messages=stored)
        bounds = st.none() | moments
        between = DateRange(*data.draw(st.tuples(bounds, bounds, st.booleans(), st.booleans())))
        wanted = data.draw(st.lists(st.sampled_from("tuv"), min_size=1))
        owner = data.draw(st.none() | st.sampled_from("rs"))
        page, per_page = data.draw(st.tuples(st.integers(0, 2), st.integers(1, 5)))
        order = Order("created_at", data.draw(DIRECTIONS))

        found = await storage.memory.list_messages(
            wanted, resource_id=owner, between=between, page=page, per_page=per_page, order=order
        )

        matching = [
            each
            for each in stored
            if each.thread_id in wanted and owner in (None, each.resource_id) and _within(each.created_at, between)
        ]
        matching.sort(key=lambda each: (each.created_at, each.id), reverse=order.direction == "desc")
        assert list(found) == matching[page * per_page :][:per_page]
        assert found.total == len(matching)
        assert found.has_more == ((page + 1) * per_page < len(matching))


class TestListMessagesByMetadata:
    @pytest.mark.parametrize(
        ("wanted", "shown"),
        [
            pytest.param({"n": 1}, ["numbers"], id="a number is no text and no truth value"),
            pytest.param({"n": "1"}, ["texts"], id="a text is no number"),
            pytest.param({"n": True}, ["truths"], id="a truth value is no number"),
            pytest.param({"n": 1.0}, ["numbers"], id="numbers are compared by value"),
            pytest.param({"n": None}, ["nulls"], id="null matches an explicit null alone"),
            pytest.param({"n": 2}, [], id="a list does not match as its item"),
            pytest.param({"kind": "k", "n": 1}, ["numbers"], id="every key must match"),
            pytest.param({"missing": None}, [], id="a key must be there"),
        ],
    )
    async def test_matches_by_json_type(self, storage: Storage, wanted: dict[str, Any], shown: list[str]) -> None:
        values: dict[str, Any] = {
            "numbers": 1, "texts": "1", "truths": True, "nulls": None, "objects": {"x": 1}, "lists": [2],
        }  # fmt: skip
        given = [message(name, metadata={"kind": "k", "n": value}) for name, value in values.items()]
        await storage.memory.save_messages("t", [*given, message("without"), message("empty", metadata={})])

        page = await storage.memory.list_messages("t", metadata=wanted)

        assert ids(page) == shown
        assert page.total == len(shown)

    async def test_content_whose_metadata_is_no_object_does_not_match(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", content={"parts": [], "metadata": ["n"]})])

        page = await storage.memory.list_messages("t", metadata={"n": None})

        assert page.total == 0

    async def test_no_keys_are_no_filter(self, storage: Storage) -> None:
        await _save_numbered(storage, 2)

        page = await storage.memory.list_messages("t", metadata={})

        assert page.total == 2

    @pytest.mark.parametrize(
        ("page", "shown", "has_more"), [(0, ["01", "03"], True), (1, ["05", "07"], True), (2, ["09"], False)]
    )
    async def test_pages_hold_matches_alone(
        self, storage: Storage, page: int, shown: list[str], has_more: bool
    ) -> None:
        await storage.memory.save_messages("t", [message(f"{n:02}", metadata={"odd": n % 2}) for n in range(10)])

        found = await storage.memory.list_messages("t", metadata={"odd": 1}, page=page, per_page=2)

        assert (ids(found), found.total, found.has_more) == (shown, 5, has_more)

    @pytest.mark.parametrize("key", ["", "a-b", "a.b", "9a", "é", "k" * 129, "__proto__"])
    async def test_keys_that_are_no_words_are_refused(self, storage: Storage, key: str) -> None:
        with pytest.raises(InvalidArgument) as refused:
            await storage.memory.list_messages("t", metadata={key: 1})

        assert refused.value.details["argument"] == f"metadata.{key}"

    @pytest.mark.parametrize("value", [{"x": 1}, [1], float("nan"), b"x"], ids=["object", "list", "NaN", "bytes"])
    async def test_values_that_are_no_scalars_are_refused(self, storage: Storage, value: Any) -> None:
        with pytest.raises(InvalidArgument) as refused:
            await storage.memory.list_messages("t", metadata={"a": value})

        assert refused.value.details["argument"] == "metadata.a"


class TestListMessagesByResourceId:
    async def test_in_all_its_threads(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", at=after(2)), message("b", resource_id="s")])
        await storage.memory.save_messages("u", [message("c", thread_id="u", at=after(1))])

        page = await storage.memory.list_messages_by_resource_id("r")

        assert page.items == (message("c", thread_id="u", at=after(1)), message("a", at=after(2)))
        assert page.total == 2

    async def test_pages_and_filters_are_those_of_list_messages(self, storage: Storage) -> None:
        await storage.memory.save_messages(
            "t", [message(f"{n}", at=after(n), metadata={"odd": n % 2}) for n in range(8)]
        )

        found = await storage.memory.list_messages_by_resource_id(
            "r", page=1, per_page=1, order=NEWEST_FIRST, between=DateRange(end=after(6)), metadata={"odd": 1}
        )

        assert (ids(found), found.total, found.has_more) == (["3"], 3, True)

    async def test_without_a_total_the_rows_known_are_counted(self, storage: Storage) -> None:
        await _save_numbered(storage, 5)

        found = await storage.memory.list_messages_by_resource_id("r", per_page=2, include_total=False)

        assert (ids(found), found.total, found.has_more) == (["00", "01"], 2, True)

    async def test_an_unknown_resource_is_an_empty_page(self, storage: Storage) -> None:
        page = await storage.memory.list_messages_by_resource_id("unknown")

        assert (page.items, page.total) == ((), 0)


class TestGetMessages:
    async def test_all_of_them_oldest_first(self, storage: Storage) -> None:
        given = [message(f"{n:03}", at=after(n)) for n in range(101)]
        await storage.memory.save_messages("t", given[::-1])

        found = await storage.memory.get_messages("t")

        assert found == given

    async def test_an_unknown_thread_has_none(self, storage: Storage) -> None:
        found: list[Message] = await storage.memory.get_messages("unknown")

        assert found == []


async def _save_numbered(storage: Storage, count: int) -> None:
    """Messages ``00``, ``01``, ... of thread ``t``, a millisecond apart."""
    await storage.memory.save_messages("t", [message(f"{n:02}", at=after(n)) for n in range(count)])


def _within(at: datetime, between: DateRange) -> bool:
    return (between.start is None or at > between.start or (at == between.start and not between.start_exclusive)) and (
        between.end is None or at < between.end or (at == between.end and not between.end_exclusive)
    )
