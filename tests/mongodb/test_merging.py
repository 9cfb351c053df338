"""What the server makes of a snapshot is what the merge in Python makes of it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from mastra_store import Conflict, MongoStorage
from mastra_store.domains.workflow_merging import with_result
from mastra_store.testing.strategies import MODEST, json_values
from mastra_store.testing.workflow_builders import snapshot
from tests.workflows.strategies import RESULTS


@pytest.fixture
async def storage(mongodb_url: str) -> AsyncIterator[MongoStorage]:
    async with MongoStorage(mongodb_url) as storage:
        yield storage


@MODEST
@example(context={"step": {"output": [1, None, {"a": 1}]}}, result={"output": [None, 2, None, None, 5]}, given={})
@given(
    context=st.fixed_dictionaries({"input": st.just(1)}, optional={"step": RESULTS | st.none() | json_values()}),
    result=RESULTS | json_values(),
    given=st.sampled_from([{}, {"a": 1}, {"b": None}]),
)
async def test_any_two_results(
    storage: MongoStorage, context: dict[str, Any], result: Any, given: dict[str, Any]
) -> None:
    before = snapshot(context=context, requestContext={"a": 0, "kept": 1})
    await storage.workflows.persist_workflow_snapshot("daily", "run", snapshot=before)

    returned = await storage.workflows.update_workflow_results(
        "daily", "run", step_id="step", result=result, request_context=given
    )

    stored = await storage.workflows.load_workflow_snapshot("daily", "run")
    assert stored == with_result(before, "step", result, given)
    assert stored["context"] == returned


@pytest.mark.parametrize(
    "stored",
    [
        None, [], "text", 1, {"context": []}, {"context": {}, "requestContext": 1}, [{"context": {}}],
    ],
)  # fmt: skip
async def test_what_is_no_run_s_stays_and_is_a_conflict(storage: MongoStorage, stored: Any) -> None:
    key = {"workflow_name": "daily", "run_id": "run"}
    await storage.init()
    await storage.database["mastra_workflow_snapshot"].insert_one({**key, "snapshot": stored})

    with pytest.raises(Conflict):
        await storage.workflows.update_workflow_results("daily", "run", step_id="s", result=1)
    with pytest.raises(Conflict):
        await storage.workflows.update_workflow_results("daily", "run", step_id="s", result={"output": [1]})

    found = await storage.database["mastra_workflow_snapshot"].find_one(key)
    assert found is not None
    assert found["snapshot"] == stored
    assert "updatedAt" not in found or found["updatedAt"] is None
