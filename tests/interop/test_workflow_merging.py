"""Results that are merged here as TypeScript merges them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st

from mastra_store.domains.workflow_merging import with_changes, with_result
from tests.interop.peer import Peer, TypeScriptStore
from tests.workflows.strategies import FINAL, MARKER, RESULTS, WAITING

pytestmark = pytest.mark.xdist_group("interop")

RUN = {"workflowName": "daily", "runId": "run"}


@pytest.fixture(scope="module")
def typescript(
    node: Peer, typescript_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TypeScriptStore]:
    """A store of TypeScript's, whose one run every example begins anew."""
    path = tmp_path_factory.mktemp("merging") / "mastra.db"
    shutil.copy(typescript_file, path)
    with node.open("libsql", f"file:{path}") as store:
        yield store


@settings(max_examples=100)
@example(
    context={"input": 1, "step": {"output": [*WAITING, *FINAL]}},
    result={"output": [MARKER] * (len(WAITING) + len(FINAL) + 1)},
    request_context={},
)
@given(
    context=st.fixed_dictionaries({"input": st.just(1)}, optional={"step": RESULTS | st.none()}),
    result=RESULTS,
    request_context=st.sampled_from([{}, {"a": 1}, {"b": None}]),
)
def test_any_two_results(
    typescript: TypeScriptStore, context: dict[str, Any], result: dict[str, Any], request_context: dict[str, Any]
) -> None:
    before = {"context": context, "requestContext": {"a": 0, "kept": 1}}
    typescript.call("workflows.persistWorkflowSnapshot", **RUN, snapshot=before)

    theirs = typescript.call(
        "workflows.updateWorkflowResults", **RUN, stepId="step", result=result, requestContext=request_context
    )

    ours = with_result(before, "step", result, request_context)
    assert ours == typescript.call("workflows.loadWorkflowSnapshot", **RUN)
    assert ours["context"] == theirs


@pytest.mark.parametrize("changes", [{"status": "success"}, {"status": "failed", "error": None, "activePaths": [1]}])
def test_any_state(typescript: TypeScriptStore, changes: dict[str, Any]) -> None:
    before = {"status": "running", "context": {}, "activePaths": [], "value": {"kept": 1}}
    typescript.call("workflows.persistWorkflowSnapshot", **RUN, snapshot=before)

    changed = typescript.call("workflows.updateWorkflowState", **RUN, opts=changes)

    assert with_changes(before, changes) == changed
