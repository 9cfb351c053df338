"""Reading workflow runs on MongoDB."""

from typing import Any

from ..documents.workflows import WORKFLOW_SNAPSHOTS
from ..domains.base import operation
from ..domains.message_input import identifier, optional_identifier
from ..domains.workflow_input import run_status
from ..domains.workflows import WorkflowsDomain
from ..jsontext import decode_if_json
from ..pages import DateRange, Page, Window
from ..records.workflows import WorkflowRun
from .domain import MongoDomain
from .encoding import MAX_BYTES, as_json, instant_of
from .executor import Document
from .filters import exists, is_object, literal, member, within
from .paging import page_of

NEWEST_FIRST = {"createdAt": -1, "workflow_name": -1, "run_id": -1}


class MongoWorkflowRuns(MongoDomain, WorkflowsDomain):
    """The part of the workflows domain that reads."""

    @operation
    async def load_workflow_snapshot(self, workflow_name: str, run_id: str) -> dict[str, Any] | None:
        where = run_key(workflow_name, run_id)
        found = await self._database.find_one(WORKFLOW_SNAPSHOTS, where, fields={"_id": 0, "snapshot": 1})
        return None if found is None else snapshot_of(found)

    @operation
    async def get_workflow_run_by_id(self, run_id: str, *, workflow_name: str | None = None) -> WorkflowRun | None:
        where = id_key(run_id, workflow_name)
        found = await self._database.find(WORKFLOW_SNAPSHOTS, where, order=NEWEST_FIRST, limit=1)
        return run_of(found[0]) if found else None

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
        given: Document = {
            "workflow_name": optional_identifier(workflow_name, "workflow_name"),
            "resourceId": optional_identifier(resource_id, "resource_id"),
            "snapshot.status": None if status is None else run_status(status),
        }
        where = {name: value for name, value in given.items() if value is not None} | within("createdAt", between)
        if (thread := optional_identifier(thread_id, "thread_id")) is not None:
            where["$expr"] = {"$eq": [_THREAD, literal(thread)]}
        order = {field: way for field, way in NEWEST_FIRST.items() if field not in where or field == "createdAt"}
        found, total = await page_of(self._database, WORKFLOW_SNAPSHOTS, where, order, window)
        return window.show([run_of(each) for each in found], total)


def run_key(workflow_name: str, run_id: str) -> dict[str, str]:
    """The filter that names one run."""
    return {"workflow_name": identifier(workflow_name, "workflow_name"), "run_id": identifier(run_id, "run_id")}


def id_key(run_id: str, workflow_name: str | None) -> dict[str, str]:
    """The filter that names one run, or without a workflow every run with this id."""
    return {"run_id": identifier(run_id, "run_id")} if workflow_name is None else run_key(workflow_name, run_id)


def run_of(found: Document) -> WorkflowRun:
    """A stored run."""
    return WorkflowRun(
        found["workflow_name"],
        found["run_id"],
        snapshot_of(found),
        instant_of(found.get("createdAt")),
        instant_of(found.get("updatedAt")),
        found.get("resourceId"),
    )


def snapshot_of(found: Document) -> Any:
    """A run's snapshot, which older writers left as JSON text."""
    stored = found.get("snapshot")
    return decode_if_json(stored) if isinstance(stored, str) else as_json(stored)


def _of_steps() -> Document:
    """The thread that a suspended step names. Of several the one that PostgreSQL finds: jsonb sorts keys by their
    length in bytes."""
    memory = "$$this.v.suspendPayload.__streamState.messageList.memoryInfo"
    length = {"$strLenBytes": "$$this.k"}
    names_it = {
        "$and": [
            is_object("$$this.v"),
            {"$eq": ["$$this.v.status", "suspended"]},
            {"$cond": [is_object(memory), exists(member(memory, "threadId")), False]},
            {
                "$or": [
                    {"$lt": [length, "$$value.length"]},
                    {"$and": [{"$eq": [length, "$$value.length"]}, {"$lt": ["$$this.k", "$$value.key"]}]},
                ]
            },
        ]
    }
    first = {"length": length, "key": "$$this.k", "thread": f"{memory}.threadId"}
    none = {"length": MAX_BYTES, "key": "", "thread": None}
    steps = {"$objectToArray": {"$cond": [is_object("$snapshot.context"), "$snapshot.context", {}]}}
    return {"$reduce": {"input": steps, "initialValue": literal(none), "in": {"$cond": [names_it, first, "$$value"]}}}


_THREAD = {
    "$let": {
        "vars": {"step": _of_steps()},
        "in": {"$ifNull": ["$$step.thread", "$snapshot.context.input.messageListState.memoryInfo.threadId"]},
    }
}
"""The thread that a run belongs to (contract: workflows.md, "listWorkflowRuns")."""
