"""What every backend promises of saved messages. How they change is in ``message_changes.py``."""

import asyncio
import itertools
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ..clock import utc_now
from ..errors import NotFound
from ..storage import Storage
from .builders import NOON, after, ids, message, thread
from .strategies import MODEST, NAMES, WILD_TEXTS, json_objects
from .threads import ODD_IDS

__all__ = ["TestSaveMessages", "TestSaveMessagesContent", "TestSaveMessagesOfAnyThreads", "TestSaveMessagesTwice"]


class Text(str, Enum):  # noqa: UP042 (a StrEnum would be its text everywhere)
    THREAD = "t"
    ID = "a"
    ROLE = "user"


class TestSaveMessages:
    """``save_messages(thread_id, messages)``."""

    async def test_gives_the_messages_as_stored(self, storage: Storage) -> None:
        given = [message("b", role="assistant", at=after(1), kind="text"), message("a", "Bye", at=after(2))]

        saved = await storage.memory.save_messages("t", given)

        assert saved == given == await storage.memory.get_messages("t")

    async def test_the_order_given_is_the_order_returned(self, storage: Storage) -> None:
        saved = await storage.memory.save_messages("t", [message("b", at=after(2)), message("a", at=after(1))])

        assert ids(saved) == ["b", "a"]

    async def test_dicts_need_a_role_and_content_alone(self, storage: Storage) -> None:
        before = utc_now()

        (saved,) = await storage.memory.save_messages("t", [{"role": "user", "content": "Hello"}])

        assert before <= saved.created_at <= utc_now()
        assert saved.id
        assert (saved.thread_id, saved.resource_id, saved.role, saved.type) == ("t", "t", "user", None)
        assert await storage.memory.get_messages("t") == [saved]

    async def test_dicts_are_snake_case_or_camel_case(self, storage: Storage) -> None:
        snake = {"id": "s", "role": "user", "content": "x", "created_at": NOON, "thread_id": "t", "resource_id": "r"}
        camel = {"id": "c", "role": "user", "content": "x", "createdAt": NOON, "threadId": "t", "resourceId": "r"}

        saved = await storage.memory.save_messages("t", [snake, camel])

        assert saved == [message(name, at=NOON, content=saved[0].content) for name in ("s", "c")]

    async def test_what_to_dict_gives_is_taken_back(self, storage: Storage) -> None:
        given = message("a", kind="text")

        await storage.memory.save_messages("t", [given.to_dict(), given.evolve(id="b").to_dict(by_alias=True)])

        assert await storage.memory.get_messages("t") == [given, given.evolve(id="b")]

    async def test_no_messages_make_no_thread(self, storage: Storage) -> None:
        saved = await storage.memory.save_messages("t", [])

        assert saved == []
        assert await storage.memory.get_thread_by_id("t") is None

    @pytest.mark.parametrize(
        ("resource_id", "named", "owner"),
        [
            pytest.param("given", "named", "given", id="the resource of the call"),
            pytest.param(None, "named", "named", id="else the first that a message names"),
            pytest.param(None, None, "t", id="else the thread's own id"),
        ],
    )
    async def test_a_missing_thread_is_made(
        self, storage: Storage, resource_id: str | None, named: str | None, owner: str
    ) -> None:
        before = utc_now()
        messages = [message("a", resource_id=None), message("b", resource_id=named), message("c", resource_id=None)]

        saved = await storage.memory.save_messages("t", messages, resource_id=resource_id)

        made = await storage.memory.get_thread_by_id("t")
        assert made is not None
        assert before <= made.created_at == made.updated_at <= utc_now()
        assert made == thread("t", resource_id=owner, title="", at=made.created_at, metadata=None)
        assert [each.resource_id for each in saved] == [owner, named or owner, owner]
        assert await storage.memory.get_messages("t") == saved

    async def test_an_existing_thread_is_stamped_and_else_kept(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread("t", resource_id="r", title="Trip", metadata={"a": 1}))
        before = utc_now()

        await storage.memory.save_messages("t", [message("a")], resource_id="other")

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert before <= found.updated_at <= utc_now()
        assert found == thread("t", resource_id="r", title="Trip", metadata={"a": 1}, updated_at=found.updated_at)

    async def test_a_message_that_names_no_resource_gets_its_threads(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread("t", resource_id="owner"))

        saved = await storage.memory.save_messages("t", [message("a", resource_id=None)])

        assert [each.resource_id for each in saved] == ["owner"]
        assert await storage.memory.get_messages("t") == saved

    async def test_messages_without_a_time_get_strictly_increasing_milliseconds(self, storage: Storage) -> None:
        saved = await storage.memory.save_messages("t", [{"role": "user", "content": f"{n}"} for n in range(50)])

        steps = {later.created_at - earlier.created_at for earlier, later in itertools.pairwise(saved)}
        assert steps == {timedelta(milliseconds=1)}
        assert await storage.memory.get_messages("t") == saved

    async def test_times_are_kept_in_utc_and_milliseconds(self, storage: Storage) -> None:
        new_york = timezone(timedelta(hours=-5))

        saved = await storage.memory.save_messages("t", [message(at=datetime(2024, 1, 1, 23, 0, 0, 1999, new_york))])

        assert saved[0].created_at.isoformat() == "2024-01-02T04:00:00.001000+00:00"
        assert await storage.memory.get_messages("t") == saved

    async def test_system_messages_are_listed_like_all_others(self, storage: Storage) -> None:
        roles = ["system", "signal", "tool", "user", "assistant", "røle of my own"]
        await storage.memory.save_messages("t", [message(f"{n}", role=role) for n, role in enumerate(roles)])

        found = await storage.memory.get_messages("t")

        assert [each.role for each in found] == roles

    @pytest.mark.parametrize(
        ("given", "read"), [(None, None), ("v2", None), ("text", "text"), ("tool-call", "tool-call")]
    )
    async def test_a_kind_of_v2_is_none(self, storage: Storage, given: str | None, read: str | None) -> None:
        saved = await storage.memory.save_messages("t", [message(kind=given)])

        assert [each.type for each in saved] == [read]
        assert await storage.memory.get_messages("t") == saved

    @pytest.mark.parametrize("odd", ODD_IDS)
    async def test_ids_are_any_text(self, storage: Storage, odd: str) -> None:
        given = message(odd, thread_id=odd, resource_id=odd, role=odd)

        await storage.memory.save_messages(odd, [given])

        assert await storage.memory.list_messages_by_id([odd]) == [given]
        assert await storage.memory.get_messages(odd) == [given]

    async def test_members_of_a_text_enum_are_their_text(self, storage: Storage) -> None:
        await storage.memory.save_messages(Text.THREAD, [message(Text.ID, thread_id=Text.THREAD, role=Text.ROLE)])

        assert await storage.memory.get_messages("t") == [message("a", role="user")]

    async def test_a_thousand_at_once(self, storage: Storage) -> None:
        given = [message(f"{n:04}", "x" * 1000, at=after(n)) for n in range(1000)]

        await storage.memory.save_messages("t", given)

        assert await storage.memory.get_messages("t") == given

    async def test_several_at_once_make_one_thread(self, storage: Storage) -> None:
        await asyncio.gather(*(storage.memory.save_messages("t", [message(f"{n}")]) for n in range(10)))

        assert ids(await storage.memory.get_threads()) == ["t"]
        assert ids(await storage.memory.get_messages("t")) == [f"{n}" for n in range(10)]

    @MODEST
    @given(names=st.lists(NAMES, unique=True, min_size=1, max_size=5), texts=st.lists(WILD_TEXTS, min_size=1))
    async def test_any_text_comes_back_as_it_was(self, storage: Storage, names: list[str], texts: list[str]) -> None:
        await storage.memory.dangerously_clear_all()
        given = [
            message(name, texts[index % len(texts)], thread_id=names[0], resource_id=name, role=name, kind=name)
            for index, name in enumerate(names)
        ]

        await storage.memory.save_messages(names[0], given)

        found = {each.id: each for each in await storage.memory.get_messages(names[0])}
        assert found == {each.id: each.evolve(type=None if each.type == "v2" else each.type) for each in given}


