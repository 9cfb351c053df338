"""What is particular to a MongoDB database that both languages use."""

import json
from datetime import datetime
from typing import Any

import pymongo
import pytest

from mastra_store import MongoStorage, MongoVector
from mastra_store.documents import load_all
from mastra_store.mongo.domains import MONGO_DOMAINS
from mastra_store.testing.builders import message, thread
from mastra_store.testing.workflow_builders import snapshot
from tests.interop.conftest import sent
from tests.interop.peer import Peer, TypeScriptError

pytestmark = pytest.mark.xdist_group("interop")


async def test_a_database_of_typescript_gets_our_indexes_and_keeps_its_own(node: Peer, mongodb_url: str) -> None:
    with node.open("mongodb", mongodb_url):
        before = indexes(mongodb_url)

    async with MongoStorage(mongodb_url) as storage:
        for name in MONGO_DOMAINS:
            getattr(storage, name)
        await storage.memory.save_messages("t", [message()])
        await storage.workflows.create_run(workflow_id="daily", run_id="run")
        await storage.scores.save_score(run_id="run", metric="accuracy", value=1)
        await storage.observability.record_metric("tokens", 1)

        assert storage.schema_state == "current"
    after = indexes(mongodb_url)
    assert {name: before[name] <= after[name] for name in before} == dict.fromkeys(before, True)
    for collection in load_all():
        assert {index.name for index in collection.indexes} <= after[collection.name]


async def test_a_database_of_ours_is_taken_by_typescript_and_its_indexes_stay(node: Peer, mongodb_url: str) -> None:
    async with MongoStorage(mongodb_url):
        before = indexes(mongodb_url)

    with node.open("mongodb", mongodb_url) as typescript:
        typescript.call("memory.saveThread", thread=sent(thread()))

    after = indexes(mongodb_url)
    assert {name: after[name] for name in before} == before


async def test_vectors_of_ours_are_changed_by_typescript_and_its_indexes_are_ours(node: Peer, mongodb_url: str) -> None:
    """What of it works without Atlas, whose search TypeScript waits for before it stores and when it finds."""
    with node.open("mongodbVector", mongodb_url) as typescript:
        async with MongoVector(mongodb_url) as vectors:
            await vectors.create_index("ours", dimension=2)
            await vectors.upsert("ours", [[1, 0], [0, 1]], ids=["kept", "gone"], metadata=[{"n": 1}, {}])
            typescript.call("vectors.updateVector", indexName="ours", id="kept", update={"metadata": {"n": 2}})
            typescript.call("vectors.deleteVector", indexName="ours", id="gone")
            with pytest.raises(TypeScriptError):  # registered before it is made
                typescript.call("vectors.createIndex", indexName="theirs", dimension=2)

            await vectors.upsert("theirs", [[1, 0]], ids=["a"])

            assert typescript.call("vectors.listIndexes") == await vectors.list_indexes() == ["ours", "theirs"]
            assert [(each.id, each.metadata) for each in await vectors.query("ours", [1, 0])] == [("kept", {"n": 2})]
            assert (await vectors.describe_index("theirs")).dimension == 2


async def test_a_copy_of_either_has_its_time_as_a_date(node: Peer, mongodb_url: str) -> None:
    with node.open("mongodb", mongodb_url) as typescript:
        async with MongoStorage(mongodb_url) as storage:
            await storage.memory.save_thread(thread())
            await storage.memory.copy_thread("t", new_thread_id="ours")
            typescript.call("memory.cloneThread", sourceThreadId="t", newThreadId="theirs")

            found = [await storage.memory.get_thread_by_id(name) for name in ("ours", "theirs")]

    with pymongo.MongoClient[dict[str, Any]](mongodb_url) as client:
        stored = client.get_default_database()["mastra_threads"].find({"id": {"$ne": "t"}})
        assert [type(each["metadata"]["clone"]["clonedAt"]) for each in stored] == [datetime, datetime]
    for each in found:
        assert each is not None
        assert each.metadata is not None
        assert datetime.fromisoformat(each.metadata["clone"]["clonedAt"]).tzinfo is not None
        assert json.loads(each.to_json())["metadata"] == each.metadata


async def test_an_integer_that_javascript_can_not_hold_keeps_its_digits(node: Peer, mongodb_url: str) -> None:
    """TypeScript is shown the driver's Long then."""
    with node.open("mongodb", mongodb_url) as typescript:
        async with MongoStorage(mongodb_url) as storage:
            await storage.workflows.persist_workflow_snapshot(
                "daily", "run", snapshot=snapshot(result={"exact": 2**53, "beyond": 2**53 + 1})
            )

            there = typescript.call("workflows.loadWorkflowSnapshot", workflowName="daily", runId="run")
            here = await storage.workflows.load_workflow_snapshot("daily", "run")

    assert here is not None
    assert here["result"] == {"exact": 2**53, "beyond": 2**53 + 1}
    assert there["result"] == {"exact": 2**53, "beyond": {"high": 2097152, "low": 1, "unsigned": False}}


async def test_lists_of_typescript_s_are_replaced_there_and_merged_here(node: Peer, mongodb_url: str) -> None:
    """``@mastra/mongodb`` does not merge the results of foreach steps; we do, on every backend."""
    with node.open("mongodb", mongodb_url) as typescript:
        async with MongoStorage(mongodb_url) as storage:
            for name in ("theirs", "ours"):
                await storage.workflows.persist_workflow_snapshot(
                    name, "run", snapshot=snapshot(context={"step": {"output": [1, None]}})
                )
            result = {"output": [None, 2]}

            there = typescript.call(
                "workflows.updateWorkflowResults",
                workflowName="theirs", runId="run", stepId="step", result=result, requestContext={},
            )  # fmt: skip
            here = await storage.workflows.update_workflow_results("ours", "run", step_id="step", result=result)

    assert (there["step"]["output"], here["step"]["output"]) == ([None, 2], [1, 2])


async def test_the_resource_that_typescript_forgets_we_keep(node: Peer, mongodb_url: str) -> None:
    with node.open("mongodb", mongodb_url) as typescript:
        async with MongoStorage(mongodb_url) as storage:
            for name in ("theirs", "ours"):
                await storage.workflows.persist_workflow_snapshot(name, "run", snapshot=snapshot(), resource_id="r")

            typescript.call(
                "workflows.persistWorkflowSnapshot", workflowName="theirs", runId="run", snapshot=snapshot()
            )
            await storage.workflows.persist_workflow_snapshot("ours", "run", snapshot=snapshot())

            found = {each.workflow_name: each.resource_id for each in await storage.workflows.list_runs()}
    assert found == {"theirs": None, "ours": "r"}


def indexes(url: str) -> dict[str, set[str]]:
    """Every collection, and the names of its indexes."""
    with pymongo.MongoClient[dict[str, Any]](url) as client:
        database = client.get_default_database()
        return {name: set(database[name].index_information()) for name in database.list_collection_names()}
