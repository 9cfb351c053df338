"""What every backend promises of lists of threads: pages, order and filters."""

from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from ..errors import InvalidArgument
from ..pages import Order
from ..storage import Storage
from .builders import NOON, after, ids, thread
from .strategies import DIRECTIONS, MODEST

__all__ = ["TestGetThreads", "TestListThreads", "TestListThreadsByMetadata"]

OLDEST_FIRST = Order("created_at", "asc")

# Few keys and values, so that filters often match.
_LEAVES = st.none() | st.booleans() | st.sampled_from([0, 1, 2, 1.0, 0.5, "", "a", "1", "ä"])
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)
_METADATA = st.dictionaries(st.sampled_from(["a", "b", "_c9"]), _VALUES, min_size=1, max_size=3)


class TestListThreads:
    async def test_newest_first(self, storage: Storage) -> None:
        await _save(storage, thread("a", at=after(1)), thread("b", at=after(3)), thread("c", at=after(2)))

        page = await storage.memory.list_threads()

        assert ids(page) == ["b", "c", "a"]

    async def test_shows_every_field(self, storage: Storage) -> None:
        saved = thread("t", resource_id="r", title="Trip", updated_at=after(5), metadata={"a": [1, {"b": None}]})
        await storage.memory.save_thread(saved)

        page = await storage.memory.list_threads()

        assert page.items == (saved,)

    @pytest.mark.parametrize("field", ["created_at", "updated_at"])
    async def test_equal_times_are_ordered_by_id_in_the_same_direction(self, storage: Storage, field: str) -> None:
        await _save(storage, *(thread(name, at=NOON) for name in ("b", "10", "a", "9", "ab")))

        up = await storage.memory.list_threads(order=Order(field, "asc"))
        down = await storage.memory.list_threads(order=Order(field, "desc"))

        assert ids(up) == ["10", "9", "a", "ab", "b"]
        assert ids(down) == ids(up)[::-1]

    async def test_ordered_by_the_last_change(self, storage: Storage) -> None:
        await _save(storage, thread("a", at=after(1), updated_at=after(9)), thread("b", at=after(2)))

        page = await storage.memory.list_threads(order=Order("updated_at", "desc"))

        assert ids(page) == ["a", "b"]

    async def test_a_page_has_a_hundred_threads(self, storage: Storage) -> None:
        await _save(storage, *(thread(f"{n:03}") for n in range(101)))

        page = await storage.memory.list_threads(order=OLDEST_FIRST)

        assert ids(page) == [f"{n:03}" for n in range(100)]
        assert (page.total, page.page, page.per_page, page.has_more) == (101, 0, 100, True)

    @pytest.mark.parametrize(
        ("page", "shown", "has_more"), [(0, ["a", "b"], True), (1, ["c", "d"], True), (2, ["e"], False), (3, [], False)]
    )
    async def test_pages_follow_each_other(self, storage: Storage, page: int, shown: list[str], has_more: bool) -> None:
        await _save(storage, *(thread(name) for name in "abcde"))

        found = await storage.memory.list_threads(page=page, per_page=2, order=OLDEST_FIRST)

        assert ids(found) == shown
        assert (found.total, found.page, found.per_page, found.has_more) == (5, page, 2, has_more)

    async def test_the_last_page_may_be_full(self, storage: Storage) -> None:
        await _save(storage, thread("a"), thread("b"))

        page = await storage.memory.list_threads(per_page=2)

        assert (len(page), page.has_more) == (2, False)

    async def test_no_limit_shows_all(self, storage: Storage) -> None:
        await _save(storage, *(thread(f"{n:03}") for n in range(101)))

        page = await storage.memory.list_threads(per_page=None)

        assert (len(page), page.total, page.per_page, page.has_more) == (101, 101, None, False)

    async def test_a_page_of_no_rows_counts_them(self, storage: Storage) -> None:
        await _save(storage, thread("a"), thread("b"))

        page = await storage.memory.list_threads(per_page=0)

        assert (page.items, page.total, page.has_more) == ((), 2, True)

    async def test_nothing_stored_is_an_empty_page(self, storage: Storage) -> None:
        page = await storage.memory.list_threads()

        assert (page.items, page.total, page.has_more) == ((), 0, False)

    async def test_of_one_resource(self, storage: Storage) -> None:
        await _save(storage, thread("a", resource_id="r"), thread("b", resource_id="s"), thread("c", resource_id="r"))

        page = await storage.memory.list_threads(resource_id="r", per_page=1)

        assert ids(page) == ["c"]
        assert page.total == 2

    async def test_an_empty_resource_is_no_filter(self, storage: Storage) -> None:
        await _save(storage, thread("a", resource_id="r"), thread("b", resource_id="s"))

        page = await storage.memory.list_threads(resource_id="")

        assert ids(page) == ["b", "a"]

    @MODEST
    @given(data=st.data())
    async def test_pages_together_are_the_whole_list(self, storage: Storage, data: st.DataObject) -> None:
        await storage.memory.dangerously_clear_all()
        times = data.draw(st.lists(st.integers(0, 3), max_size=12))
        stored = [thread(f"{n}", at=after(time), updated_at=after(9 - time)) for n, time in enumerate(times)]
        await _save(storage, *stored)
        order = Order(data.draw(st.sampled_from(["created_at", "updated_at"])), data.draw(DIRECTIONS))
        per_page = data.draw(st.integers(1, 5))

        pages = [
            await storage.memory.list_threads(page=number, per_page=per_page, order=order)
            for number in range(len(times) // per_page + 1)
        ]

        expected = sorted(
            stored, key=lambda each: (getattr(each, order.field), each.id), reverse=order.direction == "desc"
        )
        assert [each for page in pages for each in page] == expected
        assert [page.has_more for page in pages] == [
            (number + 1) * per_page < len(times) for number in range(len(pages))
        ]
        assert {page.total for page in pages} == {len(times)}


class TestListThreadsByMetadata:
    @pytest.mark.parametrize(
        ("wanted", "shown"),
        [
            pytest.param({"n": 1}, ["numbers"], id="a number is no text and no truth value"),
            pytest.param({"n": "1"}, ["texts"], id="a text is no number"),
            pytest.param({"n": True}, ["truths"], id="a truth value is no number"),
            pytest.param({"n": 1.0}, ["numbers"], id="numbers are compared by value"),
            pytest.param({"n": None}, ["nulls"], id="null matches an explicit null alone"),
            pytest.param({"n": {"x": 1}}, ["objects"], id="an object matches as a subset"),
            pytest.param({"n": {}}, ["objects"], id="an empty object matches every object"),
            pytest.param({"n": [2]}, ["lists"], id="a list matches as a subset"),
            pytest.param({"n": [2, 1, 2]}, ["lists"], id="a list matches in any order"),
            pytest.param({"n": [2, 3]}, [], id="each item of a list must match"),
            pytest.param({"n": 2}, [], id="a list does not match as its item"),
            pytest.param({"n": []}, ["lists"], id="an empty list matches every list"),
            pytest.param({"kind": "k", "n": 1}, ["numbers"], id="every key must match"),
            pytest.param({"missing": None}, [], id="a key must be there"),
            pytest.param({"n": "\x001"}, ["texts"], id="NUL is cleaned as it was when stored"),
        ],
    )
    async def test_matches_as_a_part_of_the_stored(
        self, storage: Storage, wanted: dict[str, Any], shown: list[str]
    ) -> None:
        values: dict[str, Any] = {
            "numbers": 1, "texts": "1", "truths": True, "nulls": None, "objects": {"x": 1, "y": 2}, "lists": [1, 2],
        }  # fmt: skip
        await _save(storage, *(thread(name, metadata={"kind": "k", "n": value}) for name, value in values.items()))
        await _save(storage, thread("without"), thread("empty", metadata={}))

        page = await storage.memory.list_threads(metadata=wanted)

        assert ids(page) == shown
        assert page.total == len(shown)

    async def test_no_keys_are_no_filter(self, storage: Storage) -> None:
        await _save(storage, thread("a"), thread("b", metadata={"x": 1}))

        page = await storage.memory.list_threads(metadata={})

        assert page.total == 2

    async def test_together_with_a_resource_and_pages(self, storage: Storage) -> None:
        await _save(
            storage,
            *(thread(f"{n}", resource_id="r" if n % 2 else "s", metadata={"third": n % 3}) for n in range(12)),
        )

        page = await storage.memory.list_threads(
            resource_id="r", metadata={"third": 0}, page=1, per_page=1, order=OLDEST_FIRST
        )

        assert ids(page) == ["9"]
        assert (page.total, page.has_more) == (2, False)

    @pytest.mark.parametrize("key", ["a", "_", "A_9", "k" * 128])
    async def test_keys_are_words(self, storage: Storage, key: str) -> None:
        await _save(storage, thread("a", metadata={key: 1}), thread("b", metadata={"other": 1}))

        page = await storage.memory.list_threads(metadata={key: 1})

        assert ids(page) == ["a"]

    @pytest.mark.parametrize("key", ["", "a-b", "a.b", "9a", "é", "a\n", "k" * 129, "__proto__", "constructor"])
    async def test_other_keys_are_refused(self, storage: Storage, key: str) -> None:
        with pytest.raises(InvalidArgument) as refused:
            await storage.memory.list_threads(metadata={key: 1})

        assert refused.value.id == f"MASTRA_STORAGE_{storage.memory.store}_LIST_THREADS_INVALID_METADATA_KEY"
        assert refused.value.details["argument"] == f"metadata.{key}"

    @MODEST
    @given(stored=st.lists(_METADATA, max_size=6), wanted=_METADATA)
    @example(stored=[{"a": [[1, 2]]}], wanted={"a": [[1]]})
    @example(stored=[{"a": ["x"]}], wanted={"a": "x"})
    async def test_matches_as_containment_is_defined(
        self, storage: Storage, stored: list[dict[str, Any]], wanted: dict[str, Any]
    ) -> None:
        await storage.memory.dangerously_clear_all()
        await _save(storage, *(thread(f"{n}", metadata=metadata) for n, metadata in enumerate(stored)))

        page = await storage.memory.list_threads(metadata=wanted, order=OLDEST_FIRST)

        assert ids(page) == [f"{n}" for n, metadata in enumerate(stored) if _contains(metadata, wanted)]


class TestGetThreads:
    async def test_all_of_them_oldest_first(self, storage: Storage) -> None:
        await _save(storage, *(thread(f"{n:03}", at=after(n)) for n in reversed(range(101))))

        found = await storage.memory.get_threads()

        assert ids(found) == [f"{n:03}" for n in range(101)]

    async def test_of_one_resource(self, storage: Storage) -> None:
        await _save(storage, thread("a", resource_id="r"), thread("b", resource_id="s"))

        found = await storage.memory.get_threads("r")

        assert ids(found) == ["a"]


async def _save(storage: Storage, *threads: Any) -> None:
    for each in threads:
        await storage.memory.save_thread(each)


def _contains(stored: Any, wanted: Any) -> bool:
    """Whether ``wanted`` is a part of ``stored``: the definition that backends are held against."""
    match stored, wanted:
        case dict(), dict():
            return all(key in stored and _contains(stored[key], part) for key, part in wanted.items())
        case list(), list():
            return all(any(_contains(item, part) for item in stored) for part in wanted)
        case (dict() | list(), _) | (_, dict() | list()):
            return False
        case _:
            return isinstance(stored, bool) is isinstance(wanted, bool) and bool(stored == wanted)
