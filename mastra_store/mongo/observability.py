"""The observability domain on MongoDB: spans, lists of traces and metrics, one module each."""

from typing import ClassVar

from ..documents.observability import METRICS, SPANS
from ..domains.base import operation
from .executor import Executor
from .metrics import MongoMetrics
from .pruning import MongoPruning
from .span_saving import MongoSpanSaving
from .spans import MongoSpans
from .traces import MongoTraces


class MongoObservability(MongoPruning, MongoSpanSaving, MongoSpans, MongoTraces, MongoMetrics):
    """The observability domain on MongoDB.

    Spans are pruned one by one, whatever becomes of their trace (contract: conventions.md, section 9).
    """

    collections = (SPANS, METRICS)
    ages: ClassVar = {"spans": (SPANS, "startedAt"), "metrics": (METRICS, "recordedAt")}

    @operation
    async def dangerously_clear_all(self) -> None:
        await self._database.run(cleared)


async def cleared(tx: Executor) -> None:
    """Delete every document of the domain."""
    for collection in MongoObservability.collections:
        await tx.delete(collection, {})
