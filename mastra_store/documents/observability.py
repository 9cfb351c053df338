"""Collections of the observability domain."""

from .base import Collection, Index

SPANS = Collection(
    "mastra_ai_spans",
    (
        # create_span: none twice; get_span, update_span.
        Index("spanId", "traceId", unique=True),
        # Mastra's own, for its getTrace and listTraces. prune: the oldest spans.
        Index("traceId"),
        Index("parentSpanId"),
        Index("-startedAt"),
        Index("spanType"),
        Index("name"),
        # get_trace, get_trace_light, get_root_span: oldest first, ties broken.
        Index("traceId", "startedAt", "spanId"),
        # list_traces, whose spans have no parent: by their beginning, ties broken.
        Index("parentSpanId", "startedAt", "traceId", "spanId"),
    ),
)

METRICS = Collection(
    "mastra_store_metrics",  # ours: Mastra's store on MongoDB keeps no metrics
    (
        Index("id", unique=True),
        # list_metrics, get_metric_aggregate.
        Index("name", "recordedAt", "id"),
        # list_metrics of all names, prune.
        Index("recordedAt", "id"),
    ),
)
