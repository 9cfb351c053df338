"""What every backend refuses: a named error with the path of the offender, and no row is written or changed."""

from collections import UserDict
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from ..errors import InvalidArgument
from ..jsontext import MAX_DEPTH
from ..pages import DateRange, Order
from ..records.memory import Include
from ..storage import Storage
from .builders import NOON, message, resource, thread
from .refusals import PRIVATE, Place, first_of, places, refuses

__all__ = [
    "TestRefusedJson",
    "TestRefusedLists",
    "TestRefusedMessages",
    "TestRefusedPages",
    "TestRefusedTexts",
    "TestRefusedTimes",
]


class TestRefusedTexts:
    @places(
        {
            "thread.title of save_thread": lambda memory, bad: memory.save_thread(thread("new", title=bad)),
            "thread.title of create_thread": lambda memory, bad: memory.create_thread(resource_id="r", title=bad),
            "title of update_thread": lambda memory, bad: memory.update_thread("t", title=bad),
            "title of copy_thread": lambda memory, bad: memory.copy_thread("t", title=bad),
            "resource.working_memory of save_resource": lambda memory, bad: memory.save_resource(
                resource("r", working_memory=bad)
            ),
            "working_memory of update_resource": lambda memory, bad: memory.update_resource("r", working_memory=bad),
            "messages[0].role of save_messages": lambda memory, bad: memory.save_messages("t", [message(role=bad)]),
            "messages[0].type of save_messages": lambda memory, bad: memory.save_messages("t", [message(kind=bad)]),
            "messages[0].role of update_messages": lambda memory, bad: memory.update_messages(
                [{"id": "stored", "role": bad}]
            ),
            "messages[0].type of update_messages": lambda memory, bad: memory.update_messages(
                [{"id": "stored", "type": bad}]
            ),
        }
    )
    async def test_that_hold_what_no_database_keeps(self, storage: Storage, place: Place, argument: str) -> None:
        bad = (f"{PRIVATE}\x00", f"{PRIVATE}\ud83d", 7, b"x")

        await refuses(storage, place, argument, *bad)

    @places(
        {
            "messages[0].role of save_messages": lambda memory, bad: memory.save_messages("t", [message(role=bad)]),
            "messages[0].type of save_messages": lambda memory, bad: memory.save_messages("t", [message(kind=bad)]),
            "messages[0].role of update_messages": lambda memory, bad: memory.update_messages(
                [{"id": "stored", "role": bad}]
            ),
        }
    )
    async def test_that_may_not_be_empty(self, storage: Storage, place: Place, argument: str) -> None:
        await refuses(storage, place, argument, "")


