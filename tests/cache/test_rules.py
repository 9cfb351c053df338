"""Every method of a cached domain has a rule, and the rule tells the truth."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from mastra_store import CachedStorage, SqliteStorage
from mastra_store.cache.cached import CACHED_DOMAINS, ROWS, WRITERS, class_of
from mastra_store.cache.rules import passed_through, reads, rule_of
from mastra_store.domains import Domain, domains
from mastra_store.testing.builders import NOON, message, thread

CONTRACTS: dict[str, Any] = {domain.name: domain.contract for domain in domains()}
METHODS = [
    (name, method) for name in (*CACHED_DOMAINS, *WRITERS) for method in sorted(CONTRACTS[name].__abstractmethods__)
]

LIKED = {"user_id": "ann", "entity_type": "agent"}
READS: dict[tuple[str, str], Callable[[Any], Awaitable[Any]]] = {
    ("memory", "get_thread_by_id"): lambda tx: tx.memory.get_thread_by_id("t"),
    ("memory", "list_threads"): lambda tx: tx.memory.list_threads(),
    ("memory", "list_messages"): lambda tx: tx.memory.list_messages("t"),
    ("memory", "list_messages_by_resource_id"): lambda tx: tx.memory.list_messages_by_resource_id("r"),
    ("memory", "list_messages_by_id"): lambda tx: tx.memory.list_messages_by_id(["a"]),
    ("memory", "iter_messages"): lambda tx: anext(tx.memory.iter_messages("t")),
    ("memory", "get_resource_by_id"): lambda tx: tx.memory.get_resource_by_id("r"),
    ("workflows", "load_workflow_snapshot"): lambda tx: tx.workflows.load_workflow_snapshot("daily", "run"),
    ("workflows", "get_workflow_run_by_id"): lambda tx: tx.workflows.get_workflow_run_by_id("run"),
    ("workflows", "list_workflow_runs"): lambda tx: tx.workflows.list_workflow_runs(),
    ("agents", "get_by_id_resolved"): lambda tx: tx.agents.get_by_id_resolved("helper"),
    ("agents", "get_by_id"): lambda tx: tx.agents.get_by_id("helper"),
    ("agents", "list"): lambda tx: tx.agents.list(),
    ("agents", "list_resolved"): lambda tx: tx.agents.list_resolved(),
    ("agents", "get_version"): lambda tx: tx.agents.get_version("v"),
    ("agents", "get_versions"): lambda tx: tx.agents.get_versions(["v"]),
    ("agents", "get_version_by_number"): lambda tx: tx.agents.get_version_by_number("helper", 1),
    ("agents", "get_latest_version"): lambda tx: tx.agents.get_latest_version("helper"),
    ("agents", "list_versions"): lambda tx: tx.agents.list_versions("helper"),
    ("agents", "count_versions"): lambda tx: tx.agents.count_versions("helper"),
    ("favorites", "is_favorited"): lambda tx: tx.favorites.is_favorited(**LIKED, entity_id="helper"),
    ("favorites", "is_favorited_batch"): lambda tx: tx.favorites.is_favorited_batch(**LIKED, entity_ids=["helper"]),
    ("favorites", "list_favorited_ids"): lambda tx: tx.favorites.list_favorited_ids(**LIKED),
    **{
        (domain, "_count_aged"): lambda tx, domain=domain, key=key: getattr(tx, domain)._count_aged(key, NOON)  # type: ignore[misc]
        for domain, key in (("memory", "messages"), ("workflows", "workflow_snapshot"))
    },
}
"""How each method is called that is said to write nothing."""
NO_CALL_OF_THE_DATABASE = {("workflows", "supports_concurrent_updates")}


@pytest.mark.parametrize(("domain", "method"), METHODS)
def test_every_method_says_what_it_reads_or_writes(domain: str, method: str) -> None:
    rule = rule_of(vars(class_of(domain)).get(method))

    assert rule is not None, f"{domain}.{method} needs a rule in {class_of(domain)}"


@pytest.mark.parametrize(("domain", "method"), METHODS)
async def test_what_is_said_to_write_nothing_does_so(inner: SqliteStorage, domain: str, method: str) -> None:
    await inner.memory.save_messages("t", [message("a")])
    if rule_of(getattr(class_of(domain), method)) == "writes" or (domain, method) in NO_CALL_OF_THE_DATABASE:
        return

    async with inner.transaction(read_only=True) as tx:  # which refuses to write
        await READS[domain, method](tx)


def test_a_domain_with_a_method_that_has_no_rule_can_not_be_made() -> None:
    class Contract(Domain):
        async def burn(self) -> None: ...

    Contract.burn.__isabstractmethod__ = True  # type: ignore[attr-defined]

    assert rule_of(reads(Contract.burn)) == "reads"
    assert rule_of(Contract.burn) is None


def test_every_cached_domain_says_what_can_be_invalidated() -> None:
    assert ROWS.keys() == CACHED_DOMAINS.keys()


async def test_a_domain_that_is_not_cached_is_passed_through(inner: SqliteStorage, asked: list[str]) -> None:
    from mastra_store import MemoryCache

    storage = CachedStorage(inner, cache=MemoryCache(), domains=["workflows"])
    assert type(storage.favorites).__name__ == "UncachedFavoritesDomain"
    await storage.memory.save_thread(thread("t"))

    for _ in range(2):
        asked.clear()
        assert await storage.memory.get_thread_by_id("t") == thread("t")
        assert asked == ["thread_by_id"]
    assert [each async for each in storage.memory.iter_messages("t")] == []
    assert storage.memory.storage is storage
    assert storage.memory.store == inner.memory.store
    assert storage.counts.hits == storage.counts.misses == storage.counts.invalidations == 0


@pytest.mark.parametrize("contract", CONTRACTS.values())
def test_every_domain_can_be_passed_through(contract: Any) -> None:
    assert issubclass(passed_through(contract), contract)
    assert not getattr(passed_through(contract), "__abstractmethods__", None)
