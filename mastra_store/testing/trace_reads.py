"""What every backend promises of single spans and whole traces."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from ..domains.traces import branch_of
from ..records.observability import LightSpan
from ..storage import Storage
from .builders import after
from .span_builders import span, span_ids, stored_span, whole_span
from .strategies import MODEST

__all__ = [
    "TestBatchDeleteTraces",
    "TestGetBranch",
    "TestGetRootSpan",
    "TestGetSpan",
    "TestGetTrace",
    "TestGetTraceLight",
]


class TestGetSpan:
    async def test_a_missing_one_is_none(self, storage: Storage) -> None:
        await storage.observability.create_span(span())

        assert await storage.observability.get_span("t", "other") is None
        assert await storage.observability.get_span("u", "s") is None

    @pytest.mark.parametrize(
        ("fields", "status"),
        [
            ({}, "running"),
            ({"ended_at": after(1)}, "success"),
            ({"error": {"message": "boom"}}, "error"),
            ({"error": "boom", "ended_at": after(1)}, "error"),
        ],
    )
    async def test_its_status_follows_from_error_and_end(
        self, storage: Storage, fields: dict[str, Any], status: str
    ) -> None:
        await storage.observability.create_span(span(**fields))

        assert (await stored_span(storage)).status == status
        assert span_ids(await storage.observability.list_traces(status=status)) == ["s"]


class TestGetRootSpan:
    async def test_is_the_one_without_a_parent(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans(
            [span("child", parent_span_id="root"), span("root", at=after(5)), span("other", trace_id="u")]
        )

        root = await storage.observability.get_root_span("t")

        assert root is not None
        assert root.span_id == "root"

    async def test_of_several_it_is_the_oldest(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans([span("b"), span("a"), span("0", at=after(1))])

        root = await storage.observability.get_root_span("t")

        assert root is not None
        assert root.span_id == "a"

    async def test_a_trace_without_any_has_none(self, storage: Storage) -> None:
        await storage.observability.create_span(span(parent_span_id="lost"))

        assert await storage.observability.get_root_span("t") is None
        assert await storage.observability.get_root_span("missing") is None


class TestGetTrace:
    async def test_oldest_first_ties_by_id(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans(
            [
                span("c", at=after(1)),
                span("b"),
                span("a", at=after(1)),
                whole_span("d", at=after(2)),
                span("x", trace_id="u"),
            ]
        )

        trace = await storage.observability.get_trace("t")

        assert trace is not None
        assert trace.trace_id == "t"
        assert span_ids(trace.spans) == ["b", "a", "c", "d"]
        assert trace.spans[-1] == await stored_span(storage, "d")

    async def test_a_missing_one_is_none(self, storage: Storage) -> None:
        assert await storage.observability.get_trace("t") is None


class TestGetTraceLight:
    async def test_has_what_a_timeline_shows(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans([whole_span("b", at=after(1)), span("a")])
        a, b = await stored_span(storage, "a"), await stored_span(storage, "b")

        trace = await storage.observability.get_trace_light("t")
        same = await storage.observability.get_structure("t")

        assert trace is not None
        assert trace == same
        assert trace.spans[0] == LightSpan(
            "t", "a", "work", "generic", False, a.started_at, a.created_at, updated_at=a.updated_at
        )
        assert trace.spans[1] == LightSpan(
            "t",
            "b",
            "work",
            "agent_run",
            False,
            b.started_at,
            b.created_at,
            None,
            "agent",
            "agent-1",
            "Weather agent",
            {"message": "boom", "id": "E1"},
            b.ended_at,
            b.updated_at,
        )
        assert [each.status for each in trace.spans] == ["running", "error"]

    async def test_a_missing_one_is_none(self, storage: Storage) -> None:
        assert await storage.observability.get_trace_light("t") is None
        assert await storage.observability.get_structure("t") is None


class TestGetBranch:
    async def test_the_span_first_and_then_what_is_below_it(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans(
            [
                span("root"),
                span("middle", parent_span_id="root", at=after(9)),
                span("late", parent_span_id="middle", at=after(3)),
                span("early", parent_span_id="middle", at=after(1)),
                span("deep", parent_span_id="late", at=after(2)),
                span("aside", parent_span_id="root", at=after(1)),
            ]
        )

        branches = {
            depth: await storage.observability.get_branch("t", "middle", depth=depth) for depth in (0, 1, 2, None)
        }

        found = {depth: span_ids(branch.spans) for depth, branch in branches.items() if branch is not None}
        assert found == {
            0: ["middle"],
            1: ["middle", "early", "late"],
            2: ["middle", "early", "deep", "late"],
            None: ["middle", "early", "deep", "late"],
        }

    async def test_a_missing_span_has_none(self, storage: Storage) -> None:
        await storage.observability.create_span(span())

        assert await storage.observability.get_branch("t", "other") is None
        assert await storage.observability.get_branch("u", "s") is None

    async def test_spans_that_are_their_own_ancestors_come_once(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans(
            [span("a", parent_span_id="b"), span("b", parent_span_id="a", at=after(1)), span("c", parent_span_id="c")]
        )

        ring = await storage.observability.get_branch("t", "b")
        own = await storage.observability.get_branch("t", "c")

        assert ring is not None
        assert own is not None
        assert (span_ids(ring.spans), span_ids(own.spans)) == (["b", "a"], ["c"])

    @MODEST
    @given(
        parents=st.lists(st.integers(-1, 7), max_size=8), anchor=st.integers(0, 7), depth=st.none() | st.integers(0, 4)
    )
    def test_any_branch_is_what_following_parents_up_finds(
        self, parents: list[int], anchor: int, depth: int | None
    ) -> None:
        spans = [
            span(str(number), parent_span_id=None if parent < 0 else str(parent))
            for number, parent in enumerate(parents)
        ]

        found = {each.span_id for each in branch_of(spans, str(anchor), depth)}

        def steps_up(number: int) -> int | None:
            """How far a span is below the anchor."""
            seen: list[int] = []
            while number not in seen and 0 <= number < len(parents):
                if number == anchor:
                    return len(seen)
                seen.append(number)
                number = parents[number]
            return None

        below = {number: steps_up(number) for number in range(len(parents))}
        assert found == {
            str(n) for n, steps in below.items() if steps is not None and (depth is None or steps <= depth)
        }


class TestBatchDeleteTraces:
    async def test_all_spans_of_the_traces_are_deleted_and_counted(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans(
            [span("a"), span("b"), span("a", trace_id="u"), span("a", trace_id="v")]
        )

        deleted = await storage.observability.batch_delete_traces(["t", "v", "missing", "t"])

        assert deleted == 3
        assert await storage.observability.get_trace("t") is None
        assert await storage.observability.get_trace("v") is None
        assert await storage.observability.get_trace("u") is not None

    async def test_of_no_traces_nothing_is_deleted(self, storage: Storage) -> None:
        await storage.observability.create_span(span())

        assert await storage.observability.batch_delete_traces([]) == 0
        assert await storage.observability.get_trace("t") is not None

    async def test_a_thousand_are_deleted_at_once(self, storage: Storage) -> None:
        await storage.observability.batch_create_spans([span(trace_id=f"t{number}") for number in range(1000)])

        assert await storage.observability.batch_delete_traces([f"t{number}" for number in range(1000)]) == 1000