class TestRefusedJson:
    in_every_place = places(
        {
            "thread.metadata of save_thread": lambda memory, bad: memory.save_thread(thread("new", metadata=bad)),
            "thread.metadata of create_thread": lambda memory, bad: memory.create_thread(resource_id="r", metadata=bad),
            "metadata of update_thread": lambda memory, bad: memory.update_thread("t", metadata=bad),
            "metadata of update_thread_metadata": lambda memory, bad: memory.update_thread_metadata("t", lambda _: bad),
            "metadata of list_threads": lambda memory, bad: memory.list_threads(metadata=bad),
            "metadata of copy_thread": lambda memory, bad: memory.copy_thread("t", metadata=bad),
            "resource.metadata of save_resource": lambda memory, bad: memory.save_resource(resource("r", metadata=bad)),
            "metadata of update_resource": lambda memory, bad: memory.update_resource("r", metadata=bad),
            "messages[1].content of save_messages": lambda memory, bad: memory.save_messages(
                "t", [message("first"), message(content=bad)]
            ),
            "messages[0].content of update_messages": lambda memory, bad: memory.update_messages(
                [{"id": "stored", "content": bad}]
            ),
        }
    )

    @in_every_place
    async def test_that_is_none(self, storage: Storage, place: Place, argument: str) -> None:
        no_json: tuple[Any, ...] = (
            float("nan"), float("inf"), float("-inf"), {1}, b"x", Decimal(1), NOON, (1, 2), object(), 1j, UserDict(),
        )  # fmt: skip
        bad = [{"tags": [PRIVATE, {"y": value}]} for value in no_json]

        await refuses(storage, place, f"{argument}.tags[1].y", *bad)

    @in_every_place
    async def test_whose_keys_are_no_text(self, storage: Storage, place: Place, argument: str) -> None:
        bad = [{"deep": [{key: PRIVATE}]} for key in (1, None, True, b"k", ("k",))]

        await refuses(storage, place, f"{argument}.deep[0]", *bad)

    @in_every_place
    async def test_that_is_nested_too_deep(self, storage: Storage, place: Place, argument: str) -> None:
        deep: Any = PRIVATE
        for _ in range(MAX_DEPTH):
            deep = [deep]

        await refuses(storage, place, f"{argument}.deep" + "[0]" * (MAX_DEPTH - 1), {"deep": deep})

    @in_every_place
    async def test_that_holds_itself(self, storage: Storage, place: Place, argument: str) -> None:
        endless: list[Any] = [PRIVATE]
        endless.append(endless)

        await refuses(storage, place, f"{argument}.endless" + "[1]" * (MAX_DEPTH - 1), {"endless": endless})

    @places(
        {
            "thread.metadata of save_thread": lambda memory, bad: memory.save_thread(thread("new", metadata=bad)),
            "metadata of update_thread": lambda memory, bad: memory.update_thread("t", metadata=bad),
            "metadata of update_thread_metadata": lambda memory, bad: memory.update_thread_metadata("t", lambda _: bad),
            "resource.metadata of save_resource": lambda memory, bad: memory.save_resource(resource("r", metadata=bad)),
            "metadata of copy_thread": lambda memory, bad: memory.copy_thread("t", metadata=bad),
        }
    )
    async def test_metadata_that_is_no_object(self, storage: Storage, place: Place, argument: str) -> None:
        bad = ([1], PRIVATE, 7, True)

        await refuses(storage, place, argument, *bad)

    async def test_keys_that_become_the_same_when_cleaned(self, storage: Storage) -> None:
        await refuses(
            storage,
            lambda memory, bad: memory.save_thread(thread("new", metadata={"deep": bad})),
            "thread.metadata.deep",
            {"a\x00": PRIVATE, "a": PRIVATE},
        )


