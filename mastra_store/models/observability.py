"""Rows of the observability domain."""

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import CONSTRAINT_NAME, ONLY_POSTGRESQL, ONLY_SQLITE, Base
from .types import Json, JsonObject, UtcTime


class SpanRow(Base):
    """One span of a trace: a piece of work with a beginning, an end and a parent."""

    __tablename__ = "mastra_ai_spans"

    trace_id: Mapped[str] = mapped_column("traceId")
    span_id: Mapped[str] = mapped_column("spanId")
    name: Mapped[str] = mapped_column()
    span_type: Mapped[str] = mapped_column("spanType")
    is_event: Mapped[bool] = mapped_column("isEvent")
    started_at: Mapped[UtcTime] = mapped_column("startedAt")
    parent_span_id: Mapped[str | None] = mapped_column("parentSpanId")
    entity_type: Mapped[str | None] = mapped_column("entityType")
    entity_id: Mapped[str | None] = mapped_column("entityId")
    entity_name: Mapped[str | None] = mapped_column("entityName")
    parent_entity_type: Mapped[str | None] = mapped_column("parentEntityType")
    parent_entity_id: Mapped[str | None] = mapped_column("parentEntityId")
    parent_entity_name: Mapped[str | None] = mapped_column("parentEntityName")
    root_entity_type: Mapped[str | None] = mapped_column("rootEntityType")
    root_entity_id: Mapped[str | None] = mapped_column("rootEntityId")
    root_entity_name: Mapped[str | None] = mapped_column("rootEntityName")
    user_id: Mapped[str | None] = mapped_column("userId")
    organization_id: Mapped[str | None] = mapped_column("organizationId")
    resource_id: Mapped[str | None] = mapped_column("resourceId")
    run_id: Mapped[str | None] = mapped_column("runId")
    session_id: Mapped[str | None] = mapped_column("sessionId")
    thread_id: Mapped[str | None] = mapped_column("threadId")
    request_id: Mapped[str | None] = mapped_column("requestId")
    environment: Mapped[str | None]
    service_name: Mapped[str | None] = mapped_column("serviceName")
    scope: Mapped[Json | None]
    entity_version_id: Mapped[str | None] = mapped_column("entityVersionId")
    parent_entity_version_id: Mapped[str | None] = mapped_column("parentEntityVersionId")
    root_entity_version_id: Mapped[str | None] = mapped_column("rootEntityVersionId")
    experiment_id: Mapped[str | None] = mapped_column("experimentId")
    source: Mapped[str | None]
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")
    tags: Mapped[Json | None] = mapped_column()
    attributes: Mapped[JsonObject | None]
    links: Mapped[Json | None]
    input: Mapped[Json | None]
    output: Mapped[Json | None]
    error: Mapped[Json | None]
    ended_at: Mapped[UtcTime | None] = mapped_column("endedAt")
    request_context: Mapped[JsonObject | None] = mapped_column("requestContext")
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    updated_at: Mapped[UtcTime | None] = mapped_column("updatedAt")

    __table_args__ = (
        PrimaryKeyConstraint(
            trace_id, span_id, name="mastra_ai_spans_traceid_spanid_pk", info=ONLY_POSTGRESQL | CONSTRAINT_NAME
        ),
        UniqueConstraint(span_id, trace_id, info=ONLY_SQLITE),
        # list_traces of an entity by id.
        Index("mastra_ai_spans_entitytype_entityid_idx", entity_type, entity_id, info=ONLY_POSTGRESQL),
        # list_traces of an entity by name.
        Index("mastra_ai_spans_entitytype_entityname_idx", entity_type, entity_name, info=ONLY_POSTGRESQL),
        # list_traces by metadata.
        Index("mastra_ai_spans_metadata_gin_idx", metadata_, postgresql_using="gin", info=ONLY_POSTGRESQL),
        # Mastra's own, for searches by name, which its list_traces does not offer.
        Index("mastra_ai_spans_name_idx", name, info=ONLY_POSTGRESQL),
        # list_traces of an organisation and user.
        Index("mastra_ai_spans_orgid_userid_idx", organization_id, user_id, info=ONLY_POSTGRESQL),
        # get_branch: children of a span.
        Index("mastra_ai_spans_parentspanid_startedat_idx", parent_span_id, started_at.desc(), info=ONLY_POSTGRESQL),
        # list_traces, newest first.
        Index(
            "mastra_ai_spans_root_spans_idx",
            started_at.desc(),
            postgresql_where=parent_span_id.is_(None),
            info=ONLY_POSTGRESQL,
        ),
        # list_traces of a type of span.
        Index("mastra_ai_spans_spantype_startedat_idx", span_type, started_at.desc(), info=ONLY_POSTGRESQL),
        # list_traces by tags.
        Index("mastra_ai_spans_tags_gin_idx", tags, postgresql_using="gin", info=ONLY_POSTGRESQL),
        # get_trace, get_trace_light, get_root_span.
        Index("mastra_ai_spans_traceid_startedat_idx", trace_id, started_at.desc(), info=ONLY_POSTGRESQL),
        # get_trace, get_trace_light, get_root_span.
        Index("mastra_ai_spans_trace_started_at_idx", trace_id, started_at, info=ONLY_SQLITE),
        # list_traces, newest first.
        Index(
            "mastra_ai_spans_roots_started_at_idx",
            started_at.desc(),
            sqlite_where=parent_span_id.is_(None),
            info=ONLY_SQLITE,
        ),
        # get_span, update_span; create_span: none twice.
        Index("mastra_ai_spans_spanid_traceid_idx", span_id, trace_id, unique=True, info=ONLY_SQLITE),
        # prune: the oldest spans.
        Index("mastra_store_spans_age_idx", started_at, postgresql_using="brin", info=ONLY_POSTGRESQL),
    )
    __mapper_args__ = {"primary_key": [trace_id, span_id], "eager_defaults": False}  # noqa: RUF012


class MetricRow(Base):
    """A number that was measured once. The table is ours: Mastra's stores on SQL keep no metrics."""

    __tablename__ = "mastra_store_metrics"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column()
    value: Mapped[float]
    recorded_at: Mapped[UtcTime] = mapped_column("recordedAt")
    labels: Mapped[JsonObject]
    trace_id: Mapped[str | None] = mapped_column("traceId")
    span_id: Mapped[str | None] = mapped_column("spanId")

    __table_args__ = (
        # list_metrics, get_metric_aggregate.
        Index("mastra_store_metrics_name_recorded_idx", name, recorded_at, id),
        # prune: the oldest metrics.
        Index("mastra_store_metrics_age_idx", recorded_at, postgresql_using="brin", info=ONLY_POSTGRESQL),
    )