class TestSaveMessagesContent:
    @pytest.mark.parametrize(
        ("given", "stored"),
        [
            pytest.param(
                "Hi",
                {"format": 2, "parts": [{"type": "text", "text": "Hi"}], "content": "Hi"},
                id="text becomes one text part",
            ),
            pytest.param(
                "", {"format": 2, "parts": [{"type": "text", "text": ""}], "content": ""}, id="empty text too"
            ),
            pytest.param(
                '{"a": 1}',
                {"format": 2, "parts": [{"type": "text", "text": '{"a": 1}'}], "content": '{"a": 1}'},
                id="text that looks like JSON stays text",
            ),
            pytest.param(
                [{"type": "text", "text": "Hi"}],
                {"format": 2, "parts": [{"type": "text", "text": "Hi"}]},
                id="a list becomes the parts",
            ),
            pytest.param(
                {"format": 2, "parts": [], "x": None}, {"format": 2, "parts": [], "x": None}, id="an object stays"
            ),
        ],
    )
    async def test_becomes_format_2(self, storage: Storage, given: Any, stored: dict[str, Any]) -> None:
        saved = await storage.memory.save_messages("t", [{"role": "user", "content": given}])

        assert [each.content for each in saved] == [stored]
        assert await storage.memory.get_messages("t") == saved

    async def test_nul_and_unpaired_surrogates_are_kept(self, storage: Storage) -> None:
        content = {
            "format": 2,
            "parts": [{"type": "text", "text": "a\x00b \ud83d \udc00 \U0001f600"}],
            "k\x00\ud800": 1,
        }

        await storage.memory.save_messages("t", [message(content=content)])

        assert [each.content for each in await storage.memory.get_messages("t")] == [content]

    async def test_keys_keep_their_order(self, storage: Storage) -> None:
        content = {"z": 1, "parts": [{"b": 1, "a": {"d": 1, "c": 2}}], "a": 2}

        await storage.memory.save_messages("t", [message(content=content)])

        (found,) = await storage.memory.get_messages("t")
        assert str(found.content) == str(content)

    async def test_a_hundred_levels_are_kept(self, storage: Storage) -> None:
        nested: Any = "leaf"
        for _ in range(99):
            nested = [nested]

        await storage.memory.save_messages("t", [message(content={"parts": nested})])

        (found,) = await storage.memory.get_messages("t")
        assert found.content == {"parts": nested}

    @MODEST
    @given(content=json_objects(WILD_TEXTS), number=st.floats(allow_nan=False, allow_infinity=False))
    async def test_any_json_comes_back_as_it_was(
        self, storage: Storage, content: dict[str, Any], number: float
    ) -> None:
        given = {**content, "number": number}

        await storage.memory.save_messages("t", [message(content=given)])

        (found,) = await storage.memory.get_messages("t")
        assert repr(found.content) == repr(given)


