"""The workflows domain on MongoDB: reading and writing runs, one module each."""

from .workflow_changes import MongoWorkflowChanges
from .workflow_runs import MongoWorkflowRuns


class MongoWorkflows(MongoWorkflowRuns, MongoWorkflowChanges):
    """The workflows domain on MongoDB."""
