"""The workflows domain on SQL: reading and writing runs, one module each."""

from ..models.workflows import WorkflowSnapshotRow
from .workflow_changes import SqlWorkflowChanges
from .workflow_runs import SqlWorkflowRuns


class SqlWorkflows(SqlWorkflowRuns, SqlWorkflowChanges):
    """The workflows domain on SQL."""

    rows = (WorkflowSnapshotRow,)