class TestSaveMessagesTwice:
    async def test_everything_but_the_time_is_overwritten(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", "Old", role="user", kind="text", at=NOON)])
        new = message("a", "New", role="assistant", resource_id="s", kind=None, at=after(5))

        saved = await storage.memory.save_messages("t", [new])

        assert saved == [new.evolve(created_at=NOON)]
        assert await storage.memory.get_messages("t") == saved

    async def test_the_time_stays_where_none_is_given(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", at=NOON)])

        saved = await storage.memory.save_messages("t", [{"id": "a", "role": "user", "content": "New"}])

        assert [each.created_at for each in saved] == [NOON]

    async def test_a_message_can_move_to_another_thread(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", at=NOON)])

        await storage.memory.save_messages("u", [message("a", thread_id="u", at=after(5))])

        assert await storage.memory.get_messages("t") == []
        assert await storage.memory.get_messages("u") == [message("a", thread_id="u", at=NOON)]

    async def test_in_one_batch_the_last_content_wins_and_the_first_time(self, storage: Storage) -> None:
        batch = [message("a", "1", at=after(1)), message("b", at=after(2)), message("a", "2", role="x", at=after(3))]

        saved = await storage.memory.save_messages("t", batch)

        assert saved == [message("a", "2", role="x", at=after(1)), message("b", at=after(2))]
        assert await storage.memory.get_messages("t") == saved


class TestSaveMessagesOfAnyThreads:
    """``save_messages(messages=[...])``."""

    async def test_each_goes_to_its_own_thread(self, storage: Storage) -> None:
        await _save_threads(storage, "t", "u")
        given = [message("a", thread_id="u"), message("b", thread_id="t"), message("c", thread_id="u")]

        saved = await storage.memory.save_messages(messages=given)

        assert saved == given
        assert ids(await storage.memory.get_messages("t")) == ["b"]
        assert ids(await storage.memory.get_messages("u")) == ["a", "c"]

    async def test_every_thread_is_stamped(self, storage: Storage) -> None:
        await _save_threads(storage, "t", "u", "untouched")
        before = utc_now()

        await storage.memory.save_messages(messages=[message("a", thread_id="t"), message("b", thread_id="u")])

        stamped = {each.id: each.updated_at >= before for each in await storage.memory.get_threads()}
        assert stamped == {"t": True, "u": True, "untouched": False}

    async def test_messages_that_name_no_resource_get_their_threads(self, storage: Storage) -> None:
        await storage.memory.save_thread(thread("t", resource_id="r"))
        await storage.memory.save_thread(thread("u", resource_id="s"))
        given = [message("a", thread_id="t", resource_id=None), message("b", thread_id="u", resource_id=None)]

        saved = await storage.memory.save_messages(messages=given)

        assert [each.resource_id for each in saved] == ["r", "s"]
        assert await storage.memory.list_messages_by_id(["a", "b"]) == saved

    async def test_the_resource_of_the_call_is_for_those_that_name_none(self, storage: Storage) -> None:
        await _save_threads(storage, "t")

        saved = await storage.memory.save_messages(
            messages=[message("a", resource_id=None), message("b", resource_id="s")], resource_id="given"
        )

        assert [each.resource_id for each in saved] == ["given", "s"]

    async def test_an_unknown_thread_refuses_all(self, storage: Storage) -> None:
        await _save_threads(storage, "t")
        given = [message("a", thread_id="t"), message("b", thread_id="unknown")]

        with pytest.raises(NotFound) as raised:
            await storage.memory.save_messages(messages=given)

        assert raised.value.details == {"thread_id": "unknown"}
        assert raised.value.id == f"MASTRA_STORAGE_{storage.memory.store}_SAVE_MESSAGES_FAILED"
        assert [each async for each in storage.memory.iter_messages()] == []
        assert await storage.memory.get_threads() == [thread("t")]

    async def test_a_stored_message_stays_when_its_new_thread_is_unknown(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [message("a", "Old")])

        with pytest.raises(NotFound):
            await storage.memory.save_messages(messages=[message("a", "New", thread_id="unknown")])

        assert await storage.memory.list_messages_by_id(["a"]) == [message("a", "Old")]

    async def test_nothing_given_is_nothing_saved(self, storage: Storage) -> None:
        assert await storage.memory.save_messages(messages=[]) == []

    async def test_batches_that_share_threads_do_not_wait_in_a_ring(self, storage: Storage) -> None:
        names = ["t", "u", "v", "w"]
        await _save_threads(storage, *names)
        batches = [
            [message(f"{n}{name}", thread_id=name) for name in (names if n % 2 else reversed(names))] for n in range(12)
        ]

        await asyncio.gather(*(storage.memory.save_messages(messages=batch) for batch in batches))

        assert len([each async for each in storage.memory.iter_messages()]) == 48


async def _save_threads(storage: Storage, *names: str) -> None:
    for name in names:
        await storage.memory.save_thread(thread(name))
