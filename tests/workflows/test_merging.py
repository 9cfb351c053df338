"""How a step's new result and its stored one become one (contract: workflows.md, "updateWorkflowResults merge")."""

import copy
from typing import Any

from hypothesis import given, strategies as st

from mastra_store.domains.workflow_merging import merged_result, with_result
from tests.workflows.strategies import ELEMENTS, MARKER, RESULTS


def foreach(output: list[Any], **fields: Any) -> dict[str, Any]:
    return {"status": "running", "output": output} | fields


LISTS = st.lists(ELEMENTS, max_size=6)
RESULT_ELEMENTS = ELEMENTS.filter(lambda element: element != MARKER or element["__mastra_pending__"] is not True)
UNMARKED = st.lists(RESULT_ELEMENTS, max_size=6)
MARKED = st.builds(lambda before, after: [*before, MARKER, *after], LISTS, LISTS)


@given(stored=RESULTS | st.none(), given=RESULTS)
def test_what_is_merged_stays_as_it_is(stored: dict[str, Any] | None, given: dict[str, Any]) -> None:
    before = copy.deepcopy((stored, given))

    merged_result(stored, given)

    assert (stored, given) == before


@given(stored=RESULTS | st.none(), given=RESULTS)
def test_without_two_lists_the_new_one_replaces_the_stored(
    stored: dict[str, Any] | None, given: dict[str, Any]
) -> None:
    both = [isinstance((result or {}).get("output"), list) for result in (stored, given)]

    assert all(both) or merged_result(stored, given) == given


@given(stored=LISTS, given=UNMARKED)
def test_each_new_element_wins_unless_it_is_null(stored: list[Any], given: list[Any]) -> None:
    merged = merged_result(foreach(stored, kept=1), foreach(given, new=2))

    assert merged == foreach(merged["output"], kept=1, new=2)
    assert len(merged["output"]) == max(len(stored), len(given))
    for index, element in enumerate(merged["output"]):
        new = given[index] if index < len(given) else None
        old = stored[index] if index < len(stored) else None
        assert element == (old if new is None else new)


@given(stored=LISTS, given=MARKED)
def test_beside_a_marker_nothing_new_is_stored(stored: list[Any], given: list[Any]) -> None:
    merged = merged_result(foreach(stored, kept=1), foreach(given, status="success", new=2))

    assert merged == foreach(merged["output"], kept=1)
    assert len(merged["output"]) == max(len(stored), len(given))
    for index, element in enumerate(merged["output"]):
        old = stored[index] if index < len(stored) else None
        assert element is None or element == old


@given(stored=LISTS, given=MARKED)
def test_markers_reset_what_waits_and_keep_what_is_final(stored: list[Any], given: list[Any]) -> None:
    merged = merged_result(foreach(stored), foreach(given))

    for old, new, element in zip(stored, given, merged["output"], strict=False):
        waits = isinstance(old, dict) and old.get("status") == "suspended" and len(old) > 1
        is_marked = isinstance(new, dict) and new == MARKER and new["__mastra_pending__"] is True
        if is_marked and (old is None or waits or (old == MARKER and old["__mastra_pending__"] is True)):
            assert element is None
        else:
            assert element == old


@given(results=st.lists(st.tuples(st.sampled_from("abc"), RESULTS), max_size=8))
def test_results_of_different_steps_may_come_in_any_order(results: list[tuple[str, dict[str, Any]]]) -> None:
    in_order: dict[str, Any] = {"context": {"input": 1}}
    for step, result in results:
        in_order = with_result(in_order, step, result, {step: 1})

    by_step: dict[str, Any] = {"context": {"input": 1}}
    for step, result in sorted(results, key=lambda each: each[0]):
        by_step = with_result(by_step, step, result, {step: 1})

    assert in_order == by_step
