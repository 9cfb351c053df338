"""Reading workflow runs on SQL."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select

from ..domains.base import operation
from ..domains.message_input import identifier, optional_identifier
from ..domains.workflow_input import run_status
from ..domains.workflows import WorkflowsDomain
from ..models.workflows import WorkflowSnapshotRow
from ..pages import DateRange, Page, Window
from ..records.workflows import WorkflowRun
from .bounds import Bounds, bound_values
from .dialects import SqlDialect
from .domain import SqlDomain
from .paging import LIMIT, OFFSET, directed, with_total
from .plans import counted, statement

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
        conditions = self.bounds.plain_conditions(WorkflowSnapshotRow.created_at)
        if self.by_workflow:
            conditions.append(WorkflowSnapshotRow.workflow_name == bindparam("workflow_name"))
        if self.by_resource:
            conditions.append(WorkflowSnapshotRow.resource_id == bindparam("resource_id"))
        if self.by_thread:
            conditions.append(sql.thread_of_run() == bindparam("thread_id"))
        if self.by_status:
            conditions.append(sql.json_text_at(WorkflowSnapshotRow.snapshot, "status") == bindparam("status"))
        return conditions


class SqlWorkflowRuns(SqlDomain, WorkflowsDomain):
    """The part of the workflows domain that reads."""

    @operation
    async def load_workflow_snapshot(self, workflow_name: str, run_id: str) -> dict[str, Any] | None:
        found = await self._database.read(snapshot_of_run().bind(**run_key(workflow_name, run_id)))
        return found[0] if found else None

    @operation
    async def get_workflow_run_by_id(self, run_id: str, *, workflow_name: str | None = None) -> WorkflowRun | None:
        key = id_key(run_id, workflow_name)
        found = await self._database.read(runs_by_id(of_workflow="of_workflow" in key).bind(**key, limit=1))
        return found[0] if found else None

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
        bounds = bound_values(between)
        found = await self._database.read(
            runs(chosen).bind(**values, **bounds, limit=window.limit, offset=window.offset)
        )
        return window.show(found.items, found.total)


def run_key(workflow_name: str, run_id: str) -> dict[str, str]:
    """The parameters that name one run."""
    return {"of_workflow": identifier(workflow_name, "workflow_name"), "of_run": identifier(run_id, "run_id")}


def id_key(run_id: str, workflow_name: str | None) -> dict[str, str]:
    """The parameters that name one run, or without a workflow every run with this id."""
    return {"of_run": identifier(run_id, "run_id")} if workflow_name is None else run_key(workflow_name, run_id)


def named(*, of_workflow: bool = True) -> list[ColumnElement[bool]]:
    """Whether a row is what ``run_key`` or ``id_key`` name."""
    workflow = [WorkflowSnapshotRow.workflow_name == bindparam("of_workflow")] if of_workflow else []
    return [*workflow, WorkflowSnapshotRow.run_id == bindparam("of_run")]


@statement(lambda snapshot: snapshot)
def snapshot_of_run(sql: SqlDialect, *, locked: bool = False) -> Select[Any]:
    query = select(WorkflowSnapshotRow.snapshot).where(*named())
    return sql.locked(query) if locked else query


@statement(WorkflowRun)
def runs_by_id(sql: SqlDialect, *, of_workflow: bool, locked: bool = False) -> Select[Any]:
    """Newest first. Served by mastra_store_workflow_snapshot_run_idx, or by the unique key."""
    query = select(*sql.columns(RUN)).where(*named(of_workflow=of_workflow))
    newest = [WorkflowSnapshotRow.created_at, WorkflowSnapshotRow.workflow_name]
    query = query.order_by(*directed(newest, descending=True)).limit(LIMIT)
    return sql.locked(query) if locked else query


@counted(WorkflowRun)
def runs(sql: SqlDialect, chosen: RunFilter) -> Select[Any]:
    """Newest first. Served by the indexes mastra_workflow_snapshot_* and mastra_store_workflow_snapshot_*."""
    conditions = chosen.conditions(sql)
    order = [WorkflowSnapshotRow.created_at, WorkflowSnapshotRow.workflow_name, WorkflowSnapshotRow.run_id]
    page = select(*sql.columns(RUN)).where(*conditions).order_by(*directed(order, descending=True))
    matching = select(WorkflowSnapshotRow.run_id).where(*conditions)
    return with_total(matching, page.limit(LIMIT).offset(OFFSET), order, descending=True)
