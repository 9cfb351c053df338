"""Records of the observability domain."""

from datetime import datetime, timedelta
from typing import Any

from .base import Record


class Span(Record, frozen=True, rename="camel"):
    """A piece of work of a trace, as stored: what it was, when it began and ended, what went in and came out."""

    trace_id: str
    span_id: str
    """Unique in its trace."""
    name: str
    span_type: str
    """``agent_run``, ``model_generation``, ``tool_call``, ``workflow_step``, ``generic``, ...
    (contract: observability.md, "Values")."""
    is_event: bool
    """Whether it is a point in time and no work."""
    started_at: datetime
    """UTC, millisecond precision."""
    created_at: datetime
    """UTC, millisecond precision: when the span was first stored."""
    parent_span_id: str | None = None
    """``None`` for the root of the trace."""
    entity_type: str | None = None
    """``agent``, ``tool``, ``workflow_run``, ... (contract: observability.md, "Values")."""
    entity_id: str | None = None
    entity_name: str | None = None
    parent_entity_type: str | None = None
    parent_entity_id: str | None = None
    parent_entity_name: str | None = None
    root_entity_type: str | None = None
    root_entity_id: str | None = None
    root_entity_name: str | None = None
    user_id: str | None = None
    organization_id: str | None = None
    resource_id: str | None = None
    run_id: str | None = None
    session_id: str | None = None
    thread_id: str | None = None
    request_id: str | None = None
    environment: str | None = None
    service_name: str | None = None
    scope: dict[str, Any] | None = None
    """Versions of the packages that made the span."""
    entity_version_id: str | None = None
    parent_entity_version_id: str | None = None
    root_entity_version_id: str | None = None
    experiment_id: str | None = None
    source: str | None = None
    metadata: dict[str, Any] | None = None
    tags: list[str] | None = None
    attributes: dict[str, Any] | None = None
    """What belongs to the type of span: a model's name and usage, whether a tool succeeded, ..."""
    links: list[Any] | None = None
    """Other spans."""
    input: Any | None = None
    output: Any | None = None
    error: Any | None = None
    """Mastra's is an object with ``message``, ``id``, ``domain``, ...; ``None`` if all went well."""
    ended_at: datetime | None = None
    """UTC, millisecond precision. ``None`` while the work goes on."""
    request_context: dict[str, Any] | None = None
    updated_at: datetime | None = None
    """UTC, millisecond precision: the last time that the span was written."""

    @property
    def status(self) -> str:
        """``error``, ``running`` or ``success`` (contract: observability.md, "Values")."""
        return status_of(self.error, self.ended_at)

    @property
    def duration(self) -> timedelta | None:
        """How long it took; ``None`` while it goes on."""
        return None if self.ended_at is None else self.ended_at - self.started_at


class LightSpan(Record, frozen=True, rename="camel"):
    """What lists and timelines show of a span: without its output, attributes, tags and links."""

    trace_id: str
    span_id: str
    name: str
    span_type: str
    is_event: bool
    started_at: datetime
    """UTC, millisecond precision."""
    created_at: datetime
    """UTC, millisecond precision."""
    parent_span_id: str | None = None
    entity_type: str | None = None
    entity_id: str | None = None
    entity_name: str | None = None
    error: Any | None = None
    ended_at: datetime | None = None
    """UTC, millisecond precision. ``None`` while the work goes on."""
    updated_at: datetime | None = None
    """UTC, millisecond precision."""
    metadata: dict[str, Any] | None = None
    """In lists of traces alone: ``get_trace_light`` does not read it."""
    input_preview: str | None = None
    """The beginning of the input as text, in lists of traces alone."""

    @property
    def status(self) -> str:
        """``error``, ``running`` or ``success``."""
        return status_of(self.error, self.ended_at)


class Trace(Record, frozen=True, rename="camel"):
    """All spans of a trace, or those of one branch of it."""

    trace_id: str
    spans: list[Span]
    """Oldest first; of a branch, the span that was asked for comes first of all."""


class LightTrace(Record, frozen=True, rename="camel"):
    """All spans of a trace, as a timeline shows them."""

    trace_id: str
    spans: list[LightSpan]
    """Oldest first."""


class Metric(Record, frozen=True, rename="camel"):
    """A number that was measured once."""

    id: str
    name: str
    value: float
    recorded_at: datetime
    """UTC, millisecond precision."""
    labels: dict[str, Any]
    """Text, numbers, true or false by name."""
    trace_id: str | None = None
    span_id: str | None = None


class MetricAggregate(Record, frozen=True, rename="camel"):
    """What the values of a metric in one bucket of time, with one set of labels, are together."""

    start: datetime | None
    """UTC: when the bucket begins; ``None`` when no buckets were asked for."""
    labels: dict[str, Any]
    """The labels that were asked for; ``None`` where a metric has none of that name."""
    count: int
    sum: float
    avg: float
    min: float
    max: float
    p50: float
    """Percentiles lie between the two nearest values, as PostgreSQL's ``percentile_cont`` has them."""
    p95: float
    p99: float


def status_of(error: Any, ended_at: datetime | None) -> str:
    """The status of a span, which is stored nowhere."""
    if error is not None:
        return "error"
    return "running" if ended_at is None else "success"
