"""The workflows domain on MongoDB: reading and writing runs, one module each."""

from typing import ClassVar

from ..documents.workflows import WORKFLOW_SNAPSHOTS
from .pruning import MongoPruning
from .workflow_changes import MongoWorkflowChanges
from .workflow_runs import MongoWorkflowRuns


class MongoWorkflows(MongoWorkflowRuns, MongoWorkflowChanges, MongoPruning):
    """The workflows domain on MongoDB."""

    collections = (WORKFLOW_SNAPSHOTS,)
    ages: ClassVar = {"workflow_snapshot": (WORKFLOW_SNAPSHOTS, "updatedAt")}
