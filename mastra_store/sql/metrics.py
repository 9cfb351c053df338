"""Metrics on SQL, in a table of our own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    true,
)
from sqlalchemy.types import Double

from ..clock import iso_milliseconds
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
from ..models.observability import MetricRow
from ..models.types import JsonType, UtcTwinType
from ..pages import DateRange, Order, Page, Window
from ..records.observability import Metric, MetricAggregate
from .bounds import Bounds, bound_values
from .dialects import SqlDialect
from .domain import SqlDomain
from .paging import LIMIT, OFFSET, directed, with_total
from .plans import Work, counted, statement
from .span_rows import in_chunks

METRIC = (
    MetricRow.id,
    MetricRow.name,
    MetricRow.value,
    MetricRow.recorded_at,
    MetricRow.labels,
    MetricRow.trace_id,
    MetricRow.span_id,
)


@dataclass(frozen=True, slots=True)
class MetricFilter:
    """Which metrics a list is of: the shape's share of its arguments."""

    by_name: bool
    by_labels: bool
    by_trace: bool
    bounds: Bounds

    def conditions(self, sql: SqlDialect) -> list[ColumnElement[bool]]:
        conditions = self.bounds.plain_conditions(MetricRow.recorded_at)
        if self.by_name:
            conditions.insert(0, MetricRow.name == bindparam("name"))
        if self.by_trace:
            conditions.append(MetricRow.trace_id == bindparam("trace_id"))
        if self.by_labels:
            conditions.append(sql.json_contains(MetricRow.labels, "labels"))
        return conditions


class SqlMetrics(SqlDomain, ObservabilityDomain):
    """The part of the observability domain that is about metrics."""

    async def _save_metrics(self, metrics: list[Metric]) -> None:
        by_id = {each.id: metric_cells(each) for each in metrics}
        texts = in_chunks([by_id[key] for key in sorted(by_id)])
        if len(texts) == 1:
            await self._database.write(saved_metrics().bind(metrics=texts[0]))
        else:
            await self._database.run(saved_in_chunks(texts))

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
        descending = order.among("recorded_at").direction == "desc"
        chosen, values = _chosen(name, labels, trace_id, between)
        shape = metrics(chosen, descending=descending)
        found = await self._database.read(shape.bind(**values, limit=window.limit, offset=window.offset))
        return window.show(found.items, found.total)

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
        chosen, values = _chosen(metric_name(name), labels, None, between)
        if length is not None:
            values["bucket"] = length
        paths = {f"label_{index}": self._database.sql.label_path(each) for index, each in enumerate(names)}
        shape = aggregates(chosen, in_buckets=length is not None, labels=len(names))
        rows = await self._database.read(shape.bind(**values, **paths))
        return in_order(_aggregate(names, *row) for row in rows if row[1 + len(names)])


def metric_cells(metric: Metric) -> dict[str, Any]:
    """What is stored of a metric."""
    return {
        "id": metric.id,
        "name": metric.name,
        "value": metric.value,
        "recorded_at": iso_milliseconds(metric.recorded_at),
        "labels": metric.labels,
        "trace_id": metric.trace_id,
        "span_id": metric.span_id,
    }


def saved_in_chunks(texts: Sequence[str]) -> Work[None]:
    for text in texts:
        yield saved_metrics().bind(metrics=text)


@statement(lambda: None)
def saved_metrics(sql: SqlDialect) -> Executable:
    """Store metrics; one with a stored id replaces it."""
    given = sql.rows(
        "metrics",
        id=Text(),
        name=Text(),
        value=Double(),
        recorded_at=UtcTwinType(),
        labels=JsonType(),
        trace_id=Text(),
        span_id=Text(),
    )
    values: dict[Any, Any] = {
        MetricRow.id: given.c.id,
        MetricRow.name: given.c.name,
        MetricRow.value: given.c.value,
        MetricRow.labels: given.c.labels,
        MetricRow.trace_id: given.c.trace_id,
        MetricRow.span_id: given.c.span_id,
        **sql.times(MetricRow.recorded_at, given.c.recorded_at),
    }
    rows = select(*values.values()).select_from(given).where(true())
    insert = sql.insert(MetricRow).from_select([column.name for column in values], rows)
    return sql.replacing(insert, [MetricRow.id], list(values)[1:])  # type: ignore[no-any-return]


