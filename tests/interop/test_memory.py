"""Threads, messages and resources that one language wrote and the other reads, changes and lists."""

import asyncio
from typing import Any

import pytest

from mastra_store.pages import Order
from mastra_store.testing.builders import NOON, after, ids, message, resource, thread
from tests.interop.conftest import Shared, sent

pytestmark = pytest.mark.xdist_group("interop")

NESTED = {"topic": "weather", "deep": {"list": [1, 2.5, {"empty": {}}], "none": None}, "emoji": "🌦️ Ü", "yes": True}
TITLES = ["", "[1]", '{"a": 1}', "null", '🌦️ it\'s "quoted" \\ Ünïcode']


class TestThreads:
    @pytest.mark.parametrize("title", TITLES)
    async def test_a_title_of_theirs_is_text_for_us(self, shared: Shared, title: str) -> None:
        shared.typescript.call("memory.saveThread", thread=sent(thread(title=title)))

        assert await shared.python.memory.get_thread_by_id("t") == thread(title=title)

    @pytest.mark.parametrize("title", TITLES)
    async def test_a_title_of_ours_is_for_typescript_what_its_own_is(self, shared: Shared, title: str) -> None:
        """Which is not always text: ``@mastra/libsql`` reads ``[1]`` as a list."""
        shared.typescript.call("memory.saveThread", thread=sent(thread("theirs", title=title)))
        await shared.python.memory.save_thread(thread("ours", title=title))

        theirs = shared.typescript.call("memory.getThreadById", threadId="theirs")
        ours = shared.typescript.call("memory.getThreadById", threadId="ours")

        assert ours["title"] == theirs["title"]

    async def test_ours_is_read_by_typescript(self, shared: Shared) -> None:
        await shared.python.memory.save_thread(thread(metadata=NESTED, updated_at=after(seconds=3600)))

        found = shared.typescript.call("memory.getThreadById", threadId="t")

        assert found == sent(thread(metadata=NESTED, updated_at=after(seconds=3600))), found

    @pytest.mark.parametrize("metadata", [None, {}, NESTED])
    async def test_theirs_is_read_by_us(self, shared: Shared, metadata: dict[str, Any] | None) -> None:
        shared.typescript.call("memory.saveThread", thread=sent(thread(metadata=metadata)))

        assert await shared.python.memory.get_thread_by_id("t") == thread(metadata=metadata)

    async def test_without_metadata_ours_has_none_for_typescript(self, shared: Shared) -> None:
        await shared.python.memory.save_thread(thread(metadata=None))

        assert shared.typescript.call("memory.getThreadById", threadId="t").get("metadata") is None

    async def test_both_merge_metadata_into_the_other_s_thread(self, shared: Shared) -> None:
        shared.typescript.call("memory.saveThread", thread=sent(thread("theirs", metadata={"a": 1, "b": 1})))
        await shared.python.memory.save_thread(thread("ours", metadata={"a": 1, "b": 1}))

        await shared.python.memory.update_thread("theirs", title="changed", metadata={"b": [2]})
        shared.typescript.call("memory.updateThread", id="ours", title="changed", metadata={"b": [2]})

        for name in ("theirs", "ours"):
            there = shared.typescript.call("memory.getThreadById", threadId=name)
            here = await shared.python.memory.get_thread_by_id(name)
            assert (there["title"], there["metadata"]) == ("changed", {"a": 1, "b": [2]})
            assert here is not None
            assert (here.title, here.metadata) == ("changed", {"a": 1, "b": [2]})

    async def test_both_list_the_same_threads_in_the_same_order(self, shared: Shared) -> None:
        for number in range(6):
            written = thread(f"t{number}", at=after(number), metadata={"even": number % 2 == 0})
            if number < 3:
                shared.typescript.call("memory.saveThread", thread=sent(written))
            else:
                await shared.python.memory.save_thread(written)

        there = shared.typescript.call("memory.listThreads", page=1, perPage=2, filter={"resourceId": "r"})
        here = await shared.python.memory.list_threads(resource_id="r", page=1, per_page=2)
        even_there = shared.typescript.call("memory.listThreads", filter={"metadata": {"even": True}})
        even_here = await shared.python.memory.list_threads(metadata={"even": True})

        assert [each["id"] for each in there["threads"]] == ids(here) == ["t3", "t2"]
        assert [each["id"] for each in even_there["threads"]] == ids(even_here) == ["t4", "t2", "t0"]
        assert there["total"] == here.total == 6

    async def test_threads_stamped_by_now_are_listed_once_each(self, shared: Shared) -> None:
        """``updateMessages`` of ``@mastra/pg`` stamps threads with ``NOW()``, which has microseconds."""
        names = [f"t{number}" for number in range(5)]
        for name in names:
            shared.typescript.call("memory.saveThread", thread=sent(thread(name)))
            shared.typescript.call("memory.saveMessages", messages=[sent(message(f"m-{name}", thread_id=name))])
            shared.typescript.call("memory.updateMessages", messages=[{"id": f"m-{name}", "role": "assistant"}])

        order = Order("updated_at", "asc")
        pages = [await shared.python.memory.list_threads(order=order, page=page, per_page=2) for page in range(3)]

        assert [each.id for page in pages for each in page] == names
        assert all(each.updated_at > NOON for page in pages for each in page)

    async def test_each_deletes_the_other_s_thread(self, shared: Shared) -> None:
        shared.typescript.call("memory.saveThread", thread=sent(thread("theirs")))
        await shared.python.memory.save_thread(thread("ours"))

        await shared.python.memory.delete_thread("theirs")
        shared.typescript.call("memory.deleteThread", threadId="ours")

        assert shared.typescript.call("memory.listThreads")["total"] == 0
        assert (await shared.python.memory.list_threads()).total == 0

    async def test_a_thread_and_its_messages_move_to_another_resource(self, shared: Shared) -> None:
        for name in ("theirs", "ours"):
            await shared.python.memory.save_messages(name, [message(name, thread_id=name)])

        shared.typescript.call("memory.updateThreadResourceId", threadId="theirs", resourceId="other")
        await shared.python.memory.update_thread_resource_id("ours", "other")

        there = shared.typescript.call("memory.listMessagesByResourceId", resourceId="other")
        here = await shared.python.memory.list_messages_by_resource_id("other")
        assert {each["id"] for each in there["messages"]} == {each.id for each in here} == {"theirs", "ours"}


