"""What a call costs: how many statements it sends, and on PostgreSQL by which index they are served."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from mastra_store import DateRange, PgStorage
from mastra_store.sql.observability import SqlObservability
from mastra_store.sql.storage import SqlStorage
from mastra_store.storage import Storage
from mastra_store.testing.builders import NOON, after
from mastra_store.testing.span_builders import span, whole_span
from tests.explaining import asked_by, explained, indexes_of

CALLS: dict[str, tuple[Callable[[Any], Awaitable[Any]], list[str]]] = {
    "create": (lambda o: o.create_span(whole_span("new")), ["saved_spans"]),
    "create a thousand": (
        lambda o: o.batch_create_spans([whole_span(str(number)) for number in range(1000)]),
        ["saved_spans"],
    ),
    "create more than a statement takes": (
        lambda o: o.batch_create_spans([span(str(number), input="x" * 3_000_000) for number in range(3)]),
        ["saved_spans"] * 3,
    ),
    "update": (lambda o: o.update_span("t", "s", {"output": 1}), ["updated_spans"]),
    "update a thousand": (
        lambda o: o.batch_update_spans(
            [{"trace_id": "t", "span_id": str(number), "updates": {"output": number}} for number in range(1000)]
        ),
        ["updated_spans"],
    ),
    "clear two fields": (
        lambda o: o.update_span("t", "s", {"output": None, "error": None}),
        ["updated_spans", "cleared_field", "cleared_field"],
    ),
    "get": (lambda o: o.get_span("t", "s"), ["span_by_id"]),
    "root": (lambda o: o.get_root_span("t"), ["root_span"]),
    "trace": (lambda o: o.get_trace("t"), ["spans_of_trace"]),
    "light trace": (lambda o: o.get_trace_light("t"), ["light_spans_of_trace"]),
    "branch": (lambda o: o.get_branch("t", "s"), ["spans_of_trace"]),
    "list": (lambda o: o.list_traces(status="error", tags=["a"], started_at=DateRange(NOON)), ["traces"]),
    "list an empty page": (lambda o: o.list_traces(page=9), ["traces"]),
    "light list": (lambda o: o.list_traces_light(), ["light_traces"]),
    "delete": (lambda o: o.batch_delete_traces(["t", "u"]), ["without_traces"]),
    "tool call": (lambda o: o.log_tool_call(tool_name="x", duration=1), ["saved_spans"]),
    "metric": (lambda o: o.record_metric("tokens", 1), ["saved_metrics"]),
    "a thousand metrics": (
        lambda o: o.batch_create_metrics([{"name": "tokens", "value": number} for number in range(1000)]),
        ["saved_metrics"],
    ),
    "list metrics": (lambda o: o.list_metrics(name="tokens"), ["metrics"]),
    "aggregate": (lambda o: o.get_metric_aggregate("tokens", bucket="1h", by=["a", "b"]), ["aggregates"]),
}


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_sends_as_few_statements_as_it_can(storage: Storage, name: str) -> None:
    call, statements = CALLS[name]
    await storage.observability.create_span(span())
    sent: list[str] = []
    cast("SqlStorage", storage).observe(lambda executed: sent.append(executed.operation))

    await call(storage.observability)

    assert sent == statements


@pytest.fixture(scope="module")
def many_spans(filled_url: Callable[..., str]) -> str:
    """A database with so many spans and metrics that an index pays."""
    rows = """
        INSERT INTO mastra_ai_spans ("traceId", "spanId", "parentSpanId", name, "spanType", "isEvent", "startedAt",
                                     "entityType", "entityId", "entityName", metadata, tags, "createdAt")
        SELECT 'trace' || n / 10, 'span' || n % 10, CASE WHEN n % 10 > 0 THEN 'span' || (n % 10 - 1) END, 'work',
               'generic', false, timestamp '2024-01-01' + n * interval '1 minute', 'agent', 'e' || n % 500,
               'n' || n % 500, jsonb_build_object('user', n), jsonb_build_array('tag' || n), now()
        FROM generate_series(1, 30000) n"""
    metrics = """
        INSERT INTO mastra_store_metrics (id, name, value, "recordedAt", labels)
        SELECT n::text, 'name' || n % 50, n, timestamp '2024-01-01' + n * interval '1 minute', '{}'
        FROM generate_series(1, 30000) n"""
    return filled_url(rows, metrics, "VACUUM ANALYZE mastra_ai_spans, mastra_store_metrics")


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (lambda o: o.get_span("trace7", "span3"), "public_mastra_ai_spans_traceid_spanid_pk"),
        (lambda o: o.get_trace("trace7"), "mastra_ai_spans_traceid_startedat_idx"),
        (lambda o: o.get_trace_light("trace7"), "mastra_ai_spans_traceid_startedat_idx"),
        (lambda o: o.get_root_span("trace7"), "mastra_ai_spans_traceid_startedat_idx"),
        (lambda o: o.list_traces(), "mastra_ai_spans_root_spans_idx"),
        (lambda o: o.list_traces(started_at=DateRange(NOON, after(1))), "mastra_ai_spans_root_spans_idx"),
        (lambda o: o.list_traces(entity_type="agent", entity_id="e7"), "mastra_ai_spans_entitytype_entityid_idx"),
        (lambda o: o.list_traces(entity_type="agent", entity_name="n7"), "mastra_ai_spans_entitytype_entityname_idx"),
        (lambda o: o.list_traces(metadata={"user": 7}), "mastra_ai_spans_metadata_gin_idx"),
        (lambda o: o.list_traces(tags=["tag7"]), "mastra_ai_spans_tags_gin_idx"),
        (lambda o: o.list_traces(trace_id="trace7"), "mastra_ai_spans_traceid_startedat_idx"),
        (lambda o: o.list_metrics(name="name7"), "mastra_store_metrics_name_recorded_idx"),
        (
            lambda o: o.get_metric_aggregate("name7", between=DateRange(NOON, after(1)), bucket="1h"),
            "mastra_store_metrics_name_recorded_idx",
        ),
    ],
)
async def test_reads_are_served_by_an_index(many_spans: str, read: Callable[[Any], Awaitable[Any]], index: str) -> None:
    call = await asked_by(read, SqlObservability)

    assert index in indexes_of(explained(many_spans, call))


@pytest.mark.postgres(18)
async def test_batches_that_share_spans_do_not_wait_for_each_other_in_a_ring(migrated_url: str) -> None:
    async with PgStorage(migrated_url) as storage:
        forth = [span(f"{number:03}") for number in range(200)]

        await asyncio.gather(
            *(storage.observability.batch_create_spans(forth if number % 2 else forth[::-1]) for number in range(10))
        )

        trace = await storage.observability.get_trace("t")
    assert trace is not None
    assert len(trace.spans) == 200
