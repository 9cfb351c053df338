"""What every backend promises of spans: what is stored is given back, and what a change leaves as it is."""

from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from ..clock import utc_now
from ..records.observability import Span
from ..storage import Storage
from .builders import NOON, after
from .span_builders import span, span_ids, stored_span, unstamped, whole_span
from .strategies import MODEST, NAMES, TEXTS, json_objects, json_values

__all__ = ["TestBatchCreateSpans", "TestBatchUpdateSpans", "TestClearSpans", "TestCreateSpan", "TestUpdateSpan"]


OPTIONAL = [field.name for field in msgspec.structs.fields(Span) if not field.required and field.name != "updated_at"]


class TestCreateSpan:
    async def test_all_that_is_given_is_stored(self, storage: Storage) -> None:
        await storage.observability.create_span(whole_span())

        assert unstamped(await stored_span(storage)) == whole_span()

    async def test_nothing_is_stored_of_what_is_not_given(self, storage: Storage) -> None:
        await storage.observability.create_span(span())

        stored = await stored_span(storage)
        assert unstamped(stored) == span()
        assert (stored.ended_at, stored.status, stored.duration) == (None, "running", None)

    async def test_a_dict_is_taken_in_either_spelling(self, storage: Storage) -> None:
        await storage.observability.create_span(
            {"trace_id": "t", "span_id": "a", "name": "work", "span_type": "generic", "started_at": NOON}
        )
        await storage.observability.create_span(
            {"traceId": "t", "spanId": "b", "name": "work", "spanType": "generic", "startedAt": NOON, "isEvent": True}
        )

        assert unstamped(await stored_span(storage, "a")) == span("a")
        assert unstamped(await stored_span(storage, "b")) == span("b", is_event=True)

    async def test_the_storage_stamps_it_whatever_is_given(self, storage: Storage) -> None:
        before = utc_now() - timedelta(minutes=1)

        await storage.observability.create_span(span().evolve(created_at=NOON, updated_at=NOON))

        stored = await stored_span(storage)
        assert before < stored.created_at
        assert stored.updated_at is not None
        assert stored.created_at <= stored.updated_at

    async def test_a_stored_span_keeps_what_is_not_given(self, storage: Storage) -> None:
        await storage.observability.create_span(span(input="question", tags=["a"], user_id="ada", source="cloud"))
        first = await stored_span(storage)

        await storage.observability.create_span(span(name="answer", output="answer", ended_at=after(5)))

        stored = await stored_span(storage)
        assert unstamped(stored) == span(
            name="answer",
            input="question",
            tags=["a"],
            user_id="ada",
            source="cloud",
            output="answer",
            ended_at=after(5),
        )
        assert stored.created_at == first.created_at

    async def test_a_span_that_ended_stays_ended(self, storage: Storage) -> None:
        await storage.observability.create_span(span(ended_at=after(5)))

        await storage.observability.create_span(span())

        assert (await stored_span(storage)).ended_at == after(5)

    async def test_the_same_id_in_another_trace_is_another_span(self, storage: Storage) -> None:
        await storage.observability.create_span(span(name="first"))

        await storage.observability.create_span(span(trace_id="u", name="second"))

        assert (await stored_span(storage)).name == "first"
        assert (await stored_span(storage, trace_id="u")).name == "second"

    async def test_what_json_columns_can_not_hold_is_cleaned(self, storage: Storage) -> None:
        await storage.observability.create_span(
            span(input="a\x00b \ud83d!", metadata={"k\x00": ["\x00"]}, output=["\udc00"])
        )

        stored = await stored_span(storage)
        assert (stored.input, stored.metadata, stored.output) == ("ab \ufffd!", {"k": [""]}, ["\ufffd"])

    @pytest.mark.parametrize(
        "value", ["text", "", '{"a": 1}', "null", 0, -1.5, True, False, [], {}, [None], {"a": None}]
    )
    async def test_inputs_and_outputs_may_be_any_json(self, storage: Storage, value: Any) -> None:
        await storage.observability.create_span(span(input=value, output=value, error=value))

        stored = await stored_span(storage)
        assert (stored.input, stored.output, stored.error) == (value, value, value)
        assert type(stored.input) is type(value)

    async def test_times_are_stored_in_utc_and_milliseconds(self, storage: Storage) -> None:
        tokyo = timezone(timedelta(hours=9))
        await storage.observability.create_span(
            span(at=datetime(2024, 2, 29, 21, 0, 0, 1999, tzinfo=tokyo), ended_at=datetime(1969, 1, 1, tzinfo=tokyo))
        )

        stored = await stored_span(storage)
        assert (stored.started_at, stored.ended_at) == (after(1), datetime(1968, 12, 31, 15, tzinfo=NOON.tzinfo))

    @MODEST
    @given(data=st.data())
    async def test_any_span_comes_back_as_it_was(self, storage: Storage, data: st.DataObject) -> None:
        await storage.observability.dangerously_clear_all()
        text = st.none() | TEXTS
        given_span = span(
            data.draw(NAMES),
            name=data.draw(NAMES),
            user_id=data.draw(text),
            source=data.draw(text),
            entity_name=data.draw(text),
            metadata=data.draw(st.none() | json_objects()),
            tags=data.draw(st.none() | st.lists(TEXTS, max_size=3)),
            links=data.draw(st.none() | st.lists(json_values(), max_size=2)),
            input=data.draw(json_values()),
            output=data.draw(json_values()),
            ended_at=data.draw(st.none() | st.integers(0, 10**12).map(after)),
        )

        await storage.observability.create_span(given_span)

        assert unstamped(await stored_span(storage, given_span.span_id)) == given_span


