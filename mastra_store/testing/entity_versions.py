"""What every backend promises of versions: their numbers, how they are found, and what becomes of deleted ones."""

import asyncio
from typing import Any

import pytest

from ..clock import utc_now
from ..errors import AlreadyExists, NotFound
from ..pages import Order
from ..storage import Storage
from .versioned_builders import (
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

__all__ = ["TestCreateVersion", "TestDeleteVersions", "TestGetVersions", "TestListVersions"]


class TestCreateVersion:
    @EACH
    async def test_it_is_the_next_one_and_the_entity_stays_as_it_is(self, storage: Storage, name: str) -> None:
        domain, entity = domain_of(storage, name), await stored(storage, name)
        before = utc_now()

        version = await added(storage, name, **WHOLE[name], id="v", change_message="Second")

        assert version == await domain.get_version("v") == await domain.get_latest_version("e")
        assert (version.version_number, parent_of(version, name), version.change_message) == (2, "e", "Second")
        assert before <= version.created_at <= utc_now()
        assert configuration_of(version, name) == WHOLE[name]
        assert await domain.get_by_id("e") == entity

    async def test_a_field_that_is_not_given_is_not_in_it(self, storage: Storage) -> None:
        await stored(storage, tools={"a": {}})

        version = await added(storage)

        assert version.tools is None

    async def test_what_differs_from_the_latest_one_counts_as_changed(self, storage: Storage) -> None:
        await stored(storage, tools={"a": {}})
        await added(storage, tools={"a": {}})

        version = await added(storage, default_options={"a": 1})

        assert version.changed_fields == ["tools", "defaultOptions"]

    async def test_changed_fields_may_be_given(self, storage: Storage) -> None:
        await stored(storage)

        version = await added(storage, changed_fields=["default_options", "toolProviders", "name"])

        assert version.changed_fields == ["defaultOptions", "toolProviders", "name"]

    async def test_a_given_number_may_leave_a_gap(self, storage: Storage) -> None:
        await stored(storage)

        given = await added(storage, version_number=7)
        following = await added(storage)

        assert (given.version_number, following.version_number) == (7, 8)

    @EACH
    async def test_a_number_that_is_taken_is_refused(self, storage: Storage, name: str) -> None:
        await stored(storage, name)
        before = await domain_of(storage, name).list_versions("e")

        with pytest.raises(AlreadyExists) as refused:
            await added(storage, name, version_number=1)

        token = "VERSION" if name == "agents" else f"{NOUNS[name]}_VERSION"
        assert refused.value.id.endswith(f"_CREATE_{token}_ALREADY_EXISTS")
        assert refused.value.details["version_number"] == 1
        assert await domain_of(storage, name).list_versions("e") == before

    async def test_an_id_that_is_taken_is_refused(self, storage: Storage) -> None:
        await stored(storage)
        await stored(storage, id="other")
        first = await added(storage, id="v")

        with pytest.raises(AlreadyExists):
            await added(storage, parent_id="other", id="v", description="Another")

        assert await storage.agents.get_version("v") == first
        assert await storage.agents.count_versions("other") == 1

    @EACH
    async def test_there_must_be_an_entity(self, storage: Storage, name: str) -> None:
        with pytest.raises(NotFound):
            await added(storage, name, "nobody", id="v")

        assert await domain_of(storage, name).get_version("v") is None

    @EACH
    async def test_of_many_at_once_none_has_another_s_number(self, storage: Storage, name: str) -> None:
        await stored(storage, name)

        made = await asyncio.gather(*(added(storage, name) for _ in range(20)))

        assert sorted(each.version_number for each in made) == list(range(2, 22))


class TestGetVersions:
    @EACH
    async def test_they_are_found_by_id_by_number_and_as_the_latest(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        await stored(storage, name)
        second = await added(storage, name, id="v2")
        third = await added(storage, name, id="v3", version_number=10)

        assert await domain.get_version("v2") == await domain.get_version_by_number("e", 2) == second
        assert await domain.get_latest_version("e") == await domain.get_version_by_number("e", 10) == third
        assert await domain.count_versions("e") == 3

    async def test_what_is_not_there_is_none(self, storage: Storage) -> None:
        await stored(storage)

        assert await storage.agents.get_version("nothing") is None
        assert await storage.agents.get_version_by_number("e", 2) is None
        assert await storage.agents.get_version_by_number("nobody", 1) is None
        assert await storage.agents.get_latest_version("nobody") is None
        assert await storage.agents.count_versions("nobody") == 0

    async def test_several_come_by_entity_and_number(self, storage: Storage) -> None:
        for id in ("b", "a"):
            await stored(storage, id=id)
            await added(storage, parent_id=id, id=f"{id}3", version_number=3)
            await added(storage, parent_id=id, id=f"{id}2", version_number=2)

        found = await storage.agents.get_versions(["b2", "a3", "nothing", "a2", "a3"])

        assert [each.id for each in found] == ["a2", "a3", "b2"]
        assert await storage.agents.get_versions([]) == []


class TestListVersions:
    @EACH
    async def test_the_latest_comes_first(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        await stored(storage, name)
        await stored(storage, name, "other")
        for _ in range(2):
            await added(storage, name)

        page = await domain.list_versions("e")

        assert [each.version_number for each in page] == [3, 2, 1]
        assert (page.total, page.page, page.per_page, page.has_more) == (3, 0, 20, False)

    async def test_pages_follow_each_other(self, storage: Storage) -> None:
        await stored(storage)
        for _ in range(4):
            await added(storage)

        pages = [await storage.agents.list_versions("e", page=page, per_page=2) for page in range(4)]

        assert [[each.version_number for each in page] for page in pages] == [[5, 4], [3, 2], [1], []]
        assert [(page.total, page.has_more) for page in pages] == [(5, True), (5, True), (5, False), (5, False)]

    @pytest.mark.parametrize(
        ("order", "numbers"),
        [
            (Order("version_number", "asc"), [1, 5, 9]),
            (Order("version_number", "desc"), [9, 5, 1]),
        ],
    )
    async def test_the_order_can_be_chosen(self, storage: Storage, order: Order, numbers: list[int]) -> None:
        await stored(storage)
        for number in (9, 5):
            await added(storage, version_number=number)

        found = await storage.agents.list_versions("e", order=order)

        assert [each.version_number for each in found] == numbers

    async def test_by_time_what_was_made_last_comes_last(self, storage: Storage) -> None:
        await stored(storage)
        for number in (9, 5):
            await added(storage, version_number=number)

        found = await storage.agents.list_versions("e", order=Order("created_at", "asc"), per_page=None)

        assert [each.created_at for each in found] == sorted(each.created_at for each in found)
        assert len(found) == 3

    async def test_of_an_unknown_entity_there_are_none(self, storage: Storage) -> None:
        page = await storage.agents.list_versions("nobody")

        assert (list(page), page.total) == ([], 0)


class TestDeleteVersions:
    @EACH
    async def test_one_is_deleted(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        await stored(storage, name)
        await added(storage, name, id="v")

        assert await domain.delete_version("v") == 1
        assert await domain.delete_version("v") == 0
        assert await domain.count_versions("e") == 1

    @EACH
    async def test_a_deleted_one_is_active_no_more(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        await stored(storage, name)
        await added(storage, name, id="v")
        before = await domain.update("e", active_version_id="v")

        await domain.delete_version("v")

        entity = await domain.get_by_id("e")
        assert entity is not None
        assert entity == before.evolve(active_version_id=None, updated_at=entity.updated_at)
        assert (await shown(storage, name)).resolved_version_id is not None

    async def test_another_stays_active(self, storage: Storage) -> None:
        await stored(storage)
        await added(storage, id="v")
        before = await storage.agents.update("e", active_version_id="v")
        other = await added(storage)

        await storage.agents.delete_version(other.id)

        assert await storage.agents.get_by_id("e") == before

    @EACH
    async def test_all_of_an_entity_are_deleted(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        await stored(storage, name, "other")
        await domain.save(id="e", **CONFIGURATIONS[name])
        await added(storage, name)

        assert await domain.delete_versions_by_parent_id("e") == 2
        assert await domain.delete_versions_by_parent_id("e") == 0

        left = await shown(storage, name)
        assert (left.active_version_id, left.resolved_version_id) == (None, None)
        assert await domain.count_versions("other") == 1

    async def test_numbers_go_on_behind_the_greatest(self, storage: Storage) -> None:
        await stored(storage)
        second = await added(storage)
        await added(storage)

        await storage.agents.delete_version(second.id)

        following: Any = await added(storage)
        assert following.version_number == 4
