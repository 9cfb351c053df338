"""Collections of the workflows domain."""

from .base import Collection, Index

WORKFLOW_SNAPSHOTS = Collection(
    "mastra_workflow_snapshot",
    (
        Index("workflow_name", "run_id", unique=True),
        # Mastra's own. get_workflow_run_by_id and update_run_status without a workflow's name use the first.
        Index("run_id"),
        Index("workflow_name"),
        Index("resourceId"),
        Index("-createdAt"),
        Index("snapshot.status"),
        # list_workflow_runs of all workflows, of one, of one and a status, of a resource: newest first, ties broken.
        Index("createdAt", "workflow_name", "run_id"),
        Index("workflow_name", "createdAt", "run_id"),
        Index("workflow_name", "snapshot.status", "createdAt", "run_id"),
        Index("resourceId", "createdAt", "workflow_name", "run_id"),
    ),
)
