"""Pruning of the observability domain: spans by their beginning, metrics by when they were recorded."""

from ..models.observability import MetricRow, SpanRow
from .pruning import SqlPruning


class SqlObservabilityPruning(SqlPruning):
    """The part of the observability domain that is pruned.

    Spans go one by one, whatever becomes of their trace (contract: conventions.md, section 9). Metrics are ours alone.
    """

    ages = {"spans": SpanRow.started_at, "metrics": MetricRow.recorded_at}  # noqa: RUF012
