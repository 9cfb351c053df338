"""Spans whose fields a test does not care about are filled in."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ..records.observability import LightSpan, Span
from ..storage import Storage
from .builders import NOON, after


def span(
    span_id: str = "s",
    *,
    trace_id: str = "t",
    name: str = "work",
    span_type: str = "generic",
    at: datetime = NOON,
    is_event: bool = False,
    **fields: Any,
) -> Span:
    """A span that has not ended, unless ``ended_at`` is among its fields."""
    return Span(trace_id, span_id, name, span_type, is_event, at, NOON, **fields)


def whole_span(span_id: str = "s", **fields: Any) -> Span:
    """A span with a value in every field."""
    return span(
        span_id,
        **{
            "span_type": "agent_run",
            "ended_at": after(1500),
            "entity_type": "agent",
            "entity_id": "agent-1",
            "entity_name": "Weather agent",
            "parent_entity_type": "workflow_run",
            "parent_entity_id": "daily",
            "parent_entity_name": "Daily",
            "root_entity_type": "workflow_run",
            "root_entity_id": "root",
            "root_entity_name": "Root",
            "user_id": "ada",
            "organization_id": "acme",
            "resource_id": "r",
            "run_id": "run",
            "session_id": "session",
            "thread_id": "thread",
            "request_id": "request",
            "environment": "production",
            "service_name": "api",
            "scope": {"@mastra/core": "1.71.0"},
            "entity_version_id": "v1",
            "parent_entity_version_id": "v2",
            "root_entity_version_id": "v3",
            "experiment_id": "e",
            "source": "cloud",
            "metadata": {"plan": "pro", "count": 3, "deep": {"list": [1, None, "ü"]}},
            "tags": ["a", "b"],
            "attributes": {"model": "gpt", "usage": {"inputTokens": 12}},
            "links": [{"traceId": "other", "spanId": "s"}],
            "input": {"messages": [{"role": "user", "content": "Hello"}]},
            "output": ["text", 1.5, True],
            "error": {"message": "boom", "id": "E1"},
            "request_context": {"tenant": "acme"},
            **fields,
        },
    )


def unstamped(span: Span) -> Span:
    """A span without what the storage decides itself."""
    return span.evolve(created_at=NOON, updated_at=None)


def span_ids(spans: Iterable[Span | LightSpan]) -> list[str]:
    return [span.span_id for span in spans]


async def stored_span(storage: Storage, span_id: str = "s", *, trace_id: str = "t") -> Span:
    """A span that is there."""
    found = await storage.observability.get_span(trace_id, span_id)
    assert found is not None
    return found


async def everything(storage: Storage) -> list[Any]:
    """All spans of the traces ``t`` and ``u``, and all metrics."""
    observability = storage.observability
    return [
        await observability.get_trace("t"),
        await observability.get_trace("u"),
        await observability.list_metrics(per_page=None),
    ]
