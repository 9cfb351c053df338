"""A table of our own for metrics, and the indexes that scores, versions of agents and pruning need.

Mastra's PostgreSQL and LibSQL stores keep no metrics; ``mastra_store_metrics`` does, and TypeScript never touches it.
The other indexes stand on Mastra's own tables. BRIN indexes, on PostgreSQL alone, let ``prune`` find the oldest rows of
tables that grow at their end; they cost a page for each megabyte and next to nothing at a write.

Locks: writes to the tables of messages, threads, spans, scores and versions of agents wait while their indexes are
built, seconds for each million rows. The downgrade drops all metrics.

Revision ID: 0002
Revises: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql as pg

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

METRICS = "mastra_store_metrics"

INDEXES: dict[str, tuple[str, list[str]]] = {
    "mastra_store_metrics_name_recorded_idx": (METRICS, ["name", "recordedAt", "id"]),
    "mastra_store_scores_run_idx": ("mastra_scorers", ["runId", "createdAt", "id"]),
    "mastra_store_scores_scorer_idx": ("mastra_scorers", ["scorerId", "createdAt", "id"]),
    "mastra_store_scores_entity_idx": ("mastra_scorers", ["entityId", "entityType", "createdAt", "id"]),
    "mastra_store_agent_versions_number_idx": ("mastra_agent_versions", ["agentId", "versionNumber"]),
}
ON_SQLITE: dict[str, tuple[str, list[str]]] = {
    "mastra_store_scores_span_idx": ("mastra_scorers", ["traceId", "spanId", "createdAt", "id"]),
}
BRIN: dict[str, tuple[str, str]] = {
    "mastra_store_messages_age_idx": ("mastra_messages", "createdAt"),
    "mastra_store_metrics_age_idx": (METRICS, "recordedAt"),
    "mastra_store_scores_age_idx": ("mastra_scorers", "createdAt"),
    "mastra_store_spans_age_idx": ("mastra_ai_spans", "startedAt"),
}


def upgrade() -> None:
    op.create_table(METRICS, *metric_columns(), sa.PrimaryKeyConstraint("id"), schema=schema())
    for name, (table, columns) in indexes().items():
        op.create_index(name, table, columns, schema=schema())
    if on_postgresql():
        for name, (table, column) in BRIN.items():
            op.create_index(name, table, [column], schema=schema(), postgresql_using="brin")


def downgrade() -> None:
    on_mastras_tables = [*indexes().items(), *(BRIN.items() if on_postgresql() else ())]
    for name, (table, _) in reversed(on_mastras_tables):
        if table != METRICS:
            op.drop_index(name, table, schema=schema())
    op.drop_table(METRICS, schema=schema())


def metric_columns() -> list[sa.Column[Any]]:
    if on_postgresql():
        real, time, json = sa.Double(), pg.TIMESTAMP(), pg.JSONB()
        twins = [sa.Column("recordedAtZ", pg.TIMESTAMP(timezone=True), server_default=sa.func.now())]
    else:
        real, time, json = sa.REAL(), sa.Text(), sa.Text()
        twins = []
    return [
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", real, nullable=False),
        sa.Column("recordedAt", time, nullable=False),
        sa.Column("labels", json, nullable=False),
        sa.Column("traceId", sa.Text(), nullable=True),
        sa.Column("spanId", sa.Text(), nullable=True),
        *twins,
    ]


def indexes() -> dict[str, tuple[str, list[str]]]:
    return INDEXES if on_postgresql() else INDEXES | ON_SQLITE


def on_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def schema() -> str | None:
    name: str | None = context.config.attributes["schema"]
    return name
