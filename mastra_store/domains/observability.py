"""The observability domain: spans, the traces that they form, and metrics.

Contract: observability.md. A span is known by its trace's id and its own. Where the TypeScript backends differ from
each other, every backend here does the same, and the method says what.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Unpack

from ..errors import MastraError
from ..pages import DateRange, Order, Page
from ..records.observability import (
    LightSpan,
    LightTrace,
    Metric,
    MetricAggregate,
    Span,
    Trace,
)
from . import span_logging
from .base import operation
from .metric_input import Labels, MetricInput, metric
from .open_span import OpenSpan, checked_names, opened_span
from .pruning import Prunable
from .span_context import SpanContext, SpanFields
from .span_input import Cells, SpanInput, batch_cells, span_cells
from .trace_filters import TraceFilters

NEWEST_FIRST = Order("started_at", "desc")
LATEST_FIRST = Order("recorded_at", "desc")


class ObservabilityDomain(Prunable, ABC):
    """Spans, traces and metrics.

    The types of spans and entities are Mastra's (contract: observability.md, "Values"); any other is an
    ``InvalidArgument``, since Mastra's own readers would refuse to show it.
    """

    prunable = ("spans", "metrics")

    # Spans

    @operation
    async def create_span(self, span: SpanInput) -> None:
        """Store a span. Of one that is stored already it changes what is given; everything else stays.

        So a tracer may send a span when it begins, and once more, with its end, when it is over; a span that is sent
        twice is stored once. (TypeScript does this on PostgreSQL, forgets what is not given on LibSQL, and refuses on
        MongoDB.) ``None`` is not given: ``update_span`` clears a field.

        Args:
            span: a record, or a dict with at least ``trace_id``, ``span_id``, ``name``, ``span_type`` and
                ``started_at``. ``is_event`` is false unless given. ``created_at`` and ``updated_at`` are the storage's:
                what is given is ignored.

        Raises:
            InvalidArgument: the span can not be stored, with the path to the offender.
        """
        await self._save_spans([span_cells(span)])

    @operation
    async def batch_create_spans(self, records: Sequence[SpanInput]) -> None:
        """Store any number of spans, all or none: ``create_span`` of each, in one statement for some megabytes.

        Args:
            records: of several that are the same span, later ones come over earlier ones.
        """
        if spans := batch_cells(records):
            await self._save_spans(spans)

    @abstractmethod
    async def _save_spans(self, spans: list[Cells]) -> None:
        """Store checked spans, each once, in the order of their keys."""

    @abstractmethod
    async def update_span(self, trace_id: str, span_id: str, updates: Mapping[str, Any]) -> bool:
        """Change a span; its ``updated_at`` becomes now.

        Args:
            updates: new values of fields, which replace the stored ones whole, JSON too. ``None`` clears a field.

        Returns:
            Whether there is such a span (contract: a missing one is no error).

        Raises:
            InvalidArgument: a field can not be stored, changed or cleared.
        """

    @abstractmethod
    async def batch_update_spans(self, records: Sequence[Mapping[str, Any]]) -> int:
        """Change any number of spans, all or none.

        Args:
            records: dicts of ``trace_id``, ``span_id`` and ``updates``. Of several for one span later ones come over
                earlier ones.

        Returns:
            How many of the spans there are.
        """

    @abstractmethod
    async def get_span(self, trace_id: str, span_id: str) -> Span | None:
        """One span, or ``None``. With all that is stored of it (TypeScript on PostgreSQL leaves some fields out)."""

    @abstractmethod
    async def get_root_span(self, trace_id: str) -> Span | None:
        """The span of a trace that has no parent, of several the oldest; ``None`` if there is none."""

    # Traces

    @abstractmethod
    async def get_trace(self, trace_id: str) -> Trace | None:
        """All spans of a trace, oldest first, ties by id; ``None`` if there are none."""

    @abstractmethod
    async def get_trace_light(self, trace_id: str) -> LightTrace | None:
        """``get_trace`` without what is long: inputs, outputs, attributes, metadata, tags and links.

        The same fields on every backend: those of TypeScript on PostgreSQL.
        """

    async def get_structure(self, trace_id: str) -> LightTrace | None:
        """``get_trace_light``, by its newer name."""
        return await self.get_trace_light(trace_id)

    @abstractmethod
    async def get_branch(self, trace_id: str, span_id: str, *, depth: int | None = None) -> Trace | None:
        """A span and those below it, or ``None`` if there is no such span. The whole trace is read.

        Args:
            depth: levels below the span; 0 for the span alone, ``None`` for all.

        Returns:
            The span first, then its descendants, oldest first.
        """

    @abstractmethod
    async def list_traces(
        self,
        *,
        page: int = 0,
        per_page: int = 10,
        order: Order = NEWEST_FIRST,
        **filters: Unpack[TraceFilters],
    ) -> Page[Span]:
        """The root spans of traces, newest first unless told otherwise.

        Args:
            page: zero-based.
            per_page: rows in a page, from 1 to 100.
            order: by ``started_at`` or ``ended_at``; ties by ids in the same direction. Running ones end last of all.
            filters: see ``TraceFilters``. The excluded ends of a range are excluded on every backend (in TypeScript
                on MongoDB alone), and objects are compared as PostgreSQL's ``@>`` does it.

        Raises:
            InvalidArgument: a bad page or order, an unknown filter, or a value that it can not have.
        """

    @abstractmethod
    async def list_traces_light(
        self,
        *,
        page: int = 0,
        per_page: int = 10,
        order: Order = NEWEST_FIRST,
        **filters: Unpack[TraceFilters],
    ) -> Page[LightSpan]:
        """``list_traces`` without what is long. ``input_preview`` shows the beginning of each input."""

    @abstractmethod
    async def batch_delete_traces(self, trace_ids: Sequence[str]) -> int:
        """Delete all spans of up to 1,000 traces.

        Returns:
            How many spans were deleted.

        Raises:
            InvalidArgument: there are more ids.
        """

    # Metrics

    @operation
    async def record_metric(
        self,
        name: str,
        value: float,
        *,
        labels: Labels | None = None,
        at: datetime | None = None,
        trace_id: str | None = None,
        span_id: str | None = None,
    ) -> Metric:
        """Store a number that was measured.

        Args:
            name: of the metric, as ``tokens``.
            value: any finite number.
            labels: text, finite numbers, true or false. Their names have letters, digits and any of ``_.-/:``.
            at: now if ``None``.
            trace_id, span_id: where it was measured. Inside a ``span`` block they are that span's unless given.

        Returns:
            The metric as stored.

        Raises:
            InvalidArgument: a part of it can not be stored.
        """
        given = {"name": name, "value": value, "labels": labels, "recorded_at": at}
        recorded = metric({**given, "trace_id": trace_id, "span_id": span_id}, "")
        await self._save_metrics([recorded])
        return recorded

    @operation
    async def batch_create_metrics(self, records: Sequence[MetricInput]) -> list[Metric]:
        """Store any number of metrics, all or none: one statement for some megabytes.

        Args:
            records: dicts of ``name``, ``value`` and what else ``record_metric`` takes, ``at`` or ``recorded_at``; or
                records. One with a stored id replaces it.

        Returns:
            The metrics as stored, in the order given.
        """
        recorded = [metric(each, f"records[{index}]") for index, each in enumerate(records)]
        if recorded:
            await self._save_metrics(recorded)
        return recorded

    @abstractmethod
    async def _save_metrics(self, metrics: list[Metric]) -> None:
        """Store checked metrics."""

    @abstractmethod
    async def list_metrics(
        self,
        *,
        name: str | None = None,
        labels: Labels | None = None,
        trace_id: str | None = None,
        between: DateRange | None = None,
        page: int = 0,
        per_page: int | None = 100,
        order: Order = LATEST_FIRST,
    ) -> Page[Metric]:
        """Metrics, latest first unless told otherwise.

        Args:
            labels: only metrics with all these labels.
            between: bounds on ``recorded_at``.
            page: zero-based.
            per_page: rows in a page; ``None`` for all of them.
            order: by ``recorded_at``; ties by ``id`` in the same direction.
        """

    @abstractmethod
    async def get_metric_aggregate(
        self,
        name: str,
        *,
        labels: Labels | None = None,
        between: DateRange | None = None,
        bucket: str | timedelta | None = None,
        by: str | Sequence[str] = (),
    ) -> list[MetricAggregate]:
        """Count, sum, average, least, greatest and percentiles of a metric's values, computed by the database.

        Args:
            labels: only metrics with all these labels.
            between: bounds on ``recorded_at``.
            bucket: one result for each stretch of this length that has values: ``"30s"``, ``"5m"``, ``"1h"``,
                ``"1d"``, ``"1w"`` or a ``timedelta`` of whole milliseconds. Buckets are counted from 1970 in UTC.
            by: one result for each value of this label, or for each combination of several, at most 8.

        Returns:
            Oldest bucket first, then by the labels; nothing where there are no values.

        Raises:
            InvalidArgument: a bad name, label, range or bucket.
        """

    @abstractmethod
    async def dangerously_clear_all(self) -> None:
        """Delete every span and every metric. There is no way back."""

    # Short calls

    def span(
        self,
        name: str,
        *,
        type: str = "generic",  # noqa: A002
        trace_id: str | None = None,
        parent_span_id: str | None = None,
        **fields: Unpack[SpanFields],
    ) -> OpenSpan:
        """A span around a piece of code: ``async with observability.span("answer") as span``.

        It is stored when the block begins, as running, and once more when it ends. A block inside another, also in a
        task that was started there, is a child of it, and has its ids of user, thread, run and so on unless given.
        An exception that leaves the block is recorded as the span's ``error`` and passes on; when the end can not be
        stored besides, a note on the exception and the log say so.

        In a unit of work (``tx.observability.span``) spans are kept or undone with everything else: one whose
        exception rolls the unit back is undone, too. ``SpanBuffer.span`` takes both writes off the block's path.

        Args:
            type: one of Mastra's types of spans.
            trace_id: the surrounding block's unless given, else a new one of 32 hexadecimal digits.
            parent_span_id: the surrounding block's unless a trace or a parent is given.
            fields: see ``SpanFields``.

        Raises:
            InvalidArgument: a field can not be stored. The block has not begun.
        """
        try:
            return opened_span(self._save_span, name, type, trace_id, parent_span_id, fields)
        except MastraError as error:
            error.located(self.store, "span")
            raise

    @operation
    async def _save_span(self, cells: Cells) -> None:
        await self._save_spans([cells])

    @operation
    async def log_tool_call(
        self,
        *,
        tool_name: str,
        input: Any = None,  # noqa: A002
        output: Any = None,
        duration: float | timedelta = 0,
        error: Any = None,
        at: datetime | None = None,
        trace_id: str | None = None,
        parent_span_id: str | None = None,
        **fields: Unpack[SpanContext],
    ) -> Span:
        """Store a tool's call that is over, as a span of type ``tool_call``.

        Args:
            duration: how long it took, in milliseconds, or a ``timedelta``.
            error: what went wrong: an exception, or any JSON.
            at: when it ended; now if ``None``.
            trace_id, parent_span_id: as for ``span``.
            fields: see ``SpanContext``. ``attributes`` has ``success`` besides.

        Returns:
            The span. Its ``created_at`` is by this machine's clock; PostgreSQL stores its own.

        Raises:
            InvalidArgument: a negative duration, or a part that can not be stored.
        """
        given = checked_names({"input": input, "output": output, "error": error, **fields})
        span = span_logging.tool_call(tool_name, duration, at, trace_id, parent_span_id, given)
        await self._save_spans([span_cells(span, "")])
        return span

    @operation
    async def log_event(
        self,
        name: str,
        *,
        type: str = "generic",  # noqa: A002
        at: datetime | None = None,
        trace_id: str | None = None,
        parent_span_id: str | None = None,
        **fields: Unpack[SpanFields],
    ) -> Span:
        """Store a point in time as a span that begins and ends there.

        Args:
            type, trace_id, parent_span_id, fields: as for ``span``.
            at: now if ``None``.

        Returns:
            The span, as ``log_tool_call``.
        """
        span = span_logging.event(name, type, at, trace_id, parent_span_id, checked_names(fields))
        await self._save_spans([span_cells(span, "")])
        return span