CONTENTS = {
    "emoji": {"format": 2, "parts": [{"type": "text", "text": "👩‍👩‍👧 ✓"}], "metadata": NESTED},
    "NUL": {"format": 2, "parts": [{"type": "text", "text": "a\0b"}]},
    "lone surrogate": {"format": 2, "parts": [{"type": "text", "text": "half \ud83d emoji"}]},
    "escapes": {"format": 2, "parts": [{"type": "text", "text": '\\u0000 "\\\n\t\u2028'}]},
    "tool": {
        "format": 2,
        "parts": [
            {"type": "step-start"},
            {
                "type": "tool-invocation",
                "toolInvocation": {
                    "state": "result",
                    "toolCallId": "call-1",
                    "toolName": "weather",
                    "args": {"city": "Zürich"},
                    "result": {"celsius": -3.5, "warnings": []},
                },
            },
        ],
    },
}


class TestMessages:
    @pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
    async def test_content_is_the_same_on_both_sides(self, shared: Shared, content: dict[str, Any]) -> None:
        shared.typescript.call("memory.saveThread", thread=sent(thread()))
        shared.typescript.call("memory.saveMessages", messages=[sent(message("theirs", content=content))])
        await shared.python.memory.save_messages("t", [message("ours", content=content)])

        there = shared.typescript.call("memory.listMessagesById", messageIds=["theirs", "ours"])["messages"]
        here = await shared.python.memory.list_messages_by_id(["theirs", "ours"])

        assert {each["id"]: each["content"] for each in there} == {"theirs": content, "ours": content}
        assert {each.id: each for each in here} == {name: message(name, content=content) for name in ("theirs", "ours")}

    async def test_plain_text_of_typescript_is_read_as_typescript_reads_it(self, shared: Shared) -> None:
        shared.typescript.call("memory.saveThread", thread=sent(thread()))
        shared.typescript.call("memory.saveMessages", messages=[{**sent(message("m")), "content": "just text"}])

        there = shared.typescript.call("memory.listMessages", threadId="t")["messages"][0]["content"]
        here = (await shared.python.memory.list_messages("t")).items[0].content

        assert here == there

    async def test_system_messages_are_counted_by_both_and_shown_by_us(self, shared: Shared) -> None:
        shared.typescript.call("memory.saveThread", thread=sent(thread()))
        shared.typescript.call("memory.saveMessages", messages=[sent(message("theirs", role="system"))])
        await shared.python.memory.save_messages("t", [message("ours", role="system")])

        there = shared.typescript.call("memory.listMessages", threadId="t")
        here = await shared.python.memory.list_messages("t")

        assert (there["total"], there["messages"]) == (2, [])
        assert {each.id: each.role for each in here} == {"theirs": "system", "ours": "system"}

    async def test_legacy_types_stay(self, shared: Shared) -> None:
        shared.typescript.call("memory.saveThread", thread=sent(thread()))
        shared.typescript.call("memory.saveMessages", messages=[sent(message("theirs").evolve(type="tool-call"))])
        await shared.python.memory.save_messages("t", [message("ours").evolve(type="tool-call"), message("plain")])

        here = await shared.python.memory.list_messages_by_id(["theirs", "ours", "plain"])
        there = shared.typescript.call("memory.listMessagesById", messageIds=["plain"])["messages"]

        assert {each.id: each.type for each in here} == {"theirs": "tool-call", "ours": "tool-call", "plain": None}
        assert "type" not in there[0]

    async def test_both_list_the_same_page_with_the_same_neighbours(self, shared: Shared) -> None:
        shared.typescript.call("memory.saveThread", thread=sent(thread()))
        for number in range(10):
            written = message(f"m{number}", at=after(number))
            if number % 2:
                shared.typescript.call("memory.saveMessages", messages=[sent(written)])
            else:
                await shared.python.memory.save_messages("t", [written])
        include = [{"id": "m7", "withPreviousMessages": 1, "withNextMessages": 1}]

        there = shared.typescript.call("memory.listMessages", threadId="t", page=1, perPage=2, include=include)
        here = await shared.python.memory.list_messages("t", page=1, per_page=2, include=include)

        expected = ["m2", "m3", "m6", "m7", "m8"]
        assert [each["id"] for each in there["messages"]] == ids(here) == expected
        assert there["total"] == here.total == 10

    async def test_each_merges_into_the_other_s_content(self, shared: Shared) -> None:
        content = {"format": 2, "parts": [], "content": "kept", "metadata": {"a": 1}}
        shared.typescript.call("memory.saveThread", thread=sent(thread()))
        shared.typescript.call("memory.saveMessages", messages=[sent(message("theirs", content=content))])
        await shared.python.memory.save_messages("t", [message("ours", content=content)])
        change = {"parts": [{"type": "text", "text": "new"}], "metadata": {"b": 2}}

        await shared.python.memory.update_messages([{"id": "theirs", "content": change}])
        shared.typescript.call("memory.updateMessages", messages=[{"id": "ours", "content": change}])

        merged = {"format": 2, "parts": change["parts"], "content": "kept", "metadata": {"a": 1, "b": 2}}
        there = shared.typescript.call("memory.listMessagesById", messageIds=["theirs", "ours"])["messages"]
        here = await shared.python.memory.list_messages_by_id(["theirs", "ours"])
        assert [each["content"] for each in there] == [each.content for each in here] == [merged, merged]

    async def test_saving_again_keeps_the_time_that_the_other_gave(self, shared: Shared) -> None:
        later = after(seconds=86_400)
        shared.typescript.call("memory.saveThread", thread=sent(thread()))
        shared.typescript.call("memory.saveMessages", messages=[sent(message("theirs"))])
        await shared.python.memory.save_messages("t", [message("ours")])

        await shared.python.memory.save_messages("t", [message("theirs", "again", at=later)])
        shared.typescript.call("memory.saveMessages", messages=[sent(message("ours", "again", at=later))])

        here = await shared.python.memory.list_messages_by_id(["theirs", "ours"])
        assert {(each.text, each.created_at) for each in here} == {("again", NOON)}

    async def test_each_deletes_the_other_s_messages(self, shared: Shared) -> None:
        shared.typescript.call("memory.saveThread", thread=sent(thread()))
        shared.typescript.call("memory.saveMessages", messages=[sent(message("theirs"))])
        await shared.python.memory.save_messages("t", [message("ours"), message("kept")])

        await shared.python.memory.delete_messages(["theirs"])
        shared.typescript.call("memory.deleteMessages", ["ours"])

        assert [each.id for each in await shared.python.memory.list_messages("t")] == ["kept"]

    async def test_messages_of_both_written_at_once_are_all_there(self, shared: Shared) -> None:
        shared.typescript.call("memory.saveThread", thread=sent(thread()))

        async def theirs() -> None:
            for number in range(20):
                written = [sent(message(f"theirs{number}"))]
                await asyncio.to_thread(shared.typescript.call, "memory.saveMessages", messages=written)

        async def ours() -> None:
            for number in range(20):
                await shared.python.memory.save_messages("t", [message(f"ours{number}")])

        await asyncio.gather(theirs(), ours())

        there = shared.typescript.call("memory.listMessages", threadId="t", perPage=False)
        assert {each["id"] for each in there["messages"]} == {
            f"{who}{n}" for who in ("theirs", "ours") for n in range(20)
        }


