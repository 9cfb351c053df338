"""What every backend promises of lists of workflow runs: order, pages and filters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ..errors import InvalidArgument
from ..pages import DateRange, Page
from ..records.workflows import WorkflowRun
from ..storage import Storage
from .builders import NOON, after
from .strategies import MODEST
from .workflow_builders import done, input_of, snapshot, suspended_in

__all__ = ["TestListRuns", "TestListWorkflowRuns", "TestPagesOfWorkflowRuns", "TestRunsOfAThread"]


class TestListWorkflowRuns:
    async def test_newest_first_with_everything_that_is_stored(self, storage: Storage) -> None:
        await _persist(storage, "a", at=after(1), resource_id="r")
        await _persist(storage, "b", at=after(2))

        page = await storage.workflows.list_workflow_runs()

        assert page.items == (
            WorkflowRun("daily", "b", snapshot("b"), after(2), after(2)),
            WorkflowRun("daily", "a", snapshot("a"), after(1), after(1), "r"),
        )
        assert (page.total, page.page, page.per_page, page.has_more) == (2, 0, None, False)

    async def test_equal_times_are_ordered_by_workflow_and_run_backwards(self, storage: Storage) -> None:
        for workflow, run in [("a", "2"), ("b", "1"), ("a", "1"), ("b", "2")]:
            await _persist(storage, run, workflow=workflow)

        found = await storage.workflows.list_workflow_runs()

        assert [(each.workflow_name, each.run_id) for each in found] == [("b", "2"), ("b", "1"), ("a", "2"), ("a", "1")]

    async def test_each_filter_and_all_of_them(self, storage: Storage) -> None:
        await _persist(storage, "a", at=after(4), workflow="daily", resource_id="r", status="success")
        await _persist(storage, "b", at=after(3), workflow="weekly", resource_id="r", status="failed")
        await _persist(storage, "c", at=after(2), workflow="daily", resource_id="s", status="failed")
        await _persist(storage, "d", at=after(1), workflow="daily", resource_id="r", status="failed")

        assert await _ids(storage, workflow_name="daily") == ["a", "c", "d"]
        assert await _ids(storage, resource_id="r") == ["a", "b", "d"]
        assert await _ids(storage, status="failed") == ["b", "c", "d"]
        assert await _ids(storage, between=DateRange(after(2), after(3))) == ["b", "c"]
        everything = {"workflow_name": "daily", "resource_id": "r", "status": "failed", "between": DateRange(after(1))}
        assert await _ids(storage, **everything) == ["d"]
        assert await _ids(storage, **everything, thread_id="t") == []

    async def test_the_status_is_the_one_of_the_last_change(self, storage: Storage) -> None:
        await _persist(storage, "a")

        await storage.workflows.update_workflow_state("daily", "a", status="success")

        assert await _ids(storage, status="running") == []
        assert await _ids(storage, status="success") == ["a"]
        assert await _ids(storage, status="completed") == ["a"]

    async def test_bounds_belong_to_the_range_unless_excluded(self, storage: Storage) -> None:
        for number in range(5):
            await _persist(storage, str(number), at=after(number))

        inside = await _ids(storage, between=DateRange(after(1), after(3)))
        between = await _ids(storage, between=DateRange(after(1), after(3), start_exclusive=True, end_exclusive=True))

        assert (inside, between) == (["3", "2", "1"], ["2"])

    async def test_ids_are_compared_to_the_letter(self, storage: Storage) -> None:
        await _persist(storage, "a", workflow="Daily", resource_id="R")

        assert await _ids(storage, workflow_name="daily") == []
        assert await _ids(storage, resource_id="r") == []
        assert await _ids(storage, workflow_name="%", resource_id="_") == []

    @pytest.mark.parametrize(
        ("argument", "bad"),
        [
            ("workflow_name", ""),
            ("resource_id", "a\x00b"),
            ("thread_id", "x" * 513),
            ("status", "finished"),
            ("status", ["success"]),
            ("page", -1),
            ("page", 1.5),
            ("per_page", -1),
            ("per_page", True),
        ],
    )
    async def test_what_is_no_filter_is_refused_by_its_name(self, storage: Storage, argument: str, bad: Any) -> None:
        with pytest.raises(InvalidArgument) as refused:
            await storage.workflows.list_workflow_runs(**{"per_page": 10, argument: bad})

        assert refused.value.details["argument"] == argument

    @MODEST
    @given(data=st.data())
    async def test_any_filter_finds_what_a_loop_would(self, storage: Storage, data: st.DataObject) -> None:
        await storage.workflows.dangerously_clear_all()
        row = st.tuples(
            st.sampled_from(["daily", "weekly"]),
            st.sampled_from(["r", "s", None]),
            st.sampled_from(["success", "failed"]),
            st.sampled_from(["t", "u", None]),
            st.integers(0, 4),
        )
        rows = data.draw(st.lists(row, max_size=8))
        for number, (workflow, resource, status, thread, at) in enumerate(rows):
            context = {"step": suspended_in(thread)}
            await _persist(
                storage,
                str(number),
                workflow=workflow,
                resource_id=resource,
                status=status,
                at=after(at),
                context=context,
            )
        by_workflow = data.draw(st.sampled_from(["daily", None]))
        by_resource = data.draw(st.sampled_from(["r", None]))
        by_status = data.draw(st.sampled_from(["failed", None]))
        by_thread = data.draw(st.sampled_from(["t", None]))
        earliest = data.draw(st.sampled_from([2, None]))

        found = await storage.workflows.list_workflow_runs(
            workflow_name=by_workflow,
            resource_id=by_resource,
            status=by_status,
            thread_id=by_thread,
            between=None if earliest is None else DateRange(after(earliest)),
            per_page=5,
        )

        wanted = [
            (at, name, str(number))
            for number, (name, resource, status, thread, at) in enumerate(rows)
            if by_workflow in (None, name) and by_resource in (None, resource) and by_status in (None, status)
            if by_thread in (None, thread) and (earliest is None or at >= earliest)
        ]
        assert [each.run_id for each in found] == [number for *_, number in sorted(wanted, reverse=True)][:5]
        assert found.total == len(wanted)


class TestPagesOfWorkflowRuns:
    @pytest.mark.parametrize("per_page", [1, 7, 40])
    async def test_runs_of_one_time_are_on_one_page_each(self, storage: Storage, per_page: int) -> None:
        names = [f"{number:02}" for number in range(40)]
        for name in names:
            await _persist(storage, name)

        pages: list[Page[WorkflowRun]] = []
        while not pages or pages[-1].has_more:
            pages.append(await storage.workflows.list_workflow_runs(page=len(pages), per_page=per_page))

        assert [each.run_id for page in pages for each in page] == names[::-1]
        assert {page.total for page in pages} == {40}

    async def test_a_page_behind_the_last_is_empty_and_knows_the_total(self, storage: Storage) -> None:
        await _persist(storage, "a")

        page = await storage.workflows.list_workflow_runs(page=3, per_page=10)

        assert (page.items, page.total, page.has_more) == ((), 1, False)

    async def test_pages_of_nothing_know_the_total(self, storage: Storage) -> None:
        await _persist(storage, "a")

        page = await storage.workflows.list_workflow_runs(per_page=0)

        assert (page.items, page.total, page.has_more) == ((), 1, True)

    async def test_without_a_size_every_page_shows_all(self, storage: Storage) -> None:
        await _persist(storage, "a")

        page = await storage.workflows.list_workflow_runs(page=2)

        assert ([each.run_id for each in page], page.total, page.has_more) == (["a"], 1, False)


class TestRunsOfAThread:
    @pytest.mark.parametrize(
        ("context", "threads"),
        [
            ({"step": suspended_in("t")}, ["t"]),
            ({"input": input_of("t")}, ["t"]),
            ({"input": input_of("u"), "step": suspended_in("t")}, ["t"]),
            ({"input": input_of("u"), "step": suspended_in(None)}, ["u"]),
            ({"input": input_of("u"), "step": suspended_in("t") | {"status": "success"}}, ["u"]),
            # Of two that wait the one whose key sorts first in jsonb: the one of fewer bytes.
            ({"longer": suspended_in("t"), "step": suspended_in("u")}, ["u"]),
            ({"b": suspended_in("t"), "a": suspended_in("u")}, ["u"]),
            ({"zz": suspended_in("t"), "é": suspended_in("u"), "e": done()}, ["t"]),
            # Values that are no objects, and texts that are no JSON.
            ({"input": "hello", "list": [1], "none": None, "step": suspended_in("t")}, ["t"]),
            ({"input": "hello"}, []),
            ({"input": ["hello"]}, []),
            ({'a "key"': suspended_in("t")}, ["t"]),
            ({}, []),
        ],
    )
    async def test_the_thread_is_found_where_a_snapshot_names_it(
        self, storage: Storage, context: dict[str, Any], threads: list[str]
    ) -> None:
        await _persist(storage, "a", context=context)
        await _persist(storage, "without", context={"input": {}, "step": done()})

        found = [name for name in ("t", "u", "hello") if await _ids(storage, thread_id=name) == ["a"]]

        assert found == threads

    @pytest.mark.parametrize("state", [{}, {"context": None}, {"context": []}, {"context": "t"}, {"status": "running"}])
    async def test_a_snapshot_of_another_shape_is_of_no_thread(self, storage: Storage, state: dict[str, Any]) -> None:
        await storage.workflows.persist_workflow_snapshot("daily", "a", snapshot=state)

        assert await _ids(storage, thread_id="t") == []


class TestListRuns:
    async def test_it_lists_as_list_workflow_runs_does(self, storage: Storage) -> None:
        for number in range(4):
            await _persist(storage, str(number), at=after(number), resource_id="r", context={"s": suspended_in("t")})
        await _persist(storage, "other", workflow="weekly")

        found = await storage.workflows.list_runs(
            workflow_id="daily",
            resource_id="r",
            thread_id="t",
            status="running",
            between=DateRange(after(1)),
            page=1,
            per_page=2,
        )

        assert ([each.run_id for each in found], found.total) == (["1"], 3)


async def _persist(
    storage: Storage,
    run_id: str,
    *,
    workflow: str = "daily",
    at: datetime = NOON,
    resource_id: str | None = None,
    **fields: Any,
) -> None:
    await storage.workflows.persist_workflow_snapshot(
        workflow, run_id, snapshot=snapshot(run_id, **fields), resource_id=resource_id, created_at=at, updated_at=at
    )


async def _ids(storage: Storage, **filters: Any) -> Sequence[str]:
    return [each.run_id for each in await storage.workflows.list_workflow_runs(**filters)]
