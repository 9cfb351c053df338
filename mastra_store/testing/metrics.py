"""What every backend promises of metrics: lists, and aggregates that are what a loop in Python would compute."""

import math
import statistics
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ..clock import utc_now
from ..pages import DateRange, Order
from ..records.observability import Metric, MetricAggregate
from ..storage import Storage
from .builders import NOON, after
from .strategies import MODEST

__all__ = ["TestBatchCreateMetrics", "TestGetMetricAggregate", "TestListMetrics", "TestRecordMetric"]

MINUTE = timedelta(minutes=1)


class TestRecordMetric:
    async def test_what_is_recorded_is_listed(self, storage: Storage) -> None:
        labels = {"model": "gpt", "http.status_code": 200, "cached": True, "share": 0.5}

        recorded = await storage.observability.record_metric(
            "tokens", 12.5, labels=labels, at=after(1), trace_id="t", span_id="s"
        )

        assert recorded == Metric(recorded.id, "tokens", 12.5, after(1), labels, "t", "s")
        assert (await storage.observability.list_metrics()).items == (recorded,)

    async def test_it_is_of_now_and_without_labels_unless_given(self, storage: Storage) -> None:
        before = utc_now()

        recorded = await storage.observability.record_metric("tokens", 3)

        assert before <= recorded.recorded_at <= utc_now()
        assert (recorded.value, recorded.labels, recorded.trace_id) == (3.0, {}, None)
        assert (await storage.observability.list_metrics()).items == (recorded,)

    async def test_inside_a_block_it_is_measured_there(self, storage: Storage) -> None:
        async with storage.observability.span("work") as block:
            here = await storage.observability.record_metric("tokens", 1)
            there = await storage.observability.record_metric("tokens", 1, trace_id="t")

        assert (here.trace_id, here.span_id) == (block.trace_id, block.span_id)
        assert (there.trace_id, there.span_id) == ("t", None)

    @pytest.mark.parametrize("value", [0, -0.0, 0.1, -1e300, 1e-300, 2**53, 123456789.123456789])
    async def test_values_come_back_to_the_bit(self, storage: Storage, value: float) -> None:
        await storage.observability.record_metric("tokens", value)

        (stored,) = await storage.observability.list_metrics()
        assert stored.value == value
        assert type(stored.value) is float


class TestBatchCreateMetrics:
    async def test_all_are_stored_and_given_back_in_order(self, storage: Storage) -> None:
        recorded = await storage.observability.batch_create_metrics(
            [
                {"name": "tokens", "value": 1, "at": after(2)},
                {"name": "tokens", "value": 2, "recordedAt": after(1), "traceId": "t", "labels": {"a": 1}},
                Metric("own", "cost", 3.0, after(0), {}),
            ]
        )

        assert [each.value for each in recorded] == [1, 2, 3]
        assert list(await storage.observability.list_metrics()) == recorded
        assert recorded[2].id == "own"

    async def test_one_with_a_stored_id_replaces_it(self, storage: Storage) -> None:
        first = await storage.observability.record_metric("tokens", 1, labels={"a": 1}, at=NOON)

        await storage.observability.batch_create_metrics([first.evolve(value=2.0), first.evolve(value=3.0, labels={})])

        assert (await storage.observability.list_metrics()).items == (first.evolve(value=3.0, labels={}),)

    async def test_nothing_is_no_batch(self, storage: Storage) -> None:
        assert await storage.observability.batch_create_metrics([]) == []


