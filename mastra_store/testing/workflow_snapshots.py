"""What every backend promises of snapshots that are persisted, loaded and deleted, and of the short calls."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given

from ..clock import utc_now
from ..errors import AlreadyExists, Conflict, InvalidArgument, NotFound
from ..records.workflows import WorkflowRun
from ..storage import Storage
from .builders import NOON, after
from .strategies import MODEST, NAMES, WILD_TEXTS, json_objects
from .workflow_builders import snapshot, stored_snapshot

__all__ = [
    "TestClearWorkflows",
    "TestCreateRun",
    "TestDeleteWorkflowRunById",
    "TestGetWorkflowRunById",
    "TestLoadWorkflowSnapshot",
    "TestPersistWorkflowSnapshot",
    "TestRefusedSnapshots",
    "TestUpdateRunStatus",
]


class TestPersistWorkflowSnapshot:
    async def test_the_run_comes_back_as_it_was_persisted(self, storage: Storage) -> None:
        await storage.workflows.persist_workflow_snapshot(
            "daily", "run", snapshot=snapshot(), resource_id="r", created_at=NOON, updated_at=after(1)
        )

        run = await storage.workflows.get_workflow_run_by_id("run", workflow_name="daily")

        assert run == WorkflowRun("daily", "run", snapshot(), NOON, after(1), "r")
        assert run.status == "running"

    async def test_times_that_are_not_given_are_now(self, storage: Storage) -> None:
        before = utc_now()

        await storage.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot())

        run = await _run(storage)
        assert before <= run.created_at == run.updated_at <= utc_now()
        assert run.resource_id is None

    async def test_again_it_replaces_the_snapshot_and_keeps_when_it_was_made(self, storage: Storage) -> None:
        await _persist(storage, snapshot(old=1), created_at=NOON, updated_at=NOON)

        await _persist(storage, snapshot(new=2), created_at=after(5), updated_at=after(7))

        assert await _run(storage) == WorkflowRun("daily", "run", snapshot(new=2), NOON, after(7))

    async def test_again_without_a_time_it_is_updated_now(self, storage: Storage) -> None:
        await _persist(storage, snapshot(), created_at=NOON, updated_at=NOON)
        before = utc_now()

        await _persist(storage, snapshot())

        run = await _run(storage)
        assert run.created_at == NOON
        assert before <= run.updated_at <= utc_now()

    async def test_the_resource_stays_until_another_is_given(self, storage: Storage) -> None:
        await _persist(storage, snapshot(), resource_id="first")

        await _persist(storage, snapshot())
        kept = await _run(storage)
        await _persist(storage, snapshot(), resource_id="second")
        replaced = await _run(storage)

        assert (kept.resource_id, replaced.resource_id) == ("first", "second")

    async def test_runs_of_one_id_in_two_workflows_are_two(self, storage: Storage) -> None:
        await storage.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot(of="daily"))
        await storage.workflows.persist_workflow_snapshot("weekly", "run", snapshot=snapshot(of="weekly"))

        assert await stored_snapshot(storage, workflow_name="daily") == snapshot(of="daily")
        assert await stored_snapshot(storage, workflow_name="weekly") == snapshot(of="weekly")

    async def test_nul_and_unpaired_surrogates_are_cleaned(self, storage: Storage) -> None:
        await _persist(storage, {"a\x00": "b\x00c", "d": ["\ud83d!", "\ud83d\ude00", "\\u0000"]})

        # Two surrogates that Python holds apart are no pair to it.
        assert await stored_snapshot(storage) == {"a": "bc", "d": ["\ufffd!", "\ufffd\ufffd", "\\u0000"]}

    @MODEST
    @given(workflow=NAMES, run=NAMES, state=json_objects())
    async def test_any_snapshot_comes_back_as_it_was(
        self, storage: Storage, workflow: str, run: str, state: dict[str, Any]
    ) -> None:
        await storage.workflows.persist_workflow_snapshot(workflow, run, snapshot=state)

        assert await storage.workflows.load_workflow_snapshot(workflow, run) == state

    @MODEST
    @given(text=WILD_TEXTS)
    async def test_any_text_comes_back_cleaned(self, storage: Storage, text: str) -> None:
        await _persist(storage, {"text": text})

        cleaned = "".join("\ufffd" if "\ud800" <= each <= "\udfff" else each for each in text if each != "\x00")
        assert await stored_snapshot(storage) == {"text": cleaned}


class TestRefusedSnapshots:
    @pytest.mark.parametrize(
        ("state", "path"),
        [
            (None, "snapshot"),
            ("{}", "snapshot"),
            ([{}], "snapshot"),
            ({"a": {"b": [0, float("nan")]}}, "snapshot.a.b[1]"),
            ({"a": {1, 2}}, "snapshot.a"),
            ({"a": b"bytes"}, "snapshot.a"),
            ({"a": {1: "one"}}, "snapshot.a"),
            ({"a": NOON}, "snapshot.a"),
            ({"a": 1, "a\x00": 2}, "snapshot"),
        ],
    )
    async def test_what_is_no_json_object_is_refused_with_its_path(
        self, storage: Storage, state: Any, path: str
    ) -> None:
        with pytest.raises(InvalidArgument) as refused:
            await storage.workflows.persist_workflow_snapshot("daily", "run", snapshot=state)

        assert refused.value.details["argument"] == path
        assert (await storage.workflows.list_workflow_runs()).total == 0

    @pytest.mark.parametrize("bad", ["", " ", "x" * 513, "a\x00b", "\ud800", None, 7])
    @pytest.mark.parametrize(
        ("argument", "call"),
        [
            ("workflow_name", lambda w, bad: w.persist_workflow_snapshot(bad, "run", snapshot={})),
            ("run_id", lambda w, bad: w.persist_workflow_snapshot("daily", bad, snapshot={})),
            ("workflow_name", lambda w, bad: w.load_workflow_snapshot(bad, "run")),
            ("run_id", lambda w, bad: w.get_workflow_run_by_id(bad)),
            ("workflow_name", lambda w, bad: w.update_workflow_results(bad, "run", step_id="s", result={})),
            ("run_id", lambda w, bad: w.update_workflow_results("daily", bad, step_id="s", result={})),
            ("step_id", lambda w, bad: w.update_workflow_results("daily", "run", step_id=bad, result={})),
            ("run_id", lambda w, bad: w.update_workflow_state("daily", bad, status="success")),
            ("workflow_name", lambda w, bad: w.delete_workflow_run_by_id("run", workflow_name=bad)),
            ("workflow_id", lambda w, bad: w.create_run(workflow_id=bad, run_id="run")),
            ("run_id", lambda w, bad: w.create_run(workflow_id="daily", run_id=bad)),
            ("run_id", lambda w, bad: w.update_run_status(bad, "success")),
        ],
    )
    async def test_what_is_no_id_is_refused(
        self, storage: Storage, argument: str, call: Callable[[Any, Any], Any], bad: Any
    ) -> None:
        with pytest.raises(InvalidArgument) as refused:
            await call(storage.workflows, bad)

        assert refused.value.details["argument"] == argument
        assert (await storage.workflows.list_workflow_runs()).total == 0

    @pytest.mark.parametrize("argument", ["created_at", "updated_at"])
    @pytest.mark.parametrize("bad", [datetime(2024, 2, 29), "2024-02-29T12:00:00Z", 1709208000])  # noqa: DTZ001
    async def test_what_is_no_instant_is_refused(self, storage: Storage, argument: str, bad: Any) -> None:
        with pytest.raises(InvalidArgument, match=argument):
            await storage.workflows.persist_workflow_snapshot("daily", "run", snapshot={}, **{argument: bad})

        assert (await storage.workflows.list_workflow_runs()).total == 0


class TestLoadWorkflowSnapshot:
    async def test_of_an_unknown_run_is_none(self, storage: Storage) -> None:
        await _persist(storage, snapshot())

        assert await storage.workflows.load_workflow_snapshot("daily", "unknown") is None
        assert await storage.workflows.load_workflow_snapshot("unknown", "run") is None


class TestGetWorkflowRunById:
    async def test_without_a_workflow_it_is_the_newest(self, storage: Storage) -> None:
        for name, at in [("a", after(1)), ("b", after(3)), ("c", after(2))]:
            await storage.workflows.persist_workflow_snapshot(name, "run", snapshot=snapshot(), created_at=at)

        found = await storage.workflows.get_workflow_run_by_id("run")

        assert found is not None
        assert found.workflow_name == "b"

    async def test_of_several_of_one_time_it_is_always_the_same(self, storage: Storage) -> None:
        for name in ["b", "c", "a"]:
            await storage.workflows.persist_workflow_snapshot(name, "run", snapshot=snapshot(), created_at=NOON)

        found = await storage.workflows.get_workflow_run_by_id("run")

        assert found == (await storage.workflows.list_workflow_runs())[0]

    async def test_with_a_workflow_it_is_that_one_or_none(self, storage: Storage) -> None:
        await _persist(storage, snapshot())

        found = await storage.workflows.get_workflow_run_by_id("run", workflow_name="daily")
        other = await storage.workflows.get_workflow_run_by_id("run", workflow_name="weekly")

        assert found is not None
        assert found == await storage.workflows.get_run("run", workflow_id="daily")
        assert other is None


class TestDeleteWorkflowRunById:
    async def test_the_run_of_that_workflow_is_gone_and_no_other(self, storage: Storage) -> None:
        await storage.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot())
        await storage.workflows.persist_workflow_snapshot("daily", "other", snapshot=snapshot())
        await storage.workflows.persist_workflow_snapshot("weekly", "run", snapshot=snapshot())

        deleted = await storage.workflows.delete_workflow_run_by_id("run", workflow_name="daily")

        left = await storage.workflows.list_workflow_runs()
        assert deleted == 1
        assert {(each.workflow_name, each.run_id) for each in left} == {("daily", "other"), ("weekly", "run")}

    async def test_of_an_unknown_run_is_none(self, storage: Storage) -> None:
        assert await storage.workflows.delete_workflow_run_by_id("unknown", workflow_name="daily") == 0


class TestClearWorkflows:
    async def test_nothing_is_left(self, storage: Storage) -> None:
        await storage.workflows.create_run(workflow_id="daily", run_id="a")
        await storage.workflows.create_run(workflow_id="weekly", run_id="b")

        await storage.workflows.dangerously_clear_all()

        assert (await storage.workflows.list_workflow_runs()).total == 0


class TestCreateRun:
    async def test_the_run_is_stored_with_an_empty_state(self, storage: Storage) -> None:
        before = utc_now()

        made = await storage.workflows.create_run(workflow_id="daily", run_id="run", resource_id="r")

        assert made == await _run(storage)
        assert before <= made.created_at == made.updated_at <= utc_now()
        assert (made.workflow_name, made.run_id, made.resource_id, made.status) == ("daily", "run", "r", "pending")
        assert made.snapshot == {
            "runId": "run",
            "status": "pending",
            "value": {},
            "context": {},
            "serializedStepGraph": [],
            "activePaths": [],
            "activeStepsPath": {},
            "suspendedPaths": {},
            "waitingPaths": {},
            "resumeLabels": {},
            "requestContext": {},
            "timestamp": round(made.created_at.timestamp() * 1000),
        }

    async def test_an_existing_run_stays_as_it_is(self, storage: Storage) -> None:
        await _persist(storage, snapshot(), created_at=NOON, updated_at=NOON)

        with pytest.raises(AlreadyExists) as refused:
            await storage.workflows.create_run(workflow_id="daily", run_id="run", status="failed", resource_id="r")

        assert refused.value.details == {"workflow_name": "daily", "run_id": "run"}
        assert await _run(storage) == WorkflowRun("daily", "run", snapshot(), NOON, NOON)

    async def test_an_unknown_status_is_refused_with_those_that_are_known(self, storage: Storage) -> None:
        with pytest.raises(InvalidArgument, match=r"running, success, failed, .*, not 'finished'"):
            await storage.workflows.create_run(workflow_id="daily", run_id="run", status="finished")

        assert await storage.workflows.get_run("run") is None


class TestUpdateRunStatus:
    @pytest.mark.parametrize(
        ("given", "stored"), [("completed", "success"), ("cancelled", "canceled"), ("suspended", "suspended")]
    )
    async def test_the_status_is_stored_by_mastra_s_name(self, storage: Storage, given: str, stored: str) -> None:
        await _persist(storage, snapshot(), resource_id="r", created_at=NOON, updated_at=NOON)
        before = utc_now()

        changed = await storage.workflows.update_run_status("run", given)

        assert changed == await _run(storage)
        assert changed == WorkflowRun("daily", "run", snapshot(status=stored), NOON, changed.updated_at, "r")
        assert before <= changed.updated_at <= utc_now()

    async def test_of_an_unknown_run_is_not_found(self, storage: Storage) -> None:
        await _persist(storage, snapshot())

        with pytest.raises(NotFound, match="unknown"):
            await storage.workflows.update_run_status("unknown", "success")
        with pytest.raises(NotFound, match="weekly"):
            await storage.workflows.update_run_status("run", "success", workflow_id="weekly")

        assert await stored_snapshot(storage) == snapshot()

    async def test_where_several_workflows_have_the_run_one_must_be_named(self, storage: Storage) -> None:
        await storage.workflows.create_run(workflow_id="daily", run_id="run")
        await storage.workflows.create_run(workflow_id="weekly", run_id="run")

        with pytest.raises(Conflict, match="workflow_id"):
            await storage.workflows.update_run_status("run", "success")
        unchanged = [each.status for each in await storage.workflows.list_runs()]
        await storage.workflows.update_run_status("run", "success", workflow_id="weekly")

        assert unchanged == ["pending", "pending"]
        assert {each.workflow_name: each.status for each in await storage.workflows.list_runs()} == {
            "daily": "pending",
            "weekly": "success",
        }

    async def test_an_unknown_status_is_refused(self, storage: Storage) -> None:
        await _persist(storage, snapshot())

        with pytest.raises(InvalidArgument, match="status"):
            await storage.workflows.update_run_status("run", "finished")

        assert await stored_snapshot(storage) == snapshot()


async def _persist(storage: Storage, state: dict[str, Any], **given: Any) -> None:
    await storage.workflows.persist_workflow_snapshot("daily", "run", snapshot=state, **given)


async def _run(storage: Storage) -> WorkflowRun:
    found = await storage.workflows.get_workflow_run_by_id("run", workflow_name="daily")
    assert found is not None
    return found