class TestResources:
    async def test_theirs_is_read_by_us(self, shared: Shared) -> None:
        """``saveResource`` of ``@mastra/pg`` encodes the metadata twice."""
        written = resource(working_memory="# Notes\n- likes 🍎", metadata=NESTED)

        shared.typescript.call("memory.saveResource", resource=sent(written))

        assert await shared.python.memory.get_resource_by_id("r") == written

    async def test_ours_is_read_by_typescript(self, shared: Shared) -> None:
        written = resource(working_memory="", metadata=NESTED)

        await shared.python.memory.save_resource(written)

        assert shared.typescript.call("memory.getResourceById", resourceId="r") == sent(written)

    async def test_both_update_what_the_other_saved(self, shared: Shared) -> None:
        for name in ("theirs", "ours"):
            written = resource(name, working_memory="old", metadata={"a": 1})
            if name == "theirs":
                shared.typescript.call("memory.saveResource", resource=sent(written))
            else:
                await shared.python.memory.save_resource(written)

        await shared.python.memory.update_resource("theirs", working_memory="new", metadata={"b": 2})
        shared.typescript.call("memory.updateResource", resourceId="ours", workingMemory="new", metadata={"b": 2})

        for name in ("theirs", "ours"):
            there = shared.typescript.call("memory.getResourceById", resourceId=name)
            here = await shared.python.memory.get_resource_by_id(name)
            assert (there["workingMemory"], there["metadata"]) == ("new", {"a": 1, "b": 2})
            assert here is not None
            assert (here.working_memory, here.metadata) == ("new", {"a": 1, "b": 2})

    async def test_each_makes_what_the_other_will_find(self, shared: Shared) -> None:
        shared.typescript.call("memory.updateResource", resourceId="theirs", workingMemory="text")
        await shared.python.memory.update_resource("ours", working_memory="text")

        theirs = await shared.python.memory.get_resource_by_id("theirs")
        ours = shared.typescript.call("memory.getResourceById", resourceId="ours")

        assert theirs is not None
        assert (theirs.working_memory, theirs.metadata) == (ours["workingMemory"], ours["metadata"]) == ("text", {})


