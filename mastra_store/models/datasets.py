"""Rows of the datasets domain."""

from sqlalchemy import Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import ONLY_POSTGRESQL, ONLY_SQLITE, UNPREFIXED, Base
from .types import Json, JsonObject, UtcTime


class DatasetRow(Base):
    """A set of examples to try agents and workflows on."""

    __tablename__ = "mastra_datasets"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str | None]
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")
    input_schema: Mapped[Json | None] = mapped_column("inputSchema")
    ground_truth_schema: Mapped[Json | None] = mapped_column("groundTruthSchema")
    request_context_schema: Mapped[Json | None] = mapped_column("requestContextSchema")
    tags: Mapped[Json | None]
    target_type: Mapped[str | None] = mapped_column("targetType")
    target_ids: Mapped[Json | None] = mapped_column("targetIds")
    scorer_ids: Mapped[Json | None] = mapped_column("scorerIds")
    organization_id: Mapped[str | None] = mapped_column("organizationId")
    project_id: Mapped[str | None] = mapped_column("projectId")
    candidate_key: Mapped[str | None] = mapped_column("candidateKey")
    candidate_id: Mapped[str | None] = mapped_column("candidateId")
    version: Mapped[int]
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")

    __table_args__ = (
        # list_datasets of a candidate.
        Index("idx_datasets_candidate", candidate_key, candidate_id, info=ONLY_POSTGRESQL | UNPREFIXED),
        # list_datasets of an organisation and project.
        Index("idx_datasets_org_project", organization_id, project_id, info=ONLY_POSTGRESQL | UNPREFIXED),
        # list_datasets of a candidate within an organisation and project.
        Index(
            "idx_datasets_tenancy_candidate", organization_id, project_id, candidate_key, candidate_id, info=ONLY_SQLITE
        ),
        # list_datasets of an organisation and project, by creation.
        Index("idx_datasets_tenancy_createdat", organization_id, project_id, created_at, id, info=ONLY_SQLITE),
    )


class DatasetItemRow(Base):
    """One example, as it was in a range of the dataset's versions."""

    __tablename__ = "mastra_dataset_items"

    id: Mapped[str] = mapped_column()
    dataset_id: Mapped[str] = mapped_column("datasetId")
    dataset_version: Mapped[int] = mapped_column("datasetVersion")
    external_id: Mapped[str | None] = mapped_column("externalId")
    organization_id: Mapped[str | None] = mapped_column("organizationId")
    project_id: Mapped[str | None] = mapped_column("projectId")
    valid_to: Mapped[int | None] = mapped_column("validTo")
    is_deleted: Mapped[bool] = mapped_column("isDeleted")
    input: Mapped[Json]
    ground_truth: Mapped[Json | None] = mapped_column("groundTruth")
    request_context: Mapped[JsonObject | None] = mapped_column("requestContext")
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")
    source: Mapped[Json | None]
    expected_trajectory: Mapped[Json | None] = mapped_column("expectedTrajectory")
    tool_mocks: Mapped[Json | None] = mapped_column("toolMocks")
    unmocked_tool_policy: Mapped[str | None] = mapped_column("unmockedToolPolicy")
    scorer_ids: Mapped[Json | None] = mapped_column("scorerIds")
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")

    __table_args__ = (
        # SQLite has no key here (contract: golden/libsql-schema.json).
        PrimaryKeyConstraint(id, dataset_version, info=ONLY_POSTGRESQL),
        # delete_item, update_item and purge_item: the current row.
        Index("idx_dataset_items_dataset_validto", dataset_id, valid_to, info=UNPREFIXED),
        # list_items as they are now, without deleted ones.
        Index("idx_dataset_items_dataset_validto_deleted", dataset_id, valid_to, is_deleted, info=UNPREFIXED),
        # get_items_by_version.
        Index("idx_dataset_items_dataset_version", dataset_id, dataset_version, info=UNPREFIXED),
        # batch_insert_items: what an external id was first accepted for.
        Index(
            "idx_dataset_items_external_id_history",
            dataset_id,
            external_id,
            dataset_version,
            info=ONLY_POSTGRESQL | UNPREFIXED,
        ),
        # list_items of an organisation and project.
        Index("idx_dataset_items_org_project", organization_id, project_id, info=ONLY_POSTGRESQL | UNPREFIXED),
        # list_items of an organisation and project.
        Index(
            "idx_dataset_items_tenancy_list",
            organization_id,
            project_id,
            dataset_id,
            valid_to,
            is_deleted,
            info=ONLY_SQLITE,
        ),
        # batch_insert_items: what an external id was first accepted for.
        Index(
            "idx_dataset_items_dataset_externalid_version", dataset_id, external_id, dataset_version, info=ONLY_SQLITE
        ),
    )


class DatasetVersionRow(Base):
    """That a dataset got a new version."""

    __tablename__ = "mastra_dataset_versions"

    id: Mapped[str] = mapped_column(primary_key=True)
    dataset_id: Mapped[str] = mapped_column("datasetId")
    version: Mapped[int] = mapped_column()
    created_at: Mapped[UtcTime] = mapped_column("createdAt")

    __table_args__ = (
        # list_dataset_versions.
        Index("idx_dataset_versions_dataset_version", dataset_id, version, info=UNPREFIXED),
        # create_dataset_version: no number twice.
        Index("idx_dataset_versions_dataset_version_unique", dataset_id, version, unique=True, info=UNPREFIXED),
    )
