"""Records of the workflows domain."""

from datetime import datetime
from typing import Any

from .base import Record


class WorkflowRun(Record, frozen=True, rename="camel"):
    """One run of a workflow, as stored."""

    workflow_name: str
    run_id: str
    snapshot: dict[str, Any]
    """The run's state: an object with ``runId``, ``status``, ``context`` (the input and each step's result), ..., in
    Mastra's camelCase."""
    created_at: datetime
    """UTC, millisecond precision."""
    updated_at: datetime
    """UTC, millisecond precision: the last time that the snapshot was written."""
    resource_id: str | None = None
    """Whose run it is: a user, a team, a ticket."""

    @property
    def status(self) -> str | None:
        """The status inside the snapshot: ``running``, ``success``, ... (contract: workflows.md, "Snapshot")."""
        return self.snapshot.get("status")
