"""What every backend promises of snapshots that are changed in place, also by many at once."""

import asyncio
from typing import Any

import pytest
from hypothesis import given

from ..clock import utc_now
from ..domains.workflow_merging import merged_result
from ..errors import Conflict, InvalidArgument
from ..storage import Storage
from .builders import NOON
from .strategies import MODEST, json_objects
from .workflow_builders import done, snapshot, stored_snapshot

__all__ = [
    "TestConcurrentWorkflowUpdates",
    "TestUpdateWorkflowResults",
    "TestUpdateWorkflowState",
    "TestWorkflowsInATransaction",
]

MARKER = {"__mastra_pending__": True}


class TestUpdateWorkflowResults:
    async def test_a_result_is_stored_beside_the_others(self, storage: Storage) -> None:
        await _persist(storage, snapshot(context={"input": {"q": 1}, "first": done(1)}))

        context = await storage.workflows.update_workflow_results("daily", "run", step_id="second", result=done(2))

        assert context == {"input": {"q": 1}, "first": done(1), "second": done(2)}
        assert await stored_snapshot(storage) == snapshot(context=context, requestContext={})

    async def test_a_result_replaces_the_step_s_own(self, storage: Storage) -> None:
        await _persist(storage, snapshot(context={"step": done("old", metadata={"kept": False})}))

        context = await storage.workflows.update_workflow_results("daily", "run", step_id="step", result=done("new"))

        assert context == {"step": done("new")} == (await stored_snapshot(storage))["context"]

    async def test_a_missing_run_is_made(self, storage: Storage) -> None:
        before = utc_now()

        context = await storage.workflows.update_workflow_results(
            "daily", "run", step_id="step", result=done(1), request_context={"user": "ada"}
        )

        run = await storage.workflows.get_workflow_run_by_id("run", workflow_name="daily")
        assert run is not None
        assert context == {"step": done(1)}
        assert before <= run.created_at == run.updated_at <= utc_now()
        assert run.resource_id is None
        assert run.snapshot == {
            "runId": "run",
            "status": "pending",
            "value": {},
            "context": {"step": done(1)},
            "serializedStepGraph": [],
            "activePaths": [],
            "activeStepsPath": {},
            "suspendedPaths": {},
            "waitingPaths": {},
            "resumeLabels": {},
            "requestContext": {"user": "ada"},
            "timestamp": round(run.created_at.timestamp() * 1000),
        }

    async def test_the_request_s_context_is_merged_key_by_key(self, storage: Storage) -> None:
        await _persist(storage, snapshot(requestContext={"kept": 1, "deep": {"x": 1}}))

        await storage.workflows.update_workflow_results(
            "daily", "run", step_id="step", result=done(), request_context={"deep": {"y": 1}, "new": None}
        )

        assert (await stored_snapshot(storage))["requestContext"] == {"kept": 1, "deep": {"y": 1}, "new": None}

    @pytest.mark.parametrize("missing", [{}, {"context": None, "requestContext": None}])
    async def test_a_missing_context_is_made(self, storage: Storage, missing: dict[str, Any]) -> None:
        await _persist(storage, missing)

        await storage.workflows.update_workflow_results("daily", "run", step_id="step", result=done())

        assert await stored_snapshot(storage) == {"context": {"step": done()}, "requestContext": {}}

    @pytest.mark.parametrize("broken", [{"context": [1]}, {"context": "text"}, {"context": {}, "requestContext": 7}])
    async def test_what_is_none_of_a_run_s_states_stays_as_it_is(
        self, storage: Storage, broken: dict[str, Any]
    ) -> None:
        await _persist(storage, broken)

        with pytest.raises(Conflict):
            await storage.workflows.update_workflow_results("daily", "run", step_id="step", result=done())

        assert await stored_snapshot(storage) == broken

    async def test_resource_and_creation_stay_and_the_update_is_now(self, storage: Storage) -> None:
        await storage.workflows.persist_workflow_snapshot(
            "daily", "run", snapshot=snapshot(), resource_id="r", created_at=NOON, updated_at=NOON
        )
        before = utc_now()

        await storage.workflows.update_workflow_results("daily", "run", step_id="step", result=done())

        run = await storage.workflows.get_run("run")
        assert run is not None
        assert (run.resource_id, run.created_at) == ("r", NOON)
        assert before <= run.updated_at <= utc_now()

    async def test_foreach_outputs_are_merged_element_by_element(self, storage: Storage) -> None:
        await _persist(storage, snapshot(context={"each": done([1, None, 3], stored="kept", both="old")}))

        context = await storage.workflows.update_workflow_results(
            "daily", "run", step_id="each", result=done([None, 2, None, None, 5], both="new")
        )

        assert context["each"] == done([1, 2, 3, None, 5], stored="kept", both="new")
        assert (await stored_snapshot(storage))["context"] == context

    async def test_markers_reset_elements_that_are_not_final_and_store_nothing_else(self, storage: Storage) -> None:
        waiting = {"status": "suspended", "suspendPayload": {}}
        await _persist(storage, snapshot(context={"each": done([waiting, "final", waiting], stored="kept")}))

        context = await storage.workflows.update_workflow_results(
            "daily", "run", step_id="each", result={"status": "running", "output": [MARKER, MARKER, "new", "new"]}
        )

        assert context["each"] == done([None, "final", waiting, None], stored="kept")

    @pytest.mark.parametrize("result", [None, False, 0, "text", ["a"], {}])
    async def test_a_result_may_be_any_json(self, storage: Storage, result: Any) -> None:
        await _persist(storage, snapshot(context={"step": done([1])}))

        context = await storage.workflows.update_workflow_results("daily", "run", step_id="step", result=result)

        assert context == {"step": result} == (await stored_snapshot(storage))["context"]

    @MODEST
    @given(stored=json_objects(), given=json_objects())
    async def test_any_result_is_stored_as_it_is_merged(
        self, storage: Storage, stored: dict[str, Any], given: dict[str, Any]
    ) -> None:
        await _persist(storage, snapshot(context={"step": stored}))

        context = await storage.workflows.update_workflow_results("daily", "run", step_id="step", result=given)

        assert context == {"step": merged_result(stored, given)}
        assert await stored_snapshot(storage) == snapshot(context=context, requestContext={})

    async def test_nul_and_unpaired_surrogates_are_cleaned(self, storage: Storage) -> None:
        context = await storage.workflows.update_workflow_results(
            "daily", "run", step_id="step", result=done("a\x00b"), request_context={"user\x00": "\ud800"}
        )

        found = await stored_snapshot(storage)
        assert context == found["context"] == {"step": done("ab")}
        assert found["requestContext"] == {"user": "\ufffd"}

    @pytest.mark.parametrize(
        ("bad", "path"),
        [
            ({"result": NOON}, "result"),
            ({"result": {"output": [1, float("inf")]}}, "result.output[1]"),
            ({"request_context": ["a"]}, "request_context"),
            ({"request_context": {"a": {"b"}}}, "request_context.a"),
        ],
    )
    async def test_what_is_no_json_is_refused_with_its_path(
        self, storage: Storage, bad: dict[str, Any], path: str
    ) -> None:
        with pytest.raises(InvalidArgument) as refused:
            await storage.workflows.update_workflow_results("daily", "run", **{"step_id": "s", "result": {}, **bad})

        assert refused.value.details["argument"] == path
        assert await storage.workflows.get_run("run") is None


