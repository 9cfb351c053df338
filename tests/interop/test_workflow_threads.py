"""Runs that both languages find by their thread, whoever wrote them."""

from typing import Any

import pytest

from mastra_store.testing.workflow_builders import done, input_of, snapshot, suspended_in
from tests.interop.conftest import Shared

pytestmark = pytest.mark.xdist_group("interop")


@pytest.mark.parametrize("writer", ["typescript", "python"])
@pytest.mark.parametrize(
    ("context", "found"),
    [
        ({"step": suspended_in("t")}, True),
        ({"input": input_of("t"), "step": done()}, True),
        ({"input": input_of("t"), "step": suspended_in("t")}, True),
        ({"step": suspended_in("t") | {"status": "success"}}, False),
        ({"input": {}, "step": suspended_in("u")}, False),
    ],
)
async def test_by_where_the_snapshot_names_it(
    shared: Shared, writer: str, context: dict[str, Any], found: bool
) -> None:
    if writer == "typescript":
        shared.typescript.call(
            "workflows.persistWorkflowSnapshot", workflowName="daily", runId="run", snapshot=snapshot(context=context)
        )
    else:
        await shared.python.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot(context=context))

    theirs = shared.typescript.call("workflows.listWorkflowRuns", threadId="t")
    ours = await shared.python.workflows.list_workflow_runs(thread_id="t")

    assert [each.run_id for each in ours] == ["run"] * found
    # @mastra/mongodb lists every run, whatever its thread.
    assert [each["runId"] for each in theirs["runs"]] == ["run"] * (found or shared.backend == "mongodb")
