"""Writing workflow runs on SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, bindparam, delete, update
from sqlalchemy.sql.dml import Delete, Update

from ..clock import utc_now
from ..domains.base import operation
from ..domains.message_input import identifier, optional_identifier
from ..domains.workflow_input import expected_statuses, state_changes, stored_object
from ..domains.workflow_merging import as_state, empty_snapshot, with_changes, with_result
from ..domains.workflows import WorkflowsDomain
from ..errors import Conflict
from ..jsontext import as_object, storable, storable_text
from ..models.workflows import WorkflowSnapshotRow
from ..pages import instant
from ..records.workflows import WorkflowRun
from .dialects import SqlDialect
from .domain import SqlDomain
from .plans import Work, statement
from .workflow_runs import id_key, named, run_key, runs_by_id, snapshot_of_run

KEY = (WorkflowSnapshotRow.workflow_name, WorkflowSnapshotRow.run_id)


class SqlWorkflowChanges(SqlDomain, WorkflowsDomain):
    """The part of the workflows domain that writes."""

    @operation
    async def persist_workflow_snapshot(
        self,
        workflow_name: str,
        run_id: str,
        *,
        snapshot: Mapping[str, Any],
        resource_id: str | None = None,
        created_at: datetime | None = None,
        updated_at: datetime | None = None,
    ) -> None:
        now = utc_now()
        values = {
            "new_workflow": identifier(workflow_name, "workflow_name"),
            "new_run": identifier(run_id, "run_id"),
            "new_resource": optional_identifier(resource_id, "resource_id"),
            "new_snapshot": storable_text(as_object(snapshot, "snapshot"), "snapshot"),
            "new_created_at": now if created_at is None else instant(created_at, "created_at"),
            "new_updated_at": now if updated_at is None else instant(updated_at, "updated_at"),
        }
        await self._database.write(persisted_run(of_resource=resource_id is not None).bind(**values))

    @operation
    async def update_workflow_results(
        self,
        workflow_name: str,
        run_id: str,
        *,
        step_id: str,
        result: Any,
        request_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        key = run_key(workflow_name, run_id)
        identifier(step_id, "step_id")
        given = storable(result, "result")
        context = {} if request_context is None else stored_object(request_context, "request_context")
        return await self._database.run(merged_results(key, step_id, given, context))

    @operation
    async def update_workflow_state(
        self,
        workflow_name: str,
        run_id: str,
        *,
        status: str,
        expected_status: str | Sequence[str] | None = None,
        result: Any = None,
        error: Any = None,
        suspended_paths: Mapping[str, Any] | None = None,
        waiting_paths: Mapping[str, Any] | None = None,
        resume_labels: Mapping[str, Any] | None = None,
        active_paths: Sequence[Any] | None = None,
        active_steps_path: Mapping[str, Any] | None = None,
        tracing_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any] | None:
        key = run_key(workflow_name, run_id)
        changes = state_changes(
            status,
            anything={"result": result, "error": error},
            objects={
                "suspended_paths": suspended_paths,
                "waiting_paths": waiting_paths,
                "resume_labels": resume_labels,
                "active_steps_path": active_steps_path,
                "tracing_context": tracing_context,
            },
            active_paths=active_paths,
        )
        return await self._database.run(changed_state(key, changes, expected_statuses(expected_status)))

    @operation
    async def delete_workflow_run_by_id(self, run_id: str, *, workflow_name: str) -> int:
        deleted = await self._database.write(without_run().bind(**run_key(workflow_name, run_id)))
        return len(deleted)

    @operation
    async def dangerously_clear_all(self) -> None:
        await self._database.write(without_runs().bind())

    async def _create_run(self, run: WorkflowRun) -> bool:
        created = await self._database.write(created_run().bind(**_values(run)))
        return len(created) == 1

    async def _update_run_status(self, run_id: str, status: str, workflow_name: str | None) -> WorkflowRun | None:
        return await self._database.run(changed_status(id_key(run_id, workflow_name), status))


def merged_results(
    key: dict[str, str], step_id: str, result: Any, request_context: dict[str, Any]
) -> Work[dict[str, Any]]:
    """Merge a step's result into a run's snapshot while nobody else changes it, making the run if it is missing."""
    found = yield snapshot_of_run(locked=True).bind(**key)
    now = utc_now()
    if not found:
        empty = empty_snapshot(key["of_run"], "pending", now)
        found = yield found_or_created_run().bind(
            **_values(WorkflowRun(key["of_workflow"], key["of_run"], empty, now, now))
        )
    merged = with_result(found[0], step_id, result, request_context)
    yield rewritten_run().bind(**key, new_snapshot=merged, new_updated_at=now)
    return merged["context"]  # type: ignore[no-any-return]


def changed_state(
    key: dict[str, str], changes: dict[str, Any], expected: frozenset[str] | None
) -> Work[dict[str, Any] | None]:
    """Change the top of a run's snapshot if it has an expected status."""
    found = yield snapshot_of_run(locked=True).bind(**key)
    if not found:
        return None
    changed = with_changes(found[0], changes)
    if expected is not None and found[0].get("status") not in expected:
        return None
    yield rewritten_run().bind(**key, new_snapshot=changed, new_updated_at=utc_now())
    return changed