class TestUpdateWorkflowState:
    async def test_what_is_given_is_replaced_and_the_rest_stays(self, storage: Storage) -> None:
        await storage.workflows.persist_workflow_snapshot(
            "daily", "run", snapshot=snapshot(error={"message": "stays"}), resource_id="r", created_at=NOON
        )
        before = utc_now()

        changed = await storage.workflows.update_workflow_state(
            "daily",
            "run",
            status="suspended",
            result={"status": "success"},
            suspended_paths={"step": [0]},
            waiting_paths={"wait": [1]},
            resume_labels={"label": {"stepId": "step"}},
            active_paths=[0, 1],
            active_steps_path={"step": [0]},
            tracing_context={"traceId": "t"},
        )

        run = await storage.workflows.get_run("run")
        assert run is not None
        assert changed == run.snapshot
        assert changed == snapshot(
            status="suspended",
            error={"message": "stays"},
            result={"status": "success"},
            suspendedPaths={"step": [0]},
            waitingPaths={"wait": [1]},
            resumeLabels={"label": {"stepId": "step"}},
            activePaths=[0, 1],
            activeStepsPath={"step": [0]},
            tracingContext={"traceId": "t"},
        )
        assert (run.resource_id, run.created_at) == ("r", NOON)
        assert before <= run.updated_at <= utc_now()

    async def test_empty_values_are_stored(self, storage: Storage) -> None:
        await _persist(storage, snapshot(activePaths=[1], suspendedPaths={"step": [0]}, result=1))

        changed = await storage.workflows.update_workflow_state(
            "daily", "run", status="running", active_paths=(), suspended_paths={}, result=0, error=""
        )

        assert changed == await stored_snapshot(storage) == snapshot(result=0, error="")

    async def test_of_an_unknown_run_nothing_is_made(self, storage: Storage) -> None:
        changed = await storage.workflows.update_workflow_state("daily", "run", status="success")

        assert changed is None
        assert await storage.workflows.get_run("run") is None

    @pytest.mark.parametrize("expected", ["running", ["pending", "running"], ("running",), {"running"}])
    async def test_an_expected_status_lets_it_happen(self, storage: Storage, expected: Any) -> None:
        await _persist(storage, snapshot(status="running"))

        changed = await storage.workflows.update_workflow_state(
            "daily", "run", status="success", expected_status=expected
        )

        assert changed == await stored_snapshot(storage) == snapshot(status="success")

    @pytest.mark.parametrize("expected", ["success", ["pending", "success"], "completed"])
    async def test_another_status_than_expected_changes_nothing(self, storage: Storage, expected: Any) -> None:
        await storage.workflows.persist_workflow_snapshot(
            "daily", "run", snapshot=snapshot(), created_at=NOON, updated_at=NOON
        )

        changed = await storage.workflows.update_workflow_state(
            "daily", "run", status="failed", expected_status=expected, error={"message": "no"}
        )

        run = await storage.workflows.get_run("run")
        assert run is not None
        assert changed is None
        assert (run.snapshot, run.updated_at) == (snapshot(), NOON)

    @pytest.mark.parametrize("broken", [{}, {"status": "running"}, {"status": "running", "context": None}])
    async def test_a_snapshot_without_context_is_none_of_a_run_s(
        self, storage: Storage, broken: dict[str, Any]
    ) -> None:
        await _persist(storage, broken)

        with pytest.raises(Conflict) as refused:
            await storage.workflows.update_workflow_state("daily", "run", status="success")

        assert refused.value.id.endswith("UPDATE_WORKFLOW_STATE_FAILED")
        assert await stored_snapshot(storage) == broken

    @pytest.mark.parametrize(
        ("bad", "path"),
        [
            ({"status": "finished"}, "status"),
            ({"status": None}, "status"),
            ({"expected_status": "finished"}, "expected_status"),
            ({"expected_status": ["running", "finished"]}, "expected_status[1]"),
            ({"expected_status": []}, "expected_status"),
            ({"expected_status": 7}, "expected_status"),
            ({"result": {"a": float("nan")}}, "result.a"),
            ({"error": ValueError("text")}, "error"),
            ({"suspended_paths": ["step"]}, "suspended_paths"),
            ({"waiting_paths": {"step": {0}}}, "waiting_paths.step"),
            ({"active_paths": {"step": 0}}, "active_paths"),
            ({"active_paths": [0, b"1"]}, "active_paths[1]"),
        ],
    )
    async def test_bad_input_is_refused_with_its_path(self, storage: Storage, bad: dict[str, Any], path: str) -> None:
        await _persist(storage, snapshot())

        with pytest.raises(InvalidArgument) as refused:
            await storage.workflows.update_workflow_state("daily", "run", **{"status": "success", **bad})

        assert refused.value.details["argument"] == path
        assert await stored_snapshot(storage) == snapshot()


