"""The workflows domain: the state of every run.

Contract: workflows.md. A run is known by the name of its workflow and its own id.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..pages import DateRange, Page
from ..records.workflows import WorkflowRun
from .base import Domain, operation
from .workflow_input import run_status
from .workflow_merging import empty_snapshot

Json = Any


class WorkflowsDomain(Domain, ABC):
    """Snapshots of workflow runs."""

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

        Args:
            snapshot: a JSON object; NUL and unpaired surrogates are cleaned.
            resource_id: ``None`` keeps the stored one on every backend (TypeScript on MongoDB overwrites it).
            created_at: of a new run; now if ``None``.
            updated_at: now if ``None``.

        Raises:
            InvalidArgument: the snapshot or an id can not be stored.
        """

    @abstractmethod
    async def load_workflow_snapshot(self, workflow_name: str, run_id: str) -> Json | None:
        """A run's snapshot, or ``None`` if there is no such run."""

    @abstractmethod
    async def get_workflow_run_by_id(self, run_id: str, *, workflow_name: str | None = None) -> WorkflowRun | None:
        """One run, or ``None``. Without a workflow's name the newest of all runs with this id."""

    @abstractmethod
    async def update_workflow_results(
        self,
        workflow_name: str,
        run_id: str,
        *,
        step_id: str,
        result: Json,
        request_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Store a step's result in a run's snapshot, atomically: of concurrent calls none is lost.

        A missing run is made, with status ``pending``. Where both the stored and the new result have a list as
        ``output`` (foreach), they are merged element by element, on every backend (TypeScript on MongoDB replaces).

        Args:
            request_context: merged over the stored one, key by key.

        Returns:
            The snapshot's ``context``: the input and the results of all steps.
        """

    @abstractmethod
    async def update_workflow_state(
        self,
        workflow_name: str,
        run_id: str,
        *,
        status: str,
        expected_status: str | Sequence[str] | None = None,
        result: Json = None,
        error: Json = None,
        suspended_paths: Mapping[str, Any] | None = None,
        waiting_paths: Mapping[str, Any] | None = None,
        resume_labels: Mapping[str, Any] | None = None,
        active_paths: Sequence[Any] | None = None,
        active_steps_path: Mapping[str, Any] | None = None,
        tracing_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any] | None:
        """Change the top of a run's snapshot, atomically. What is ``None`` stays.

        Args:
            expected_status: a compare-and-set: nothing is written unless the run has this status, or one of these.

        Returns:
            The new snapshot; ``None`` if there is no such run or its status is another.

        Raises:
            Conflict: the stored snapshot has no ``context``, so it is none of a run's.
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
        """Runs, newest first; ties by run id and workflow name.

        Args:
            thread_id: only runs that wait in this thread: a suspended step, or else the input, names it. On every
                backend (TypeScript on MongoDB ignores it).
            between: bounds on ``created_at``.
            page: zero-based.
            per_page: rows in a page; ``None`` for all of them.
        """

    @abstractmethod
    async def delete_workflow_run_by_id(self, run_id: str, *, workflow_name: str) -> int:
        """Delete a run. Returns how many were deleted: 1, or 0 if there was none."""

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

        Raises:
            AlreadyExists: there is such a run; it stays as it is.
        """
        return await self._create_run(workflow_id, run_id, empty_snapshot(run_id, run_status(status)), resource_id)

    @abstractmethod
    async def _create_run(
        self, workflow_name: str, run_id: str, snapshot: dict[str, Any], resource_id: str | None
    ) -> WorkflowRun:
        """Store a run that must be new."""

    @abstractmethod
    async def update_run_status(self, run_id: str, status: str, *, workflow_id: str | None = None) -> WorkflowRun:
        """Set a run's status; everything else in its snapshot stays.

        Args:
            status: one of Mastra's; ``completed`` is stored as ``success``.
            workflow_id: the workflow's name; needed where several workflows have a run with this id.

        Returns:
            The run as it is now.

        Raises:
            NotFound: there is no such run.
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
