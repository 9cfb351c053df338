"""Rows of the experiments domain."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import ONLY_POSTGRESQL, UNPREFIXED, Base
from .types import Json, JsonObject, UtcTime


class ExperimentRow(Base):
    """One run of a target over a dataset."""

    __tablename__ = "mastra_experiments"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    description: Mapped[str | None]
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")
    provenance: Mapped[Json | None]
    runner_attestation: Mapped[Json | None] = mapped_column("runnerAttestation")
    experiment_set_id: Mapped[str | None] = mapped_column("experimentSetId")
    comparison_id: Mapped[str | None] = mapped_column("comparisonId")
    variant_id: Mapped[str | None] = mapped_column("variantId")
    trial_index: Mapped[int | None] = mapped_column("trialIndex")
    dataset_id: Mapped[str | None] = mapped_column("datasetId")
    dataset_version: Mapped[int | None] = mapped_column("datasetVersion")
    target_type: Mapped[str | None] = mapped_column("targetType")
    target_id: Mapped[str | None] = mapped_column("targetId")
    scorer_ids: Mapped[Json | None] = mapped_column("scorerIds")
    status: Mapped[str]
    total_items: Mapped[int] = mapped_column("totalItems")
    succeeded_count: Mapped[int] = mapped_column("succeededCount")
    failed_count: Mapped[int] = mapped_column("failedCount")
    skipped_count: Mapped[int] = mapped_column("skippedCount")
    started_at: Mapped[UtcTime | None] = mapped_column("startedAt")
    completed_at: Mapped[UtcTime | None] = mapped_column("completedAt")
    agent_version: Mapped[str | None] = mapped_column("agentVersion")
    organization_id: Mapped[str | None] = mapped_column("organizationId")
    project_id: Mapped[str | None] = mapped_column("projectId")
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")

    __table_args__ = (
        # list_experiments on a dataset.
        Index("idx_experiments_datasetid", dataset_id, info=UNPREFIXED),
        # list_experiments of a set, a comparison, a variant, a trial.
        Index("idx_experiments_grouping", experiment_set_id, comparison_id, variant_id, trial_index, info=UNPREFIXED),
        # list_experiments of an organisation and project.
        Index("idx_experiments_org_project", organization_id, project_id, info=UNPREFIXED),
    )


class ExperimentResultRow(Base):
    """What came out for one example."""

    __tablename__ = "mastra_experiment_results"

    id: Mapped[str] = mapped_column(primary_key=True)
    experiment_id: Mapped[str] = mapped_column("experimentId")
    item_id: Mapped[str] = mapped_column("itemId")
    item_dataset_version: Mapped[int | None] = mapped_column("itemDatasetVersion")
    input: Mapped[Json]
    output: Mapped[Json | None]
    ground_truth: Mapped[Json | None] = mapped_column("groundTruth")
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")
    error: Mapped[Json | None]
    started_at: Mapped[UtcTime] = mapped_column("startedAt")
    completed_at: Mapped[UtcTime] = mapped_column("completedAt")
    retry_count: Mapped[int] = mapped_column("retryCount")
    attempt: Mapped[int | None] = mapped_column()
    trace_id: Mapped[str | None] = mapped_column("traceId")
    status: Mapped[str | None]
    tags: Mapped[Json | None] = mapped_column()
    comment: Mapped[str | None]
    tool_mock_report: Mapped[Json | None] = mapped_column("toolMockReport")
    organization_id: Mapped[str | None] = mapped_column("organizationId")
    project_id: Mapped[str | None] = mapped_column("projectId")
    created_at: Mapped[UtcTime] = mapped_column("createdAt")

    __table_args__ = (
        # list_experiment_results, delete_experiment_results.
        Index("idx_experiment_results_experimentid", experiment_id, info=UNPREFIXED),
        # list_experiment_results of an organisation and project.
        Index("idx_experiment_results_org_project", organization_id, project_id, info=UNPREFIXED),
        # list_experiment_results by tags.
        Index("idx_experiment_results_tags_gin", tags, postgresql_using="gin", info=ONLY_POSTGRESQL | UNPREFIXED),
        # add_experiment_result, upsert_experiment_result: no attempt at an item twice.
        Index("idx_experiment_results_exp_item_attempt", experiment_id, item_id, attempt, unique=True, info=UNPREFIXED),
    )
