"""What OpenTelemetry is told of a storage: spans and metrics, by the SDK's exporters in memory."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from mastra_store import (
    CachedStorage,
    MastraCompositeStore,
    MemoryCache,
    NotFound,
    PgStorage,
    PoolTimeout,
    SqliteStorage,
    Storage,
)
from mastra_store.telemetry import instrument
from tests.round_trips.wire import counted_wire

HELLO = [{"role": "user", "content": "a secret"}]


@dataclass
class Told:
    """What was told so far."""

    spans: InMemorySpanExporter
    metrics: InMemoryMetricReader
    providers: dict[str, Any]

    def names(self) -> list[str]:
        return sorted(span.name for span in self.spans.get_finished_spans())

    def span(self, name: str) -> ReadableSpan:
        [span] = [span for span in self.spans.get_finished_spans() if span.name == name]
        return span

    def points(self, name: str) -> list[Any]:
        data = self.metrics.get_metrics_data()
        scopes = [scope for resource in (data.resource_metrics if data else []) for scope in resource.scope_metrics]
        found = [metric for scope in scopes for metric in scope.metrics if metric.name == name]
        return [point for metric in found for point in metric.data.data_points]


@pytest.fixture
def told() -> Iterator[Told]:
    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers, meters = TracerProvider(), MeterProvider([reader])
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    yield Told(spans, reader, {"tracer_provider": tracers, "meter_provider": meters})
    tracers.shutdown()
    meters.shutdown()


class TestSpans:
    async def test_a_method_is_a_span_and_its_statements_are_below_it(self, storage: Storage, told: Told) -> None:
        instrument(storage, **told.providers)

        await storage.memory.get_thread_by_id("t")

        assert told.names() == ["memory.get_thread_by_id", "thread_by_id"]
        method, statement = told.span("memory.get_thread_by_id"), told.span("thread_by_id")
        assert statement.parent is not None
        assert statement.parent.span_id == method.context.span_id
        assert statement.attributes is not None
        assert statement.attributes["db.operation.name"] == "thread_by_id"
        assert statement.attributes["db.system.name"] in ("postgresql", "sqlite", "libsql")
        assert str(statement.attributes["db.query.text"]).startswith("SELECT")
        assert statement.attributes["db.response.returned_rows"] == 0

    async def test_those_in_a_unit_of_work_too(self, storage: Storage, told: Told) -> None:
        instrument(storage, **told.providers)

        async with storage.transaction() as tx:
            await tx.memory.get_thread_by_id("t")

        assert told.names() == ["memory.get_thread_by_id", "thread_by_id"]
        assert told.span("thread_by_id").parent is not None

    async def test_domains_that_were_made_before_are_told_as_well(self, storage: Storage, told: Told) -> None:
        await storage.memory.get_thread_by_id("t")

        instrument(storage, **told.providers)
        await storage.memory.get_thread_by_id("t")

        assert "memory.get_thread_by_id" in told.names()

    async def test_an_error_marks_the_span_and_tells_no_content(self, storage: Storage, told: Told) -> None:
        instrument(storage, **told.providers)

        with pytest.raises(NotFound) as caught:
            await storage.memory.update_thread("nowhere", title="a secret", metadata={})

        span = told.span("memory.update_thread")
        assert span.attributes is not None
        assert span.attributes["error.type"] == caught.value.id
        assert not span.status.is_ok
        assert "secret" not in str([each.to_json() for each in told.spans.get_finished_spans()])

    async def test_values_are_never_told(self, storage: Storage, told: Told) -> None:
        instrument(storage, **told.providers)

        await storage.memory.save_messages("t", HELLO)

        assert told.names() != []
        assert "secret" not in str([each.to_json() for each in told.spans.get_finished_spans()])

    async def test_after_the_end_nothing_is_told(self, storage: Storage, told: Told) -> None:
        stop = instrument(storage, **told.providers)
        await storage.memory.get_thread_by_id("t")
        told.spans.clear()

        stop()
        await storage.memory.get_thread_by_id("t")
        async with storage.transaction() as tx:
            await tx.memory.get_thread_by_id("t")

        assert told.names() == []

    async def test_a_composites_storages_are_told_each(self, storage: Storage, sqlite_path: Path, told: Told) -> None:
        async with SqliteStorage(sqlite_path.with_name("other.db")) as other:
            store = MastraCompositeStore(default=storage, workflows=other)
            instrument(store, **told.providers)

            await store.memory.get_thread_by_id("t")
            await store.workflows.list_workflow_runs()

        assert {"memory.get_thread_by_id", "workflows.list_workflow_runs"} <= set(told.names())

    async def test_what_a_cache_does_not_answer_is_told_of_the_storage_behind_it(
        self, storage: Storage, told: Told
    ) -> None:
        cached = CachedStorage(storage, cache=MemoryCache())
        await cached.memory.save_messages("t", HELLO)
        stop = instrument(cached, **told.providers)

        await cached.memory.get_thread_by_id("t")
        await cached.memory.get_thread_by_id("t")
        stop()
        await cached.memory.get_thread_by_id("t")

        assert told.names() == ["memory.get_thread_by_id", "thread_by_id"]
        results = {
            point.attributes["mastra_store.cache.result"]: point.value
            for point in told.points("mastra_store.cache.reads")
        }
        assert results == {"misses": 1, "hits": 1}

    async def test_a_storage_with_and_without_a_cache_is_told_once(self, storage: Storage, told: Told) -> None:
        store = MastraCompositeStore(default=storage, memory=CachedStorage(storage, cache=MemoryCache()))
        instrument(store, **told.providers)

        await store.memory.get_thread_by_id("t")

        assert told.names() == ["memory.get_thread_by_id", "thread_by_id"]


@pytest.mark.postgres(18)
class TestMetrics:
    async def test_round_trips_are_counted_as_they_are_on_the_wire(self, migrated_url: str, told: Told) -> None:
        async with counted_wire(migrated_url) as wire, PgStorage(wire.url, prepare=False) as storage:
            async with storage.transaction():  # the driver asks the server who it is, once
                pass
            instrument(storage, **told.providers)
            before = wire.round_trips

            await storage.memory.save_messages("t", HELLO)
            await storage.workflows.update_workflow_results("w", "r", step_id="s", result=1)
            async with storage.transaction() as tx:
                await tx.memory.get_thread_by_id("t")
                await tx.memory.get_thread_by_id("t")
            async with storage.transaction():
                pass
            with pytest.raises(KeyError):
                async with storage.transaction() as tx:
                    await tx.memory.get_thread_by_id("t")
                    raise KeyError

            [point] = told.points("mastra_store.round_trips")
            assert point.value == wire.round_trips - before > 10
            assert point.attributes["db.system.name"] == "postgresql"
            assert point.attributes["server.port"] > 0

    async def test_statements_and_methods_are_timed(self, migrated_url: str, told: Told) -> None:
        async with PgStorage(migrated_url) as storage:
            instrument(storage, **told.providers)

            for _ in range(3):
                await storage.memory.get_thread_by_id("t")

            [statements] = told.points("db.client.operation.duration")
            [methods] = told.points("mastra_store.operation.duration")
            assert (statements.count, methods.count) == (3, 3)
            assert methods.attributes == {
                "mastra_store.domain": "memory",
                "mastra_store.operation": "get_thread_by_id",
            }

    async def test_waits_for_the_pool_are_timed_and_those_in_vain_counted(self, migrated_url: str, told: Told) -> None:
        async with PgStorage(migrated_url, pool_size=1, pool_timeout=0.1) as storage:
            instrument(storage, **told.providers)

            async with storage.transaction():
                with pytest.raises(PoolTimeout):
                    await storage.ping()

            [waits] = told.points("db.client.connection.wait_time")
            [timeouts] = told.points("db.client.connection.timeouts")
            assert (waits.count, timeouts.value) == (2, 1)


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)

    with pytest.raises(ModuleNotFoundError, match=r"mastra-store\[telemetry\]"):
        instrument(SqliteStorage(":memory:"))


async def test_a_storage_that_is_not_instrumented_tells_nobody(storage: Storage) -> None:
    assert storage.watch is None
    assert storage.memory.watch is None
    assert not storage.observers.listening  # type: ignore[attr-defined]
