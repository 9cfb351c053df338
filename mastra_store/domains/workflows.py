"""The workflows domain: the state of every run.

Contract: workflows.md. A run is known by the name of its workflow and its own id. Its snapshot is an object with
Mastra's camelCase keys, stored exactly as given. Where the TypeScript backends differ from each other, every backend
here does the same, and the method says what.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..clock import utc_now
from ..errors import AlreadyExists, NotFound
from ..pages import DateRange, Page
from ..records.workflows import WorkflowRun
from .base import operation
from .message_input import identifier, optional_identifier
from .pruning import Prunable
from .workflow_input import run_status
from .workflow_merging import empty_snapshot


class WorkflowsDomain(Prunable, ABC):
    """Snapshots of workflow runs.

    Where a status is asked for, one of Mastra's is meant: ``running``, ``success``, ``failed``, ``tripwire``,
    ``suspended``, ``waiting``, ``pending``, ``canceled``, ``bailed``, ``paused``, ``skipped``; ``completed`` and
    ``cancelled`` are taken for ``success`` and ``canceled``. Any other is an ``InvalidArgument``.
    """

    prunable = ("workflow_snapshot",)

    def supports_concurrent_updates(self) -> bool:
        """Whether results of parallel steps may be stored at the same time: yes."""
        return True

    @abstractmethod
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
        """Store a run's snapshot; one that is stored is replaced, but keeps its ``created_at``.

        Contract: workflows.md, "persistWorkflowSnapshot".

        Args:
            snapshot: a JSON object; NUL is removed from its texts and unpaired surrogates become U+FFFD.
            resource_id: ``None`` keeps the stored one, on every backend (TypeScript on MongoDB overwrites it).
            created_at: of a new run; now if ``None``.
            updated_at: now if ``None``.

        Raises:
            InvalidArgument: the snapshot or an id can not be stored, with the path to the offender.
        """

    @abstractmethod
    async def load_workflow_snapshot(self, workflow_name: str, run_id: str) -> dict[str, Any] | None:
        """A run's snapshot, or ``None`` if there is no such run."""

    @abstractmethod
    async def get_workflow_run_by_id(self, run_id: str, *, workflow_name: str | None = None) -> WorkflowRun | None:
        """One run, or ``None``. Without a workflow's name the newest of all runs with this id, on every backend."""

    @abstractmethod
    async def update_workflow_results(
        self,
        workflow_name: str,
        run_id: str,
        *,
        step_id: str,
        result: Any,
        request_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Store a step's result in a run's snapshot, atomically: of concurrent calls none is lost.

        A missing run is made, with status ``pending``; of several calls that come first all are kept (in TypeScript
        on PostgreSQL the last one may overwrite the others). ``updated_at`` becomes now.

        The result replaces the step's stored one, unless both have a list as ``output`` (foreach). Then the new
        elements go over the stored ones, a null keeps what is stored, and the other keys are merged. If any new
        element is ``{"__mastra_pending__": true}``, nothing new is stored: elements marked so become null, if they are
        null, marked or suspended. The same on every backend (TypeScript on MongoDB replaces lists too).

        Contract: workflows.md, "updateWorkflowResults merge".

        Args:
            step_id: the result's key in the snapshot's ``context``.
            result: any JSON; Mastra's are objects with ``status``, ``payload``, ``output``, ...
            request_context: merged over the stored one, key by key.

        Returns:
            The snapshot's ``context``: the input and the results of all steps.

        Raises:
            Conflict: the stored snapshot is none of a run's. Nothing was written.
        """

    @abstractmethod
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
        """Replace fields at the top of a run's snapshot, atomically. What is ``None`` stays.

        ``updated_at`` becomes now, on every backend (TypeScript on LibSQL keeps it).

        Contract: workflows.md, "updateWorkflowState opts".

        Args:
            expected_status: a compare-and-set: nothing is written unless the run has this status, or one of these. Of
                concurrent calls that expect the same and set another, exactly one is done.

        Returns:
            The new snapshot; ``None`` if there is no such run or its status is another.

        Raises:
            Conflict: the stored snapshot has no ``context``, so it is none of a run's. Nothing was written.
        """

    @abstractmethod
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
        """Runs, newest first; ties by workflow name and run id, backwards too.

        Contract: workflows.md, "listWorkflowRuns".

        Args:
            thread_id: only runs of this thread: a suspended step names it, or else the input does. On every backend
                (TypeScript on MongoDB ignores it). Snapshots are searched for it one by one, except on PostgreSQL.
            between: bounds on ``created_at``.
            page: zero-based.
            per_page: rows in a page; ``None`` for all of them, on whatever page; 0 for the total alone.

        Raises:
            InvalidArgument: a bad page, id or status, on every backend (TypeScript on LibSQL takes negative pages).
        """

    @abstractmethod
    async def delete_workflow_run_by_id(self, run_id: str, *, workflow_name: str) -> int:
        """Delete a run.

        Returns:
            How many were deleted: 1, or 0 if there was none.
        """

    @abstractmethod
    async def dangerously_clear_all(self) -> None:
        """Delete every run. There is no way back."""

    # Short calls

    @operation
    async def create_run(
        self, *, workflow_id: str, run_id: str, status: str = "pending", resource_id: str | None = None
    ) -> WorkflowRun:
        """Make a run with an empty snapshot.

        Args:
            workflow_id: the workflow's name.
            status: one of Mastra's; ``completed`` is stored as ``success``.

        Returns:
            The run as stored.

        Raises:
            AlreadyExists: there is such a run; it stays as it is.
        """
        workflow_name, run_id = identifier(workflow_id, "workflow_id"), identifier(run_id, "run_id")
        owner = optional_identifier(resource_id, "resource_id")
        now = utc_now()
        run = WorkflowRun(workflow_name, run_id, empty_snapshot(run_id, run_status(status), now), now, now, owner)
        if not await self._create_run(run):
            raise AlreadyExists("workflow run", workflow_name=workflow_name, run_id=run_id)
        return run

    @abstractmethod
    async def _create_run(self, run: WorkflowRun) -> bool:
        """Store a checked run. ``False`` if there is one with its key, which stays as it is."""

    @operation
    async def update_run_status(self, run_id: str, status: str, *, workflow_id: str | None = None) -> WorkflowRun:
        """Set a run's status, atomically; everything else in its snapshot stays.

        Args:
            status: one of Mastra's; ``completed`` is stored as ``success``.
            workflow_id: the workflow's name; needed where several workflows have a run with this id.

        Returns:
            The run as it is now.

        Raises:
            NotFound: there is no such run.
            Conflict: several workflows have one. Nothing was written.
        """
        workflow_name = optional_identifier(workflow_id, "workflow_id")
        run = await self._update_run_status(identifier(run_id, "run_id"), run_status(status), workflow_name)
        if run is None:
            raise NotFound("workflow run", run_id=run_id, workflow_name=workflow_name)
        return run

    @abstractmethod
    async def _update_run_status(self, run_id: str, status: str, workflow_name: str | None) -> WorkflowRun | None:
        """Set the status of the only run with this id, or of the one of a workflow. ``None`` if there is none.

        Raises:
            Conflict: several workflows have one.
        """

    async def get_run(self, run_id: str, *, workflow_id: str | None = None) -> WorkflowRun | None:
        """``get_workflow_run_by_id``, in the documents' words."""
        return await self.get_workflow_run_by_id(run_id, workflow_name=workflow_id)

    async def list_runs(
        self,
        *,
        workflow_id: str | None = None,
        resource_id: str | None = None,
        thread_id: str | None = None,
        status: str | None = None,
        between: DateRange | None = None,
        page: int = 0,
        per_page: int | None = None,
    ) -> Page[WorkflowRun]:
        """``list_workflow_runs``, in the documents' words."""
        return await self.list_workflow_runs(
            workflow_name=workflow_id,
            resource_id=resource_id,
            thread_id=thread_id,
            status=status,
            between=between,
            page=page,
            per_page=per_page,
        )
