"""Lists of traces on MongoDB."""

from collections.abc import Mapping
from typing import Any, Unpack

from ..documents.observability import SPANS
from ..domains.base import operation
from ..domains.observability import NEWEST_FIRST, ObservabilityDomain
from ..domains.trace_filters import TraceFilters, trace_filters, trace_window
from ..domains.traces import input_preview
from ..pages import Order, Page, Window
from ..records.observability import LightSpan, Span
from .domain import MongoDomain
from .encoding import storable
from .executor import Document, Fields
from .filters import contains, or_null, within
from .paging import page_of, sorted_by
from .spans import LIGHT_FIELDS, NAMES, light_span_of, span_of

_TIMES = {"started_at": "startedAt", "ended_at": "endedAt"}
_CONTAINED = ("scope", "metadata", "tags")
_STATUS: Mapping[str, Document] = {
    "error": {"error": {"$ne": None}},
    "running": {"error": None, "endedAt": None},
    "success": {"error": None, "endedAt": {"$ne": None}},
}
_LISTED_FIELDS: Fields = {**LIGHT_FIELDS, "metadata": 1, "input": 1}

_FAILED = "mastra_store_failed"
_OPEN = "mastra_store_open"


class MongoTraces(MongoDomain, ObservabilityDomain):
    """The part of the observability domain that lists traces."""

    @operation
    async def list_traces(
        self,
        *,
        page: int = 0,
        per_page: int = 10,
        order: Order = NEWEST_FIRST,
        **filters: Unpack[TraceFilters],
    ) -> Page[Span]:
        window = trace_window(page, per_page)
        found, total = await self._roots(trace_filters(filters), window, order)
        return window.show([span_of(each) for each in found], total)

    @operation
    async def list_traces_light(
        self,
        *,
        page: int = 0,
        per_page: int = 10,
        order: Order = NEWEST_FIRST,
        **filters: Unpack[TraceFilters],
    ) -> Page[LightSpan]:
        window = trace_window(page, per_page)
        found, total = await self._roots(trace_filters(filters), window, order, _LISTED_FIELDS)
        return window.show([_light_trace_of(each) for each in found], total)

    async def _roots(
        self, values: dict[str, Any], window: Window, order: Order, fields: Fields | None = None
    ) -> tuple[list[Document], int]:
        time = _TIMES[order.among(*_TIMES).field]
        with_error = values.pop("has_child_error", None)
        then = [] if with_error is None else with_errors(with_error)
        names = [time, "traceId", "spanId"]
        if time == "endedAt":
            # What has no end yet sorts as if it ended last; null sorts first.
            then.append({"$set": {_OPEN: {"$eq": [or_null("$endedAt"), None]}}})
            names.insert(0, _OPEN)
        by = sorted_by(*names, direction=order.direction)
        return await page_of(self._database, SPANS, roots(values), by, window, then=then, fields=fields)


def roots(values: dict[str, Any]) -> Document:
    """The filter of the roots of traces that have all these values."""
    started, ended = values.pop("started_at", None), values.pop("ended_at", None)
    status = values.pop("status", None)
    contained = {name: storable(values.pop(name), name) for name in _CONTAINED if name in values}
    where: Document = {"parentSpanId": None, **{NAMES[name]: value for name, value in values.items()}}
    where |= within("startedAt", started)
    if status is not None or ended is not None:
        where["$and"] = [within("endedAt", ended), _STATUS.get(status, {})]
    if contained:
        where["$expr"] = {"$and": [contains(f"${name}", value) for name, value in contained.items()]}
    return where


def with_errors(wanted: bool) -> list[Document]:
    """Stages that leave the roots of traces of which a span has an error, or of which none has."""
    first = [{"$match": {"error": {"$ne": None}}}, {"$limit": 1}, {"$project": {"_id": 1}}]
    failed = {"from": SPANS.name, "localField": "traceId", "foreignField": "traceId", "pipeline": first, "as": _FAILED}
    return [{"$lookup": failed}, {"$match": {_FAILED: {"$ne": []} if wanted else []}}]


def _light_trace_of(found: Document) -> LightSpan:
    return light_span_of(found | {"inputPreview": input_preview(found.get("input"))})
