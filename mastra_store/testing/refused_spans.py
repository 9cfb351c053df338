"""What every backend refuses of spans and metrics: a named error with the path of the offender. Nothing is written."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ..domains.observability import ObservabilityDomain
from ..errors import InvalidArgument
from ..pages import Order
from ..storage import Storage
from .builders import NOON
from .refusals import PRIVATE
from .span_builders import everything, span

__all__ = [
    "TestRefusedListsOfTraces",
    "TestRefusedMetrics",
    "TestRefusedSpans",
    "TestRefusedToolCalls",
    "TestRefusedUpdates",
]

Place = Callable[[ObservabilityDomain, Any], Awaitable[Any]]


def places(by_argument: Mapping[str, Place]) -> pytest.MarkDecorator:
    """One test for each place; the key is the argument that the error names, and what tells two places apart."""
    cases = [pytest.param(place, name.partition(" of ")[0], id=name) for name, place in by_argument.items()]
    return pytest.mark.parametrize(("place", "argument"), cases)


async def refuses(storage: Storage, place: Place, argument: str, *bad: Any) -> InvalidArgument:
    """Hold that a call is refused with each of the values, and that everything is then as it was."""
    await storage.observability.create_span(span(input="kept"))
    before = await everything(storage)

    for value in bad:
        with pytest.raises(InvalidArgument) as refused:
            await place(storage.observability, value)
        assert refused.value.details["argument"] == argument
        assert refused.value.message.startswith(argument)
        assert refused.value.id.startswith(f"MASTRA_STORAGE_{storage.observability.store}_")
        assert PRIVATE not in repr(refused.value) + str(refused.value.to_json())

    assert await everything(storage) == before
    return refused.value


def fields(**changes: Any) -> dict[str, Any]:
    """A span as a dict."""
    return {"trace_id": "t", "span_id": "new", "name": "x", "span_type": "generic", "started_at": NOON} | changes


class TestRefusedSpans:
    @pytest.mark.parametrize("name", ["trace_id", "span_id", "name", "span_type", "started_at"])
    async def test_that_lack_a_field(self, storage: Storage, name: str) -> None:
        bad = fields()
        del bad[name]

        await refuses(storage, lambda o, bad: o.create_span(bad), f"span.{name}", bad, {**bad, name: None})

    async def test_of_an_unknown_type(self, storage: Storage) -> None:
        error = await refuses(
            storage, lambda o, bad: o.create_span(fields(span_type=bad)), "span.span_type", "work", "", 7, ["generic"]
        )

        assert "agent_run, scorer_run" in error.message

    @pytest.mark.parametrize("name", ["entity_type", "parent_entity_type", "root_entity_type"])
    async def test_of_an_unknown_type_of_entity(self, storage: Storage, name: str) -> None:
        error = await refuses(storage, lambda o, bad: o.create_span(fields(**{name: bad})), f"span.{name}", "agents", 7)

        assert "agent, scorer" in error.message

    async def test_with_an_unknown_field(self, storage: Storage) -> None:
        error = await refuses(storage, lambda o, bad: o.create_span(fields(**{bad: PRIVATE})), "span.colour", "colour")

        assert "trace_id" in error.message

    @pytest.mark.parametrize("name", ["metadata", "attributes", "scope", "request_context"])
    async def test_whose_objects_are_none(self, storage: Storage, name: str) -> None:
        await refuses(
            storage, lambda o, bad: o.create_span(fields(**{name: bad})), f"span.{name}", [PRIVATE], PRIVATE, 7, True
        )

    @pytest.mark.parametrize("name", ["metadata", "input", "output", "error", "attributes"])
    async def test_whose_json_is_none(self, storage: Storage, name: str) -> None:
        bad: tuple[Any, ...] = (float("nan"), float("inf"), {1}, b"x", Decimal(1), NOON, (1, 2), object())

        await refuses(
            storage,
            lambda o, bad: o.create_span(fields(**{name: {"deep": [PRIVATE, {"y": bad}]}})),
            f"span.{name}.deep[1].y",
            *bad,
        )

    async def test_whose_tags_are_no_list_of_texts(self, storage: Storage) -> None:
        await refuses(storage, lambda o, bad: o.create_span(fields(tags=bad)), "span.tags", PRIVATE, {"a": 1}, 7)
        await refuses(storage, lambda o, bad: o.create_span(fields(tags=["a", bad])), "span.tags[1]", 7, None, "\x00")

    @pytest.mark.parametrize("name", ["trace_id", "span_id", "parent_span_id"])
    async def test_whose_ids_are_none(self, storage: Storage, name: str) -> None:
        await refuses(
            storage,
            lambda o, bad: o.create_span(fields(**{name: bad})),
            f"span.{name}",
            "",
            "  ",
            "a\x00",
            "x" * 513,
            7,
        )

    @pytest.mark.parametrize("name", ["name", "user_id", "environment", "source"])
    async def test_whose_texts_hold_what_no_database_keeps(self, storage: Storage, name: str) -> None:
        bad = (f"{PRIVATE}\x00", f"{PRIVATE}\ud83d", 7, b"x")

        await refuses(storage, lambda o, bad: o.create_span(fields(**{name: bad})), f"span.{name}", *bad)

    @pytest.mark.parametrize("name", ["started_at", "ended_at"])
    async def test_whose_times_are_none(self, storage: Storage, name: str) -> None:
        bad = (datetime(2024, 1, 1), "2024-01-01", 0, datetime.max.replace(tzinfo=UTC).date())  # noqa: DTZ001

        await refuses(storage, lambda o, bad: o.create_span(fields(**{name: bad})), f"span.{name}", *bad)

    async def test_one_of_a_batch_keeps_all_from_being_stored(self, storage: Storage) -> None:
        await refuses(
            storage,
            lambda o, bad: o.batch_create_spans([span("first"), fields(metadata=bad)]),
            "records[1].metadata",
            7,
        )

    @places(
        {
            "records": lambda o, bad: o.batch_create_spans(bad),
            "records of batch_update_spans": lambda o, bad: o.batch_update_spans(bad),
        }
    )
    async def test_that_are_no_list(self, storage: Storage, place: Place, argument: str) -> None:
        await refuses(storage, place, argument, PRIVATE, fields(), span("new"), 7, None)

    async def test_that_are_neither_records_nor_dicts(self, storage: Storage) -> None:
        await refuses(storage, lambda o, bad: o.create_span(bad), "span", PRIVATE, 7, None, [fields()])


class TestRefusedUpdates:
    @pytest.mark.parametrize("name", ["trace_id", "span_id"])
    async def test_of_the_key(self, storage: Storage, name: str) -> None:
        await refuses(storage, lambda o, bad: o.update_span("t", "s", {name: bad}), f"updates.{name}", "other", None)

    @pytest.mark.parametrize("name", ["name", "span_type", "is_event", "started_at"])
    async def test_that_clear_what_every_span_has(self, storage: Storage, name: str) -> None:
        await refuses(storage, lambda o, bad: o.update_span("t", "s", {name: bad}), f"updates.{name}", None)

    @places(
        {
            "updates.colour": lambda o, bad: o.update_span("t", "s", {"colour": bad}),
            "updates.metadata": lambda o, bad: o.update_span("t", "s", {"metadata": bad}),
            "updates.is_event": lambda o, bad: o.update_span("t", "s", {"is_event": bad}),
            "updates.ended_at": lambda o, bad: o.update_span("t", "s", {"ended_at": bad}),
            "updates": lambda o, bad: o.update_span("t", "s", bad),
            "records[1].updates.metadata": lambda o, bad: o.batch_update_spans(
                [
                    {"trace_id": "t", "span_id": "s", "updates": {"input": "changed"}},
                    {"trace_id": "t", "span_id": "s", "updates": {"metadata": bad}},
                ]
            ),
            "records[0].span_id": lambda o, bad: o.batch_update_spans(
                [{"trace_id": "t", "span_id": bad, "updates": {"input": "changed"}}]
            ),
        }
    )
    async def test_with_bad_values(self, storage: Storage, place: Place, argument: str) -> None:
        await refuses(storage, place, argument, 7, [PRIVATE])

    async def test_of_a_shape_that_is_none(self, storage: Storage) -> None:
        await refuses(
            storage,
            lambda o, bad: o.batch_update_spans([{"trace_id": "t", "span_id": "s", **bad}]),
            "records[0].output",
            {"output": PRIVATE},
        )


class TestRefusedListsOfTraces:
    @pytest.mark.parametrize("method", ["list_traces", "list_traces_light"])
    @pytest.mark.parametrize(
        ("argument", "bad"),
        [
            ("colour", "red"),
            ("traceId", "t"),
            ("startswith", "t"),
            ("span_type", "work"),
            ("entity_type", "agents"),
            ("status", "failed"),
            ("has_child_error", 1),
            ("metadata", ["a"]),
            ("scope", "a"),
            ("tags", "a"),
            ("started_at", NOON),
            ("ended_at", {"start": NOON}),
            ("user_id", 7),
            ("page", -1),
            ("per_page", 0),
            ("per_page", 101),
            ("per_page", None),
            ("per_page", "10"),
        ],
    )
    async def test_with_bad_arguments(self, storage: Storage, method: str, argument: str, bad: Any) -> None:
        await refuses(storage, lambda o, bad: getattr(o, method)(**{argument: bad}), argument, bad)

    async def test_an_unknown_filter_is_told_which_there_are(self, storage: Storage) -> None:
        error = await refuses(storage, lambda o, bad: o.list_traces(**bad), "colour", {"colour": "red"})

        assert "trace_id, started_at, ended_at, status" in error.message

    async def test_in_an_order_that_there_is_not(self, storage: Storage) -> None:
        await refuses(storage, lambda o, bad: o.list_traces(order=bad), "order.field", Order("created_at"))
        await refuses(
            storage, lambda o, bad: o.list_traces(order=bad), "order.direction", Order("started_at", "up")  # type: ignore[arg-type]
        )  # fmt: skip

    async def test_more_traces_than_may_be_deleted_at_once(self, storage: Storage) -> None:
        await refuses(storage, lambda o, bad: o.batch_delete_traces(bad), "trace_ids", ["t"] * 1001, "t", None)

    @pytest.mark.parametrize("depth", [-1, 1.5, True])
    async def test_branches_of_no_depth(self, storage: Storage, depth: Any) -> None:
        await refuses(storage, lambda o, bad: o.get_branch("t", "s", depth=bad), "depth", depth)


class TestRefusedToolCalls:
    async def test_of_a_duration_that_is_none(self, storage: Storage) -> None:
        bad = (-1, -0.5, timedelta(seconds=-1), float("nan"), float("inf"), "150", True, None, 10**30)

        await refuses(
            storage, lambda o, bad: o.log_tool_call(tool_name=PRIVATE, duration=bad), "duration", *bad, timedelta.max
        )

    @places(
        {
            "tool_name": lambda o, bad: o.log_tool_call(tool_name=bad, duration=1),
            "attributes": lambda o, bad: o.log_tool_call(tool_name="x", attributes=bad),
            "metadata": lambda o, bad: o.log_event("x", metadata=bad),
            "span_type": lambda o, bad: o.log_event("x", type=bad),
            "name": lambda o, bad: o.log_event(bad),
            "at": lambda o, bad: o.log_event("x", at=bad),
            "trace_id": lambda o, bad: o.log_event("x", trace_id=bad),
        }
    )
    async def test_with_bad_values(self, storage: Storage, place: Place, argument: str) -> None:
        await refuses(storage, place, argument, 7, ["x"])

    async def test_with_an_unknown_field(self, storage: Storage) -> None:
        await refuses(storage, lambda o, bad: o.log_tool_call(tool_name="x", **bad), "colour", {"colour": PRIVATE})
        await refuses(storage, lambda o, bad: o.log_event("x", **bad), "colour", {"colour": PRIVATE})

    async def test_below_a_parent_of_no_trace(self, storage: Storage) -> None:
        await refuses(storage, lambda o, bad: o.log_event("x", parent_span_id=bad), "trace_id", "s")


class TestRefusedMetrics:
    @places(
        {
            "value": lambda o, bad: o.record_metric("tokens", bad),
            "records[1].value": lambda o, bad: o.batch_create_metrics(
                [{"name": "tokens", "value": 1}, {"name": "tokens", "value": bad}]
            ),
        }
    )
    async def test_whose_value_is_no_finite_number(self, storage: Storage, place: Place, argument: str) -> None:
        bad: tuple[Any, ...] = (float("nan"), float("inf"), float("-inf"), "1", None, True, Decimal(1), 10**400)

        await refuses(storage, place, argument, *bad)

    async def test_whose_labels_are_none(self, storage: Storage) -> None:
        def place(o: ObservabilityDomain, bad: Any) -> Awaitable[Any]:
            return o.record_metric("tokens", 1, labels=bad)

        await refuses(storage, place, "labels", ["model"], "model", 7)
        await refuses(
            storage,
            place,
            "labels.model",
            *({"model": bad} for bad in (None, [1], {"a": 1}, b"x", float("nan"), "\x00")),
        )
        await refuses(storage, place, "labels.", {"": 1})
        await refuses(storage, place, "labels.a b", {"a b": 1})
        await refuses(storage, place, 'labels.a"b', {'a"b': 1})
        await refuses(storage, place, "labels.1", {1: 1})

    @places(
        {
            "name": lambda o, bad: o.record_metric(bad, 1),
            "at": lambda o, bad: o.record_metric("tokens", 1, at=bad),
            "trace_id": lambda o, bad: o.record_metric("tokens", 1, trace_id=bad),
            "name of aggregates": lambda o, bad: o.get_metric_aggregate(bad),
            "labels of aggregates": lambda o, bad: o.get_metric_aggregate("tokens", labels=bad),
            "bucket": lambda o, bad: o.get_metric_aggregate("tokens", bucket=bad),
            "by": lambda o, bad: o.get_metric_aggregate("tokens", by=bad),
            "name of list_metrics": lambda o, bad: o.list_metrics(name=bad),
        }
    )
    async def test_with_bad_values(self, storage: Storage, place: Place, argument: str) -> None:
        await refuses(storage, place, argument, 7)

    @pytest.mark.parametrize(
        "bucket", ["1", "m", "0m", "-1m", "1.5h", "1 h", "1y", timedelta(), timedelta(microseconds=1)]
    )
    async def test_buckets_of_no_length(self, storage: Storage, bucket: Any) -> None:
        error = await refuses(storage, lambda o, bad: o.get_metric_aggregate("tokens", bucket=bad), "bucket", bucket)

        assert '"5m"' in error.message

    async def test_by_more_labels_than_it_groups_by(self, storage: Storage) -> None:
        await refuses(
            storage,
            lambda o, bad: o.get_metric_aggregate("tokens", by=bad),
            "by",
            [f"l{n}" for n in range(9)],
            ["a", "a"],
        )

    async def test_with_an_unknown_field(self, storage: Storage) -> None:
        await refuses(
            storage,
            lambda o, bad: o.batch_create_metrics([{"name": "tokens", "value": 1, **bad}]),
            "records[0].unit",
            {"unit": "s"},
        )
