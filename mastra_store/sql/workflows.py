"""The workflows domain on SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, bindparam, delete, func, select, update
from sqlalchemy.sql.dml import Delete, Update

from ..clock import utc_now
from ..domains.base import operation
from ..domains.message_input import identifier, optional_identifier
from ..domains.workflow_input import expected_statuses, run_status, state_changes, stored_snapshot
from ..domains.workflow_merging import empty_snapshot, with_result
from ..domains.workflows import WorkflowsDomain
from ..errors import AlreadyExists, Conflict, NotFound
from ..jsontext import as_object, storable
from ..models.types import JsonType
from ..models.workflows import WorkflowSnapshotRow
from ..pages import DateRange, Page, Window, instant
from ..records.workflows import WorkflowRun
from .bounds import Bounds, bound_values
from .dialects import SqlDialect
from .domain import SqlDomain
from .paging import LIMIT, OFFSET, directed, with_total
from .plans import Work, counted, statement

RUN = (
    WorkflowSnapshotRow.workflow_name,
    WorkflowSnapshotRow.run_id,
    WorkflowSnapshotRow.snapshot,
    WorkflowSnapshotRow.created_at,
    WorkflowSnapshotRow.updated_at,
    WorkflowSnapshotRow.resource_id,
)


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs a list is of: the shape's share of its arguments."""

    by_workflow: bool
    by_resource: bool
    by_thread: bool
    by_status: bool
    bounds: Bounds

    def conditions(self, sql: SqlDialect) -> list[ColumnElement[bool]]:
        conditions = self.bounds.conditions(sql, WorkflowSnapshotRow.created_at)
        if self.by_workflow:
            conditions.append(WorkflowSnapshotRow.workflow_name == bindparam("workflow_name"))
        if self.by_resource:
            conditions.append(WorkflowSnapshotRow.resource_id == bindparam("resource_id"))
        if self.by_thread:
            conditions.append(sql.thread_of_run() == bindparam("thread_id"))
        if self.by_status:
            conditions.append(sql.json_text_at(WorkflowSnapshotRow.snapshot, "status") == bindparam("status"))
        return conditions


class SqlWorkflows(SqlDomain, WorkflowsDomain):
    """The workflows domain on SQL."""

    rows = (WorkflowSnapshotRow,)

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
        await self._database.write(
            persisted_run().bind(
                **_new(
                    identifier(workflow_name, "workflow_name"),
                    identifier(run_id, "run_id"),
                    stored_snapshot(snapshot),
                    optional_identifier(resource_id, "resource_id"),
                    now if created_at is None else instant(created_at, "created_at"),
                    now if updated_at is None else instant(updated_at, "updated_at"),
                )
            )
        )

    @operation
    async def load_workflow_snapshot(self, workflow_name: str, run_id: str) -> Any | None:
        found = await self._database.read(snapshot_of_run().bind(**_key(workflow_name, run_id)))
        return found[0] if found else None

    @operation
    async def get_workflow_run_by_id(self, run_id: str, *, workflow_name: str | None = None) -> WorkflowRun | None:
        values = {"of_run": identifier(run_id, "run_id")}
        if workflow_name is not None:
            values["of_workflow"] = identifier(workflow_name, "workflow_name")
        found = await self._database.read(runs_by_id(of_workflow=workflow_name is not None).bind(**values, limit=1))
        return found[0] if found else None

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
        key = _key(workflow_name, run_id)
        identifier(step_id, "step_id")
        stored_result = storable(result, "result")
        context = as_object(storable(request_context or {}, "request_context"), "request_context")
        return await self._database.run(merged_results(key, step_id, stored_result, context))

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
        changes = state_changes(
            status,
            {
                "result": result,
                "error": error,
                "suspended_paths": suspended_paths,
                "waiting_paths": waiting_paths,
                "resume_labels": resume_labels,
                "active_paths": active_paths,
                "active_steps_path": active_steps_path,
                "tracing_context": tracing_context,
            },
        )
        expected = expected_statuses(expected_status)
        return await self._database.run(changed_state(_key(workflow_name, run_id), changes, expected))

    @operation
    async def list_workflow_runs(
        self,
        *,
        workflow_name: str | None = None,
        resource_id: str | None = None,
        thread_id: str | None = None,
        status: str | None = None,
        between: DateRange | None = None,
        page: int = 0,
        per_page: int | None = None,
    ) -> Page[WorkflowRun]:
        window = Window.of(page, per_page)
        given = {
            "workflow_name": optional_identifier(workflow_name, "workflow_name"),
            "resource_id": optional_identifier(resource_id, "resource_id"),
            "thread_id": optional_identifier(thread_id, "thread_id"),
            "status": None if status is None else run_status(status),
        }
        values = {name: value for name, value in given.items() if value is not None}
        chosen = RunFilter(
            by_workflow="workflow_name" in values,
            by_resource="resource_id" in values,
            by_thread="thread_id" in values,
            by_status="status" in values,
            bounds=Bounds.of(between),
        )
        values |= bound_values(between)
        found = await self._database.read(runs(chosen).bind(**values, limit=window.limit, offset=window.offset))
        return window.show(found.items, found.total)

    @operation
    async def delete_workflow_run_by_id(self, run_id: str, *, workflow_name: str) -> int:
        deleted = await self._database.write(without_run().bind(**_key(workflow_name, run_id)))
        return len(deleted)

    @operation
    async def dangerously_clear_all(self) -> None:
        await self._database.write(without_runs().bind())

    async def _create_run(
        self, workflow_name: str, run_id: str, snapshot: dict[str, Any], resource_id: str | None
    ) -> WorkflowRun:
        key, now = _key(workflow_name, run_id), utc_now()
        owner = optional_identifier(resource_id, "resource_id")
        values = _new(key["of_workflow"], key["of_run"], snapshot, owner, now, now)
        if not await self._database.write(created_run().bind(**values)):
            raise AlreadyExists("workflow run", workflow_name=workflow_name, run_id=run_id)
        return WorkflowRun(workflow_name, run_id, snapshot, now, now, owner)

    @operation
    async def update_run_status(self, run_id: str, status: str, *, workflow_id: str | None = None) -> WorkflowRun:
        values = {"of_run": identifier(run_id, "run_id")}
        if workflow_id is not None:
            values["of_workflow"] = identifier(workflow_id, "workflow_id")
        return await self._database.run(changed_status(values, run_status(status)))


