"""Rows of the workflows domain."""

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import NULLABLE_ON_SQLITE, Base
from .types import NestedJson, UtcTime


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
        UniqueConstraint(workflow_name, run_id),
        # get_workflow_run_by_id and update_run_status without a workflow's name.
        Index("mastra_store_workflow_snapshot_run_idx", run_id),
        # list_workflow_runs of a resource, and of everything.
        Index("mastra_store_workflow_snapshot_resource_idx", resource_id, created_at),
        Index("mastra_store_workflow_snapshot_created_idx", created_at),
    )
    __mapper_args__ = {"primary_key": [workflow_name, run_id], "eager_defaults": False}  # noqa: RUF012