class TestRefusedMessages:
    @places(
        {
            "messages": lambda memory, bad: memory.save_messages("t", bad),
            "messages of update_messages": lambda memory, bad: memory.update_messages(bad),
        }
    )
    async def test_that_are_no_list(self, storage: Storage, place: Place, argument: str) -> None:
        bad = (PRIVATE, {"role": "user", "content": PRIVATE}, message("new"), 7, None)

        await refuses(storage, place, argument, *bad)

    @places(
        {
            "messages[1]": lambda memory, bad: memory.save_messages("t", [message("first"), bad]),
            "messages[0] of update_messages": lambda memory, bad: memory.update_messages([bad]),
        }
    )
    async def test_that_are_neither_records_nor_dicts(self, storage: Storage, place: Place, argument: str) -> None:
        bad: tuple[Any, ...] = (PRIVATE, 7, None, [], thread())

        await refuses(storage, place, argument, *bad)

    @pytest.mark.parametrize("content", [None, 7, True, b"x", ("x",)], ids=repr)
    async def test_whose_content_is_nothing_of_a_message(self, storage: Storage, content: Any) -> None:
        await refuses(
            storage,
            lambda memory, bad: memory.save_messages("t", [{"role": "user", "content": bad}]),
            "messages[0].content",
            content,
        )

    @pytest.mark.parametrize("missing", ["role", "content"])
    async def test_that_lack_a_field(self, storage: Storage, missing: str) -> None:
        fields = {"role": "user", "content": PRIVATE}
        del fields[missing]

        await refuses(
            storage,
            lambda memory, bad: memory.save_messages("t", [message("first"), bad]),
            f"messages[1].{missing}",
            fields,
        )

    @places(
        {
            "messages[1].txt of save_messages": lambda memory, bad: memory.save_messages(
                "t", [message("first"), {"role": "user", "content": "x", **bad}]
            ),
            "messages[0].txt of update_messages": lambda memory, bad: memory.update_messages([{"id": "stored", **bad}]),
        }
    )
    async def test_with_an_unknown_field(self, storage: Storage, place: Place, argument: str) -> None:
        await refuses(storage, place, argument, {"txt": PRIVATE})

    async def test_whose_time_shall_change(self, storage: Storage) -> None:
        await refuses(
            storage,
            lambda memory, bad: memory.update_messages([{"id": "stored", "createdAt": bad}]),
            "messages[0].created_at",
            NOON,
        )

    async def test_that_belong_to_another_thread_than_they_are_saved_to(self, storage: Storage) -> None:
        await refuses(
            storage,
            lambda memory, bad: memory.save_messages("t", [message("first"), bad]),
            "messages[1].thread_id",
            message(thread_id="other"),
        )

    async def test_that_name_no_thread(self, storage: Storage) -> None:
        error = await refuses(
            storage,
            lambda memory, bad: memory.save_messages(messages=[message("first"), bad]),
            "messages[1].thread_id",
            {"role": "user", "content": PRIVATE},
        )

        assert error.id == f"MASTRA_STORAGE_{storage.memory.store}_SAVE_MESSAGES_FAILED"

    @places(
        {
            "thread": lambda memory, bad: memory.save_thread(bad),
            "resource": lambda memory, bad: memory.save_resource(bad),
        }
    )
    async def test_records_that_are_none(self, storage: Storage, place: Place, argument: str) -> None:
        bad = ({"id": "new"}, None, message())

        await refuses(storage, place, argument, *bad)


class TestRefusedTimes:
    @places(
        {
            "thread.created_at": lambda memory, bad: memory.save_thread(thread("new", at=bad, updated_at=NOON)),
            "thread.updated_at": lambda memory, bad: memory.save_thread(thread("new", updated_at=bad)),
            "resource.created_at": lambda memory, bad: memory.save_resource(resource("r").evolve(created_at=bad)),
            "resource.updated_at": lambda memory, bad: memory.save_resource(resource("r").evolve(updated_at=bad)),
            "messages[1].created_at": lambda memory, bad: memory.save_messages(
                "t", [message("first"), message("second", at=bad)]
            ),
        }
    )
    async def test_that_are_naive_or_no_times(self, storage: Storage, place: Place, argument: str) -> None:
        east = timezone(timedelta(hours=14))
        bad = (datetime(2024, 1, 1), "2024-01-01T00:00:00Z", 0, datetime(1, 1, 1, tzinfo=east))  # noqa: DTZ001

        await refuses(storage, place, argument, *bad)

    @pytest.mark.parametrize("bound", ["start", "end"])
    @pytest.mark.parametrize("bad", [datetime(2024, 1, 1), "2024", 0], ids=["naive", "text", "number"])  # noqa: DTZ001
    def test_bounds_that_are_naive_or_no_times(self, bound: str, bad: Any) -> None:
        with pytest.raises(InvalidArgument) as refused:
            DateRange(**{bound: bad})

        assert refused.value.details["argument"] == f"between.{bound}"


