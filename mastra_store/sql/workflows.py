"""The workflows domain on SQL: reading and writing runs, one module each."""

from ..models.workflows import WorkflowSnapshotRow
from .pruning import SqlPruning
from .workflow_changes import SqlWorkflowChanges
from .workflow_runs import SqlWorkflowRuns


class SqlWorkflows(SqlWorkflowRuns, SqlWorkflowChanges, SqlPruning):
    """The workflows domain on SQL. A run's age is that of its last change, so that long ones are not pruned."""

    rows = (WorkflowSnapshotRow,)
    ages = {"workflow_snapshot": WorkflowSnapshotRow.updated_at}  # noqa: RUF012
