"""Agents and the other versioned things that one language made and the other reads, changes and resolves."""

import asyncio
from typing import Any

import pytest

from mastra_store import AlreadyExists
from mastra_store.clock import utc_now
from mastra_store.records.versioned import Entity, Version
from mastra_store.testing.versioned_builders import WHOLE, domain_of
from tests.interop.conftest import Shared

pytestmark = pytest.mark.xdist_group("interop")

DOMAINS = {
    "prompt_blocks": ("promptBlocks", "promptBlock"),
    "scorer_definitions": ("scorerDefinitions", "scorerDefinition"),
    "mcp_clients": ("mcpClients", "mcpClient"),
    "mcp_servers": ("mcpServers", "mcpServer"),
    "workspaces": ("workspaces", "workspace"),
    "skills": ("skills", "skill"),
}
"""What TypeScript calls a domain, and the key of an entity in the argument of ``create``."""

FIRST = {"name": "Ada", "instructions": "Be kind.", "model": {"provider": "openai", "name": "gpt-4"}}
SECOND = {
    "name": "Ada 🌦️",
    "instructions": [{"type": "text", "content": "Be brief."}],
    "model": {"provider": "openai", "name": "gpt-5"},
    "tools": {"weather": {"description": "Wetter in Zürich"}},
    "skillsFormat": "markdown",
    "requestContextSchema": {"type": "object", "properties": {"n": {"const": 1.5}}},
}
"""Configurations, in the words of the wire."""


def snake(fields: dict[str, Any]) -> dict[str, Any]:
    return {"".join(f"_{c.lower()}" if c.isupper() else c for c in name): value for name, value in fields.items()}


def camel(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        first + "".join(map(str.capitalize, rest)): value
        for name, value in fields.items()
        for first, *rest in [name.split("_")]
    }


def without_nothing(shown: dict[str, Any]) -> dict[str, Any]:
    """What TypeScript shows, without what it leaves out or shows as null."""
    return {name: value for name, value in shown.items() if value is not None}


def ours(record: Entity | Version) -> dict[str, Any]:
    return without_nothing(record.to_dict(by_alias=True))