@counted(Metric)
def metrics(sql: SqlDialect, chosen: MetricFilter, *, descending: bool) -> Select[Any]:
    """Served by mastra_store_metrics_name_recorded_idx where a name is given."""
    conditions = chosen.conditions(sql)
    order = [MetricRow.recorded_at.expression, MetricRow.id.expression]
    page = select(*sql.columns(METRIC)).where(*conditions).order_by(*directed(order, descending))
    matching = select(MetricRow.id).where(*conditions)
    return with_total(matching, page.limit(LIMIT).offset(OFFSET), order, descending)


@statement(lambda *columns: columns)
def aggregates(sql: SqlDialect, chosen: MetricFilter, *, in_buckets: bool, labels: int) -> Select[Any]:
    """A row for each bucket and set of labels: the bucket's beginning, the labels, and what the values are together.

    Served by mastra_store_metrics_name_recorded_idx. Percentiles are picked from the numbered values, the same way on
    every backend: SQLite has no function for them.
    """
    start = _bucket(sql) if in_buckets else cast(null(), BigInteger)
    names = [f"label_{index}" for index in range(labels)]
    shown = [sql.label(MetricRow.labels, name).label(name) for name in names]
    chosen_values = select(start.label("start"), *shown, MetricRow.value).where(*chosen.conditions(sql))
    found = chosen_values.subquery("found")
    groups = [*([found.c.start] if in_buckets else []), *(found.c[name] for name in names)]
    nth = func.row_number().over(partition_by=groups or None, order_by=found.c.value).label("nth")
    among = func.count().over(partition_by=groups or None).label("among")
    numbered = select(*found.c, nth, among).subquery("numbered")
    group = [numbered.c[column.name] for column in groups]
    first = numbered.c.start if in_buckets else cast(null(), BigInteger)
    query = select(
        first,
        *(numbered.c[name] for name in names),
        func.count(),
        func.sum(numbered.c.value),
        func.avg(numbered.c.value),
        func.min(numbered.c.value),
        func.max(numbered.c.value),
        *(_percentile(numbered.c, percent) for percent in PERCENTILES),
    )
    return query.group_by(*group) if group else query


def _bucket(sql: SqlDialect) -> ColumnElement[Any]:
    """When a metric's bucket begins, in milliseconds since 1970. Before that, too: % may be negative."""
    at = sql.epoch_milliseconds(MetricRow.recorded_at)
    length = bindparam("bucket", type_=BigInteger())
    return at - ((at % length) + length) % length


def _percentile(numbered: Any, percent: int) -> ColumnElement[Any]:
    """A value of which ``percent`` in a hundred are smaller, between the two nearest ones.

    In whole numbers until the last step, so that no rounding chooses the wrong neighbour.
    """
    hundred: ColumnElement[int] = literal_column("100", BigInteger())
    hundredths = (numbered.among - 1) * literal_column(str(percent), BigInteger())
    below, rest = hundredths // hundred, hundredths % hundred
    lower = _nth(numbered, below)
    upper = _nth(numbered, below + case((rest > literal_column("0"), literal_column("1")), else_=literal_column("0")))
    return lower + (upper - lower) * func.max(rest) / literal_column("100.0", Double())


def _nth(numbered: Any, position: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.max(case((numbered.nth == position + literal_column("1"), numbered.value)))


def _aggregate(names: tuple[str, ...], start: int | None, *columns: Any) -> MetricAggregate:
    labels, figures = columns[: len(names)], columns[len(names) :]
    return MetricAggregate(
        start_of(start),
        dict(zip(names, labels, strict=True)),
        *figures,
    )


def _chosen(
    name: str | None, labels: Labels | None, trace_id: str | None, between: DateRange | None
) -> tuple[MetricFilter, dict[str, Any]]:
    values: dict[str, Any] = bound_values(between)
    if name is not None:
        values["name"] = metric_name(name)
    if labels:
        values["labels"] = checked_labels(labels)
    if trace_id is not None:
        values["trace_id"] = identifier(trace_id, "trace_id")
    chosen = MetricFilter("name" in values, "labels" in values, "trace_id" in values, Bounds.of(between))
    return chosen, values
