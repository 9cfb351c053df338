"""A buffer's bounds, retries and counts, before a domain that does what the test says."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from mastra_store import InvalidArgument, MastraError, QueryFailed, Unavailable
from mastra_store.domains import span_buffer
from mastra_store.domains.observability import ObservabilityDomain
from mastra_store.domains.span_buffer import SpanBuffer
from mastra_store.testing.span_builders import span


class Target:
    """Where the spans go: remembers batches, and does before each what ``before`` says."""

    store = "TEST"

    def __init__(self, before: Callable[[], Awaitable[None]] | None = None) -> None:
        self.batches: list[list[str]] = []
        self.tries = 0
        self.arrived = asyncio.Event()
        self._before = before

    async def _save_spans(self, spans: list[dict[str, Any]]) -> None:
        self.tries += 1
        if self._before is not None:
            await self._before()
        self.batches.append([each["span_id"] for each in spans])
        self.arrived.set()


def buffer(target: Target, **options: Any) -> SpanBuffer:
    return SpanBuffer(cast("ObservabilityDomain", target), **{"interval": None, "retry_after": 0, **options})


def failing(*errors: MastraError | None) -> Callable[[], Awaitable[None]]:
    """Raises one after the other; ``None`` raises nothing."""
    remaining = iter(errors)

    async def fail() -> None:
        if (error := next(remaining, None)) is not None:
            raise error

    return fail


class TestOccasions:
    async def test_a_full_batch_is_stored_at_once(self) -> None:
        target = Target()
        async with buffer(target, batch_size=3) as spans:
            for number in range(3):
                spans.put(span(str(number)))
            await target.arrived.wait()

            assert target.batches == [["0", "1", "2"]]
            assert (spans.stored, spans.waiting) == (3, 0)

    async def test_what_waits_is_stored_when_the_interval_has_passed(self) -> None:
        target = Target()
        async with buffer(target, interval=0.001) as spans:
            spans.put(span("a"))
            await target.arrived.wait()

        assert target.batches == [["a"]]

    async def test_what_waits_is_stored_at_the_end_of_the_block(self) -> None:
        target = Target()
        async with buffer(target, batch_size=2) as spans:
            spans.put(span("a"))

            assert target.batches == []

        assert target.batches == [["a"]]

    async def test_an_exception_that_leaves_the_block_keeps_none_from_being_stored(self) -> None:
        target = Target()
        with pytest.raises(RuntimeError):
            async with buffer(target) as spans:
                spans.put(span("a"))
                raise RuntimeError

        assert target.batches == [["a"]]

    async def test_flush_stores_what_waits_in_batches_and_the_oldest_first(self) -> None:
        target = Target()
        spans = buffer(target, batch_size=2)
        for name in "ebdac":
            spans.put(span(name))

        await spans.flush()

        assert target.batches == [["b", "e"], ["a", "d"], ["c"]]

    async def test_flush_ends_although_spans_keep_coming(self) -> None:
        numbers = iter(range(1000))

        async def more() -> None:
            spans.put(span(f"later {next(numbers)}"))

        target = Target(more)
        spans = buffer(target)
        spans.put(span("a"))

        await spans.flush()

        assert target.batches == [["a"]]
        assert spans.waiting == 1

    async def test_a_beginning_and_its_end_are_one_row(self) -> None:
        target = Target()
        spans = buffer(target, max_queue=1)

        assert spans.put(span("a", input=1))
        assert spans.put(span("a", output=2))

        assert (spans.waiting, spans.dropped) == (1, 0)

    async def test_values_are_stored_as_they_were_when_they_were_put(self) -> None:
        taken: list[Any] = []

        class Keeping(Target):
            async def _save_spans(self, spans: list[dict[str, Any]]) -> None:
                taken.extend(bytes(each["input"]) for each in spans)

        spans = buffer(Keeping())
        value = {"a": 1}
        spans.put(span("a", input=value))
        value["a"] = 2

        await spans.flush()

        assert taken == [b'{"a":1}']


class TestFullQueue:
    async def test_newcomers_are_dropped_and_counted_and_put_neither_waits_nor_raises(self) -> None:
        target = Target()
        told: list[Any] = []
        spans = buffer(target, max_queue=2, on_drop=lambda count, error: told.append((count, error)))

        taken = [spans.put(span(name)) for name in "abcd"]
        await spans.close()

        assert taken == [True, True, False, False]
        assert (spans.dropped, spans.stored) == (2, 2)
        assert told == [(1, None), (1, None)]
        assert target.batches == [["a", "b"]]

    async def test_there_is_room_again_while_a_batch_is_on_its_way(self) -> None:
        under_way, go_on = asyncio.Event(), asyncio.Event()

        async def wait() -> None:
            under_way.set()
            await go_on.wait()

        spans = buffer(Target(wait), max_queue=1)
        spans.put(span("a"))
        flushing = asyncio.create_task(spans.flush())
        await under_way.wait()

        assert spans.put(span("b"))
        go_on.set()
        await flushing

    async def test_a_closed_buffer_takes_nothing(self) -> None:
        spans = buffer(Target())
        await spans.close()

        assert not spans.put(span())
        assert spans.dropped == 1

    async def test_the_log_says_so_once_in_a_while_and_at_the_end(self, caplog: pytest.LogCaptureFixture) -> None:
        spans = buffer(Target(), max_queue=1)
        for name in "abcde":
            spans.put(span(name))

        said = [record.getMessage() for record in caplog.records]
        await spans.close()

        assert said == ["1 spans were lost: the buffer was full or closed"]
        assert [record.getMessage() for record in caplog.records][1:] == [
            "3 spans were lost: the buffer was full or closed"
        ]

    async def test_the_log_says_so_again_when_the_while_has_passed(
        self, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(span_buffer, "WARN_EVERY", 0)
        spans = buffer(Target(), max_queue=1)

        for name in "abc":
            spans.put(span(name))

        assert len(caplog.records) == 2

    async def test_a_bad_on_drop_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        def bad(count: int, error: MastraError | None) -> None:
            raise RuntimeError("bad")

        spans = buffer(Target(), max_queue=1, on_drop=bad)
        spans.put(span("a"))

        assert not spans.put(span("b"))
        assert any(record.levelno == logging.ERROR for record in caplog.records)


class TestFailures:
    async def test_a_database_that_comes_back_gets_the_batch(self) -> None:
        target = Target(failing(Unavailable("gone"), Unavailable("gone"), None))
        spans = buffer(target, attempts=3)
        spans.put(span("a"))

        await spans.flush()

        assert target.batches == [["a"]]
        assert (target.tries, spans.stored, spans.failed) == (3, 1, 0)

    async def test_a_database_that_stays_away_is_tried_so_often_and_no_more(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        told: list[Any] = []
        target = Target(failing(*(Unavailable("gone") for _ in range(9))))
        spans = buffer(target, attempts=3, on_drop=lambda count, error: told.append((count, str(error))))
        spans.put(span("a"))
        spans.put(span("b"))

        await spans.flush()

        assert (target.tries, spans.stored, spans.failed, spans.dropped) == (3, 0, 2, 0)
        assert told == [(2, "gone")]
        assert [record.getMessage() for record in caplog.records] == ["2 spans were lost: gone"]

    async def test_what_the_database_refuses_is_not_tried_again_and_what_comes_later_is_stored(self) -> None:
        target = Target(failing(QueryFailed("no")))
        async with buffer(target, batch_size=1) as spans:
            spans.put(span("a"))
            await spans.flush()
            spans.put(span("b"))
            await target.arrived.wait()

        assert (target.tries, spans.failed, spans.stored) == (2, 1, 1)

    async def test_a_flush_that_is_cancelled_loses_nothing(self) -> None:
        under_way = asyncio.Event()
        stuck = [True]

        async def wait() -> None:
            if stuck[0]:
                under_way.set()
                await asyncio.Event().wait()

        target = Target(wait)
        spans = buffer(target)
        spans.put(span("a", input=1))
        spans.put(span("b"))
        flushing = asyncio.create_task(spans.flush())
        await under_way.wait()
        spans.put(span("a", output=2))

        flushing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await flushing
        stuck[0] = False
        await spans.flush()

        assert target.batches == [["a", "b"]]
        assert (spans.stored, spans.failed, spans.dropped) == (2, 0, 0)


class TestInput:
    async def test_a_span_that_can_not_be_stored_is_refused_at_once(self) -> None:
        spans = buffer(Target())

        with pytest.raises(InvalidArgument) as refused:
            spans.put(span(span_type="work"))

        assert refused.value.details["argument"] == "span.span_type"
        assert refused.value.id == "MASTRA_STORAGE_TEST_CREATE_SPAN_INVALID_ARGUMENT"
        assert spans.waiting == 0

    @pytest.mark.parametrize(
        ("option", "bad"),
        [
            ("max_queue", 0),
            ("batch_size", 0),
            ("attempts", 0),
            ("interval", -1),
            ("interval", "1"),
            ("retry_after", float("inf")),
        ],
    )
    async def test_options_that_mean_nothing_are_refused(self, option: str, bad: Any) -> None:
        with pytest.raises(InvalidArgument) as refused:
            buffer(Target(), **{option: bad})

        assert refused.value.details["argument"] == option
