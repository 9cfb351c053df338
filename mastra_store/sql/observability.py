"""The observability domain on SQL: spans, lists of traces, metrics and pruning, one module each."""

from ..models.observability import MetricRow, SpanRow
from .metrics import SqlMetrics
from .observability_pruning import SqlObservabilityPruning
from .span_saving import SqlSpanSaving
from .spans import SqlSpans
from .traces import SqlTraces


class SqlObservability(SqlObservabilityPruning, SqlSpanSaving, SqlSpans, SqlTraces, SqlMetrics):
    """The observability domain on SQL."""

    rows = (SpanRow, MetricRow)
