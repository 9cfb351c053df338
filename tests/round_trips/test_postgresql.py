"""How many round trips an operation costs on PostgreSQL, counted on the wire, once its statement is prepared."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from mastra_store import DateRange, PgStorage, Storage
from mastra_store.testing.span_builders import whole_span
from tests.round_trips.wire import counted_wire

pytestmark = pytest.mark.postgres(18)

AGENT: dict[str, Any] = {"name": "Ada", "instructions": "Be kind.", "model": "openai/gpt-4"}
HELLO = {"id": "m", "role": "user", "content": "Hello"}

OPERATIONS: dict[str, tuple[int, Callable[[Storage], Awaitable[Any]]]] = {
    "get_thread_by_id": (1, lambda s: s.memory.get_thread_by_id("t")),
    "list_threads": (1, lambda s: s.memory.list_threads(resource_id="t", metadata={"a": 1})),
    "list_messages": (1, lambda s: s.memory.list_messages("t")),
    "list_messages, a deep page": (1, lambda s: s.memory.list_messages("t", page=3, per_page=5)),
    "list_messages, bounds": (1, lambda s: s.memory.list_messages("t", between=DateRange())),
    "list_messages, include": (1, lambda s: s.memory.list_messages("t", include=[{"id": "m"}])),
    "list_messages_by_id": (1, lambda s: s.memory.list_messages_by_id(["m", "n"])),
    "save_messages to a thread": (1, lambda s: s.memory.save_messages("t", [HELLO])),
    "save_messages of any threads": (1, lambda s: s.memory.save_messages(messages=[{**HELLO, "thread_id": "t"}])),
    "save_messages, a hundred": (
        1,
        lambda s: s.memory.save_messages("t", [{**HELLO, "id": str(n)} for n in range(100)]),
    ),
    "persist_workflow_snapshot": (
        1,
        lambda s: s.workflows.persist_workflow_snapshot("w", "r", snapshot={"context": {}}),
    ),
    "load_workflow_snapshot": (1, lambda s: s.workflows.load_workflow_snapshot("w", "r")),
    "list_workflow_runs": (1, lambda s: s.workflows.list_workflow_runs(status="running")),
    "batch_create_spans, a thousand": (
        1,
        lambda s: s.observability.batch_create_spans([whole_span(str(number)) for number in range(1000)]),
    ),
    "batch_update_spans": (
        1,
        lambda s: s.observability.batch_update_spans([{"trace_id": "t", "span_id": "s", "updates": {"output": 1}}]),
    ),
    "get_trace": (1, lambda s: s.observability.get_trace("t")),
    "get_branch": (1, lambda s: s.observability.get_branch("t", "s")),
    "list_traces": (1, lambda s: s.observability.list_traces(status="error", tags=["a"], has_child_error=True)),
    "log_tool_call": (1, lambda s: s.observability.log_tool_call(tool_name="x", duration=1)),
    "record_metric": (1, lambda s: s.observability.record_metric("tokens", 1)),
    "get_metric_aggregate": (1, lambda s: s.observability.get_metric_aggregate("tokens", bucket="1h", by="model")),
    "save_score": (1, lambda s: s.scores.save_score(run_id="r", metric="m", value=1, score_id="s")),
    "get_score_by_id": (1, lambda s: s.scores.get_score_by_id("s")),
    "list_scores_by_run_id": (1, lambda s: s.scores.list_scores_by_run_id("r")),
    "get_score_summary": (1, lambda s: s.scores.get_score_summary()),
    # BEGIN, SELECT FOR UPDATE, UPDATE, COMMIT
    "update_workflow_results": (4, lambda s: s.workflows.update_workflow_results("w", "r", step_id="s", result=1)),
    "create an agent": (1, lambda s: s.agents.create(**AGENT)),
    "get_agent": (1, lambda s: s.agents.get_agent("a")),
    "list_agents": (1, lambda s: s.agents.list_agents(status="published")),
    # BEGIN, SELECT FOR UPDATE, the latest version, COMMIT
    "save_agent, nothing new": (4, lambda s: s.agents.save_agent(id="a", **AGENT)),
    # BEGIN, SELECT FOR UPDATE, the latest version, INSERT, COMMIT
    "create_version": (5, lambda s: s.agents.create_version("a", **AGENT)),
}


@pytest.mark.parametrize("name", OPERATIONS)
async def test_an_operation_costs_no_more_round_trips_than_its_meaning_allows(migrated_url: str, name: str) -> None:
    allowed, operation = OPERATIONS[name]
    async with counted_wire(migrated_url) as wire, PgStorage(wire.url, pool_size=1) as storage:
        await storage.memory.save_messages("t", [HELLO])
        await storage.workflows.persist_workflow_snapshot("w", "r", snapshot={"context": {}})
        await storage.agents.save_agent(id="a", **AGENT)
        await operation(storage)
        before = wire.round_trips

        await operation(storage)

        assert wire.round_trips - before == allowed


@pytest.mark.parametrize("schema", [None, "agents"])
async def test_a_storage_on_a_ready_schema_opens_in_two_round_trips(migrated_url: str, schema: str | None) -> None:
    async with PgStorage(migrated_url, schema_name=schema):
        pass

    async with counted_wire(migrated_url) as wire, PgStorage(wire.url, schema_name=schema) as storage:
        assert storage.schema_state == "current"
        assert wire.connections + wire.round_trips <= 2
