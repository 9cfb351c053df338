"""What a call costs: how many statements it sends, and on PostgreSQL by which index versions are found."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from mastra_store import Order
from mastra_store.sql.storage import SqlStorage
from mastra_store.sql.versioned import SqlAgents
from mastra_store.storage import Storage
from mastra_store.testing.versioned_builders import CONFIGURATIONS, added, stored
from tests.explaining import asked_by, explained, indexes_of, scanned_by

AGENT = CONFIGURATIONS["agents"]

CALLS: dict[str, tuple[Callable[[Any], Awaitable[Any]], list[str]]] = {
    "get": (lambda s: s.agents.get_by_id("e"), ["entity_by_id"]),
    "get resolved": (lambda s: s.agents.get_agent("e"), ["resolved_entity"]),
    "get resolved of a version": (lambda s: s.agents.get_agent("e", version_id="v"), ["resolved_entity"]),
    "list": (lambda s: s.agents.list(status="draft", metadata={"a": 1}), ["entities"]),
    "list resolved": (lambda s: s.agents.list_agents(pin_favorited_for="u"), ["resolved_entities"]),
    "list an empty page": (lambda s: s.agents.list_agents(page=9), ["resolved_entities"]),
    "update": (lambda s: s.agents.update("e", status="archived"), ["entity_by_id", "rewritten_entity"]),
    "activate": (
        lambda s: s.agents.update("e", active_version_id="v"),
        ["entity_by_id", "version_of_entity", "rewritten_entity"],
    ),
    "automatic version": (
        lambda s: s.skills.update("e", name="New"),
        ["entity_by_id", "latest_version", "inserted_version", "rewritten_entity"],
    ),
    "delete": (
        lambda s: s.agents.delete("e"),
        ["without_entity", "without_versions_of", "without_favorites_of"],
    ),
    "delete what can not be liked": (
        lambda s: s.workspaces.delete("e"),
        ["without_entity", "without_versions_of"],
    ),
    "delete what is not there": (lambda s: s.agents.delete("nobody"), ["without_entity"]),
    "save the same": (lambda s: s.agents.save(id="saved", **AGENT), ["entity_by_id", "latest_version"]),
    "save another": (
        lambda s: s.agents.save(id="saved", **AGENT | {"name": "New"}),
        ["entity_by_id", "latest_version", "inserted_version", "rewritten_entity"],
    ),
    "save a new one": (
        lambda s: s.agents.save(id="new", **AGENT),
        ["entity_by_id", "found_or_made_entity", "inserted_version"],
    ),
    "create a version": (
        lambda s: s.agents.create_version("e", **AGENT),
        ["entity_by_id", "latest_version", "inserted_version"],
    ),
    "create a version with a number": (
        lambda s: s.agents.create_version("e", version_number=7, **AGENT),
        ["entity_by_id", "latest_version", "version_by_number", "inserted_version"],
    ),
    "get a version": (lambda s: s.agents.get_version("v"), ["versions_by_ids"]),
    "get versions": (lambda s: s.agents.get_versions(["v", "w"]), ["versions_by_ids"]),
    "get no versions": (lambda s: s.agents.get_versions([]), []),
    "get a version by number": (lambda s: s.agents.get_version_by_number("e", 1), ["version_by_number"]),
    "get the latest version": (lambda s: s.agents.get_latest_version("e"), ["latest_version"]),
    "list versions": (lambda s: s.agents.list_versions("e"), ["versions"]),
    "count versions": (lambda s: s.agents.count_versions("e"), ["number_of_versions"]),
    "delete a version": (lambda s: s.agents.delete_version("v"), ["without_version", "without_active_version"]),
    "like": (
        lambda s: s.favorites.favorite(user_id="u", entity_type="agent", entity_id="e"),
        ["count_of_entity", "inserted_favorite", "counted_anew"],
    ),
    "like again": (
        lambda s: s.favorites.favorite(user_id="u", entity_type="agent", entity_id="saved"),
        ["count_of_entity", "inserted_favorite"],
    ),
    "is it liked": (
        lambda s: s.favorites.is_favorited(user_id="u", entity_type="agent", entity_id="e"),
        ["favorites_among"],
    ),
    "which are liked": (
        lambda s: s.favorites.list_favorited_ids(user_id="u", entity_type="agent"),
        ["favorites_of_user"],
    ),
}


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_sends_as_few_statements_as_it_can(storage: Storage, name: str) -> None:
    call, statements = CALLS[name]
    await fill(storage)
    sent = observed(storage)

    await call(storage)

    assert sent == statements


async def test_an_entity_and_its_version_are_made_by_one_statement_where_a_query_may_write(storage: Storage) -> None:
    sent = observed(storage)

    await stored(storage)

    at_once = cast("SqlStorage", storage).engine.dialect.name == "postgresql"
    assert sent == (["created_at_once"] if at_once else ["inserted_entity", "inserted_version"])


async def fill(storage: Storage) -> None:
    for name in ("agents", "skills", "workspaces"):
        await stored(storage, name)
    await added(storage, id="v")
    await storage.agents.save(id="saved", **AGENT)
    await storage.favorites.favorite(user_id="u", entity_type="agent", entity_id="saved")


def observed(storage: Storage) -> list[str]:
    """The statements that are sent from now on."""
    sent: list[str] = []
    cast("SqlStorage", storage).observe(lambda executed: sent.append(executed.operation))
    return sent


@pytest.fixture(scope="module")
def many_versions(filled_url: Callable[..., str]) -> str:
    """A database with so many versions that an index pays."""
    agents = """
        INSERT INTO mastra_agents (id, status, "activeVersionId", "createdAt", "updatedAt")
        SELECT 'a' || n, 'published', CASE WHEN n % 2 = 0 THEN 'v' || n END, now(), now()
        FROM generate_series(0, 199) n"""
    versions = """
        INSERT INTO mastra_agent_versions (id, "agentId", "versionNumber", name, instructions, model, "createdAt")
        SELECT 'v' || n, 'a' || n % 200, 1 + n / 200, 'n', 'i', '{}', now()
        FROM generate_series(0, 19999) n"""
    return filled_url(agents, versions, "ANALYZE mastra_agents, mastra_agent_versions")


NUMBERS, KEYS = "mastra_store_agent_versions_number_idx", "mastra_agent_versions_pkey"


@pytest.mark.parametrize(
    ("read", "indexes"),
    [
        (lambda a: a.get_agent("a5"), {NUMBERS, KEYS}),
        (lambda a: a.get_agent("a5", version_id="v5"), {KEYS}),
        (lambda a: a.list_agents(per_page=10), {NUMBERS, KEYS}),
        (lambda a: a.list_agents(status="draft", per_page=10), {NUMBERS, KEYS}),
        (lambda a: a.get_latest_version("a5"), {NUMBERS}),
        (lambda a: a.get_version_by_number("a5", 7), {NUMBERS}),
        (lambda a: a.list_versions("a5", per_page=10), {NUMBERS}),
        (lambda a: a.list_versions("a5", order=Order("created_at", "desc")), {NUMBERS}),
        (lambda a: a.get_versions(["v5", "v6"]), {KEYS}),
        (lambda a: a.count_versions("a5"), {NUMBERS}),
    ],
)
async def test_versions_are_found_by_an_index(
    many_versions: str, read: Callable[[Any], Awaitable[Any]], indexes: set[str]
) -> None:
    plan = explained(many_versions, await asked_by(read, SqlAgents))

    assert indexes_of(plan) >= indexes
    assert "mastra_agent_versions" not in scanned_by(plan)
