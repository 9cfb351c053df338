"""What pruning costs on MongoDB. That it prunes what it should, the published tests show."""

from datetime import timedelta

from mastra_store import MongoStorage
from mastra_store.clock import utc_now
from mastra_store.testing.score_builders import score, stored
from tests.mongodb.commands import Commands

SCORES = {"scores": {"scorers": {"max_age": "30d", "batch_size": 2}}}


async def test_a_batch_is_a_transaction_of_two_commands(mongodb_url: str) -> None:
    listener = Commands()
    async with MongoStorage(mongodb_url, event_listeners=[listener]) as storage:
        await stored(storage, *(score(f"{days}", at=utc_now() - timedelta(days=days)) for days in (31, 32, 33, 29)))
        listener.sent.clear()

        await storage.prune(SCORES)

        assert listener.names == ["find", "delete", "commitTransaction"] * 2


async def test_a_dry_run_is_a_count(mongodb_url: str) -> None:
    listener = Commands()
    async with MongoStorage(mongodb_url, event_listeners=[listener]) as storage:
        await stored(storage, score(at=utc_now() - timedelta(days=31)))
        listener.sent.clear()

        [pruned] = await storage.prune(SCORES, dry_run=True)

        assert pruned.deleted == 1
        assert listener.names == ["aggregate"]
