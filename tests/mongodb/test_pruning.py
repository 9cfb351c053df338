"""Pruning on MongoDB, where the published tests of it need domains that it has not yet."""

from datetime import timedelta

import pytest

from mastra_store import MongoStorage
from mastra_store.clock import utc_now
from mastra_store.records.retention import PrunedTable
from mastra_store.testing.builders import ids, message, resource, thread
from mastra_store.testing.workflow_builders import snapshot
from tests.mongodb.commands import Commands

POLICY = {"max_age": "30d", "batch_size": 2}
EVERYTHING = {
    "memory": {"messages": POLICY, "resources": POLICY, "threads": POLICY},
    "workflows": {"workflow_snapshot": POLICY},
}
TABLES = ["mastra_messages", "mastra_resources", "mastra_threads", "mastra_workflow_snapshot"]


async def fill(storage: MongoStorage) -> None:
    """Five old ones of each and one that is new."""
    for number, days in enumerate([40, 40, 40, 35, 31, 29]):
        at = utc_now() - timedelta(days=days)
        await storage.memory.save_thread(thread(f"{number}", at=at))
        await storage.memory.save_messages(f"{number}", [message(f"{number}", thread_id=f"{number}", at=at)])
        await storage.memory.save_resource(resource(f"{number}", at=at))
        await storage.workflows.persist_workflow_snapshot(
            "daily", f"{number}", snapshot=snapshot(), created_at=at, updated_at=at
        )


async def test_what_is_old_goes_in_batches(mongodb_url: str) -> None:
    listener = Commands()
    async with MongoStorage(mongodb_url, event_listeners=[listener]) as storage:
        await fill(storage)
        listener.sent.clear()

        pruned = await storage.prune(EVERYTHING)

        assert [(each.table, each.deleted, each.done) for each in pruned] == [(name, 5, True) for name in TABLES]
        batch = ["find", "delete", "commitTransaction"]
        # The registry is asked for indexes with vectors of messages.
        assert listener.names == ["find", *batch] * 3 + batch * 3 * (len(TABLES) - 1)
        assert ids(await storage.memory.get_threads()) == ids(await storage.memory.get_messages("5")) == ["5"]
        assert [each.run_id for each in await storage.workflows.list_runs()] == ["5"]
        assert await storage.memory.get_resource_by_id("5") is not None


async def test_a_dry_run_counts_and_deletes_nothing(mongodb_url: str) -> None:
    async with MongoStorage(mongodb_url) as storage:
        await fill(storage)

        counted = await storage.prune(EVERYTHING, dry_run=True)

        assert [each.deleted for each in counted] == [5] * len(TABLES)
        assert len(await storage.memory.get_threads()) == 6


@pytest.mark.parametrize("most", [1, 3])
async def test_it_stops_at_a_cap(mongodb_url: str, most: int) -> None:
    async with MongoStorage(mongodb_url) as storage:
        await fill(storage)

        pruned = await storage.prune({"memory": {"threads": POLICY}}, max_rows=most)

        assert pruned == [PrunedTable("memory", "mastra_threads", most, done=False)]
        assert len(await storage.memory.get_threads()) == 6 - most
