"""Collections of the scores domain."""

from .base import Collection, Index

SCORES = Collection(
    "mastra_scorers",
    (
        Index("id", unique=True),
        # Mastra's own, for its lists of a scorer, a run, an entity and a span. prune: the oldest scores.
        Index("scorerId"),
        Index("runId"),
        Index("entityId", "entityType"),
        Index("source"),
        Index("-createdAt"),
        Index("traceId", "spanId"),
        # list_scores_by_scorer_id, by_run_id, by_entity_id, by_span: newest first, ties broken. get_score_summary.
        Index("scorerId", "createdAt", "id"),
        Index("runId", "createdAt", "id"),
        Index("entityId", "entityType", "createdAt", "id"),
        Index("traceId", "spanId", "createdAt", "id"),
    ),
)