class TestCopies:
    async def test_each_copies_the_other_s_thread(self, shared: Shared) -> None:
        shared.typescript.call("memory.saveThread", thread=sent(thread("theirs", title="Weather")))
        shared.typescript.call("memory.saveMessages", messages=[sent(message("m1", thread_id="theirs"))])
        await shared.python.memory.save_thread(thread("ours", title="Weather"))
        await shared.python.memory.save_messages("ours", [message("m2", thread_id="ours")])

        await shared.python.memory.copy_thread("theirs", new_thread_id="copy of theirs")
        shared.typescript.call("memory.cloneThread", sourceThreadId="ours", newThreadId="copy of ours")

        for source, last in (("theirs", "m1"), ("ours", "m2")):
            there = shared.typescript.call("memory.getThreadById", threadId=f"copy of {source}")
            here = await shared.python.memory.get_thread_by_id(f"copy of {source}")
            copies = await shared.python.memory.list_messages(f"copy of {source}")
            assert here is not None
            assert here.title == there["title"] == "Clone of Weather"
            assert here.metadata is not None
            assert here.metadata["clone"] | {"clonedAt": here.updated_at} == there["metadata"]["clone"] | {
                "clonedAt": here.updated_at
            }
            assert here.metadata["clone"]["lastMessageId"] == last
            assert [each.text for each in copies] == ["Hello"]
