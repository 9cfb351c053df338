"""Workflow runs that one language persisted and the other continues."""

import asyncio
from typing import Any

import pytest

from mastra_store.pages import DateRange
from mastra_store.testing.builders import NOON, after
from tests.interop.conftest import Shared

pytestmark = pytest.mark.xdist_group("interop")


def snapshot(run_id: str = "run", **fields: Any) -> dict[str, Any]:
    return {
        "runId": run_id,
        "status": "running",
        "value": {},
        "context": {"input": {"city": "Zürich 🌦️", "path": "C:\\new", "numbers": [1, -2.5, 1764000000123, 2**53]}},
        "serializedStepGraph": [{"type": "step", "step": {"id": "fetch"}}],
        "activePaths": [],
        "activeStepsPath": {},
        "suspendedPaths": {},
        "waitingPaths": {},
        "resumeLabels": {},
        "timestamp": 1764000000123,
    } | fields


RESULT = {"status": "success", "output": {"celsius": -3.5}, "startedAt": 1764000000123, "endedAt": 1764000000456}


class TestSnapshots:
    async def test_theirs_is_loaded_by_us(self, shared: Shared) -> None:
        shared.typescript.call(
            "workflows.persistWorkflowSnapshot", workflowName="daily", runId="run", snapshot=snapshot()
        )

        assert await shared.python.workflows.load_workflow_snapshot("daily", "run") == snapshot()

    async def test_ours_is_loaded_by_typescript(self, shared: Shared) -> None:
        await shared.python.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot())

        found = shared.typescript.call("workflows.loadWorkflowSnapshot", workflowName="daily", runId="run")

        assert found == snapshot()

    async def test_what_json_columns_can_not_hold_is_cleaned_alike(self, shared: Shared) -> None:
        dirty = snapshot(result={"text": "a\0b", "half": "\ud83d!"})
        shared.typescript.call("workflows.persistWorkflowSnapshot", workflowName="theirs", runId="run", snapshot=dirty)
        await shared.python.workflows.persist_workflow_snapshot("ours", "run", snapshot=dirty)

        theirs = await shared.python.workflows.load_workflow_snapshot("theirs", "run")
        ours = shared.typescript.call("workflows.loadWorkflowSnapshot", workflowName="ours", runId="run")

        assert theirs is not None
        if shared.backend == "postgresql":
            assert theirs["result"] == ours["result"] == {"text": "ab", "half": "\ufffd!"}
        elif shared.backend == "mongodb":
            # TypeScript keeps NUL there, and BSON has no half of a pair.
            assert theirs["result"] == {"text": "a\0b", "half": "\ufffd!"}
            assert ours["result"] == {"text": "ab", "half": "\ufffd!"}
        else:
            # TypeScript keeps both in a LibSQL file, and so do readers.
            assert theirs["result"] == dirty["result"]

    async def test_a_snapshot_that_is_persisted_again_keeps_resource_and_time_of_the_other(
        self, shared: Shared
    ) -> None:
        shared.typescript.call(
            "workflows.persistWorkflowSnapshot",
            workflowName="daily",
            runId="run",
            resourceId="user",
            snapshot=snapshot(),
            createdAt=NOON,
            updatedAt=NOON,
        )

        await shared.python.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot(status="success"))

        found = shared.typescript.call("workflows.getWorkflowRunById", runId="run", workflowName="daily")
        assert (found["resourceId"], found["createdAt"], found["snapshot"]["status"]) == ("user", NOON, "success")
        assert found["updatedAt"] > NOON