class TestListMetrics:
    async def test_latest_first_and_each_filter(self, storage: Storage) -> None:
        for number in range(4):
            await storage.observability.record_metric(
                "tokens" if number % 2 else "cost",
                number,
                labels={"model": "gpt" if number < 2 else "claude", "n": number},
                at=after(number),
                trace_id="t" if number == 3 else None,
            )

        assert await _values(storage) == [3, 2, 1, 0]
        assert await _values(storage, order=Order("recorded_at", "asc")) == [0, 1, 2, 3]
        assert await _values(storage, name="tokens") == [3, 1]
        assert await _values(storage, labels={"model": "claude"}) == [3, 2]
        assert await _values(storage, labels={"model": "claude", "n": 2.0}) == [2]
        assert await _values(storage, labels={"n": "2"}) == []
        assert await _values(storage, trace_id="t") == [3]
        assert await _values(storage, between=DateRange(after(1), after(3), end_exclusive=True)) == [2, 1]
        assert await _values(storage, name="tokens", labels={"model": "gpt"}, between=DateRange(after(0))) == [1]

    async def test_pages_of_one_time_show_each_once(self, storage: Storage) -> None:
        recorded = await storage.observability.batch_create_metrics(
            [{"name": "tokens", "value": number, "at": NOON} for number in range(10)]
        )

        pages = [await storage.observability.list_metrics(page=number, per_page=4) for number in range(3)]

        assert sorted(each.id for page in pages for each in page) == sorted(each.id for each in recorded)
        assert [(page.total, page.has_more) for page in pages] == [(10, True), (10, True), (10, False)]


