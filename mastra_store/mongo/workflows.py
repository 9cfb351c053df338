"""The workflows domain on MongoDB: reading and writing runs, one module each."""

from ..documents.workflows import WORKFLOW_SNAPSHOTS
from .workflow_changes import MongoWorkflowChanges
from .workflow_runs import MongoWorkflowRuns


class MongoWorkflows(MongoWorkflowRuns, MongoWorkflowChanges):
    """The workflows domain on MongoDB."""

    collections = (WORKFLOW_SNAPSHOTS,)