class TestUpdates:
    async def test_results_of_both_end_in_one_context(self, shared: Shared) -> None:
        await shared.python.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot())

        shared.typescript.call(
            "workflows.updateWorkflowResults",
            workflowName="daily",
            runId="run",
            stepId="theirs",
            result=RESULT,
            requestContext={"a": 1},
        )
        await shared.python.workflows.update_workflow_results(
            "daily", "run", step_id="ours", result=RESULT, request_context={"b": 2}
        )

        there = shared.typescript.call("workflows.loadWorkflowSnapshot", workflowName="daily", runId="run")
        here = await shared.python.workflows.load_workflow_snapshot("daily", "run")
        assert there == here
        assert there["context"] == snapshot()["context"] | {"theirs": RESULT, "ours": RESULT}
        assert there["requestContext"] == {"a": 1, "b": 2}

    async def test_results_of_both_written_at_once_are_all_there(self, shared: Shared) -> None:
        await shared.python.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot())

        async def theirs() -> None:
            for number in range(20):
                step = {"stepId": f"theirs{number}", "result": RESULT, "requestContext": {}}
                call = shared.typescript.call
                await asyncio.to_thread(
                    call, "workflows.updateWorkflowResults", workflowName="daily", runId="run", **step
                )

        async def ours() -> None:
            for number in range(20):
                await shared.python.workflows.update_workflow_results(
                    "daily", "run", step_id=f"ours{number}", result=RESULT
                )

        await asyncio.gather(theirs(), ours())

        there = shared.typescript.call("workflows.loadWorkflowSnapshot", workflowName="daily", runId="run")
        assert set(there["context"]) == {"input"} | {f"{who}{n}" for who in ("theirs", "ours") for n in range(20)}

    async def test_a_state_that_the_other_has_set_guards_ours(self, shared: Shared) -> None:
        await shared.python.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot())
        shared.typescript.call(
            "workflows.updateWorkflowState", workflowName="daily", runId="run", opts={"status": "suspended"}
        )

        refused = await shared.python.workflows.update_workflow_state(
            "daily", "run", status="success", expected_status="running"
        )
        accepted = await shared.python.workflows.update_workflow_state(
            "daily", "run", status="success", expected_status="suspended"
        )

        found = shared.typescript.call("workflows.loadWorkflowSnapshot", workflowName="daily", runId="run")
        assert refused is None
        assert accepted is not None
        assert found["status"] == accepted["status"] == "success"


class TestRuns:
    async def test_both_list_the_same_runs(self, shared: Shared) -> None:
        for number in range(6):
            run, at = f"run{number}", after(seconds=number)
            state = snapshot(run, status="success" if number % 3 else "failed")
            if number % 2:
                shared.typescript.call(
                    "workflows.persistWorkflowSnapshot",
                    workflowName="daily",
                    runId=run,
                    resourceId="user",
                    snapshot=state,
                    createdAt=at,
                    updatedAt=at,
                )
            else:
                await shared.python.workflows.persist_workflow_snapshot(
                    "daily", run, resource_id="user", snapshot=state, created_at=at, updated_at=at
                )

        late = after(seconds=4)
        failed_there = shared.typescript.call("workflows.listWorkflowRuns", workflowName="daily", status="failed")
        failed_here = await shared.python.workflows.list_workflow_runs(workflow_name="daily", status="failed")
        late_there = shared.typescript.call("workflows.listWorkflowRuns", resourceId="user", fromDate=late)
        late_here = await shared.python.workflows.list_workflow_runs(resource_id="user", between=DateRange(start=late))

        assert [each["runId"] for each in failed_there["runs"]] == [each.run_id for each in failed_here]
        assert [each.run_id for each in failed_here] == ["run3", "run0"]
        assert [each["runId"] for each in late_there["runs"]] == [each.run_id for each in late_here] == ["run5", "run4"]

    async def test_each_deletes_the_other_s_run(self, shared: Shared) -> None:
        shared.typescript.call(
            "workflows.persistWorkflowSnapshot", workflowName="daily", runId="theirs", snapshot=snapshot()
        )
        await shared.python.workflows.persist_workflow_snapshot("daily", "ours", snapshot=snapshot())

        await shared.python.workflows.delete_workflow_run_by_id("theirs", workflow_name="daily")
        shared.typescript.call("workflows.deleteWorkflowRunById", runId="ours", workflowName="daily")

        assert shared.typescript.call("workflows.listWorkflowRuns")["runs"] == []