class TestGetMetricAggregate:
    async def test_of_all_values(self, storage: Storage) -> None:
        await _record(storage, *((number, NOON, {}) for number in (4, 1, 3, 2)))

        (found,) = await storage.observability.get_metric_aggregate("tokens")

        assert (found.count, found.sum, found.avg, found.min, found.max) == (4, 10.0, 2.5, 1.0, 4.0)
        assert [found.p50, found.p95, found.p99] == pytest.approx([2.5, 3.85, 3.97])

    async def test_of_one_value_it_is_that(self, storage: Storage) -> None:
        await _record(storage, (7, NOON, {}))

        (found,) = await storage.observability.get_metric_aggregate("tokens")

        assert found == MetricAggregate(None, {}, 1, 7.0, 7.0, 7.0, 7.0, 7.0, 7.0, 7.0)

    async def test_of_nothing_there_is_none(self, storage: Storage) -> None:
        await _record(storage, (7, NOON, {}))

        assert await storage.observability.get_metric_aggregate("other") == []
        assert await storage.observability.get_metric_aggregate("other", bucket="1h", by="a") == []
        assert await storage.observability.get_metric_aggregate("tokens", between=DateRange(after(1))) == []

    async def test_by_buckets_of_time_in_order(self, storage: Storage) -> None:
        minutes = (7, 0, 4, 5, 12)
        await _record(storage, *((minute, NOON + minute * MINUTE, {}) for minute in minutes))

        found = await storage.observability.get_metric_aggregate("tokens", bucket="5m")

        assert [(each.start, each.sum) for each in found] == [
            (NOON, 4.0),
            (NOON + 5 * MINUTE, 12.0),
            (NOON + 10 * MINUTE, 12.0),
        ]

    @pytest.mark.parametrize(
        ("bucket", "at", "start"),
        [
            ("1s", "2024-02-29T12:34:56.789Z", "2024-02-29T12:34:56Z"),
            ("1m", "2024-02-29T12:34:56.789Z", "2024-02-29T12:34:00Z"),
            ("1h", "2024-02-29T12:34:56.789Z", "2024-02-29T12:00:00Z"),
            ("1d", "2024-02-29T23:59:59.999Z", "2024-02-29T00:00:00Z"),
            ("1d", "2024-03-01T00:00:00.000Z", "2024-03-01T00:00:00Z"),
            ("1w", "1970-01-07T23:00:00.000Z", "1970-01-01T00:00:00Z"),
            (timedelta(milliseconds=250), "2024-02-29T12:34:56.789Z", "2024-02-29T12:34:56.750Z"),
            ("1d", "1969-12-31T23:59:59.999Z", "1969-12-31T00:00:00Z"),
            ("1h", "1901-02-03T04:05:06.007Z", "1901-02-03T04:00:00Z"),
        ],
    )
    async def test_buckets_are_counted_from_1970_in_utc(
        self, storage: Storage, bucket: Any, at: str, start: str
    ) -> None:
        await _record(storage, (1, datetime.fromisoformat(at), {}))

        (found,) = await storage.observability.get_metric_aggregate("tokens", bucket=bucket)

        assert found.start == datetime.fromisoformat(start)

    async def test_by_labels_of_any_kind(self, storage: Storage) -> None:
        values: list[Any] = ["a", "1", 1, 1.0, True, "true", 0.5, False, "", 'quo"te', "ü"]
        await _record(storage, *((number, NOON, {"x.y": value}) for number, value in enumerate(values)), (99, NOON, {}))

        found = await storage.observability.get_metric_aggregate("tokens", by="x.y")

        sums = {(type(each.labels["x.y"]), each.labels["x.y"]): each.sum for each in found}
        assert sums == {
            (str, "a"): 0.0,
            (str, "1"): 1.0,
            (int, 1): 5.0,
            (bool, True): 4.0,
            (str, "true"): 5.0,
            (float, 0.5): 6.0,
            (bool, False): 7.0,
            (str, ""): 8.0,
            (str, 'quo"te'): 9.0,
            (str, "ü"): 10.0,
            (type(None), None): 99.0,
        }

    async def test_by_several_labels_and_buckets_of_what_a_filter_leaves(self, storage: Storage) -> None:
        await _record(
            storage,
            (1, NOON, {"a": "x", "b": 1, "c": 1}),
            (2, NOON, {"a": "x", "b": 2, "c": 1}),
            (3, NOON + MINUTE, {"a": "x", "b": 1, "c": 1}),
            (4, NOON, {"a": "y", "b": 1, "c": 1}),
            (5, NOON, {"a": "x", "b": 1, "c": 2}),
        )

        found = await storage.observability.get_metric_aggregate(
            "tokens", bucket="1m", by=["a", "b"], labels={"c": 1}, between=DateRange(end=NOON + MINUTE)
        )

        assert [(each.start, each.labels, each.sum) for each in found] == [
            (NOON, {"a": "x", "b": 1}, 1.0),
            (NOON, {"a": "x", "b": 2}, 2.0),
            (NOON, {"a": "y", "b": 1}, 4.0),
            (NOON + MINUTE, {"a": "x", "b": 1}, 3.0),
        ]

    @MODEST
    @given(data=st.data())
    async def test_any_aggregate_is_what_a_loop_would_compute(self, storage: Storage, data: st.DataObject) -> None:
        await storage.observability.dangerously_clear_all()
        labels: st.SearchStrategy[dict[str, Any]] = st.sampled_from([{}, {"m": "a"}, {"m": 1}])
        one = st.tuples(st.floats(-1e9, 1e9), st.integers(-(10**6), 10**6).map(after), labels)
        recorded = data.draw(st.lists(one, max_size=30))
        length = data.draw(st.sampled_from([None, 1, 1000, 60_000, 7 * 10**5]))
        by = data.draw(st.sampled_from([(), ("m",)]))
        await _record(storage, *recorded)

        bucket = None if length is None else timedelta(milliseconds=length)
        found = await storage.observability.get_metric_aggregate("tokens", bucket=bucket, by=by)

        groups: dict[Any, list[float]] = {}
        for value, at, its_labels in recorded:
            start = None if length is None else round(at.timestamp() * 1000) // length * length
            groups.setdefault((start, its_labels.get("m") if by else None), []).append(value)
        assert len(found) == len(groups)
        for each in found:
            start = None if each.start is None else round(each.start.timestamp() * 1000)
            values = sorted(groups[start, each.labels.get("m")])
            assert (each.count, each.min, each.max) == (len(values), values[0], values[-1])
            assert each.sum == pytest.approx(math.fsum(values), rel=1e-9, abs=1e-3)
            assert each.avg == pytest.approx(statistics.fmean(values), rel=1e-9, abs=1e-3)
            assert each.p50 == pytest.approx(statistics.median(values), rel=1e-9, abs=1e-6)
            if len(values) > 1:
                hundredths = statistics.quantiles(values, n=100, method="inclusive")
                assert each.p95 == pytest.approx(hundredths[94], rel=1e-9, abs=1e-3)
                assert each.p99 == pytest.approx(hundredths[98], rel=1e-9, abs=1e-3)


async def _record(storage: Storage, *metrics: tuple[float, datetime, dict[str, Any]]) -> None:
    await storage.observability.batch_create_metrics(
        [{"name": "tokens", "value": value, "at": at, "labels": labels} for value, at, labels in metrics]
    )


async def _values(storage: Storage, **filters: Any) -> list[float]:
    return [each.value for each in await storage.observability.list_metrics(**filters)]