async def both(shared: Shared, id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """An agent with its configuration as each of both shows it."""
    here = await shared.python.agents.get_by_id_resolved(id)
    assert here is not None
    return without_nothing(shared.typescript.call("agents.getByIdResolved", id)), ours(here)


async def next_millisecond() -> None:
    """Wait until the clock shows another time than now."""
    now = utc_now()
    while utc_now() == now:
        await asyncio.sleep(0)


class TestAgents:
    async def test_theirs_with_two_versions_is_ours(self, shared: Shared) -> None:
        typescript = shared.typescript
        typescript.call("agents.create", agent={"id": "a", "authorId": "u", "metadata": {"team": "x"}, **FIRST})
        typescript.call("agents.createVersion", id="v2", agentId="a", versionNumber=2, **SECOND)

        before_there, before_here = await both(shared, "a")
        typescript.call("agents.update", id="a", activeVersionId="v2", status="published")
        after_there, after_here = await both(shared, "a")

        assert before_there == before_here
        assert after_there == after_here
        assert after_here.items() >= {**SECOND, "status": "published", "resolvedVersionId": "v2"}.items()
        there = typescript.call("agents.listVersions", agentId="a")
        here = await shared.python.agents.list_versions("a")
        assert [without_nothing(each) for each in there["versions"]] == [ours(each) for each in here]
        assert there["total"] == here.total == 2

    async def test_ours_with_two_versions_is_theirs(self, shared: Shared) -> None:
        agents = shared.python.agents
        await agents.create(id="a", author_id="u", metadata={"team": "x"}, **FIRST)
        await agents.create_version("a", id="v2", **snake(SECOND))

        before_there, before_here = await both(shared, "a")
        await agents.update("a", active_version_id="v2")
        after_there, after_here = await both(shared, "a")

        assert before_there == before_here
        assert after_there == after_here
        assert after_there.items() >= {**SECOND, "status": "published", "resolvedVersionId": "v2"}.items()
        there = shared.typescript.call("agents.listVersions", agentId="a")
        here = await agents.list_versions("a")
        assert [without_nothing(each) for each in there["versions"]] == [ours(each) for each in here]
        first, second = there["versions"][::-1]
        assert (first["changedFields"], first["changeMessage"]) == (
            ["name", "instructions", "model"],
            "Initial version",
        )
        assert second["changedFields"] == [*list(SECOND)[:3], "tools", "requestContextSchema", "skillsFormat"]

    async def test_both_list_the_same_agents(self, shared: Shared) -> None:
        for number in range(6):
            fields = {"id": f"a{number}", **FIRST}
            metadata = {"k": "v", "n": f"{number}"}
            if number % 2:
                shared.typescript.call("agents.create", agent={**fields, "metadata": metadata})
            else:
                await shared.python.agents.create(metadata=metadata, author_id="u", **fields)
            await next_millisecond()  # TypeScript does not break every tie
        there = shared.typescript.call

        everything = there("agents.list", perPage=4)
        resolved = there("agents.listResolved", page=1, perPage=4)
        by_author = there("agents.list", authorId="u", visibility="private")
        by_metadata = there("agents.list", metadata={"k": "v", "n": "2"})

        agents = shared.python.agents
        here = await agents.list(per_page=4)
        assert [without_nothing(each) for each in everything["agents"]] == [ours(each) for each in here]
        assert (everything["total"], everything["hasMore"]) == (here.total, here.has_more) == (6, True)
        assert [without_nothing(each) for each in resolved["agents"]] == [
            ours(each) for each in await agents.list_resolved(page=1, per_page=4)
        ]
        assert [each["id"] for each in by_author["agents"]] == [
            each.id for each in await agents.list(author_id="u", visibility="private")
        ]
        assert [each["id"] for each in by_metadata["agents"]] == ["a2"]
        assert [each.id for each in await agents.list(metadata={"k": "v", "n": "2"})] == ["a2"]

    @pytest.mark.needs("sql")  # elsewhere TypeScript passes them over
    async def test_both_list_the_same_of_some_ids(self, shared: Shared) -> None:
        for number in range(3):
            await shared.python.agents.create(id=f"a{number}", **FIRST)
            await next_millisecond()

        there = shared.typescript.call("agents.list", entityIds=["a1", "a2"])["agents"]

        assert [each["id"] for each in there] == ["a2", "a1"]
        assert [each.id for each in await shared.python.agents.list(entity_ids=["a1", "a2"])] == ["a2", "a1"]

    async def test_what_typescript_made_is_saved_over_by_us_and_again_by_typescript(self, shared: Shared) -> None:
        shared.typescript.call("agents.create", agent={"id": "a", "metadata": {"theirs": 1}, **FIRST})

        same = await shared.python.agents.save_agent(id="a", **FIRST)
        await shared.python.agents.save_agent(id="a", metadata={"ours": 1}, **snake(SECOND))
        shared.typescript.call("agents.createVersion", id="v3", agentId="a", versionNumber=3, **FIRST)
        shared.typescript.call("agents.update", id="a", activeVersionId="v3")
        there, here = await both(shared, "a")

        assert (same.status, same.resolved_version_id) == ("published", same.active_version_id)
        assert there == here
        assert here["metadata"] == {"theirs": 1, "ours": 1}
        assert await shared.python.agents.count_versions("a") == 3

    async def test_an_id_that_the_other_has_taken_is_refused_by_us(self, shared: Shared) -> None:
        shared.typescript.call("agents.create", agent={"id": "a", **FIRST})
        before = await both(shared, "a")

        with pytest.raises(AlreadyExists):
            await shared.python.agents.create(id="a", **FIRST)

        assert await both(shared, "a") == before

    async def test_an_active_version_that_typescript_deleted_gives_way_to_the_latest(self, shared: Shared) -> None:
        await shared.python.agents.save_agent(id="a", **FIRST)
        second = await shared.python.agents.save_agent(id="a", **snake(SECOND))

        shared.typescript.call("agents.deleteVersion", second.active_version_id)
        there, here = await both(shared, "a")

        assert there == here
        assert (here["name"], here["activeVersionId"]) == ("Ada", second.active_version_id)

    async def test_each_deletes_the_other_s(self, shared: Shared) -> None:
        shared.typescript.call("agents.create", agent={"id": "theirs", **FIRST})
        await shared.python.agents.create(id="ours", **FIRST)

        await shared.python.agents.delete("theirs")
        shared.typescript.call("agents.delete", "ours")

        assert shared.typescript.call("agents.list")["agents"] == []
        assert await shared.python.agents.count_versions("ours") == 0
        assert shared.typescript.call("agents.countVersions", "theirs") == 0


@pytest.mark.parametrize("name", DOMAINS)
class TestTheOtherSix:
    async def test_theirs_is_ours(self, shared: Shared, name: str) -> None:
        domain, key = DOMAINS[name]
        call = shared.typescript.call
        # On MongoDB it gives a workspace another id than the one that is given.
        id = call(f"{domain}.create", **{key: {"id": "e", "authorId": "u", **camel(WHOLE[name])}})["id"]

        there = without_nothing(call(f"{domain}.getByIdResolved", id))
        here = await domain_of(shared.python, name).get_by_id_resolved(id)

        assert here is not None
        assert without_false(there, ours(here)) == ours(here)
        assert ours(here).items() >= camel(WHOLE[name]).items()
        version = await domain_of(shared.python, name).get_latest_version(id)
        assert version is not None
        its_own = without_nothing(call(f"{domain}.getLatestVersion", id))
        assert without_false(its_own, ours(version)) == ours(version)

    async def test_ours_is_theirs(self, shared: Shared, name: str) -> None:
        domain, _ = DOMAINS[name]
        call = shared.typescript.call
        here = await domain_of(shared.python, name).save(id="e", author_id="u", **WHOLE[name])

        there = without_nothing(call(f"{domain}.getByIdResolved", "e"))
        listed = call(f"{domain}.listResolved", status="published", authorId="u")

        assert without_false(there, ours(here)) == ours(here)
        assert listed["total"] == 1
        version = await domain_of(shared.python, name).get_version_by_number("e", 1)
        assert version is not None
        its_own = without_nothing(call(f"{domain}.getVersion", version.id))
        assert without_false(its_own, ours(version)) == ours(version)

    async def test_what_typescript_changes_is_changed_for_us(self, shared: Shared, name: str) -> None:
        domain, _ = DOMAINS[name]
        await domain_of(shared.python, name).create(id="e", author_id="u", **WHOLE[name])
        latest = await domain_of(shared.python, name).get_latest_version("e")
        assert latest is not None

        shared.typescript.call(f"{domain}.update", id="e", activeVersionId=latest.id, status="published")

        found = await domain_of(shared.python, name).get_by_id_resolved("e")
        assert found is not None
        assert (found.status, found.active_version_id) == ("published", latest.id)
        assert ours(found).items() >= camel(WHOLE[name]).items()


def without_false(there: dict[str, Any], here: dict[str, Any]) -> dict[str, Any]:
    """What TypeScript shows, with the ``false`` and the count of 0 that its reader takes for nothing."""
    return {name: value for name, value in here.items() if value == 0 and name not in there} | there


class TestAutomaticVersions:
    @pytest.mark.parametrize("name", ["workspaces", "skills"])
    async def test_both_make_versions_of_changes_in_one_row_of_numbers(self, shared: Shared, name: str) -> None:
        domain, _ = DOMAINS[name]
        await domain_of(shared.python, name).create(id="e", **WHOLE[name])

        shared.typescript.call(f"{domain}.update", id="e", description="Theirs")
        await domain_of(shared.python, name).update("e", description="Ours", name="New")

        there = shared.typescript.call(f"{domain}.listVersions", **{f"{DOMAINS[name][1]}Id": "e"})["versions"]
        here = await domain_of(shared.python, name).list_versions("e")
        colon = ":" if shared.backend == "mongodb" else ""
        assert [(each["versionNumber"], each["changeMessage"]) for each in there] == [
            (3, "Updated name, description"),
            (2, f"Updated{colon} description"),
            (1, "Initial version"),
        ]
        assert [without_false(without_nothing(one), ours(other)) for one, other in zip(there, here, strict=True)] == [
            ours(each) for each in here
        ]


@pytest.mark.needs("sql")  # @mastra/mongodb has no favorites
class TestFavorites:
    @pytest.mark.parametrize(("name", "entity_type"), [("agents", "agent"), ("skills", "skill")])
    async def test_both_count_together(self, shared: Shared, name: str, entity_type: str) -> None:
        configuration = FIRST if name == "agents" else WHOLE["skills"]
        await domain_of(shared.python, name).create(id="e", **configuration)
        key = {"entity_type": entity_type, "entity_id": "e"}

        first = await shared.python.favorites.favorite(user_id="u", **key)
        again = shared.typescript.call("favorites.favorite", userId="u", **camel(key))
        second = shared.typescript.call("favorites.favorite", userId="v", **camel(key))
        third = await shared.python.favorites.unfavorite(user_id="v", **key)

        assert first.to_dict(by_alias=True) == again == {"favorited": True, "favoriteCount": 1}
        assert (second["favoriteCount"], third.favorite_count) == (2, 1)
        assert shared.typescript.call("favorites.isFavorited", userId="u", **camel(key)) is True
        assert shared.typescript.call("favorites.listFavoritedIds", userId="u", entityType=entity_type) == ["e"]
        assert await shared.python.favorites.list_favorited_ids(user_id="u", entity_type=entity_type) == ["e"]
        there = shared.typescript.call(f"{name}.getById", "e")
        here: Any = await domain_of(shared.python, name).get_by_id("e")
        assert there["favoriteCount"] == here.favorite_count == 1
        assert [
            each["id"] for each in shared.typescript.call(f"{name}.list", pinFavoritedFor="u", favoritedOnly=True)[name]
        ] == ["e"]