def changed_status(key: dict[str, str], status: str) -> Work[WorkflowRun | None]:
    """Set the status of the only run that ``key`` names."""
    found = yield runs_by_id(of_workflow="of_workflow" in key, locked=True).bind(**key, limit=2)
    if not found:
        return None
    if len(found) > 1:
        raise Conflict("several workflows have a run with this id; name one as workflow_id", run_id=key["of_run"])
    run: WorkflowRun = found[0]
    changed = run.evolve(snapshot={**as_state(run.snapshot), "status": status}, updated_at=utc_now())
    yield rewritten_run().bind(
        **run_key(run.workflow_name, run.run_id), new_snapshot=changed.snapshot, new_updated_at=changed.updated_at
    )
    return changed


@statement(lambda: None)
def persisted_run(sql: SqlDialect, *, of_resource: bool) -> Executable:
    """Store a run, or replace a stored one's snapshot and time; its resource too where the new one has any.

    A resource that stays is not assigned to itself: SQLite would write its index anew each time.
    """
    replaced = [WorkflowSnapshotRow.snapshot, *sql.times(WorkflowSnapshotRow.updated_at, sql.moment("new_updated_at"))]
    if of_resource:
        replaced.append(WorkflowSnapshotRow.resource_id)
    return sql.replacing(_inserted(sql), KEY, replaced)  # type: ignore[no-any-return]


@statement(lambda run_id: run_id)
def created_run(sql: SqlDialect) -> Executable:
    """Make a run unless there is one: then no row comes back."""
    return _inserted(sql).on_conflict_do_nothing(index_elements=KEY).returning(WorkflowSnapshotRow.run_id)  # type: ignore[no-any-return]


@statement(lambda snapshot: snapshot)
def found_or_created_run(sql: SqlDialect) -> Executable:
    """Make a run, or lock the one that somebody else has made meanwhile; its snapshot comes back.

    DO NOTHING would give nothing back, and a SELECT behind it might find the run deleted again.
    """
    unchanged = [WorkflowSnapshotRow.run_id]
    return sql.replacing(_inserted(sql), KEY, unchanged).returning(WorkflowSnapshotRow.snapshot)  # type: ignore[no-any-return]


@statement(lambda: None)
def rewritten_run(sql: SqlDialect) -> Update:
    new: dict[Any, Any] = {
        WorkflowSnapshotRow.snapshot: sql.json("new_snapshot"),
        **sql.times(WorkflowSnapshotRow.updated_at, sql.moment("new_updated_at")),
    }
    return update(WorkflowSnapshotRow).where(*named()).values(new)


@statement(lambda run_id: run_id)
def without_run(sql: SqlDialect) -> Executable:
    return delete(WorkflowSnapshotRow).where(*named()).returning(WorkflowSnapshotRow.run_id)


@statement(lambda: None)
def without_runs(sql: SqlDialect) -> Delete:
    return delete(WorkflowSnapshotRow)


def _inserted(sql: SqlDialect) -> Any:
    return sql.insert(WorkflowSnapshotRow).values(
        {
            WorkflowSnapshotRow.workflow_name: bindparam("new_workflow"),
            WorkflowSnapshotRow.run_id: bindparam("new_run"),
            WorkflowSnapshotRow.resource_id: bindparam("new_resource"),
            WorkflowSnapshotRow.snapshot: sql.json("new_snapshot"),
            **sql.times(WorkflowSnapshotRow.created_at, sql.moment("new_created_at")),
            **sql.times(WorkflowSnapshotRow.updated_at, sql.moment("new_updated_at")),
        }
    )


def _values(run: WorkflowRun) -> dict[str, Any]:
    return {
        "new_workflow": run.workflow_name,
        "new_run": run.run_id,
        "new_resource": run.resource_id,
        "new_snapshot": run.snapshot,
        "new_created_at": run.created_at,
        "new_updated_at": run.updated_at,
    }
