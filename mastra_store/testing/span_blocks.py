"""What every backend promises of spans around code, of what is logged, and of the buffer before them."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from ..clock import utc_now
from ..domains.span_buffer import SpanBuffer
from ..errors import Conflict, InvalidArgument
from ..storage import Storage
from .builders import NOON, after
from .span_builders import span, span_ids, stored_span, unstamped
from .transactions import Oops

__all__ = ["TestLogEvent", "TestLogToolCall", "TestSpanBlock", "TestSpanBuffer", "TestSpansInTransactions"]


class TestSpanBlock:
    async def test_is_stored_while_it_runs_and_when_it_ended(self, storage: Storage) -> None:
        before = utc_now()

        async with storage.observability.span("answer", type="agent_run", input="Hi", user_id="ada") as block:
            running = await stored_span(storage, block.span_id, trace_id=block.trace_id)
            block.set(output="Hello")

        ended = await stored_span(storage, block.span_id, trace_id=block.trace_id)
        assert (running.status, running.output) == ("running", None)
        assert (ended.status, ended.output, ended.error) == ("success", "Hello", None)
        assert (ended.name, ended.span_type, ended.input, ended.user_id) == ("answer", "agent_run", "Hi", "ada")
        assert (len(block.trace_id), len(block.span_id), block.parent_span_id) == (32, 16, None)
        assert ended.ended_at is not None
        assert before <= ended.started_at <= ended.ended_at

    async def test_blocks_inside_are_children_and_have_its_ids(self, storage: Storage) -> None:
        observability = storage.observability

        async with observability.span("outer", thread_id="thread", user_id="ada", tags=["a"]) as outer:
            async with observability.span("middle", user_id="bob") as middle, observability.span("inner") as inner:
                pass
            async with observability.span("second") as second:
                pass
        async with observability.span("another") as another:
            pass

        assert outer.trace_id == middle.trace_id == inner.trace_id == second.trace_id != another.trace_id
        assert (middle.parent_span_id, inner.parent_span_id) == (outer.span_id, middle.span_id)
        assert (second.parent_span_id, another.parent_span_id) == (outer.span_id, None)
        stored = await stored_span(storage, inner.span_id, trace_id=inner.trace_id)
        assert (stored.thread_id, stored.user_id, stored.tags) == ("thread", "bob", None)
        assert (await stored_span(storage, another.span_id, trace_id=another.trace_id)).thread_id is None

    async def test_tasks_of_a_block_are_in_it_and_do_not_mix(self, storage: Storage) -> None:
        async def work(name: str) -> list[Any]:
            async with storage.observability.span(name) as outer:
                await asyncio.sleep(0)
                async with storage.observability.span(f"{name} inner") as inner:
                    await asyncio.sleep(0)
                return [outer.parent_span_id, inner.parent_span_id == outer.span_id]

        async with storage.observability.span("all") as block:
            found = await asyncio.gather(*(work(str(number)) for number in range(5)))

        assert found == [[block.span_id, True]] * 5

    async def test_an_exception_is_recorded_and_passes_on(self, storage: Storage) -> None:
        with pytest.raises(ZeroDivisionError):
            async with storage.observability.span("work") as block:
                _ = 1 // 0

        stored = await stored_span(storage, block.span_id, trace_id=block.trace_id)
        assert stored.error == {"message": "integer division or modulo by zero", "name": "ZeroDivisionError"}
        assert (stored.status, stored.ended_at is not None) == ("error", True)

    async def test_our_own_errors_are_recorded_as_mastras_are(self, storage: Storage) -> None:
        error = Conflict("no", run_id="r")
        with pytest.raises(Conflict):
            async with storage.observability.span("work") as block:
                raise error

        stored = await stored_span(storage, block.span_id, trace_id=block.trace_id)
        assert stored.error == {
            "message": "no",
            "name": "Conflict",
            "id": error.id,
            "domain": "STORAGE",
            "category": "USER",
            "details": {"run_id": "r"},
        }

    async def test_an_error_that_was_set_is_kept(self, storage: Storage) -> None:
        with pytest.raises(Oops):
            async with storage.observability.span("work") as block:
                block.set(error={"message": "known"})
                raise Oops

        stored = await stored_span(storage, block.span_id, trace_id=block.trace_id)
        assert stored.error == {"message": "known"}

    async def test_a_cancelled_block_is_recorded(self, storage: Storage) -> None:
        entered = asyncio.Event()
        blocks = []

        async def work() -> None:
            async with storage.observability.span("work") as block:
                blocks.append(block)
                entered.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(work())
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        stored = await stored_span(storage, blocks[0].span_id, trace_id=blocks[0].trace_id)
        assert stored.error == {"message": "CancelledError", "name": "CancelledError"}

    async def test_keys_of_attributes_and_metadata_are_added(self, storage: Storage) -> None:
        async with storage.observability.span("work", attributes={"a": 1}, metadata={"m": 1}) as block:
            block.set(attributes={"b": 2}, tags=["x"])
            block.set(attributes={"a": 3}, metadata={"n": 2}, tags=["y"])

        stored = await stored_span(storage, block.span_id, trace_id=block.trace_id)
        assert (stored.attributes, stored.metadata, stored.tags) == ({"a": 3, "b": 2}, {"m": 1, "n": 2}, ["y"])

    async def test_a_trace_and_a_parent_may_be_given(self, storage: Storage) -> None:
        observability = storage.observability

        async with observability.span("around"):
            async with observability.span("remote", trace_id="t", parent_span_id="p") as remote:
                pass
            async with observability.span("root", trace_id="t") as root:
                pass

        assert (remote.trace_id, remote.parent_span_id) == ("t", "p")
        assert (root.trace_id, root.parent_span_id) == ("t", None)

    @pytest.mark.parametrize(
        ("argument", "bad"),
        [("name", ""), ("span_type", "work"), ("metadata", 7), ("colour", "red"), ("trace_id", ""), ("tags", "a")],
    )
    async def test_what_can_not_be_stored_is_refused_before_the_block(
        self, storage: Storage, argument: str, bad: Any
    ) -> None:
        arguments = {"name": "work", "type" if argument == "span_type" else argument: bad}

        with pytest.raises(InvalidArgument) as refused:
            storage.observability.span(**arguments)

        assert refused.value.details["argument"] == argument
        assert refused.value.id == f"MASTRA_STORAGE_{storage.observability.store}_SPAN_INVALID_ARGUMENT"

    async def test_what_can_not_be_set_is_refused_and_nothing_is_set(self, storage: Storage) -> None:
        async with storage.observability.span("work", attributes={"a": 1}) as block:
            with pytest.raises(InvalidArgument) as refused:
                block.set(attributes={"b": 1}, output={1})

        stored = await stored_span(storage, block.span_id, trace_id=block.trace_id)
        assert refused.value.details["argument"] == "output"
        assert (stored.attributes, stored.output) == ({"a": 1}, None)

    async def test_a_block_is_entered_once(self, storage: Storage) -> None:
        block = storage.observability.span("work")
        async with block:
            pass

        with pytest.raises(RuntimeError):
            async with block:
                pass


@pytest.mark.needs("transactions")
class TestSpansInTransactions:
    async def test_are_kept_with_it(self, storage: Storage) -> None:
        async with storage.transaction() as tx, tx.observability.span("work") as block:
            assert await storage.observability.get_span(block.trace_id, block.span_id) is None

        assert (await stored_span(storage, block.span_id, trace_id=block.trace_id)).status == "success"

    async def test_are_undone_with_it(self, storage: Storage) -> None:
        with pytest.raises(Oops):
            async with storage.transaction() as tx, tx.observability.span("work") as block:
                raise Oops

        assert await storage.observability.get_span(block.trace_id, block.span_id) is None

    async def test_one_around_it_is_kept_when_it_is_undone(self, storage: Storage) -> None:
        with pytest.raises(Oops):
            async with storage.observability.span("work") as block, storage.transaction() as tx:
                await tx.observability.log_event("inside")
                raise Oops

        trace = await storage.observability.get_trace(block.trace_id)
        assert trace is not None
        assert [(each.name, each.status) for each in trace.spans] == [("work", "error")]


class TestLogToolCall:
    async def test_as_the_documents_have_it(self, storage: Storage) -> None:
        before = utc_now()

        logged = await storage.observability.log_tool_call(
            tool_name="get-weather", input={"location": "NYC"}, output={"temperature": 72}, duration=150
        )

        stored = await stored_span(storage, logged.span_id, trace_id=logged.trace_id)
        assert unstamped(stored) == unstamped(logged)
        assert (stored.name, stored.span_type, stored.is_event) == ("tool: 'get-weather'", "tool_call", False)
        assert (stored.entity_type, stored.entity_id, stored.entity_name) == ("tool", "get-weather", "get-weather")
        assert (stored.input, stored.output) == ({"location": "NYC"}, {"temperature": 72})
        assert stored.attributes == {"success": True}
        assert (stored.duration, stored.status) == (timedelta(milliseconds=150), "success")
        assert stored.ended_at is not None
        assert stored.ended_at >= before

    @pytest.mark.parametrize(
        ("duration", "took"),
        [(0, timedelta()), (1500, timedelta(seconds=1.5)), (timedelta(minutes=2), timedelta(minutes=2))],
    )
    async def test_durations_are_milliseconds_or_timedeltas(
        self, storage: Storage, duration: Any, took: timedelta
    ) -> None:
        logged = await storage.observability.log_tool_call(tool_name="x", duration=duration, at=NOON)

        assert (logged.started_at, logged.ended_at) == (NOON - took, NOON)
        assert (await stored_span(storage, logged.span_id, trace_id=logged.trace_id)).duration == took

    async def test_one_that_failed(self, storage: Storage) -> None:
        logged = await storage.observability.log_tool_call(
            tool_name="x", error=ValueError("bad city"), attributes={"retries": 2}, metadata={"a": 1}
        )

        stored = await stored_span(storage, logged.span_id, trace_id=logged.trace_id)
        assert stored.error == {"message": "bad city", "name": "ValueError"}
        assert (stored.attributes, stored.metadata) == ({"success": False, "retries": 2}, {"a": 1})

    async def test_inside_a_block_it_is_a_child(self, storage: Storage) -> None:
        async with storage.observability.span("answer", run_id="run") as block:
            logged = await storage.observability.log_tool_call(tool_name="x", duration=1)
            elsewhere = await storage.observability.log_tool_call(tool_name="x", trace_id="t", parent_span_id="p")

        assert (logged.trace_id, logged.parent_span_id, logged.run_id) == (block.trace_id, block.span_id, "run")
        assert (elsewhere.trace_id, elsewhere.parent_span_id, elsewhere.run_id) == ("t", "p", None)


class TestLogEvent:
    async def test_is_a_point_in_time(self, storage: Storage) -> None:
        logged = await storage.observability.log_event("cache miss", at=after(5), metadata={"key": "a"})

        stored = await stored_span(storage, logged.span_id, trace_id=logged.trace_id)
        assert unstamped(stored) == unstamped(logged)
        assert (stored.name, stored.span_type, stored.is_event) == ("cache miss", "generic", True)
        assert (stored.started_at, stored.ended_at, stored.status) == (after(5), after(5), "success")

    async def test_inside_a_block_it_is_a_child(self, storage: Storage) -> None:
        async with storage.observability.span("answer") as block:
            logged = await storage.observability.log_event("x", type="agent_signal")

        assert (logged.trace_id, logged.parent_span_id) == (block.trace_id, block.span_id)
        assert logged.span_type == "agent_signal"


class TestSpanBuffer:
    async def test_everything_is_stored_when_the_block_has_ended(self, storage: Storage) -> None:
        async with SpanBuffer(storage.observability, batch_size=7, interval=None) as buffer:
            for number in range(50):
                assert buffer.put(span(f"{number:02}", at=after(number)))

        trace = await storage.observability.get_trace("t")
        assert trace is not None
        assert span_ids(trace.spans) == [f"{number:02}" for number in range(50)]
        assert (buffer.stored, buffer.dropped, buffer.failed, buffer.waiting) == (50, 0, 0, 0)

    async def test_flush_waits_until_it_is_stored(self, storage: Storage) -> None:
        buffer = SpanBuffer(storage.observability)
        buffer.put(span(input=1))
        buffer.put(span(output=2, ended_at=after(1)))

        await buffer.flush()

        assert unstamped(await stored_span(storage)) == span(input=1, output=2, ended_at=after(1))
        assert buffer.stored == 1

    async def test_an_end_that_comes_after_its_beginning_was_stored_ends_it(self, storage: Storage) -> None:
        buffer = SpanBuffer(storage.observability)
        async with buffer.span("outer", thread_id="thread") as outer:
            await buffer.flush()
            running = await stored_span(storage, outer.span_id, trace_id=outer.trace_id)
            async with storage.observability.span("inner") as inner:
                pass
        await buffer.close()

        ended = await stored_span(storage, outer.span_id, trace_id=outer.trace_id)
        assert (running.status, ended.status, ended.thread_id) == ("running", "success", "thread")
        assert inner.parent_span_id == outer.span_id
