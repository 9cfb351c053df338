"""Spans that one language records and the other shows."""

from typing import Any

import pytest

from mastra_store.pages import DateRange, Order
from mastra_store.records.observability import Span
from mastra_store.testing.builders import after
from mastra_store.testing.span_builders import span, unstamped, whole_span
from tests.interop.conftest import Shared

pytestmark = pytest.mark.xdist_group("interop")

STAMPED = {"createdAt", "updatedAt"}
FORGOTTEN_BY_PG = {
    "experimentId",
    "requestContext",
    *(f"{whose}Entity{what}" for whose in ("parent", "root") for what in ("Type", "Id", "Name", "VersionId")),
    "entityVersionId",
}
"""What TypeScript stores on PostgreSQL and does not give back."""


def sent(record: Span) -> dict[str, Any]:
    """A span as TypeScript takes it; what is ``None`` is left out, as ``undefined`` would be."""
    fields = record.to_dict(by_alias=True).items()
    return {name: value for name, value in fields if value is not None and name not in STAMPED}


def shown(record: Span, backend: str) -> dict[str, Any]:
    """A span as TypeScript shows it, without what is ``None``: on MongoDB that is missing."""
    forgotten = FORGOTTEN_BY_PG if backend == "postgresql" else set()
    return {name: value for name, value in sent(record).items() if name not in forgotten}


def received(given: dict[str, Any]) -> dict[str, Any]:
    """What TypeScript gave, without what it stamped and what is null."""
    return {name: value for name, value in given.items() if value is not None and name not in STAMPED | {"status"}}


SPANS = [
    span("bare"),
    whole_span(
        "whole", at=after(1), parent_span_id="bare", input="Zürich 🌦️", output=[1, -2.5, 2**53, None, {"a": "C:\\n"}]
    ),
    span("event", at=after(2), parent_span_id="bare", is_event=True, span_type="agent_signal", ended_at=after(2)),
    span(
        "odd",
        at=after(3),
        parent_span_id="bare",
        input="[text]",
        output=False,
        error=0,
        tags=[],
        metadata={"a.b": None},
    ),
]


