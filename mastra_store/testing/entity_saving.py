"""What every backend promises of configurations that are saved as a whole."""

import asyncio
from typing import Any

import pytest
from hypothesis import given

from ..clock import utc_now
from ..errors import InvalidArgument
from ..storage import Storage
from .strategies import MODEST, WILD_TEXTS, json_objects, json_values
from .versioned_builders import (
    AUTOMATIC,
    CONFIGURATIONS,
    EACH,
    WHOLE,
    added,
    configuration_of,
    domain_of,
    shown,
    stored,
)

__all__ = ["TestSaveAgent", "TestSaveEntity", "TestSnapshots"]


class TestSaveEntity:
    @EACH
    async def test_a_missing_entity_is_made_and_its_version_is_in_force(self, storage: Storage, name: str) -> None:
        domain, before = domain_of(storage, name), utc_now()

        saved = await domain.save(id="e", author_id="u", **WHOLE[name])

        version: Any = await domain.get_latest_version("e")
        assert saved == await shown(storage, name)
        assert (saved.status, saved.active_version_id, saved.resolved_version_id) == (
            "published",
            version.id,
            version.id,
        )
        assert (version.version_number, version.change_message, saved.author_id) == (1, "Initial version", "u")
        assert before <= saved.created_at == saved.updated_at <= utc_now()
        assert configuration_of(saved, name) == WHOLE[name]

    @EACH
    async def test_the_same_configuration_writes_nothing(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        before = await domain.save(id="e", **WHOLE[name])

        again = await domain.save(id="e", **WHOLE[name])

        assert again == before == await shown(storage, name)
        assert await domain.count_versions("e") == 1

    @EACH
    async def test_another_configuration_is_a_new_version_in_force(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        first = await domain.save(id="e", **WHOLE[name])

        saved = await domain.save(id="e", **CONFIGURATIONS[name] | {"name": "New"})

        version: Any = await domain.get_latest_version("e")
        assert saved == await shown(storage, name)
        assert configuration_of(saved, name) == CONFIGURATIONS[name] | {"name": "New"}
        assert (saved.active_version_id, version.version_number) == (version.id, 2)
        assert version.change_message == f"Updated {', '.join(version.changed_fields)}"
        assert "name" in version.changed_fields
        assert (saved.created_at, saved.updated_at >= first.updated_at) == (first.created_at, True)

    async def test_what_is_not_given_is_not_in_it(self, storage: Storage) -> None:
        await storage.agents.save(id="e", tools={"a": {}}, **CONFIGURATIONS["agents"])

        saved = await storage.agents.save(id="e", **CONFIGURATIONS["agents"])

        version = await storage.agents.get_latest_version("e")
        assert version is not None
        assert (saved.tools, version.tools, version.changed_fields) == (None, None, ["tools"])

    async def test_a_draft_with_this_configuration_is_put_in_force(self, storage: Storage) -> None:
        await storage.agents.save(id="e", **CONFIGURATIONS["agents"])
        draft = await added(storage, description="Draft")

        saved = await storage.agents.save(id="e", **CONFIGURATIONS["agents"] | {"description": "Draft"})

        assert saved.active_version_id == draft.id
        assert await storage.agents.count_versions("e") == 2

    async def test_a_draft_is_left_alone_when_the_version_in_force_stays(self, storage: Storage) -> None:
        before = await storage.agents.save(id="e", **CONFIGURATIONS["agents"])
        await added(storage, description="Draft")

        assert await storage.agents.save(id="e", **CONFIGURATIONS["agents"]) == before

    async def test_back_to_an_older_configuration_is_a_new_version(self, storage: Storage) -> None:
        for description in ("old", "new", "old"):
            await storage.agents.save(id="e", **CONFIGURATIONS["agents"] | {"description": description})

        found = await storage.agents.list_versions("e")
        assert [(each.version_number, each.description) for each in found] == [(3, "old"), (2, "new"), (1, "old")]

    async def test_an_entity_without_versions_gets_its_first(self, storage: Storage) -> None:
        await stored(storage)
        await storage.agents.delete_versions_by_parent_id("e")

        saved = await storage.agents.save(id="e", **CONFIGURATIONS["agents"])

        assert (saved.status, saved.resolved_version_id) == ("published", saved.active_version_id)
        assert saved == await shown(storage)

    @AUTOMATIC
    async def test_what_update_made_is_put_in_force_by_saving_it(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        await domain.save(id="e", **CONFIGURATIONS[name])
        await domain.update("e", description="New")

        saved = await domain.save(id="e", **CONFIGURATIONS[name] | {"description": "New"})

        version = await domain.get_latest_version("e")
        assert version is not None
        assert (saved.active_version_id, version.version_number) == (version.id, 2)

    async def test_fields_of_the_entity_are_changed_as_by_update(self, storage: Storage) -> None:
        await storage.agents.save(id="e", metadata={"a": 1, "b": 1}, author_id="u", **CONFIGURATIONS["agents"])

        saved = await storage.agents.save(id="e", metadata={"b": True}, visibility="public", **CONFIGURATIONS["agents"])

        assert (saved.metadata, saved.visibility, saved.author_id) == ({"a": 1, "b": True}, "public", "u")
        assert saved == await shown(storage)
        assert await storage.agents.count_versions("e") == 1

    async def test_favorites_are_counted_on(self, storage: Storage) -> None:
        await storage.agents.save(id="e", **CONFIGURATIONS["agents"])
        await storage.favorites.favorite(user_id="u", entity_type="agent", entity_id="e")

        saved = await storage.agents.save(id="e", **CONFIGURATIONS["agents"] | {"name": "New"})

        assert saved.favorite_count == 1
        assert saved == await shown(storage)

    async def test_where_a_scorer_definition_belongs_never_changes(self, storage: Storage) -> None:
        configuration = CONFIGURATIONS["scorer_definitions"]
        before = await storage.scorer_definitions.save(id="e", organization_id="o", **configuration)

        assert await storage.scorer_definitions.save(id="e", organization_id="o", **configuration) == before
        with pytest.raises(InvalidArgument, match="organization_id of a stored scorer definition can not be changed"):
            await storage.scorer_definitions.save(id="e", organization_id="p", **configuration)

    async def test_of_many_that_save_at_once_all_end_in_a_version(self, storage: Storage) -> None:
        saved = await asyncio.gather(
            *(storage.agents.save(id="e", **CONFIGURATIONS["agents"] | {"name": f"n{n}"}) for n in range(20))
        )

        versions = await storage.agents.list_versions("e", per_page=None)
        assert [each.version_number for each in versions] == list(range(20, 0, -1))
        assert {each.resolved_version_id for each in saved} == {each.id for each in versions}
        assert (await shown(storage)).active_version_id == versions[0].id


class TestSaveAgent:
    async def test_an_agent_is_saved_and_shown_in_the_documents_words(self, storage: Storage) -> None:
        saved = await storage.agents.save_agent(
            id="assistant", name="Customer Support", instructions="Help customers", model="openai/gpt-4"
        )

        assert saved == await storage.agents.get_agent("assistant")
        assert list(await storage.agents.list_agents(status="published")) == [saved]
        assert (saved.name, saved.instructions) == ("Customer Support", "Help customers")
        assert saved.model == {"provider": "openai", "name": "gpt-4"}

    async def test_the_text_of_a_model_is_no_change_of_its_object(self, storage: Storage) -> None:
        await storage.agents.save_agent(id="e", name="n", instructions="", model="openai/org/gpt-4")

        saved = await storage.agents.save_agent(
            id="e", name="n", instructions="", model={"name": "org/gpt-4", "provider": "openai"}
        )

        assert (await storage.agents.count_versions("e"), saved.instructions) == (1, "")

    async def test_a_change_can_be_explained(self, storage: Storage) -> None:
        for name, message in (("a", "First"), ("b", "Renamed")):
            await storage.agents.save_agent(
                id="e", name=name, instructions="", model="p/m", change_message=message, tools={"t": {}}
            )

        found = await storage.agents.list_versions("e")
        assert [(each.change_message, each.tools) for each in found] == [("Renamed", {"t": {}}), ("First", {"t": {}})]

    async def test_any_version_can_be_shown(self, storage: Storage) -> None:
        first = await storage.agents.save_agent(id="e", name="a", instructions="", model="p/m")
        await storage.agents.save_agent(id="e", name="b", instructions="", model="p/m")

        found = await storage.agents.get_agent("e", version_id=first.resolved_version_id)

        assert found is not None
        assert found.name == "a"

    @pytest.mark.parametrize(
        ("given", "read"),
        [
            ("text", "text"),
            ("", ""),
            ('{"a": 1}', '{"a": 1}'),
            ("[no json", "[no json"),
            (["text", {"type": "text"}], ["text", {"type": "text"}]),
            ([], []),
            ('["text"]', ["text"]),
        ],
    )
    async def test_instructions_are_text_or_a_list(self, storage: Storage, given: Any, read: Any) -> None:
        saved = await storage.agents.save_agent(id="e", name="n", instructions=given, model="p/m")

        version = await storage.agents.get_latest_version("e")
        assert version is not None
        assert saved.instructions == version.instructions == (await shown(storage)).instructions == read


class TestSnapshots:
    @given(value=json_values(), metadata=json_objects())
    @MODEST
    async def test_any_json_comes_back_as_it_was(self, storage: Storage, value: Any, metadata: dict[str, Any]) -> None:
        await storage.agents.dangerously_clear_all()

        saved = await storage.agents.save(
            id="e", metadata=metadata, tools=value, memory=[value], **CONFIGURATIONS["agents"]
        )

        found = await shown(storage)
        assert (found.tools, found.memory, found.metadata) == (value, [value], metadata)
        assert found == saved
        assert await storage.agents.save(id="e", tools=value, memory=[value], **CONFIGURATIONS["agents"]) == saved
        assert await storage.agents.count_versions("e") == 1

    @given(value=json_objects(WILD_TEXTS))
    @MODEST
    async def test_what_was_cleaned_is_no_change_the_next_time(self, storage: Storage, value: Any) -> None:
        await storage.mcp_clients.dangerously_clear_all()
        try:
            saved = await storage.mcp_clients.save(id="e", name="n", servers=value)
        except InvalidArgument:  # two keys became the same
            return

        assert await storage.mcp_clients.save(id="e", name="n", servers=value) == saved
        assert await storage.mcp_clients.count_versions("e") == 1