class TestConcurrentWorkflowUpdates:
    async def test_results_of_parallel_steps_are_all_kept(self, storage: Storage) -> None:
        assert storage.workflows.supports_concurrent_updates()

        await asyncio.gather(
            *(
                storage.workflows.update_workflow_results(
                    "daily", "run", step_id=f"step{n}", result=done(n), request_context={f"key{n}": n}
                )
                for n in range(30)
            )
        )

        found = await stored_snapshot(storage)
        assert found["context"] == {f"step{n}": done(n) for n in range(30)}
        assert found["requestContext"] == {f"key{n}": n for n in range(30)}

    async def test_results_of_one_foreach_are_all_kept(self, storage: Storage) -> None:
        outputs = [[element if at == number else None for at in range(20)] for number, element in enumerate(range(20))]

        await asyncio.gather(
            *(
                storage.workflows.update_workflow_results("daily", "run", step_id="each", result=done(output))
                for output in outputs
            )
        )

        assert (await stored_snapshot(storage))["context"]["each"]["output"] == list(range(20))

    async def test_of_many_claimants_one_wins(self, storage: Storage) -> None:
        await _persist(storage, snapshot(status="pending"))

        claims = await asyncio.gather(
            *(
                storage.workflows.update_workflow_state(
                    "daily", "run", status="running", expected_status="pending", result={"claimant": n}
                )
                for n in range(50)
            )
        )

        (won,) = [claim for claim in claims if claim is not None]
        assert won == await stored_snapshot(storage)

    async def test_of_many_that_create_a_run_one_does(self, storage: Storage) -> None:
        made = await asyncio.gather(
            *(storage.workflows.create_run(workflow_id="daily", run_id="run", resource_id=f"r{n}") for n in range(20)),
            return_exceptions=True,
        )

        (first,) = [each for each in made if not isinstance(each, Conflict)]
        assert first == await storage.workflows.get_run("run")


