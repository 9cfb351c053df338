"""Rows of the workflows domain."""

from sqlalchemy import Index, Text, UniqueConstraint, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from .base import CONSTRAINT_NAME, NULLABLE_ON_SQLITE, ONLY_POSTGRESQL, RAW_PREFIX, Base
from .types import NestedJson, UtcTime

# On PostgreSQL, what indexes and list_workflow_runs both say of a snapshot: its status, and the thread that a suspended
# step of it, or else its input, belongs to.
STATUS = literal_column("(snapshot ->> 'status')", Text())
_SUSPENDED = '$."context".*?(@."status" == "suspended").'
_ITS_THREAD = '"suspendPayload"."__streamState"."messageList"."memoryInfo"."threadId"'
THREAD_ID = literal_column(
    f"coalesce(jsonb_path_query_first(snapshot, '{_SUSPENDED}{_ITS_THREAD}'::jsonpath) #>> '{{}}', "
    "snapshot #>> '{context,input,messageListState,memoryInfo,threadId}')",
    Text(),
)


class WorkflowSnapshotRow(Base):
    """The state of one run of a workflow. The table has no primary key in SQL, only a unique one."""

    __tablename__ = "mastra_workflow_snapshot"

    workflow_name: Mapped[str] = mapped_column(info=NULLABLE_ON_SQLITE)
    run_id: Mapped[str] = mapped_column(info=NULLABLE_ON_SQLITE)
    resource_id: Mapped[str | None] = mapped_column("resourceId")
    snapshot: Mapped[NestedJson] = mapped_column(info=NULLABLE_ON_SQLITE)
    created_at: Mapped[UtcTime] = mapped_column("createdAt", info=NULLABLE_ON_SQLITE)
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt", info=NULLABLE_ON_SQLITE)

    __table_args__ = (
        UniqueConstraint(
            workflow_name, run_id, name="mastra_workflow_snapshot_workflow_name_run_id_key", info=CONSTRAINT_NAME
        ),
        # list_workflow_runs of a workflow.
        Index("mastra_workflow_snapshot_name_createdat_idx", workflow_name, created_at.desc(), info=ONLY_POSTGRESQL),
        # list_workflow_runs of a workflow and status.
        Index(
            "mastra_workflow_snapshot_name_status_createdat_idx",
            workflow_name,
            STATUS,
            created_at.desc(),
            info=ONLY_POSTGRESQL | RAW_PREFIX,
        ),
        # list_workflow_runs of the thread that a run belongs to.
        Index("mastra_workflow_snapshot_threadid_idx", THREAD_ID, info=ONLY_POSTGRESQL | RAW_PREFIX),
        # get_workflow_run_by_id and update_run_status without a workflow's name.
        Index("mastra_store_workflow_snapshot_run_idx", run_id),
        # list_workflow_runs of a resource.
        Index("mastra_store_workflow_snapshot_resource_idx", resource_id, created_at),
        # list_workflow_runs of all workflows.
        Index("mastra_store_workflow_snapshot_created_idx", created_at),
    )
    __mapper_args__ = {"primary_key": [workflow_name, run_id], "eager_defaults": False}  # noqa: RUF012
