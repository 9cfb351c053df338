"""Reading spans and traces on SQL."""

from typing import Any

from sqlalchemy import Select, bindparam, select

from ..domains.base import operation
from ..domains.message_input import identifier
from ..domains.observability import ObservabilityDomain
from ..domains.traces import branch_of
from ..models.observability import SpanRow
from ..pages import whole_number
from ..records.observability import LightSpan, LightTrace, Span, Trace
from .dialects import SqlDialect
from .domain import SqlDomain
from .plans import statement

SPAN = (
    SpanRow.trace_id,
    SpanRow.span_id,
    SpanRow.name,
    SpanRow.span_type,
    SpanRow.is_event,
    SpanRow.started_at,
    SpanRow.created_at,
    SpanRow.parent_span_id,
    SpanRow.entity_type,
    SpanRow.entity_id,
    SpanRow.entity_name,
    SpanRow.parent_entity_type,
    SpanRow.parent_entity_id,
    SpanRow.parent_entity_name,
    SpanRow.root_entity_type,
    SpanRow.root_entity_id,
    SpanRow.root_entity_name,
    SpanRow.user_id,
    SpanRow.organization_id,
    SpanRow.resource_id,
    SpanRow.run_id,
    SpanRow.session_id,
    SpanRow.thread_id,
    SpanRow.request_id,
    SpanRow.environment,
    SpanRow.service_name,
    SpanRow.scope,
    SpanRow.entity_version_id,
    SpanRow.parent_entity_version_id,
    SpanRow.root_entity_version_id,
    SpanRow.experiment_id,
    SpanRow.source,
    SpanRow.metadata_,
    SpanRow.tags,
    SpanRow.attributes,
    SpanRow.links,
    SpanRow.input,
    SpanRow.output,
    SpanRow.error,
    SpanRow.ended_at,
    SpanRow.request_context,
    SpanRow.updated_at,
)
LIGHT_SPAN = (
    SpanRow.trace_id,
    SpanRow.span_id,
    SpanRow.name,
    SpanRow.span_type,
    SpanRow.is_event,
    SpanRow.started_at,
    SpanRow.created_at,
    SpanRow.parent_span_id,
    SpanRow.entity_type,
    SpanRow.entity_id,
    SpanRow.entity_name,
    SpanRow.error,
    SpanRow.ended_at,
    SpanRow.updated_at,
)


class SqlSpans(SqlDomain, ObservabilityDomain):
    """The part of the observability domain that reads spans and whole traces."""

    @operation
    async def get_span(self, trace_id: str, span_id: str) -> Span | None:
        key = {"trace_id": identifier(trace_id, "trace_id"), "span_id": identifier(span_id, "span_id")}
        found = await self._database.read(span_by_id().bind(**key))
        return found[0] if found else None

    @operation
    async def get_root_span(self, trace_id: str) -> Span | None:
        found = await self._database.read(root_span().bind(trace_id=identifier(trace_id, "trace_id")))
        return found[0] if found else None

    @operation
    async def get_trace(self, trace_id: str) -> Trace | None:
        spans = await self._spans_of(trace_id)
        return Trace(trace_id, spans) if spans else None

    @operation
    async def get_trace_light(self, trace_id: str) -> LightTrace | None:
        spans = await self._database.read(light_spans_of_trace().bind(trace_id=identifier(trace_id, "trace_id")))
        return LightTrace(trace_id, spans) if spans else None

    @operation
    async def get_branch(self, trace_id: str, span_id: str, *, depth: int | None = None) -> Trace | None:
        identifier(span_id, "span_id")
        if depth is not None:
            whole_number(depth, "depth", hint=", or None for all levels")
        branch = branch_of(await self._spans_of(trace_id), span_id, depth)
        return Trace(trace_id, branch) if branch else None

    async def _spans_of(self, trace_id: str) -> list[Span]:
        return await self._database.read(spans_of_trace().bind(trace_id=identifier(trace_id, "trace_id")))


@statement(Span)
def span_by_id(sql: SqlDialect) -> Select[Any]:
    """Served by the unique key."""
    query = select(*sql.columns(SPAN)).where(SpanRow.trace_id == bindparam("trace_id"))
    return query.where(SpanRow.span_id == bindparam("span_id"))


@statement(Span)
def root_span(sql: SqlDialect) -> Select[Any]:
    """Served by the indexes of traces, as all that is below."""
    roots = _of_trace(sql, SPAN).where(SpanRow.parent_span_id.is_(None))
    return roots.limit(1)


@statement(Span)
def spans_of_trace(sql: SqlDialect) -> Select[Any]:
    """Oldest first: as many rows as the trace has spans."""
    return _of_trace(sql, SPAN)


@statement(LightSpan)
def light_spans_of_trace(sql: SqlDialect) -> Select[Any]:
    """Oldest first: as many rows as the trace has spans."""
    return _of_trace(sql, LIGHT_SPAN)


def _of_trace(sql: SqlDialect, columns: tuple[Any, ...]) -> Select[Any]:
    query = select(*sql.columns(columns)).where(SpanRow.trace_id == bindparam("trace_id"))
    return query.order_by(SpanRow.started_at, SpanRow.span_id)
