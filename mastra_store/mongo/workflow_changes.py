"""Writing workflow runs on MongoDB: each method is one command, which merges inside the server."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from ..clock import utc_now
from ..documents.workflows import WORKFLOW_SNAPSHOTS
from ..domains import workflow_merging
from ..domains.base import operation
from ..domains.message_input import identifier, optional_identifier
from ..domains.workflow_input import expected_statuses, state_changes, stored_object
from ..domains.workflow_merging import as_state, empty_snapshot
from ..domains.workflows import WorkflowsDomain
from ..errors import Conflict
from ..jsontext import as_object, storable
from ..pages import instant
from ..records.workflows import WorkflowRun
from . import encoding
from .domain import MongoDomain
from .encoding import document
from .executor import Document, Fields
from .workflow_merging import mergeable, with_changes, with_result, with_status
from .workflow_runs import id_key, run_key, run_of, snapshot_of


class MongoWorkflowChanges(MongoDomain, WorkflowsDomain):
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
        key = run_key(workflow_name, run_id)
        owner = optional_identifier(resource_id, "resource_id")
        changed: Document = {
            "snapshot": storable(as_object(snapshot, "snapshot"), "snapshot"),
            "updatedAt": now if updated_at is None else instant(updated_at, "updated_at"),
        }
        made: Document = {"createdAt": now if created_at is None else instant(created_at, "created_at")}
        # A resource that is not given is kept, and null in a new run.
        (made if owner is None else changed)["resourceId"] = owner
        await self._database.put(WORKFLOW_SNAPSHOTS, key, {"$set": document(changed, "snapshot"), "$setOnInsert": made})

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
        given = encoding.storable(storable(result, "result"), "result")
        context = {} if request_context is None else stored_object(request_context, "request_context")
        context = encoding.storable(context, "request_context")
        now = utc_now()
        update = with_result(step_id, given, context, empty_snapshot(run_id, "pending", now), now)
        found = await self._changed(key, update, upsert=True)
        snapshot = {} if found is None else snapshot_of(found)
        if not mergeable(snapshot):
            # It stays as it was; what is wrong with it Python's merge says.
            workflow_merging.with_result(snapshot, step_id, given, context)
        return snapshot["context"]  # type: ignore[no-any-return]

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
        given = state_changes(
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
        changes = encoding.storable(given, "state")
        expected = expected_statuses(expected_status)
        where: Document = dict(key)
        if expected is not None:
            status_is = {"snapshot.status": {"$in": sorted(expected)}}
            where["$or"] = [status_is, {"snapshot": {"$type": "string"}}]
        found = await self._changed(where, with_changes(changes, expected, utc_now()))
        if found is None:
            return None
        return workflow_merging.with_changes(snapshot_of(found), {})  # which refuses what is none of a run's

    @operation
    async def delete_workflow_run_by_id(self, run_id: str, *, workflow_name: str) -> int:
        return await self._database.delete_one(WORKFLOW_SNAPSHOTS, run_key(workflow_name, run_id))

    @operation
    async def dangerously_clear_all(self) -> None:
        await self._database.delete(WORKFLOW_SNAPSHOTS, {})

    async def _create_run(self, run: WorkflowRun) -> bool:
        key = {"workflow_name": run.workflow_name, "run_id": run.run_id}
        fields = {
            **key,
            "resourceId": run.resource_id,
            "snapshot": run.snapshot,
            "createdAt": run.created_at,
            "updatedAt": run.updated_at,
        }
        return await self._database.put(WORKFLOW_SNAPSHOTS, key, {"$setOnInsert": document(fields, "snapshot")})

    async def _update_run_status(self, run_id: str, status: str, workflow_name: str | None) -> WorkflowRun | None:
        key = id_key(run_id, workflow_name)
        if workflow_name is None:
            fields = {"_id": 0, "workflow_name": 1, "run_id": 1}
            found = await self._database.find(WORKFLOW_SNAPSHOTS, key, fields=fields, limit=2)
            if len(found) > 1:
                raise Conflict("several workflows have a run with this id; name one as workflow_id", run_id=run_id)
            if not found:
                return None
            key = found[0]
        changed = await self._changed(key, with_status(status, utc_now()), fields={"_id": 0})
        if changed is None:
            return None
        run = run_of(changed)
        as_state(run.snapshot)
        return run

    async def _changed(
        self,
        where: Mapping[str, Any],
        update: list[Document],
        *,
        upsert: bool = False,
        fields: Fields = MappingProxyType({"_id": 0, "snapshot": 1}),
    ) -> Document | None:
        """Change a run inside the server, and give it back as it is now. ``None`` if there is none."""
        while True:
            found = await self._database.change_one(WORKFLOW_SNAPSHOTS, where, update, upsert=upsert, fields=fields)
            if found is None or not isinstance(text := found.get("snapshot"), str):
                return found
            # JSON text, as older writers left it, which the server can not look into: made an object, unless somebody
            # else changes it first, and then tried again.
            if not isinstance(snapshot := snapshot_of(found), dict):
                return found
            parsed = {"$set": document({"snapshot": snapshot}, "snapshot")}
            await self._database.update_one(WORKFLOW_SNAPSHOTS, {**where, "snapshot": text}, parsed)
