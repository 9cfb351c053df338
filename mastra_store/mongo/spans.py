"""Reading spans and traces on MongoDB."""

import msgspec

from ..documents.observability import SPANS
from ..domains.base import operation
from ..domains.message_input import identifier
from ..domains.observability import ObservabilityDomain
from ..domains.traces import branch_of
from ..pages import whole_number
from ..records.observability import LightSpan, LightTrace, Span, Trace
from .decoding import Read, optional_instant_of, record_of
from .domain import MongoDomain
from .encoding import as_json, instant_of, object_of
from .executor import Fields
from .paging import sorted_by

NAMES = {field.name: field.encode_name for field in msgspec.structs.fields(Span)}
"""What a document calls the fields of a span."""

OLDEST_FIRST = sorted_by("startedAt", "spanId", direction="asc")


class MongoSpans(MongoDomain, ObservabilityDomain):
    """The part of the observability domain that reads spans and whole traces."""

    @operation
    async def get_span(self, trace_id: str, span_id: str) -> Span | None:
        where = {"traceId": identifier(trace_id, "trace_id"), "spanId": identifier(span_id, "span_id")}
        found = await self._database.find_one(SPANS, where)
        return None if found is None else span_of(found)

    @operation
    async def get_root_span(self, trace_id: str) -> Span | None:
        where = {"traceId": identifier(trace_id, "trace_id"), "parentSpanId": None}
        found = await self._database.find(SPANS, where, order=OLDEST_FIRST, limit=1)
        return span_of(found[0]) if found else None

    @operation
    async def get_trace(self, trace_id: str) -> Trace | None:
        spans = await self._spans_of(trace_id)
        return Trace(trace_id, spans) if spans else None

    @operation
    async def get_trace_light(self, trace_id: str) -> LightTrace | None:
        where = {"traceId": identifier(trace_id, "trace_id")}
        found = await self._database.find(SPANS, where, fields=LIGHT_FIELDS, order=OLDEST_FIRST)
        return LightTrace(trace_id, [light_span_of(each) for each in found]) if found else None

    @operation
    async def get_branch(self, trace_id: str, span_id: str, *, depth: int | None = None) -> Trace | None:
        identifier(span_id, "span_id")
        if depth is not None:
            whole_number(depth, "depth", hint=", or None for all levels")
        branch = branch_of(await self._spans_of(trace_id), span_id, depth)
        return Trace(trace_id, branch) if branch else None

    async def _spans_of(self, trace_id: str) -> list[Span]:
        where = {"traceId": identifier(trace_id, "trace_id")}
        found = await self._database.find(SPANS, where, order=OLDEST_FIRST)
        return [span_of(each) for each in found]


_READ: dict[str, Read] = {
    "is_event": bool,
    **dict.fromkeys(("started_at", "created_at"), instant_of),
    **dict.fromkeys(("ended_at", "updated_at"), optional_instant_of),
    **dict.fromkeys(("metadata", "attributes", "request_context"), object_of),
    **dict.fromkeys(("scope", "tags", "links", "input", "output", "error"), as_json),
}

span_of = record_of(Span, _READ)
"""A stored span."""
light_span_of = record_of(LightSpan, _READ)
"""A stored span without what is long."""


def _light_fields() -> Fields:
    names = [
        field.name for field in msgspec.structs.fields(LightSpan) if field.name not in ("metadata", "input_preview")
    ]
    return {"_id": 0, **{NAMES[name]: 1 for name in names}}


LIGHT_FIELDS = _light_fields()
"""What is read for ``light_span_of`` where its metadata and input are not wanted."""
