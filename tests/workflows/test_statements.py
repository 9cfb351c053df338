"""What a call costs: how many statements it sends, and on PostgreSQL by which index they are served."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from mastra_store import DateRange
from mastra_store.sql.storage import SqlStorage
from mastra_store.sql.workflows import SqlWorkflows
from mastra_store.storage import Storage
from mastra_store.testing.builders import NOON
from mastra_store.testing.workflow_builders import done, snapshot
from tests.explaining import asked_by, explained, indexes_of

CALLS: dict[str, tuple[Callable[[Any], Awaitable[Any]], list[str]]] = {
    "persist": (
        lambda w: w.persist_workflow_snapshot("daily", "run", snapshot=snapshot(), resource_id="r"),
        ["persisted_run"],
    ),
    "load": (lambda w: w.load_workflow_snapshot("daily", "run"), ["snapshot_of_run"]),
    "get": (lambda w: w.get_workflow_run_by_id("run"), ["runs_by_id"]),
    "list": (lambda w: w.list_workflow_runs(workflow_name="daily", per_page=10), ["runs"]),
    "list all": (lambda w: w.list_workflow_runs(), ["runs"]),
    "list an empty page": (lambda w: w.list_workflow_runs(page=9, per_page=10), ["runs"]),
    "delete": (lambda w: w.delete_workflow_run_by_id("run", workflow_name="daily"), ["without_run"]),
    "create": (lambda w: w.create_run(workflow_id="daily", run_id="new"), ["created_run"]),
    "results": (
        lambda w: w.update_workflow_results("daily", "run", step_id="step", result=done()),
        ["snapshot_of_run", "rewritten_run"],
    ),
    "results of a missing run": (
        lambda w: w.update_workflow_results("daily", "new", step_id="step", result=done()),
        ["snapshot_of_run", "found_or_created_run", "rewritten_run"],
    ),
    "state": (
        lambda w: w.update_workflow_state("daily", "run", status="success"),
        ["snapshot_of_run", "rewritten_run"],
    ),
    "state that is not as expected": (
        lambda w: w.update_workflow_state("daily", "run", status="success", expected_status="failed"),
        ["snapshot_of_run"],
    ),
    "status": (lambda w: w.update_run_status("run", "completed"), ["runs_by_id", "rewritten_run"]),
}


@pytest.mark.needs("sql")
@pytest.mark.parametrize("name", CALLS)
async def test_a_call_sends_as_few_statements_as_it_can(storage: Storage, name: str) -> None:
    call, statements = CALLS[name]
    await storage.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot())
    sent: list[str] = []
    cast("SqlStorage", storage).observe(lambda executed: sent.append(executed.operation))

    await call(storage.workflows)

    assert sent == statements


@pytest.fixture(scope="module")
def many_runs(filled_url: Callable[..., str]) -> str:
    """A database with so many runs that an index pays."""
    rows = """
        INSERT INTO mastra_workflow_snapshot (workflow_name, run_id, "resourceId", snapshot, "createdAt", "updatedAt")
        SELECT 'w' || n % 100, 'run' || n / 4, 'r' || n % 97,
               jsonb_build_object('status', 's' || n % 200, 'context', jsonb_build_object('input', jsonb_build_object(
                   'messageListState', jsonb_build_object('memoryInfo', jsonb_build_object('threadId', 't' || n))))),
               timestamp '2024-01-01' + n * interval '1 hour', now()
        FROM generate_series(1, 20000) n"""
    return filled_url(rows, "ANALYZE mastra_workflow_snapshot")


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (lambda w: w.load_workflow_snapshot("w0", "run5"), "public_mastra_workflow_snapshot_workflow_name_run_id_key"),
        (lambda w: w.get_workflow_run_by_id("run5"), "mastra_store_workflow_snapshot_run_idx"),
        (lambda w: w.list_workflow_runs(per_page=10), "mastra_store_workflow_snapshot_created_idx"),
        (lambda w: w.list_workflow_runs(between=DateRange(NOON, NOON)), "mastra_store_workflow_snapshot_created_idx"),
        (lambda w: w.list_workflow_runs(resource_id="r5"), "mastra_store_workflow_snapshot_resource_idx"),
        (
            lambda w: w.list_workflow_runs(workflow_name="w0", per_page=10),
            "mastra_workflow_snapshot_name_createdat_idx",
        ),
        (
            lambda w: w.list_workflow_runs(workflow_name="w0", status="success", per_page=10),
            "mastra_workflow_snapshot_name_status_createdat_idx",
        ),
        (lambda w: w.list_workflow_runs(thread_id="t7"), "mastra_workflow_snapshot_threadid_idx"),
    ],
)
async def test_reads_are_served_by_an_index(many_runs: str, read: Callable[[Any], Awaitable[Any]], index: str) -> None:
    call = await asked_by(read, SqlWorkflows)

    assert index in indexes_of(explained(many_runs, call))
