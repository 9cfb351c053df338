"""The workflows domain through the cache: a run, and its snapshot.

The subject is the id of a run alone, whatever its workflow, since a run may be asked for without its name.
"""

from typing import Any

from ..domains.workflows import WorkflowsDomain
from ..records.workflows import WorkflowRun
from .encoding import RUN, SNAPSHOT
from .keys import usable
from .rules import CachedDomain, cached, reads, row, writes, writes_everything


class CachedWorkflows(CachedDomain, WorkflowsDomain):
    """Snapshots of workflow runs."""

    @cached
    async def load_workflow_snapshot(self, workflow_name: str, run_id: str) -> dict[str, Any] | None:
        async def load() -> dict[str, Any] | None:
            found: dict[str, Any] | None = await self._inner.load_workflow_snapshot(workflow_name, run_id)
            return found

        workflow, run = usable(workflow_name), usable(run_id)
        if workflow is None or run is None:
            return await load()
        entry = self._access.keys.entry(SNAPSHOT, "run", run, workflow)
        return await self._access.read(entry, SNAPSHOT, load)

    @cached
    async def get_workflow_run_by_id(self, run_id: str, *, workflow_name: str | None = None) -> WorkflowRun | None:
        async def load() -> WorkflowRun | None:
            found: WorkflowRun | None = await self._inner.get_workflow_run_by_id(run_id, workflow_name=workflow_name)
            return found

        run = usable(run_id)
        if run is None or (workflow_name is not None and usable(workflow_name) is None):
            return await load()
        entry = self._access.keys.entry(RUN, "run", run, workflow_name or "")
        return await self._access.read(entry, RUN, load)

    supports_concurrent_updates = reads(WorkflowsDomain.supports_concurrent_updates)
    list_workflow_runs = reads(WorkflowsDomain.list_workflow_runs)

    persist_workflow_snapshot = writes(row("run", "run_id", 1))(WorkflowsDomain.persist_workflow_snapshot)
    update_workflow_results = writes(row("run", "run_id", 1))(WorkflowsDomain.update_workflow_results)
    update_workflow_state = writes(row("run", "run_id", 1))(WorkflowsDomain.update_workflow_state)
    delete_workflow_run_by_id = writes(row("run", "run_id"))(WorkflowsDomain.delete_workflow_run_by_id)
    dangerously_clear_all = writes_everything(WorkflowsDomain.dangerously_clear_all)
    _count_aged = reads(WorkflowsDomain._count_aged)
    _prune_batch = writes_everything(WorkflowsDomain._prune_batch)
    _create_run = writes(lambda keys, run: keys.subject("run", run.run_id))(WorkflowsDomain._create_run)
    _update_run_status = writes(row("run", "run_id"))(WorkflowsDomain._update_run_status)