class TestBatchCreateSpans:
    async def test_all_are_stored(self, storage: Storage) -> None:
        spans = [span(f"{number:02}", at=after(number), output=number) for number in range(50)]

        await storage.observability.batch_create_spans(spans)

        trace = await storage.observability.get_trace("t")
        assert trace is not None
        assert [unstamped(each) for each in trace.spans] == spans

    async def test_spans_of_one_batch_may_have_different_fields(self, storage: Storage) -> None:
        spans = [span("a"), whole_span("b"), span("c", source="x"), span("d", ended_at=after(1), links=[])]

        await storage.observability.batch_create_spans(spans)

        assert [unstamped(await stored_span(storage, each.span_id)) for each in spans] == spans

    async def test_of_one_span_several_times_later_ones_come_over_earlier_ones(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans(
            [span(input=1, output=1), span("other"), span(name="later", output=2), span(name="last", ended_at=after(1))]
        )

        assert unstamped(await stored_span(storage)) == span(name="last", input=1, output=2, ended_at=after(1))

    async def test_stored_ones_are_changed_and_others_made(self, storage: Storage) -> None:
        await storage.observability.create_span(span("a", input=1))

        await storage.observability.batch_create_spans([span("a", output=2), span("b")])

        assert unstamped(await stored_span(storage, "a")) == span("a", input=1, output=2)
        assert unstamped(await stored_span(storage, "b")) == span("b")

    async def test_nothing_is_no_batch(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans([])

        assert (await storage.observability.list_traces()).total == 0

    async def test_more_than_one_statement_takes_is_stored_as_a_whole(self, storage: Storage) -> None:
        long = "x" * 1_500_000

        await storage.observability.batch_create_spans([span(str(number), output=long) for number in range(4)])

        trace = await storage.observability.get_trace("t")
        assert trace is not None
        assert [each.output for each in trace.spans] == [long] * 4

    @MODEST
    @given(data=st.data())
    async def test_any_batches_leave_what_a_loop_would(self, storage: Storage, data: st.DataObject) -> None:
        await storage.observability.dangerously_clear_all()
        field = st.none() | st.integers(0, 3)
        one = st.builds(
            lambda key, name, *values: span(key, name=name, **dict(zip(_FIELDS, values, strict=True))),
            st.sampled_from("abc"),
            st.sampled_from(["x", "y"]),
            field,
            field,
            field.map(lambda value: None if value is None else [str(value)]),
            field.map(lambda value: None if value is None else str(value)),
            field.map(lambda value: None if value is None else after(value)),
        )
        batches = data.draw(st.lists(st.lists(one, max_size=5), max_size=3))

        for batch in batches:
            await storage.observability.batch_create_spans(batch)

        expected: dict[str, Span] = {}
        for each in (each for batch in batches for each in batch):
            given_fields = {name: value for name, value in each.to_dict().items() if value is not None}
            expected[each.span_id] = expected.get(each.span_id, each).evolve(**given_fields)
        trace = await storage.observability.get_trace("t")
        stored = {} if trace is None else {each.span_id: unstamped(each) for each in trace.spans}
        assert stored == expected


_FIELDS = ("input", "output", "tags", "environment", "ended_at")


class TestUpdateSpan:
    async def test_what_is_given_is_replaced_and_the_rest_stays(self, storage: Storage) -> None:
        await storage.observability.create_span(whole_span())
        first = await stored_span(storage)

        known = await storage.observability.update_span(
            "t", "s", {"ended_at": after(9), "metadata": {"plan": "free"}, "output": None, "threadId": "other"}
        )

        stored = await stored_span(storage)
        assert known
        assert unstamped(stored) == whole_span(
            ended_at=after(9), metadata={"plan": "free"}, output=None, thread_id="other"
        )
        assert stored.created_at == first.created_at
        assert stored.updated_at is not None
        assert first.updated_at is not None
        assert stored.updated_at >= first.updated_at

    @pytest.mark.parametrize("name", OPTIONAL)
    async def test_every_field_that_may_be_empty_is_cleared_by_none(self, storage: Storage, name: str) -> None:
        await storage.observability.create_span(whole_span(parent_span_id="p"))

        await storage.observability.update_span("t", "s", {name: None})

        assert unstamped(await stored_span(storage)) == whole_span(parent_span_id="p").evolve(**{name: None})

    async def test_a_span_whose_end_is_cleared_is_running_again(self, storage: Storage) -> None:
        await storage.observability.create_span(span(ended_at=after(1)))

        await storage.observability.update_span("t", "s", {"ended_at": None})

        page = await storage.observability.list_traces(status="running")
        assert span_ids(page) == ["s"]
        assert (await stored_span(storage)).status == "running"

    async def test_required_fields_may_be_changed(self, storage: Storage) -> None:
        await storage.observability.create_span(span())
        updates = {"name": "new", "span_type": "tool_call", "is_event": True, "started_at": after(1)}

        await storage.observability.update_span("t", "s", updates)

        assert unstamped(await stored_span(storage)) == span(
            name="new", span_type="tool_call", is_event=True, at=after(1)
        )

    async def test_a_missing_span_is_said_and_not_made(self, storage: Storage) -> None:
        await storage.observability.create_span(span())

        assert not await storage.observability.update_span("t", "other", {"output": 1, "error": None})
        assert not await storage.observability.update_span("u", "s", {"output": 1})

        assert await storage.observability.get_span("t", "other") is None
        assert unstamped(await stored_span(storage)) == span()

    async def test_no_change_is_no_error(self, storage: Storage) -> None:
        await storage.observability.create_span(whole_span())

        assert await storage.observability.update_span("t", "s", {})

        assert unstamped(await stored_span(storage)) == whole_span()


class TestBatchUpdateSpans:
    async def test_every_span_gets_its_own_changes(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans([span("a", input=1, output=1), span("b", input=2), span("c")])

        changed = await storage.observability.batch_update_spans(
            [
                {"trace_id": "t", "span_id": "a", "updates": {"input": None, "ended_at": after(1)}},
                {"traceId": "t", "spanId": "b", "updates": {"output": 3}},
                {"trace_id": "t", "span_id": "missing", "updates": {"output": 3}},
            ]
        )

        assert changed == 2
        assert unstamped(await stored_span(storage, "a")) == span("a", output=1, ended_at=after(1))
        assert unstamped(await stored_span(storage, "b")) == span("b", input=2, output=3)
        assert unstamped(await stored_span(storage, "c")) == span("c")
        assert await storage.observability.get_span("t", "missing") is None

    async def test_of_several_for_one_span_later_ones_come_over_earlier_ones(self, storage: Storage) -> None:
        await storage.observability.create_span(span(input=1, output=1, error="e"))
        updates: list[dict[str, Any]] = [
            {"input": None, "output": 2, "error": None},
            {"input": 3, "output": None, "metadata": {"a": 1}},
        ]

        changed = await storage.observability.batch_update_spans(
            [{"trace_id": "t", "span_id": "s", "updates": each} for each in updates]
        )

        assert changed == 1
        assert unstamped(await stored_span(storage)) == span(input=3, metadata={"a": 1})

    async def test_nothing_is_no_batch(self, storage: Storage) -> None:
        assert await storage.observability.batch_update_spans([]) == 0


class TestClearSpans:
    async def test_every_span_and_metric_is_deleted(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans([span(), span(trace_id="u")])
        await storage.observability.record_metric("tokens", 1)

        await storage.observability.dangerously_clear_all()

        assert (await storage.observability.list_traces()).total == 0
        assert (await storage.observability.list_metrics()).total == 0