def merged_results(
    key: dict[str, str], step_id: str, result: Any, request_context: dict[str, Any]
) -> Work[dict[str, Any]]:
    """Merge a step's result into a run's snapshot while nobody else changes it, making the run if it is missing."""
    found = yield snapshot_of_run(locked=True).bind(**key)
    if not found:
        # Made empty first, and only if still missing: of two that come first both then merge into the one row.
        now = utc_now()
        empty = empty_snapshot(key["of_run"])
        yield created_run().bind(**_new(key["of_workflow"], key["of_run"], empty, None, now, now))
        found = yield snapshot_of_run(locked=True).bind(**key)
    merged = with_result(found[0], step_id, result, request_context)
    yield rewritten_run().bind(**key, new_snapshot=merged, new_updated_at=utc_now())
    return merged["context"]  # type: ignore[no-any-return]


def changed_state(
    key: dict[str, str], changes: dict[str, Any], expected: frozenset[str] | None
) -> Work[dict[str, Any] | None]:
    """Change the top of a run's snapshot, if it has an expected status."""
    found = yield snapshot_of_run(locked=True).bind(**key)
    if not found:
        return None
    snapshot = found[0]
    if not isinstance(snapshot, dict) or "context" not in snapshot:
        raise Conflict("the stored snapshot has no context, so it is none of a workflow run's", status="FAILED", **key)
    if expected is not None and snapshot.get("status") not in expected:
        return None
    changed = {**snapshot, **changes}
    yield rewritten_run().bind(**key, new_snapshot=changed, new_updated_at=utc_now())
    return changed


def changed_status(values: dict[str, str], status: str) -> Work[WorkflowRun]:
    """Set the status of the only run with an id."""
    found = yield runs_by_id(of_workflow="of_workflow" in values, locked=True).bind(**values, limit=2)
    if not found:
        raise NotFound("workflow run", run_id=values["of_run"], workflow_name=values.get("of_workflow"))
    if len(found) > 1:
        raise Conflict("several workflows have a run with this id; name one as workflow_id", run_id=values["of_run"])
    run: WorkflowRun = found[0]
    changed = run.evolve(snapshot={**run.snapshot, "status": status}, updated_at=utc_now())
    key = {"of_workflow": run.workflow_name, "of_run": run.run_id}
    yield rewritten_run().bind(**key, new_snapshot=changed.snapshot, new_updated_at=changed.updated_at)
    return changed


@statement(lambda snapshot: snapshot)
def snapshot_of_run(sql: SqlDialect, *, locked: bool = False) -> Select[Any]:
    query = select(WorkflowSnapshotRow.snapshot).where(*_of_run())
    return sql.locked(query) if locked else query


