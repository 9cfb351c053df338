"""How a step's new result and its stored one become one (contract: workflows.md, "updateWorkflowResults merge")."""

import copy
from itertools import zip_longest
from typing import Any

import pytest
from hypothesis import given, strategies as st

from mastra_store.domains.workflow_merging import merged_result, with_result
from tests.workflows.strategies import ELEMENTS, FINAL, MARKER, NEW, RESULTS, WAITING


def foreach(output: list[Any], **fields: Any) -> dict[str, Any]:
    return {"status": "running", "output": output} | fields


@given(stored=RESULTS | st.none(), given=RESULTS)
def test_what_is_merged_stays_as_it_is(stored: dict[str, Any] | None, given: dict[str, Any]) -> None:
    before = copy.deepcopy((stored, given))

    merged_result(stored, given)

    assert (stored, given) == before


@given(stored=RESULTS | st.none(), given=RESULTS)
def test_without_two_lists_the_new_one_replaces_the_stored(
    stored: dict[str, Any] | None, given: dict[str, Any]
) -> None:
    lists = [isinstance((result or {}).get("output"), list) for result in (stored, given)]

    assert all(lists) or merged_result(stored, given) == given


@given(stored=ELEMENTS, given=NEW)
def test_each_new_element_wins_unless_it_is_null(stored: list[Any], given: list[Any]) -> None:
    merged = merged_result(foreach(stored, kept=1, both=1), foreach(given, both=2, new=2))

    expected = [old if new is None else new for old, new in zip_longest(stored, given)]
    assert merged == foreach(expected, kept=1, both=2, new=2)


@pytest.mark.parametrize("element", WAITING)
def test_a_marker_resets_what_waits(element: Any) -> None:
    assert merged_result(foreach(["a", element]), foreach([None, MARKER])) == foreach(["a", None])


@pytest.mark.parametrize("element", FINAL)
def test_a_marker_keeps_what_is_final(element: Any) -> None:
    merged = merged_result(foreach(["a", element]), foreach([None, MARKER]))

    assert merged == foreach(["a", element])


@pytest.mark.parametrize("element", FINAL)
def test_what_is_no_marker_is_stored_as_it_is(element: Any) -> None:
    assert merged_result(foreach(["a"]), foreach([element])) == foreach([element])


@given(stored=ELEMENTS, before=NEW, after=NEW)
def test_beside_a_marker_nothing_new_is_stored(stored: list[Any], before: list[Any], after: list[Any]) -> None:
    marked = len(before)

    merged = merged_result(foreach(stored, kept=1), foreach([*before, MARKER, *after], status="success", new=2))

    missing = [None] * (len(before) + 1 + len(after) - len(stored))
    expected = [*stored, *missing]
    assert merged == foreach(merged["output"], kept=1)
    assert merged["output"][:marked] + merged["output"][marked + 1 :] == expected[:marked] + expected[marked + 1 :]


@given(results=st.lists(st.tuples(st.sampled_from("abc"), RESULTS), max_size=8))
def test_results_of_different_steps_may_come_in_any_order(results: list[tuple[str, dict[str, Any]]]) -> None:
    as_they_came = by_step = {"context": {"input": 1}}
    for step, result in results:
        as_they_came = with_result(as_they_came, step, result, {step: 1})
    for step, result in sorted(results, key=lambda each: each[0]):
        by_step = with_result(by_step, step, result, {step: 1})

    assert as_they_came == by_step
