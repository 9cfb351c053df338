"""How many hops to the connection's thread and how many statements an operation costs on SQLite."""

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from mastra_store import SqliteStorage, Storage
from mastra_store.sql.sqlite_connections import SqlitePool
from mastra_store.testing.span_builders import whole_span

AGENT: dict[str, Any] = {"name": "Ada", "instructions": "Be kind.", "model": "openai/gpt-4"}
HELLO = {"id": "m", "role": "user", "content": "Hello"}

OPERATIONS: dict[str, tuple[int, Callable[[Storage], Awaitable[Any]]]] = {
    "get_thread_by_id": (1, lambda s: s.memory.get_thread_by_id("t")),
    "list_threads": (1, lambda s: s.memory.list_threads(resource_id="t")),
    "list_messages": (1, lambda s: s.memory.list_messages("t")),
    "list_messages, a deep page": (1, lambda s: s.memory.list_messages("t", page=3, per_page=5)),
    "list_messages, include": (1, lambda s: s.memory.list_messages("t", include=[{"id": "m"}])),
    # BEGIN IMMEDIATE, the messages, the thread, COMMIT
    "save_messages to a thread": (4, lambda s: s.memory.save_messages("t", [HELLO])),
    "save_messages of any threads": (4, lambda s: s.memory.save_messages(messages=[{**HELLO, "thread_id": "t"}])),
    "persist_workflow_snapshot": (
        1,
        lambda s: s.workflows.persist_workflow_snapshot("w", "r", snapshot={"context": {}}),
    ),
    "load_workflow_snapshot": (1, lambda s: s.workflows.load_workflow_snapshot("w", "r")),
    "batch_create_spans, a thousand": (
        1,
        lambda s: s.observability.batch_create_spans([whole_span(str(number)) for number in range(1000)]),
    ),
    "get_trace": (1, lambda s: s.observability.get_trace("t")),
    "list_traces": (1, lambda s: s.observability.list_traces(status="error", tags=["a"], has_child_error=True)),
    "record_metric": (1, lambda s: s.observability.record_metric("tokens", 1)),
    "get_metric_aggregate": (1, lambda s: s.observability.get_metric_aggregate("tokens", bucket="1h", by="model")),
    "save_score": (1, lambda s: s.scores.save_score(run_id="r", metric="m", value=1, score_id="s")),
    "list_scores_by_run_id": (1, lambda s: s.scores.list_scores_by_run_id("r")),
    "get_score_summary": (1, lambda s: s.scores.get_score_summary()),
    "update_workflow_results": (4, lambda s: s.workflows.update_workflow_results("w", "r", step_id="s", result=1)),
    "create an agent": (4, lambda s: s.agents.create(**AGENT)),
    "get_agent": (1, lambda s: s.agents.get_agent("a")),
    "list_agents": (1, lambda s: s.agents.list_agents(status="published")),
    "save_agent, nothing new": (4, lambda s: s.agents.save_agent(id="a", **AGENT)),
    "create_version": (5, lambda s: s.agents.create_version("a", **AGENT)),
}


@pytest.mark.parametrize("name", OPERATIONS)
async def test_an_operation_is_one_hop_and_as_few_statements_as_it_needs(
    sqlite_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    statements, hops = [], []
    connect, execute = SqlitePool._connect, aiosqlite.Connection._execute

    def traced(pool: SqlitePool) -> sqlite3.Connection:
        connection = connect(pool)
        connection.set_trace_callback(statements.append)
        return connection

    async def counted(self: Any, *arguments: Any, **options: Any) -> Any:
        hops.append(arguments)
        return await execute(self, *arguments, **options)

    monkeypatch.setattr(SqlitePool, "_connect", traced)
    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    allowed, operation = OPERATIONS[name]
    async with SqliteStorage(sqlite_path) as storage:
        await storage.memory.save_messages("t", [HELLO])
        await storage.workflows.persist_workflow_snapshot("w", "r", snapshot={"context": {}})
        await storage.agents.save_agent(id="a", **AGENT)
        await operation(storage)
        statements.clear()
        hops.clear()

        await operation(storage)

        assert (len(hops), len(statements)) == (1, allowed), statements
