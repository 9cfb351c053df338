"""Spans and metrics are pruned: by a domain of which nothing exists here but that part."""

from abc import ABC
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mastra_store import domains as all_domains
from mastra_store.domains import Domains, Lazy
from mastra_store.domains.pruning import Prunable
from mastra_store.models.observability import MetricRow, SpanRow
from mastra_store.records.retention import PrunedTable
from mastra_store.sql import domains as sql_domains
from mastra_store.sql.observability_pruning import SqlObservabilityPruning
from mastra_store.sql.storage import SqlStorage

TODAY = datetime.now(UTC)


class Traces(Prunable, ABC):
    prunable = SqlObservabilityPruning.prunable


class SqlTraces(SqlObservabilityPruning, Traces):
    rows = (SpanRow, MetricRow)


class _Home:
    """Stands for the modules of the domain."""

    Traces = Traces
    SqlTraces = SqlTraces


@pytest.fixture(autouse=True)
def traces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    line: Lazy[Any] = Lazy("traces.Traces")
    line.__set_name__(Domains, "traces")
    monkeypatch.setattr(Domains, "traces", line, raising=False)
    monkeypatch.setitem(sql_domains.SQL_DOMAINS, "traces", "traces.SqlTraces")
    found = sql_domains.import_module
    for importer in (sql_domains, all_domains):
        monkeypatch.setattr(
            importer, "import_module", lambda name, package: _Home if name == ".traces" else found(name, package)
        )
    return iter([None])


async def test_spans_by_their_beginning_and_metrics_by_their_recording(storage: SqlStorage) -> None:
    async with storage.transaction() as tx:
        for name, days in (("old", 31), ("new", 29)):
            at = TODAY - timedelta(days=days)
            tx.session.add(span(name, at, ended_at=TODAY))
            tx.session.add(MetricRow(id=name, name="tokens", value=1, recorded_at=at, labels={}))
    policies = {"traces": {"metrics": {"max_age": "30d"}, "spans": {"max_age": "30d"}}}

    counted = await storage.prune(policies, dry_run=True)
    pruned = await storage.prune(policies)

    assert counted == [
        PrunedTable("traces", name, 1, done=False) for name in ("mastra_ai_spans", "mastra_store_metrics")
    ]
    assert pruned == [PrunedTable("traces", name, 1, done=True) for name in ("mastra_ai_spans", "mastra_store_metrics")]
    async with storage.transaction() as tx:
        assert list(await tx.session.scalars(select(SpanRow.span_id))) == ["new"]
        assert list(await tx.session.scalars(select(MetricRow.id))) == ["new"]


async def test_batches_of_spans_of_one_trace(storage: SqlStorage) -> None:
    async with storage.transaction() as tx:
        tx.session.add_all(span(str(number), TODAY - timedelta(days=31)) for number in range(7))

    (pruned,) = await storage.prune({"traces": {"spans": {"max_age": "30d", "batch_size": 3}}}, max_batches=2)

    assert (pruned.deleted, pruned.done) == (6, False)


def span(name: str, at: datetime, **fields: Any) -> SpanRow:
    return SpanRow(
        trace_id="t",
        span_id=name,
        name=name,
        span_type="generic",
        is_event=False,
        started_at=at,
        created_at=at,
        **fields,
    )