class TestSpans:
    @pytest.mark.parametrize("batch", [False, True], ids=["one by one", "as a batch"])
    async def test_theirs_are_read_by_us(self, shared: Shared, batch: bool) -> None:
        if batch:
            shared.typescript.call("observability.batchCreateSpans", records=[sent(each) for each in SPANS])
        else:
            for each in SPANS:
                shared.typescript.call("observability.createSpan", span=sent(each))

        trace = await shared.python.observability.get_trace("t")

        assert trace is not None
        assert [unstamped(each) for each in trace.spans] == SPANS

    @pytest.mark.parametrize("batch", [False, True], ids=["one by one", "as a batch"])
    async def test_ours_are_read_by_typescript(self, shared: Shared, batch: bool) -> None:
        if batch:
            await shared.python.observability.batch_create_spans(SPANS)
        else:
            for each in SPANS:
                await shared.python.observability.create_span(each)

        found = shared.typescript.call("observability.getTrace", traceId="t")

        assert [received(each) for each in found["spans"]] == [shown(each, shared.backend) for each in SPANS]
        one = shared.typescript.call("observability.getSpan", traceId="t", spanId="whole")
        assert received(one["span"]) == shown(SPANS[1], shared.backend)
        root = shared.typescript.call("observability.getRootSpan", traceId="t")
        assert root["span"]["spanId"] == "bare"

    async def test_ours_are_running_to_typescript_until_they_end(self, shared: Shared) -> None:
        await shared.python.observability.create_span(span())
        running = shared.typescript.call("observability.listTraces", filters={"status": "running"})
        await shared.python.observability.update_span("t", "s", {"ended_at": after(5)})
        ended = shared.typescript.call("observability.listTraces", filters={"status": "success"})

        assert [(each["spanId"], each["endedAt"], each["status"]) for each in running["spans"]] == [
            ("s", None, "running")
        ]
        assert [(each["spanId"], each["endedAt"], each["status"]) for each in ended["spans"]] == [
            ("s", after(5), "success")
        ]

    async def test_light_traces_of_both_are_the_same(self, shared: Shared) -> None:
        await shared.python.observability.batch_create_spans(SPANS)

        theirs = shared.typescript.call("observability.getTraceLight", traceId="t")
        ours = await shared.python.observability.get_trace_light("t")

        assert ours is not None
        names = {"traceId", "spanId", "name", "spanType", "isEvent", "startedAt", "endedAt", "createdAt", "updatedAt"}
        names |= {"parentSpanId", "entityType", "entityId", "entityName", "error"}
        assert [{name: each.get(name) for name in names} for each in theirs["spans"]] == [
            {name: each.to_dict(by_alias=True)[name] for name in names} for each in ours.spans
        ]

    async def test_branches_of_both_are_the_same(self, shared: Shared) -> None:
        await shared.python.observability.batch_create_spans(
            [span(str(n), at=after(10 - n), parent_span_id=None if n == 0 else str((n - 1) // 2)) for n in range(10)]
        )

        for depth in (0, 1, 2):
            theirs = shared.typescript.call("observability.getBranch", traceId="t", spanId="1", depth=depth)
            ours = await shared.python.observability.get_branch("t", "1", depth=depth)

            assert ours is not None
            assert [each["spanId"] for each in theirs["spans"]] == [each.span_id for each in ours.spans]

    async def test_a_text_that_is_json_stays_a_text_to_us(self, shared: Shared) -> None:
        shared.typescript.call("observability.createSpan", span=sent(span("theirs", input='{"a": 1}')))
        await shared.python.observability.create_span(span("ours", input='{"a": 1}'))

        there = shared.typescript.call("observability.getTrace", traceId="t")
        here = await shared.python.observability.get_trace("t")

        assert here is not None
        assert [each.input for each in here.spans] == ['{"a": 1}', '{"a": 1}']
        # TypeScript's reader for PostgreSQL parses what it can, whoever wrote it.
        seen = {"a": 1} if shared.backend == "postgresql" else '{"a": 1}'
        assert [each["input"] for each in there["spans"]] == [seen, seen]


class TestUpdates:
    async def test_of_theirs_by_us(self, shared: Shared) -> None:
        shared.typescript.call("observability.createSpan", span=sent(whole_span()))

        await shared.python.observability.update_span(
            "t", "s", {"ended_at": after(9), "metadata": {"m": 2}, "error": None}
        )
        await shared.python.observability.batch_update_spans(
            [{"trace_id": "t", "span_id": "s", "updates": {"output": "done", "tags": None}}]
        )

        changed = whole_span(ended_at=after(9), metadata={"m": 2}, output="done").evolve(error=None, tags=None)
        found = shared.typescript.call("observability.getSpan", traceId="t", spanId="s")
        assert received(found["span"]) == shown(changed, shared.backend)

    async def test_of_ours_by_typescript(self, shared: Shared) -> None:
        await shared.python.observability.create_span(whole_span())
        created = await shared.python.observability.get_span("t", "s")

        shared.typescript.call(
            "observability.updateSpan", traceId="t", spanId="s", updates={"endedAt": after(9), "metadata": {"m": 2}}
        )
        shared.typescript.call(
            "observability.batchUpdateSpans",
            records=[{"traceId": "t", "spanId": "s", "updates": {"output": "done", "error": None}}],
        )

        found = await shared.python.observability.get_span("t", "s")
        assert created is not None
        assert found is not None
        assert unstamped(found) == whole_span(ended_at=after(9), metadata={"m": 2}, output="done").evolve(error=None)
        assert found.created_at == created.created_at

    async def test_a_beginning_of_theirs_is_ended_by_us(self, shared: Shared) -> None:
        shared.typescript.call("observability.createSpan", span=sent(span(input="question", metadata={"a": [1]})))

        await shared.python.observability.create_span(span(output="answer", ended_at=after(5)))

        found = shared.typescript.call("observability.getSpan", traceId="t", spanId="s")
        ended = span(input="question", metadata={"a": [1]}, output="answer", ended_at=after(5))
        assert received(found["span"]) == shown(ended, shared.backend)


class TestListsOfTraces:
    @pytest.mark.parametrize(
        ("theirs", "ours"),
        [
            ({}, {}),
            ({"status": "error"}, {"status": "error"}),
            ({"status": "running"}, {"status": "running"}),
            ({"status": "success"}, {"status": "success"}),
            ({"hasChildError": True}, {"has_child_error": True}),
            ({"hasChildError": False}, {"has_child_error": False}),
            ({"userId": "user1", "environment": "test"}, {"user_id": "user1", "environment": "test"}),
            ({"entityType": "agent", "entityId": "agent0"}, {"entity_type": "agent", "entity_id": "agent0"}),
            ({"spanType": "agent_run"}, {"span_type": "agent_run"}),
            ({"tags": ["even", "all"]}, {"tags": ["even", "all"]}),
            ({"metadata": {"plan": "pro"}}, {"metadata": {"plan": "pro"}}),
            ({"scope": {"version": "1"}}, {"scope": {"version": "1"}}),
            (
                {"startedAt": {"start": after(2), "end": after(6)}},
                {"started_at": DateRange(after(2), after(6))},
            ),
            ({"endedAt": {"start": after(103)}}, {"ended_at": DateRange(after(103))}),
        ],
    )
    async def test_filters_mean_the_same(self, shared: Shared, theirs: dict[str, Any], ours: dict[str, Any]) -> None:
        await _record(shared)

        there = shared.typescript.call("observability.listTraces", filters=theirs, pagination={"page": 0, "perPage": 5})
        here = await shared.python.observability.list_traces(**ours, page=0, per_page=5)

        assert [each["traceId"] for each in there["spans"]] == [each.trace_id for each in here]
        assert [each["status"] for each in there["spans"]] == [each.status for each in here]
        assert (there["pagination"]["total"], there["pagination"]["hasMore"]) == (here.total, here.has_more)
        assert here.total > 0

    @pytest.mark.parametrize("direction", ["asc", "desc"])
    @pytest.mark.parametrize("field", ["startedAt", "endedAt"])
    async def test_orders_mean_the_same(self, shared: Shared, field: str, direction: Any) -> None:
        await _record(shared)

        there = shared.typescript.call(
            "observability.listTraces", orderBy={"field": field, "direction": direction.upper()}
        )
        name = {"startedAt": "started_at", "endedAt": "ended_at"}[field]
        here = await shared.python.observability.list_traces(order=Order(name, direction))

        if field == "endedAt":  # which of those that run comes first is nobody's promise there
            assert [each["endedAt"] for each in there["spans"]] == [each.ended_at for each in here]
        else:
            assert [each["traceId"] for each in there["spans"]] == [each.trace_id for each in here]

    async def test_light_lists_of_both_are_the_same(self, shared: Shared) -> None:
        await _record(shared)

        there = shared.typescript.call("observability.listTracesLight", filters={"environment": "test"})
        here = await shared.python.observability.list_traces_light(environment="test")

        assert [each.get("inputPreview") for each in there["spans"]] == [each.input_preview for each in here]
        assert [each.get("metadata") for each in there["spans"]] == [each.metadata for each in here]
        assert [each["status"] for each in there["spans"]] == [each.status for each in here]
        assert len(here) == 8

    async def test_each_deletes_the_other_s_traces(self, shared: Shared) -> None:
        await _record(shared)
        odd = [f"trace{number}" for number in range(1, 8, 2)]

        deleted = await shared.python.observability.batch_delete_traces(odd)
        shared.typescript.call("observability.batchDeleteTraces", traceIds=["trace0", "trace2"])

        assert deleted == 8
        there = shared.typescript.call("observability.listTraces")
        assert [each["traceId"] for each in there["spans"]] == ["trace6", "trace4"]


async def _record(shared: Shared) -> None:
    """Eight traces of two spans, recorded in turns."""
    for number in range(8):
        even = number % 2 == 0
        root = span(
            trace_id=f"trace{number}",
            at=after(number),
            ended_at=after(100 + number) if number % 4 else None,
            span_type="agent_run" if even else "workflow_run",
            entity_type="agent" if even else "workflow_run",
            entity_id=f"agent{number // 4}",
            user_id=f"user{number // 4}",
            environment="test",
            error={"message": "boom"} if number == 3 else None,
            tags=["all", "even"] if even else ["all"],
            metadata={"plan": "pro" if number < 6 else "free", "n": number},
            scope={"version": str(number // 4)},
            input={"messages": [{"role": "user", "content": f"Hello {number}"}]},
        )
        below = {"message": "boom"} if number in (3, 4) else None
        child = span("child", trace_id=root.trace_id, at=after(number), parent_span_id="s", error=below)
        if even:
            shared.typescript.call("observability.batchCreateSpans", records=[sent(root), sent(child)])
        else:
            await shared.python.observability.batch_create_spans([root, child])
