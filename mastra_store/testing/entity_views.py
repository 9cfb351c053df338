"""What every backend promises of entities that are shown with the configuration of a version."""

from typing import Any

import pytest

from ..errors import InvalidArgument
from ..pages import Order
from ..storage import Storage
from .builders import ids
from .versioned_builders import CONFIGURATIONS, EACH, WHOLE, added, configuration_of, domain_of, shown, stored

__all__ = ["TestListResolved", "TestResolvedEntity"]


class TestResolvedEntity:
    @EACH
    async def test_it_has_the_fields_of_the_entity_and_of_the_active_version(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        await stored(storage, name)
        await added(storage, name, id="v2", **WHOLE[name])
        await added(storage, name)
        await domain.update("e", active_version_id="v2")

        found = await shown(storage, name)

        assert configuration_of(found, name) == WHOLE[name]
        assert found.resolved_version_id == "v2"
        entity = await domain.get_by_id("e")
        assert entity is not None
        assert found.to_dict().items() >= entity.to_dict().items()

    @EACH
    async def test_without_an_active_version_it_has_the_latest(self, storage: Storage, name: str) -> None:
        await stored(storage, name)
        await added(storage, name, id="v", description="Latest")

        found = await shown(storage, name)

        assert (found.resolved_version_id, found.description) == ("v", "Latest")

    @pytest.mark.parametrize(
        ("status", "resolved"), [(None, "v2"), ("published", "v2"), ("archived", "v2"), ("draft", "v3")]
    )
    async def test_a_draft_is_the_latest_version(self, storage: Storage, status: str | None, resolved: str) -> None:
        await stored(storage)
        for version_id in ("v2", "v3"):
            await added(storage, id=version_id)
        await storage.agents.update("e", active_version_id="v2")

        found = await shown(storage, status=status)

        assert (found.resolved_version_id, found.status) == (resolved, "published")

    async def test_any_version_of_the_entity_can_be_asked_for(self, storage: Storage) -> None:
        await storage.agents.save(id="e", **CONFIGURATIONS["agents"])
        await added(storage, id="v", description="Wanted")
        await added(storage)

        found = await shown(storage, version_id="v")

        assert (found.resolved_version_id, found.description) == ("v", "Wanted")

    @EACH
    async def test_a_version_of_another_entity_is_refused(self, storage: Storage, name: str) -> None:
        await stored(storage, name)
        await stored(storage, name, "other")
        await added(storage, name, "other", id="v")

        for version_id in ("v", "nothing"):
            with pytest.raises(InvalidArgument, match="must be the id of a version of this") as refused:
                await shown(storage, name, version_id=version_id)
            assert refused.value.details["argument"] == "version_id"

    async def test_there_is_none_of_an_unknown_entity_whatever_version(self, storage: Storage) -> None:
        assert await storage.agents.get_by_id_resolved("nobody", version_id="v") is None

    @EACH
    async def test_without_versions_it_is_shown_without_configuration(self, storage: Storage, name: str) -> None:
        await stored(storage, name)
        await domain_of(storage, name).delete_versions_by_parent_id("e")

        found = await shown(storage, name)

        assert (configuration_of(found, name), found.resolved_version_id, found.id) == ({}, None, "e")


class TestListResolved:
    @EACH
    async def test_each_entity_is_shown_with_the_version_in_force(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        await stored(storage, name, "none", **WHOLE[name])
        await domain.delete_versions_by_parent_id("none")
        await stored(storage, name, "latest")
        await added(storage, name, "latest", id="v2", **WHOLE[name])
        await stored(storage, name, "active")
        await added(storage, name, "active", id="v3")
        await added(storage, name, "active")
        await domain.update("active", active_version_id="v3")

        page = await domain.list_resolved(order=Order("created_at", "asc"))

        views = {each.id: each for each in page}
        assert (page.total, len(page)) == (3, 3)
        assert {id: view.resolved_version_id for id, view in views.items()} == {
            "none": None,
            "latest": "v2",
            "active": "v3",
        }
        assert configuration_of(views["latest"], name) == WHOLE[name]
        for view in page:
            assert view == await shown(storage, name, view.id)

    async def test_drafts_are_shown_with_their_latest_version(self, storage: Storage) -> None:
        await storage.agents.save(id="e", **CONFIGURATIONS["agents"])
        await storage.agents.save(id="published", **CONFIGURATIONS["agents"])
        await storage.agents.update("e", status="draft")
        await added(storage, id="v")

        (draft,) = await storage.agents.list_resolved(status="draft")
        (published,) = await storage.agents.list_resolved(status="published")

        assert (draft.id, draft.resolved_version_id) == ("e", "v")
        assert (published.id, published.resolved_version_id) == ("published", published.active_version_id)

    async def test_pages_and_filters_are_those_of_list(self, storage: Storage) -> None:
        for number in range(7):
            await stored(storage, id=f"e{number}", metadata={"even": number % 2 == 0})
        arguments: dict[str, Any] = {"metadata": {"even": True}, "per_page": 3}

        plain = [await storage.agents.list(page=page, **arguments) for page in range(3)]
        resolved = [await storage.agents.list_resolved(page=page, **arguments) for page in range(3)]

        assert [ids(page) for page in resolved] == [ids(page) for page in plain]
        assert [(page.total, page.has_more) for page in resolved] == [(page.total, page.has_more) for page in plain]
        assert sorted(ids(plain[0]) + ids(plain[1])) == ["e0", "e2", "e4", "e6"]