class TestRefusedPages:
    @places(
        {
            "page of list_threads": lambda memory, bad: memory.list_threads(page=bad),
            "per_page of list_threads": lambda memory, bad: memory.list_threads(per_page=bad),
            "page of list_messages": lambda memory, bad: memory.list_messages("t", page=bad),
            "per_page of list_messages": lambda memory, bad: memory.list_messages("t", per_page=bad),
            "page of list_messages_by_resource_id": lambda memory, bad: memory.list_messages_by_resource_id(
                "r", page=bad
            ),
            "per_page of list_messages_by_resource_id": lambda memory, bad: memory.list_messages_by_resource_id(
                "r", per_page=bad
            ),
        }
    )
    async def test_numbers_that_are_none(self, storage: Storage, place: Place, argument: str) -> None:
        error = await refuses(storage, place, argument, -1, 1.0, True, False, "1", 2**53, float("nan"))

        assert (error.status, error.category) == ("INVALID_PAGE", "USER")

    async def test_rows_beyond_what_can_be_counted(self, storage: Storage) -> None:
        await refuses(storage, lambda memory, bad: memory.list_threads(page=bad, per_page=2), "page", 2**52)

    async def test_a_later_page_of_all_threads(self, storage: Storage) -> None:
        error = await refuses(storage, lambda memory, bad: memory.list_threads(page=bad, per_page=None), "page", 1)

        assert error.id == f"MASTRA_STORAGE_{storage.memory.store}_LIST_THREADS_INVALID_PAGE"

    @places(
        {
            "batch_size": lambda memory, bad: first_of(memory.iter_messages(batch_size=bad)),
            "message_limit": lambda memory, bad: memory.copy_thread("t", message_limit=bad - 1),
        }
    )
    async def test_numbers_of_rows_that_are_none(self, storage: Storage, place: Place, argument: str) -> None:
        bad = (0, -1, 1.5)

        await refuses(storage, place, argument, *bad)


class TestRefusedLists:
    @places(
        {
            "order.field of list_threads": lambda memory, bad: memory.list_threads(order=Order(bad)),
            "order.field of list_messages": lambda memory, bad: memory.list_messages("t", order=Order(bad)),
            "order.field of list_messages_by_resource_id": lambda memory, bad: memory.list_messages_by_resource_id(
                "r", order=Order(bad)
            ),
            "order.field of iter_messages": lambda memory, bad: first_of(memory.iter_messages(order=Order(bad))),
            "order.direction of list_threads": lambda memory, bad: memory.list_threads(order=_towards(bad)),
            "order.direction of list_messages": lambda memory, bad: memory.list_messages("t", order=_towards(bad)),
            "order.direction of iter_messages": lambda memory, bad: first_of(memory.iter_messages(order=_towards(bad))),
        }
    )
    async def test_orders_that_are_none(self, storage: Storage, place: Place, argument: str) -> None:
        bad = ("title", "", "createdAt; --", "DESC")

        await refuses(storage, place, argument, *bad)

    @pytest.mark.parametrize(
        ("item", "argument"),
        [
            (Include("a", with_previous_messages=-1), "include[0].with_previous_messages"),
            (Include("a", with_next_messages=2**53), "include[0].with_next_messages"),
            ({"id": "a", "withNextMessages": 1.5}, "include[0].with_next_messages"),
            ({"id": "a", "withPreviousMessages": True}, "include[0].with_previous_messages"),
            ({"id": "a", "before": 1}, "include[0].before"),
            ({"withNextMessages": 1}, "include[0].id"),
            ("a", "include[0]"),
        ],
        ids=repr,
    )
    async def test_includes_that_are_none(self, storage: Storage, item: Any, argument: str) -> None:
        await refuses(storage, lambda memory, bad: memory.list_messages("t", include=[bad]), argument, item)

    async def test_a_filter_is_checked_even_where_no_row_is_asked_for(self, storage: Storage) -> None:
        await refuses(
            storage,
            lambda memory, bad: memory.list_messages("t", per_page=0, metadata=bad),
            "metadata.a.b",
            {"a.b": PRIVATE},
        )


def _towards(direction: Any) -> Order:
    return Order("created_at", direction)
