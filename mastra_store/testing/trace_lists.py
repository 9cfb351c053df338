"""What every backend promises of lists of traces: filters, order, pages."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from ..domains.trace_filters import TraceFilters
from ..pages import DateRange, Order, Page
from ..records.observability import LightSpan, Span
from ..storage import Storage
from .builders import NOON, after
from .span_builders import span, span_ids, stored_span, whole_span
from .strategies import MODEST

__all__ = ["TestFiltersOfTraces", "TestListTraces", "TestListTracesLight", "TestPagesOfTraces"]

EQUAL = [
    name
    for name in TraceFilters.__annotations__
    if name not in {"trace_id", "started_at", "ended_at", "status", "has_child_error", "scope", "metadata", "tags"}
]


class TestListTraces:
    async def test_roots_alone_newest_first_with_all_that_is_stored(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans(
            [
                whole_span("old", trace_id="t"),
                span("new", trace_id="u", at=after(1)),
                span("child", trace_id="u", at=after(2), parent_span_id="new"),
            ]
        )

        page = await storage.observability.list_traces()

        assert page.items == (
            await stored_span(storage, "new", trace_id="u"),
            await stored_span(storage, "old", trace_id="t"),
        )
        assert [each.status for each in page] == ["running", "error"]
        assert (page.total, page.page, page.per_page, page.has_more) == (2, 0, 10, False)

    async def test_equal_times_are_ordered_by_trace_and_span(self, storage: Storage) -> None:
        keys = [("b", "1"), ("a", "2"), ("b", "2"), ("a", "1")]
        await storage.observability.batch_create_spans([span(key, trace_id=trace) for trace, key in keys])

        descending = await storage.observability.list_traces()
        ascending = await storage.observability.list_traces(order=Order("started_at", "asc"))

        assert [(each.trace_id, each.span_id) for each in ascending] == sorted(keys)
        assert [(each.trace_id, each.span_id) for each in descending] == sorted(keys, reverse=True)

    async def test_by_their_end_running_ones_end_last_of_all(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans(
            [
                span("r", trace_id="r"),
                span("a", trace_id="a", ended_at=after(2)),
                span("b", trace_id="b", ended_at=after(1)),
            ]
        )

        latest = await storage.observability.list_traces(order=Order("ended_at", "desc"))
        earliest = await storage.observability.list_traces(order=Order("ended_at", "asc"))

        assert span_ids(latest) == ["r", "a", "b"]
        assert span_ids(earliest) == ["b", "a", "r"]


class TestPagesOfTraces:
    @pytest.mark.parametrize("field", ["started_at", "ended_at"])
    @pytest.mark.parametrize("per_page", [1, 7, 40])
    async def test_traces_of_one_time_are_on_one_page_each(self, storage: Storage, per_page: int, field: str) -> None:
        names = [f"{number:02}" for number in range(40)]
        await storage.observability.batch_create_spans(
            [span("s", trace_id=name, ended_at=after(1) if int(name) % 3 else None) for name in names]
        )

        pages: list[Page[Span]] = []
        while not pages or pages[-1].has_more:
            order = Order(field, "desc")
            pages.append(await storage.observability.list_traces(page=len(pages), per_page=per_page, order=order))

        assert sorted(each.trace_id for page in pages for each in page) == names
        assert {page.total for page in pages} == {40}

    async def test_a_page_behind_the_last_is_empty_and_knows_the_total(self, storage: Storage) -> None:
        await storage.observability.create_span(span())

        page = await storage.observability.list_traces(page=3)

        assert (page.items, page.total, page.has_more) == ((), 1, False)


class TestFiltersOfTraces:
    async def test_by_trace(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans([span(), span(trace_id="u")])

        assert await _traces(storage, trace_id="u") == ["u"]
        assert await _traces(storage, trace_id="U") == []

    @pytest.mark.parametrize("name", EQUAL)
    async def test_by_every_field_that_may_be_asked_for(self, storage: Storage, name: str) -> None:
        wanted = getattr(whole_span(), name)
        await storage.observability.batch_create_spans(
            [
                whole_span(trace_id="t"),
                whole_span(trace_id="u").evolve(**{name: _OTHER.get(name, "other")}),
                whole_span("child", trace_id="u", parent_span_id="s"),
                *([] if name == "span_type" else [whole_span(trace_id="v").evolve(**{name: None})]),
            ]
        )

        assert await _traces(storage, **{name: wanted}) == ["t"]
        assert await _traces(storage, **{name: None, "status": "error"}) == (
            ["t", "u"] if name == "span_type" else ["t", "u", "v"]
        )

    async def test_the_filters_are_fields_of_spans_and_what_is_derived(self) -> None:
        fields = {field.name for field in msgspec.structs.fields(Span)}

        assert set(TraceFilters.__annotations__) - fields == {"status", "has_child_error"}

    @pytest.mark.parametrize(
        ("between", "found"),
        [
            (DateRange(after(1), after(3)), ["1", "2", "3"]),
            (DateRange(after(1), after(3), start_exclusive=True), ["2", "3"]),
            (DateRange(after(1), after(3), end_exclusive=True), ["1", "2"]),
            (DateRange(after(1), after(3), start_exclusive=True, end_exclusive=True), ["2"]),
            (DateRange(start=after(3)), ["3", "4"]),
            (DateRange(end=after(1), end_exclusive=True), ["0"]),
        ],
    )
    async def test_bounds_belong_to_the_range_unless_excluded(
        self, storage: Storage, between: DateRange, found: list[str]
    ) -> None:
        await storage.observability.batch_create_spans(
            [span(trace_id=str(n), at=after(n), ended_at=after(100 + n)) for n in range(5)]
        )
        start, end = (
            None if bound is None else bound + timedelta(milliseconds=100) for bound in (between.start, between.end)
        )
        later = DateRange(start, end, between.start_exclusive, between.end_exclusive)

        assert await _traces(storage, started_at=between) == found
        assert await _traces(storage, ended_at=later) == found
        assert await _traces(storage, started_at=between, ended_at=later) == found

    async def test_what_is_running_ended_in_no_range(self, storage: Storage) -> None:
        await storage.observability.create_span(span())

        assert await _traces(storage, ended_at=DateRange(start=NOON)) == []
        assert await _traces(storage, ended_at=DateRange()) == ["t"]

    async def test_an_error_of_any_span_of_the_trace(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans(
            [
                span(trace_id="fine"),
                span("child", trace_id="fine", parent_span_id="s"),
                span(trace_id="root", error="boom"),
                span(trace_id="below"),
                span("child", trace_id="below", parent_span_id="s", error={"message": "boom"}),
            ]
        )

        assert await _traces(storage, has_child_error=True) == ["below", "root"]
        assert await _traces(storage, has_child_error=False) == ["fine"]
        assert await _traces(storage, has_child_error=True, status="running") == ["below"]

    @pytest.mark.parametrize("field", ["metadata", "scope"])
    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ({"n": 1}, ["number"]),
            ({"n": True}, ["true"]),
            ({"n": "1"}, ["text"]),
            ({"n": None}, ["null"]),
            ({"n": {"a": 1}}, ["object"]),
            ({"n": [2]}, ["list"]),
            ({"n": {}}, ["object"]),
            ({"n": 1, "m": 2}, []),
            ({"a key of \"any' kind": 1}, ["odd"]),
            ({}, ["list", "null", "number", "object", "odd", "text", "true"]),
        ],
    )
    async def test_objects_that_contain_what_is_asked_for(
        self, storage: Storage, field: str, wanted: dict[str, Any], found: list[str]
    ) -> None:
        stored: dict[str, Any] = {
            "number": {"n": 1},
            "true": {"n": True},
            "text": {"n": "1"},
            "null": {"n": None},
            "object": {"n": {"a": 1, "b": [1]}},
            "list": {"n": [1, 2]},
            "odd": {"a key of \"any' kind": 1},
            "none": None,
        }
        await storage.observability.batch_create_spans(
            [span(trace_id=name).evolve(**{field: value}) for name, value in stored.items()]
        )

        assert await _traces(storage, **{field: wanted}) == found

    @pytest.mark.parametrize(
        ("tags", "found"), [(["a"], ["a", "ab"]), (["b", "a"], ["ab"]), (["a", "c"], []), ([], ["a", "ab"])]
    )
    async def test_tags_must_all_be_there(self, storage: Storage, tags: list[str], found: list[str]) -> None:
        await storage.observability.batch_create_spans(
            [span(trace_id="a", tags=["a"]), span(trace_id="ab", tags=["a", "b"]), span(trace_id="none")]
        )

        assert await _traces(storage, tags=tags) == found

    async def test_objects_and_tags_at_once(self, storage: Storage) -> None:
        metadata, scope = {"plan": "pro", "deep": {"list": [1, 2]}}, {"version": "1"}
        await storage.observability.batch_create_spans(
            [
                span(trace_id="t", metadata=metadata, scope=scope, tags=["a", "b"]),
                span(trace_id="u", metadata=metadata, scope=scope, tags=["b"]),
                span(trace_id="v", metadata=metadata, scope={"version": "2"}, tags=["a"]),
                span(trace_id="w", metadata={"plan": "pro"}, scope=scope, tags=["a"]),
            ]
        )

        assert await _traces(storage, metadata={"deep": {"list": [2]}}, scope=scope, tags=["a"]) == ["t"]

    @MODEST
    @given(data=st.data())
    async def test_any_filter_finds_what_a_loop_would(self, storage: Storage, data: st.DataObject) -> None:
        await storage.observability.dangerously_clear_all()
        choice = st.sampled_from
        row = st.builds(
            lambda at, end, user, error, tags, below: (at, end, user, error, tags, below),
            st.integers(0, 4),
            st.none() | st.integers(0, 4),
            choice([None, "ada", "bob"]),
            choice([None, "boom"]),
            choice([None, ["x"], ["x", "y"]]),
            choice([None, "boom"]),
        )
        rows = data.draw(st.lists(row, max_size=8))
        for number, (at, end, user, error, tags, below) in enumerate(rows):
            ended = None if end is None else after(end)
            root = span(trace_id=str(number), at=after(at), ended_at=ended, user_id=user, error=error, tags=tags)
            child = span("child", trace_id=str(number), parent_span_id="s", error=below)
            await storage.observability.batch_create_spans([root, child])
        user = data.draw(choice([None, "ada"]))
        status = data.draw(choice([None, "error", "running", "success"]))
        with_error = data.draw(choice([None, True, False]))
        earliest = data.draw(choice([None, 2]))
        tags = data.draw(choice([None, ["y"]]))
        field = data.draw(choice(["started_at", "ended_at"]))
        descending = data.draw(st.booleans())

        page = await storage.observability.list_traces(
            user_id=user,
            status=status,
            has_child_error=with_error,
            started_at=None if earliest is None else DateRange(after(earliest), start_exclusive=True),
            tags=tags,
            order=Order(field, "desc" if descending else "asc"),
            per_page=5,
        )

        def matches(at: int, end: int | None, its_user: Any, error: Any, its_tags: Any, below: Any) -> bool:
            its_status = "error" if error else "running" if end is None else "success"
            return (
                user in (None, its_user)
                and status in (None, its_status)
                and with_error in (None, bool(error or below))
                and (earliest is None or at > earliest)
                and (tags is None or set(tags) <= set(its_tags or []))
            )

        wanted = [
            ((at,) if field == "started_at" else (end is None, end or 0), str(number))
            for number, (at, end, *rest) in enumerate(rows)
            if matches(at, end, *rest)
        ]
        assert [each.trace_id for each in page] == [name for _, name in sorted(wanted, reverse=descending)][:5]
        assert page.total == len(wanted)


_OTHER = {
    "span_type": "tool_call",
    "entity_type": "tool",
    "parent_entity_type": "tool",
    "root_entity_type": "tool",
}


class TestListTracesLight:
    async def test_has_what_a_list_shows(self, storage: Storage) -> None:
        await storage.observability.create_span(whole_span())
        stored = await stored_span(storage)

        page = await storage.observability.list_traces_light()

        assert page.items == (
            LightSpan(
                "t",
                "s",
                "work",
                "agent_run",
                False,
                NOON,
                stored.created_at,
                None,
                "agent",
                "agent-1",
                "Weather agent",
                {"message": "boom", "id": "E1"},
                after(1500),
                stored.updated_at,
                {"plan": "pro", "count": 3, "deep": {"list": [1, None, "ü"]}},
                "Hello",
            ),
        )
        assert [each.status for each in page] == ["error"]

    async def test_filters_orders_and_pages_as_list_traces_does(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans(
            [
                span(trace_id=str(number), at=after(number), user_id="ada" if number % 2 else "bob")
                for number in range(8)
            ]
        )

        arguments: dict[str, Any] = {"user_id": "ada", "page": 1, "per_page": 3, "order": Order("started_at", "asc")}
        light = await storage.observability.list_traces_light(**arguments)
        whole = await storage.observability.list_traces(**arguments)

        assert [each.trace_id for each in light] == [each.trace_id for each in whole] == ["7"]
        assert (light.total, light.has_more) == (whole.total, whole.has_more) == (4, False)

    @pytest.mark.parametrize(
        ("value", "preview"),
        [
            (None, None),
            ("", None),
            ("hello", "hello"),
            ("x" * 100, "x" * 100),
            ("x" * 101, "x" * 100 + "…"),
            (7, "7"),
            (True, "true"),
            ([], None),
            ({}, "{}"),
            ({"a": 1}, '{"a":1}'),
            ([1, 2], None),
            ({"messages": []}, None),
            ({"messages": "m"}, '{"messages":"m"}'),
            ([{"role": "user", "content": "hi"}, {"role": "assistant", "content": "no"}], "hi"),
            ({"messages": [{"role": "user", "content": "hi"}, {"role": "user", "content": "ho"}]}, "hi | ho"),
            ([{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image"}, "b"]}], "a b"),
            ([{"role": "user", "content": 5}, {"role": "user"}, "text"], None),
            ('{"messages":[{"role":"user","content":"s"}]}', "s"),
            ('{"broken":', None),
            ('"quoted"', "quoted"),
            ({"messages": [{"role": "user", "content": "é" * 150}]}, "é" * 100 + "…"),
        ],
    )
    async def test_previews(self, storage: Storage, value: Any, preview: str | None) -> None:
        await storage.observability.create_span(span(input=value))

        page = await storage.observability.list_traces_light()

        assert page[0].input_preview == preview


async def _traces(storage: Storage, **filters: Any) -> Sequence[str]:
    """The ids of the traces found, sorted."""
    return sorted(each.trace_id for each in await storage.observability.list_traces(per_page=100, **filters))