@statement(WorkflowRun)
def runs_by_id(sql: SqlDialect, *, of_workflow: bool, locked: bool = False) -> Select[Any]:
    """Newest first. Served by mastra_store_workflow_snapshot_run_idx, or by the unique key."""
    query = select(*sql.columns(RUN)).where(*(_of_run() if of_workflow else _of_run()[1:]))
    newest = [WorkflowSnapshotRow.created_at, WorkflowSnapshotRow.workflow_name]
    query = query.order_by(*directed(newest, descending=True)).limit(LIMIT)
    return sql.locked(query) if locked else query


@counted(WorkflowRun)
def runs(sql: SqlDialect, chosen: RunFilter) -> Select[Any]:
    """Newest first. Served by the indexes mastra_workflow_snapshot_* and mastra_store_workflow_snapshot_*."""
    conditions = chosen.conditions(sql)
    order = [WorkflowSnapshotRow.created_at, WorkflowSnapshotRow.run_id, WorkflowSnapshotRow.workflow_name]
    page = select(*sql.columns(RUN)).where(*conditions).order_by(*directed(order, descending=True))
    matching = select(WorkflowSnapshotRow.run_id).where(*conditions)
    return with_total(matching, page.limit(LIMIT).offset(OFFSET), order, descending=True)


@statement(lambda: None)
def persisted_run(sql: SqlDialect) -> Executable:
    insert = sql.insert(WorkflowSnapshotRow).values(_new_row(sql))
    updated = sql.times(WorkflowSnapshotRow.updated_at, sql.moment("new_updated_at"))
    replaced = {
        "snapshot": insert.excluded.snapshot,
        # A resource that is not given keeps the stored one.
        "resourceId": func.coalesce(insert.excluded["resourceId"], WorkflowSnapshotRow.resource_id),
        **{column.expression.name: moment for column, moment in updated.items()},
    }
    return insert.on_conflict_do_update(index_elements=["workflow_name", "run_id"], set_=replaced)  # type: ignore[no-any-return]


@statement(lambda run_id: run_id)
def created_run(sql: SqlDialect) -> Executable:
    """Make a run unless there is one: then no row comes back."""
    insert = sql.insert(WorkflowSnapshotRow).values(_new_row(sql)).on_conflict_do_nothing()
    return insert.returning(WorkflowSnapshotRow.run_id)  # type: ignore[no-any-return]


@statement(lambda: None)
def rewritten_run(sql: SqlDialect) -> Update:
    new: dict[Any, Any] = {
        WorkflowSnapshotRow.snapshot: bindparam("new_snapshot", type_=JsonType()),
        **sql.times(WorkflowSnapshotRow.updated_at, sql.moment("new_updated_at")),
    }
    return update(WorkflowSnapshotRow).where(*_of_run()).values(new)


@statement(lambda run_id: run_id)
def without_run(sql: SqlDialect) -> Executable:
    return delete(WorkflowSnapshotRow).where(*_of_run()).returning(WorkflowSnapshotRow.run_id)


@statement(lambda: None)
def without_runs(sql: SqlDialect) -> Delete:
    return delete(WorkflowSnapshotRow)


def _of_run() -> list[ColumnElement[bool]]:
    return [
        WorkflowSnapshotRow.workflow_name == bindparam("of_workflow"),
        WorkflowSnapshotRow.run_id == bindparam("of_run"),
    ]


def _new_row(sql: SqlDialect) -> dict[Any, Any]:
    return {
        WorkflowSnapshotRow.workflow_name: bindparam("new_workflow"),
        WorkflowSnapshotRow.run_id: bindparam("new_run"),
        WorkflowSnapshotRow.resource_id: bindparam("new_resource"),
        WorkflowSnapshotRow.snapshot: bindparam("new_snapshot", type_=JsonType()),
        **sql.times(WorkflowSnapshotRow.created_at, sql.moment("new_created_at")),
        **sql.times(WorkflowSnapshotRow.updated_at, sql.moment("new_updated_at")),
    }


def _new(
    workflow: str, run: str, snapshot: Any, resource: str | None, created_at: datetime, updated_at: datetime
) -> dict[str, Any]:
    return {
        "new_workflow": workflow,
        "new_run": run,
        "new_resource": resource,
        "new_snapshot": snapshot,
        "new_created_at": created_at,
        "new_updated_at": updated_at,
    }


def _key(workflow_name: str, run_id: str) -> dict[str, str]:
    return {"of_workflow": identifier(workflow_name, "workflow_name"), "of_run": identifier(run_id, "run_id")}
