"""What every backend promises of the entities of versioned domains: made, changed and deleted."""

import asyncio
from typing import Any

import pytest

from ..clock import utc_now
from ..errors import AlreadyExists, Conflict, NotFound
from ..storage import Storage
from .versioned_builders import (
    AUTOMATIC,
    CONFIGURATIONS,
    EACH,
    NOUNS,
    WHOLE,
    added,
    configuration_of,
    domain_of,
    parent_of,
    shown,
    stored,
)

__all__ = [
    "TestAutomaticVersions",
    "TestClearEntities",
    "TestCreateEntity",
    "TestDeleteEntity",
    "TestEntitiesInATransaction",
    "TestUpdateEntity",
]


class TestCreateEntity:
    @EACH
    async def test_it_is_a_draft_with_version_1(self, storage: Storage, name: str) -> None:
        before = utc_now()

        made = await stored(storage, name)

        version = await domain_of(storage, name).get_latest_version("e")
        assert version is not None
        assert (made.id, made.status, made.active_version_id, made.author_id) == ("e", "draft", None, None)
        assert before <= made.created_at == made.updated_at <= utc_now()
        assert made == await domain_of(storage, name).get_by_id("e")
        assert (version.version_number, parent_of(version, name)) == (1, "e")
        assert version.change_message == "Initial version"
        assert configuration_of(version, name) == CONFIGURATIONS[name]

    @EACH
    async def test_every_field_comes_back_as_it_was(self, storage: Storage, name: str) -> None:
        await stored(storage, name, **WHOLE[name])

        version = await domain_of(storage, name).get_latest_version("e")

        assert configuration_of(version, name) == WHOLE[name]
        assert configuration_of(await shown(storage, name), name) == WHOLE[name]

    @EACH
    async def test_what_was_given_counts_as_changed_under_its_name_on_the_wire(
        self, storage: Storage, name: str
    ) -> None:
        await stored(storage, name, description="Text")

        version: Any = await domain_of(storage, name).get_latest_version("e")
        given = {field for field in WHOLE[name] if field in CONFIGURATIONS[name] or field == "description"}
        assert set(version.changed_fields) == given
        assert len(version.changed_fields) == len(given)

    async def test_names_on_the_wire_are_camel_case(self, storage: Storage) -> None:
        await stored(storage, default_options={}, skills_format="xml")

        version = await storage.agents.get_latest_version("e")
        assert version is not None
        assert version.changed_fields == ["name", "instructions", "model", "defaultOptions", "skillsFormat"]

    async def test_an_id_is_made_up(self, storage: Storage) -> None:
        first = await storage.agents.create(**CONFIGURATIONS["agents"])
        second = await storage.agents.create(**CONFIGURATIONS["agents"])

        assert first.id != second.id
        assert await storage.agents.get_by_id(first.id) == first

    @EACH
    async def test_an_id_that_is_taken_changes_nothing(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        await stored(storage, name, author_id="u")
        before = (await shown(storage, name), list(await domain.list_versions("e")))

        with pytest.raises(AlreadyExists) as refused:
            await stored(storage, name, description="Another")

        assert refused.value.id.endswith(f"_CREATE_{NOUNS[name]}_ALREADY_EXISTS")
        assert (await shown(storage, name), list(await domain.list_versions("e"))) == before

    async def test_of_many_that_make_one_entity_one_does(self, storage: Storage) -> None:
        made = await asyncio.gather(*(stored(storage, description=str(n)) for n in range(20)), return_exceptions=True)

        (first,) = [each for each in made if not isinstance(each, AlreadyExists)]
        assert first == await storage.agents.get_by_id("e")
        assert await storage.agents.count_versions("e") == 1

    @pytest.mark.parametrize("name", ["agents", "skills"])
    @pytest.mark.parametrize(
        ("given", "visibility"),
        [
            ({}, None),
            ({"author_id": "u"}, "private"),
            ({"author_id": "u", "visibility": "public"}, "public"),
            ({"visibility": "public"}, "public"),
            ({"author_id": "u", "visibility": None}, "private"),
        ],
    )
    async def test_what_has_an_author_is_private_unless_told_otherwise(
        self, storage: Storage, name: str, given: dict[str, Any], visibility: str | None
    ) -> None:
        made = await stored(storage, name, **given)

        assert made.visibility == visibility
        assert made == await domain_of(storage, name).get_by_id("e")

    async def test_fields_of_the_entity_are_stored(self, storage: Storage) -> None:
        made = await stored(storage, "scorer_definitions", organization_id="o", project_id="p", metadata={"a": [1]})

        assert (made.organization_id, made.project_id, made.metadata) == ("o", "p", {"a": [1]})
        assert made == await storage.scorer_definitions.get_by_id("e")

    async def test_what_json_columns_can_not_hold_is_cleaned(self, storage: Storage) -> None:
        await stored(storage, metadata={"a\x00": "\ud800"}, tools={"b": "c\x00d"}, instructions=["\x00"])

        found = await shown(storage)
        assert (found.metadata, found.tools, found.instructions) == ({"a": "\ufffd"}, {"b": "cd"}, [""])

    async def test_there_is_none_of_an_unknown_id(self, storage: Storage) -> None:
        assert await storage.agents.get_by_id("nobody") is None
        assert await storage.agents.get_by_id_resolved("nobody") is None


class TestUpdateEntity:
    @EACH
    async def test_activating_a_version_publishes(self, storage: Storage, name: str) -> None:
        domain, first = domain_of(storage, name), await stored(storage, name)
        version = await domain.get_latest_version("e")
        assert version is not None

        changed = await domain.update("e", active_version_id=version.id)

        assert changed == await domain.get_by_id("e")
        assert (changed.status, changed.active_version_id) == ("published", version.id)
        assert changed.created_at == first.created_at <= changed.updated_at

    async def test_a_given_status_goes_before(self, storage: Storage) -> None:
        await stored(storage)
        version = await storage.agents.get_latest_version("e")
        assert version is not None

        changed = await storage.agents.update("e", active_version_id=version.id, status="archived")

        assert (changed.status, changed.active_version_id) == ("archived", version.id)

    async def test_none_leaves_no_version_active_and_the_status_as_it_is(self, storage: Storage) -> None:
        await storage.agents.save(id="e", **CONFIGURATIONS["agents"])

        changed = await storage.agents.update("e", active_version_id=None)

        assert (changed.status, changed.active_version_id) == ("published", None)
        assert changed == await storage.agents.get_by_id("e")

    async def test_what_is_not_given_stays(self, storage: Storage) -> None:
        await storage.agents.save(id="e", author_id="u", metadata={"a": 1}, **CONFIGURATIONS["agents"])
        before = await storage.agents.get_by_id("e")
        assert before is not None

        changed = await storage.agents.update("e")

        assert changed == before.evolve(updated_at=changed.updated_at)
        assert before.updated_at <= changed.updated_at <= utc_now()

    async def test_the_author_can_be_changed_and_cleared(self, storage: Storage) -> None:
        await stored(storage, author_id="u")

        changed = await storage.agents.update("e", author_id="v", visibility="public")
        cleared = await storage.agents.update("e", author_id=None)

        assert (changed.author_id, changed.visibility) == ("v", "public")
        assert (cleared.author_id, cleared.visibility) == (None, "public")
        assert await storage.agents.get_by_id("e") == cleared

    @pytest.mark.parametrize("name", [name for name in CONFIGURATIONS if name != "skills"])
    async def test_metadata_is_merged_key_by_key(self, storage: Storage, name: str) -> None:
        await stored(storage, name, metadata={"kept": 1, "deep": {"x": 1}})

        changed = await domain_of(storage, name).update("e", metadata={"deep": {"y": 1}, "new": None})

        assert changed.metadata == {"kept": 1, "deep": {"y": 1}, "new": None}
        assert changed == await domain_of(storage, name).get_by_id("e")

    async def test_metadata_of_concurrent_updates_is_all_kept(self, storage: Storage) -> None:
        await stored(storage)

        await asyncio.gather(*(storage.agents.update("e", metadata={f"key{n}": n}) for n in range(20)))

        found = await storage.agents.get_by_id("e")
        assert found is not None
        assert found.metadata == {f"key{n}": n for n in range(20)}

    @EACH
    async def test_what_is_not_there_can_not_be_changed(self, storage: Storage, name: str) -> None:
        with pytest.raises(NotFound) as refused:
            await domain_of(storage, name).update("nobody", status="draft")

        assert refused.value.id.endswith(f"_UPDATE_{NOUNS[name]}_NOT_FOUND")
        assert list(refused.value.details.values()) == ["nobody"]

    async def test_versions_stay_as_they_are(self, storage: Storage) -> None:
        await stored(storage)
        before = await storage.agents.list_versions("e")

        await storage.agents.update("e", status="archived", metadata={"a": 1})

        assert await storage.agents.list_versions("e") == before


class TestAutomaticVersions:
    @AUTOMATIC
    async def test_given_fields_go_over_the_latest_version_s(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        await stored(storage, name, **WHOLE[name])

        changed = await domain.update("e", name="New", description="Newer")

        version: Any = await domain.get_latest_version("e")
        assert configuration_of(version, name) == WHOLE[name] | {"name": "New", "description": "Newer"}
        assert (version.version_number, version.changed_fields) == (2, ["name", "description"])
        assert version.change_message == "Updated name, description"
        assert (changed.status, changed.active_version_id) == ("draft", None)

    @AUTOMATIC
    async def test_without_a_difference_there_is_no_version(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        await stored(storage, name, **WHOLE[name])

        await domain.update("e", **WHOLE[name])

        assert await domain.count_versions("e") == 1

    async def test_only_fields_that_differ_are_named(self, storage: Storage) -> None:
        await stored(storage, "workspaces", tools={"a": 1}, search={"b": 1})

        await storage.workspaces.update("e", tools={"a": True}, search={"b": 1.0}, auto_sync=False)

        version = await storage.workspaces.get_latest_version("e")
        assert version is not None
        assert (version.tools, version.auto_sync) == ({"a": True}, False)
        assert version.changed_fields == ["tools", "autoSync"]

    async def test_none_clears_a_field(self, storage: Storage) -> None:
        await stored(storage, "skills", metadata={"a": 1}, license="MIT")

        await storage.skills.update("e", metadata=None)

        version = await storage.skills.get_latest_version("e")
        assert version is not None
        assert (version.metadata, version.license, version.changed_fields) == (None, "MIT", ["metadata"])

    async def test_metadata_of_a_skill_is_replaced_with_its_version(self, storage: Storage) -> None:
        await stored(storage, "skills", metadata={"a": 1})

        await storage.skills.update("e", metadata={"b": 2})

        assert (await shown(storage, "skills")).metadata == {"b": 2}

    async def test_an_active_version_stays_active(self, storage: Storage) -> None:
        saved = await storage.skills.save(id="e", **CONFIGURATIONS["skills"])

        changed = await storage.skills.update("e", description="New")

        assert changed.active_version_id == saved.active_version_id
        assert (await shown(storage, "skills")).description == CONFIGURATIONS["skills"]["description"]
        assert (await shown(storage, "skills", status="draft")).description == "New"

    @AUTOMATIC
    async def test_there_must_be_a_version_to_go_over(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        await stored(storage, name)
        await domain.delete_versions_by_parent_id("e")
        before = await domain.get_by_id("e")

        with pytest.raises(Conflict) as refused:
            await domain.update("e", name="New", status="archived")

        assert refused.value.id.endswith(f"_UPDATE_{NOUNS[name]}_NO_VERSIONS")
        assert await domain.get_by_id("e") == before

    async def test_concurrent_updates_get_a_number_each(self, storage: Storage) -> None:
        await stored(storage, "workspaces")

        await asyncio.gather(*(storage.workspaces.update("e", name=f"n{n}") for n in range(20)))

        versions = await storage.workspaces.list_versions("e", per_page=None)
        assert [each.version_number for each in versions] == list(range(21, 0, -1))
        assert len({each.name for each in versions}) == 21


class TestDeleteEntity:
    @EACH
    async def test_its_versions_go_with_it(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        for id in ("e", "other"):
            await stored(storage, name, id)
            await added(storage, name, id)

        deleted = await domain.delete("e")

        assert deleted == 1
        assert await domain.get_by_id("e") is None
        assert await domain.count_versions("e") == 0
        assert await domain.count_versions("other") == 2

    async def test_its_favorites_go_with_it(self, storage: Storage) -> None:
        await stored(storage)
        await stored(storage, "skills")
        for entity_type in ("agent", "skill"):
            await storage.favorites.favorite(user_id="u", entity_type=entity_type, entity_id="e")

        await storage.agents.delete("e")

        assert await storage.favorites.list_favorited_ids(user_id="u", entity_type="agent") == []
        assert await storage.favorites.list_favorited_ids(user_id="u", entity_type="skill") == ["e"]

    async def test_what_is_not_there_is_no_error(self, storage: Storage) -> None:
        assert await storage.agents.delete("nobody") == 0

    async def test_it_can_be_made_again(self, storage: Storage) -> None:
        await stored(storage, description="old")
        await storage.agents.delete("e")

        await stored(storage)

        assert (await shown(storage)).description is None
        assert await storage.agents.count_versions("e") == 1


class TestClearEntities:
    async def test_nothing_of_the_domain_is_left(self, storage: Storage) -> None:
        await stored(storage)
        await stored(storage, "skills")
        for entity_type in ("agent", "skill"):
            await storage.favorites.favorite(user_id="u", entity_type=entity_type, entity_id="e")

        await storage.agents.dangerously_clear_all()

        assert (await storage.agents.list()).total == 0
        assert await storage.agents.count_versions("e") == 0
        assert await storage.favorites.list_favorited_ids(user_id="u", entity_type="agent") == []
        assert (await storage.skills.list()).total == 1
        assert await storage.favorites.list_favorited_ids(user_id="u", entity_type="skill") == ["e"]


@pytest.mark.needs("transactions")
class TestEntitiesInATransaction:
    async def test_all_changes_are_undone_together(self, storage: Storage) -> None:
        await stored(storage)
        before = await shown(storage)

        with pytest.raises(ZeroDivisionError):
            async with storage.transaction() as tx:
                await stored(tx, id="new")
                await tx.agents.save(id="e", **CONFIGURATIONS["agents"] | {"name": "New"})
                await added(tx)
                await tx.favorites.favorite(user_id="u", entity_type="agent", entity_id="e")
                raise ZeroDivisionError

        assert await shown(storage) == before
        assert await storage.agents.get_by_id("new") is None

    async def test_a_refused_change_leaves_the_transaction_usable(self, storage: Storage) -> None:
        await stored(storage)

        async with storage.transaction() as tx:
            with pytest.raises(AlreadyExists):
                await stored(tx)
            with pytest.raises(AlreadyExists):
                await added(tx, version_number=1)
            with pytest.raises(NotFound):
                await tx.agents.update("nobody")
            await added(tx)

        assert await storage.agents.count_versions("e") == 2
