"""Metrics on MongoDB, in a collection of our own."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ..documents.observability import METRICS
from ..domains.base import operation
from ..domains.message_input import identifier
from ..domains.metric_input import (
    PERCENTILES,
    Labels,
    bucket_length,
    in_order,
    label_names,
    labels as checked_labels,
    metric_name,
    start_of,
)
from ..domains.observability import LATEST_FIRST, ObservabilityDomain
from ..pages import DateRange, Order, Page, Window
from ..records.observability import Metric, MetricAggregate
from .decoding import record_of
from .domain import MongoDomain
from .encoding import as_json, document, instant_of, object_of
from .executor import Document, Executor, Filter, Update
from .filters import contains, member, or_null, within
from .paging import page_of, sorted_by


class MongoMetrics(MongoDomain, ObservabilityDomain):
    """The part of the observability domain that is about metrics."""

    async def _save_metrics(self, metrics: list[Metric]) -> None:
        by_id = {each.id: each for each in metrics}
        puts = [saved_metric(by_id[key]) for key in sorted(by_id)]
        if len(puts) == 1:
            await self._database.put(METRICS, *puts[0])
            return

        async def saved(tx: Executor) -> None:
            await tx.put_each(METRICS, puts)

        await self._database.run(saved)

    @operation
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
        window = Window.of(page, per_page)
        by = sorted_by("recordedAt", "id", direction=order.among("recorded_at").direction)
        where = _where(name, labels, trace_id, between)
        found, total = await page_of(self._database, METRICS, where, by, window)
        return window.show([metric_of(each) for each in found], total)

    @operation
    async def get_metric_aggregate(
        self,
        name: str,
        *,
        labels: Labels | None = None,
        between: DateRange | None = None,
        bucket: str | timedelta | None = None,
        by: str | Sequence[str] = (),
    ) -> list[MetricAggregate]:
        length, names = bucket_length(bucket), label_names(by)
        where = _where(metric_name(name), labels, None, between)
        found = await self._database.aggregate(METRICS, aggregates(where, length, names))
        return in_order(_aggregate(names, each) for each in found)


def saved_metric(metric: Metric) -> tuple[Filter, Update]:
    """Store a metric; one with its id is replaced."""
    return {"id": metric.id}, {"$set": document(metric.to_dict(by_alias=True), "metric")}


metric_of = record_of(Metric, {"value": float, "recorded_at": instant_of, "labels": object_of})
"""A stored metric."""


def aggregates(where: Document, bucket: int | None, labels: Sequence[str]) -> list[Document]:
    """The pipeline with a result for each bucket and set of labels: what the values are together.

    Percentiles are picked from the numbered values, as on SQL: the server's own are approximate.

    Args:
        bucket: its length in milliseconds; ``None`` for none.
    """
    group = {_label(index): or_null(member("$labels", name)) for index, name in enumerate(labels)}
    if bucket is not None:
        group["start"] = _bucket(bucket)
    whole = {"documents": ["unbounded", "unbounded"]}
    numbered = {"nth": {"$documentNumber": {}}, "among": {"$sum": 1, "window": whole}}
    figures = {name: {f"${name}": "$value"} for name in ("sum", "avg", "min", "max")}
    for percent in PERCENTILES:
        figures |= _neighbours(percent)
    return [
        {"$match": where},
        {"$project": {"_id": 0, "value": 1, "group": group or {"$literal": {}}}},
        {"$setWindowFields": {"partitionBy": "$group", "sortBy": {"value": 1}, "output": numbered}},
        {"$group": {"_id": "$group", "count": {"$sum": 1}, **figures}},
    ]


def _bucket(length: int) -> Document:
    """When a metric's bucket begins, in milliseconds since 1970. Before that, too: $mod may be negative."""
    at = {"$toLong": "$recordedAt"}
    return {"$subtract": [at, {"$mod": [{"$add": [{"$mod": [at, length]}, length]}, length]}]}


def _neighbours(percent: int) -> Document:
    """The two values between which the one lies of which ``percent`` in a hundred are smaller.

    In whole numbers, so that no rounding chooses the wrong neighbours.
    """
    hundredths = {"$multiply": [{"$subtract": ["$among", 1]}, percent]}
    rest = {"$mod": [hundredths, 100]}
    below = {"$add": [{"$divide": [{"$subtract": [hundredths, rest]}, 100]}, 1]}
    above = {"$add": [below, {"$cond": [{"$gt": [rest, 0]}, 1, 0]}]}
    return {f"below{percent}": _nth(below), f"above{percent}": _nth(above), f"rest{percent}": {"$max": rest}}


def _nth(position: Document) -> Document:
    return {"$max": {"$cond": [{"$eq": ["$nth", position]}, "$value", None]}}


def _label(index: int) -> str:
    return f"label{index}"


def _aggregate(names: Sequence[str], found: Document) -> MetricAggregate:
    group = found["_id"]
    return MetricAggregate(
        start_of(group.get("start")),
        {name: as_json(group.get(_label(index))) for index, name in enumerate(names)},
        found["count"],
        *(float(found[name]) for name in ("sum", "avg", "min", "max")),
        *(_percentile(found, percent) for percent in PERCENTILES),
    )


def _percentile(found: Document, percent: int) -> float:
    below, above = float(found[f"below{percent}"]), float(found[f"above{percent}"])
    return below + (above - below) * float(found[f"rest{percent}"]) / 100


def _where(name: str | None, labels: Labels | None, trace_id: str | None, between: DateRange | None) -> Document:
    where: dict[str, Any] = {} if name is None else {"name": metric_name(name)}
    where |= within("recordedAt", between)
    if trace_id is not None:
        where["traceId"] = identifier(trace_id, "trace_id")
    if labels:
        where["$expr"] = contains("$labels", checked_labels(labels))
    return where
