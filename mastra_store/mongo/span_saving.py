"""Writing spans on MongoDB."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from ..clock import utc_now
from ..documents.observability import SPANS
from ..domains.base import operation
from ..domains.observability import ObservabilityDomain
from ..domains.span_input import KEY, TIMES, Cells, SpanUpdate, deleted_traces, span_update, span_updates
from .domain import MongoDomain
from .encoding import document
from .executor import Document, Executor, Filter, Update
from .spans import NAMES

_decoder = msgspec.json.Decoder()


class MongoSpanSaving(MongoDomain, ObservabilityDomain):
    """The part of the observability domain that writes spans."""

    async def _save_spans(self, spans: list[Cells]) -> None:
        now = utc_now()
        puts = [saved_span(cells, now) for cells in spans]
        if len(puts) == 1:
            await self._database.put(SPANS, *puts[0])
            return

        async def saved(tx: Executor) -> None:
            await tx.put_each(SPANS, puts)

        await self._database.run(saved)

    @operation
    async def update_span(self, trace_id: str, span_id: str, updates: Mapping[str, Any]) -> bool:
        where, update = updated_span(span_update(trace_id, span_id, updates), utc_now())
        return await self._database.update_one(SPANS, where, update) == 1

    @operation
    async def batch_update_spans(self, records: Sequence[Mapping[str, Any]]) -> int:
        now = utc_now()
        updates = [updated_span(each, now) for each in span_updates(records)]

        async def updated(tx: Executor) -> int:
            return await tx.update_each(SPANS, updates)

        return await self._database.run(updated) if updates else 0

    @operation
    async def batch_delete_traces(self, trace_ids: Sequence[str]) -> int:
        ids = deleted_traces(trace_ids)
        return await self._database.delete(SPANS, {"traceId": {"$in": ids}}) if ids else 0


def saved_span(cells: Cells, now: datetime) -> tuple[Filter, Update]:
    """Store a span. Of one that is stored, what is given is changed and ``createdAt`` stays."""
    new: Document = {"createdAt": now}
    if "ended_at" not in cells:
        new["endedAt"] = None  # as ``@mastra/mongodb`` has it of a span that runs
    return span_key(cells), {"$set": span_fields(cells, now), "$setOnInsert": new}


def updated_span(update: SpanUpdate, now: datetime) -> tuple[Filter, Update]:
    """Change a span."""
    return span_key(update.cells), {"$set": span_fields(update.cells | dict.fromkeys(update.cleared), now)}


def span_key(cells: Cells) -> Document:
    """The filter that names one span."""
    return {"traceId": cells["trace_id"], "spanId": cells["span_id"]}


def span_fields(cells: Cells, now: datetime) -> Mapping[str, Any]:
    """What is stored of a span besides its key."""
    fields = {NAMES[name]: _value(name, cell) for name, cell in cells.items() if name not in KEY}
    return document({**fields, "updatedAt": now}, f"span {cells['span_id']}")


def _value(name: str, cell: Any) -> Any:
    if type(cell) is msgspec.Raw:
        return _decoder.decode(cell)
    return datetime.fromisoformat(cell) if name in TIMES and cell is not None else cell
