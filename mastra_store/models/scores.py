"""Rows of the scores domain."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import NULLABLE_ON_SQLITE, ONLY_POSTGRESQL, ONLY_SQLITE, Base
from .types import Json, NestedJson, QuotedJson, UtcTime


class ScoreRow(Base):
    """One score that a scorer gave to a run. The table is called after the scorers."""

    __tablename__ = "mastra_scorers"

    id: Mapped[str] = mapped_column(primary_key=True)
    scorer_id: Mapped[str] = mapped_column("scorerId", info=NULLABLE_ON_SQLITE)
    trace_id: Mapped[str | None] = mapped_column("traceId")
    span_id: Mapped[str | None] = mapped_column("spanId")
    run_id: Mapped[str] = mapped_column("runId", info=NULLABLE_ON_SQLITE)
    scorer: Mapped[NestedJson] = mapped_column(info=NULLABLE_ON_SQLITE)
    preprocess_step_result: Mapped[NestedJson | None] = mapped_column("preprocessStepResult")
    extract_step_result: Mapped[Json | None] = mapped_column("extractStepResult")
    analyze_step_result: Mapped[NestedJson | None] = mapped_column("analyzeStepResult")
    score: Mapped[float] = mapped_column(info=NULLABLE_ON_SQLITE)
    reason: Mapped[str | None]
    metadata_: Mapped[NestedJson | None] = mapped_column("metadata")
    preprocess_prompt: Mapped[str | None] = mapped_column("preprocessPrompt")
    extract_prompt: Mapped[str | None] = mapped_column("extractPrompt")
    generate_score_prompt: Mapped[str | None] = mapped_column("generateScorePrompt")
    generate_reason_prompt: Mapped[str | None] = mapped_column("generateReasonPrompt")
    analyze_prompt: Mapped[str | None] = mapped_column("analyzePrompt")
    reason_prompt: Mapped[str | None] = mapped_column("reasonPrompt")
    input: Mapped[QuotedJson] = mapped_column(info=NULLABLE_ON_SQLITE)
    output: Mapped[QuotedJson] = mapped_column(info=NULLABLE_ON_SQLITE)
    additional_context: Mapped[NestedJson | None] = mapped_column("additionalContext")
    request_context: Mapped[NestedJson | None] = mapped_column("requestContext")
    entity_type: Mapped[str | None] = mapped_column("entityType")
    entity: Mapped[NestedJson | None]
    entity_id: Mapped[str | None] = mapped_column("entityId")
    source: Mapped[str] = mapped_column(info=NULLABLE_ON_SQLITE)
    resource_id: Mapped[str | None] = mapped_column("resourceId")
    thread_id: Mapped[str | None] = mapped_column("threadId")
    organization_id: Mapped[str | None] = mapped_column("organizationId")
    project_id: Mapped[str | None] = mapped_column("projectId")
    batch_id: Mapped[str | None] = mapped_column("batchId")
    dataset_id: Mapped[str | None] = mapped_column("datasetId")
    dataset_item_id: Mapped[str | None] = mapped_column("datasetItemId")
    created_at: Mapped[UtcTime] = mapped_column("createdAt", info=NULLABLE_ON_SQLITE)
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt", info=NULLABLE_ON_SQLITE)

    __table_args__ = (
        # list_scores_by_span.
        Index(
            "mastra_scores_trace_id_span_id_created_at_idx", trace_id, span_id, created_at.desc(), info=ONLY_POSTGRESQL
        ),
        # list_scores_by_span, on SQLite.
        Index("mastra_store_scores_span_idx", trace_id, span_id, created_at, id, info=ONLY_SQLITE),
        # list_scores_by_run_id.
        Index("mastra_store_scores_run_idx", run_id, created_at, id),
        # list_scores_by_scorer_id, get_score_summary.
        Index("mastra_store_scores_scorer_idx", scorer_id, created_at, id),
        # list_scores_by_entity_id.
        Index("mastra_store_scores_entity_idx", entity_id, entity_type, created_at, id),
        # prune: the oldest scores.
        Index("mastra_store_scores_age_idx", created_at, postgresql_using="brin", info=ONLY_POSTGRESQL),
    )