@pytest.mark.needs("transactions")
class TestWorkflowsInATransaction:
    async def test_all_changes_are_undone_together(self, storage: Storage) -> None:
        await _persist(storage, snapshot())

        with pytest.raises(ZeroDivisionError):
            async with storage.transaction() as tx:
                await tx.workflows.update_workflow_results("daily", "run", step_id="step", result=done())
                await tx.workflows.update_workflow_state("daily", "run", status="success", expected_status="running")
                await tx.workflows.create_run(workflow_id="daily", run_id="other")
                raise ZeroDivisionError

        assert await stored_snapshot(storage) == snapshot()
        assert await storage.workflows.get_run("other") is None

    async def test_a_refused_change_leaves_the_transaction_usable(self, storage: Storage) -> None:
        await _persist(storage, snapshot())

        async with storage.transaction() as tx:
            with pytest.raises(Conflict):
                await tx.workflows.create_run(workflow_id="daily", run_id="run")
            lost = await tx.workflows.update_workflow_state(
                "daily", "run", status="failed", expected_status="suspended"
            )
            await tx.workflows.update_run_status("run", "completed")

        assert lost is None
        assert await stored_snapshot(storage) == snapshot(status="success")


async def _persist(storage: Storage, state: dict[str, Any]) -> None:
    await storage.workflows.persist_workflow_snapshot("daily", "run", snapshot=state)
