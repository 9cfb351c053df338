"""What every backend promises of lists of entities: filters, order, pages."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from ..pages import Direction, Order
from ..storage import Storage
from .builders import ids
from .strategies import DIRECTIONS, MODEST
from .versioned_builders import CONFIGURATIONS, EACH, domain_of, stored

__all__ = ["TestFavoritesInLists", "TestListEntities"]


class TestListEntities:
    @EACH
    async def test_all_are_there_newest_first(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        made = [await stored(storage, name, f"e{number}") for number in range(3)]

        page = await domain.list()

        assert list(page) == sorted(made, key=lambda each: (each.created_at, each.id), reverse=True)
        assert (page.total, page.page, page.per_page, page.has_more) == (3, 0, 100, False)

    @EACH
    async def test_by_status_and_author(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        for id, author in (("a", "u"), ("b", "u"), ("c", "v"), ("d", None)):
            await stored(storage, name, id, author_id=author)
        await domain.update("a", status="published")

        assert ids(await domain.list(status="published")) == ["a"]
        assert sorted(ids(await domain.list(status="draft"))) == ["b", "c", "d"]
        assert sorted(ids(await domain.list(author_id="u"))) == ["a", "b"]
        assert ids(await domain.list(author_id="u", status="draft")) == ["b"]
        assert (await domain.list(status="archived")).total == 0

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ({"text": "x"}, ["a", "b"]),
            ({"number": 1}, ["a"]),
            ({"number": 1.0}, ["a"]),
            ({"number": "1"}, []),
            ({"flag": True}, ["a"]),
            ({"flag": 1}, ["b"]),
            ({"text": "x", "number": 2}, ["b"]),
            ({"deep": {"a": 1}}, ["a"]),
            ({"list": [2]}, ["a"]),
            ({"null": None}, ["a"]),
            ({"no word!": "y"}, ["b"]),
            ({}, ["a", "b", "c"]),
        ],
    )
    async def test_by_metadata_as_postgresql_contains_it(
        self, storage: Storage, wanted: dict[str, Any], found: list[str]
    ) -> None:
        await stored(
            storage,
            id="a",
            metadata={"text": "x", "number": 1, "flag": True, "deep": {"a": 1, "b": 2}, "list": [1, 2], "null": None},
        )
        await stored(storage, id="b", metadata={"text": "x", "number": 2, "flag": 1, "no word!": "y"})
        await stored(storage, id="c")

        assert sorted(ids(await storage.agents.list(metadata=wanted))) == found

    @pytest.mark.parametrize("name", ["agents", "skills"])
    async def test_by_visibility_and_ids(self, storage: Storage, name: str) -> None:
        domain = domain_of(storage, name)
        for id, visibility in (("a", "public"), ("b", "private"), ("c", None)):
            await stored(storage, name, id, visibility=visibility)

        assert ids(await domain.list(visibility="public")) == ["a"]
        assert sorted(ids(await domain.list(entity_ids=["c", "b", "nobody"]))) == ["b", "c"]
        assert ids(await domain.list(entity_ids=["a", "b"], visibility="private")) == ["b"]
        assert (await domain.list(entity_ids=[])).total == 0

    async def test_scorer_definitions_by_organization_and_project(self, storage: Storage) -> None:
        await stored(storage, "scorer_definitions", "a", organization_id="o", project_id="p")
        await stored(storage, "scorer_definitions", "b", organization_id="o", project_id="q")
        await stored(storage, "scorer_definitions", "c")

        assert sorted(ids(await storage.scorer_definitions.list(organization_id="o"))) == ["a", "b"]
        assert ids(await storage.scorer_definitions.list(organization_id="o", project_id="q")) == ["b"]

    async def test_a_filter_that_is_none_restricts_nothing(self, storage: Storage) -> None:
        await stored(storage)

        page = await storage.agents.list(
            status=None, author_id=None, metadata=None, visibility=None, entity_ids=None, favorited_only=None
        )

        assert page.total == 1

    async def test_by_the_time_of_the_last_change(self, storage: Storage) -> None:
        for id in ("a", "b"):
            await stored(storage, id=id)
        changed = await storage.agents.update("a", status="archived")

        found = await storage.agents.list(order=Order("updated_at", "asc"))

        assert [each.updated_at for each in found] == sorted(each.updated_at for each in found)
        assert max(each.updated_at for each in found) == changed.updated_at

    async def test_of_no_rows_there_is_the_total(self, storage: Storage) -> None:
        await stored(storage)

        page = await storage.agents.list(per_page=0)

        assert (list(page), page.total, page.has_more) == ([], 1, True)

    @given(number=st.integers(0, 7), per_page=st.integers(1, 4), direction=DIRECTIONS)
    @MODEST
    async def test_pages_together_are_the_list(
        self, storage: Storage, number: int, per_page: int, direction: Direction
    ) -> None:
        await storage.prompt_blocks.dangerously_clear_all()
        async with storage.transaction() as tx:  # made within a millisecond or two: ties are broken by id
            for each in range(number):
                await tx.prompt_blocks.create(id=f"e{each}", **CONFIGURATIONS["prompt_blocks"])
        order = Order("created_at", direction)

        everything = await storage.prompt_blocks.list(order=order, per_page=None)
        pages = [await storage.prompt_blocks.list(order=order, page=n, per_page=per_page) for n in range(9)]

        keys = [(each.created_at, each.id) for each in everything]
        assert keys == sorted(keys, reverse=direction == "desc")
        assert [each for page in pages for each in page] == list(everything)
        assert {page.total for page in pages} == {everything.total} == {number}
        assert [page.has_more for page in pages] == [(n + 1) * per_page < number for n in range(9)]


class TestFavoritesInLists:
    @pytest.mark.parametrize(("name", "entity_type"), [("agents", "agent"), ("skills", "skill")])
    @pytest.mark.parametrize("direction", ["asc", "desc"])
    async def test_those_of_a_user_come_first_in_either_direction(
        self, storage: Storage, name: str, entity_type: str, direction: Direction
    ) -> None:
        domain = domain_of(storage, name)
        for id in ("a", "b", "c", "d"):
            await stored(storage, name, id)
        for user, id in (("u", "b"), ("u", "c"), ("v", "a")):
            await storage.favorites.favorite(user_id=user, entity_type=entity_type, entity_id=id)
        order = Order("created_at", direction)
        plain = ids(await domain.list(order=order))

        pinned = await domain.list(order=order, pin_favorited_for="u")
        pages = [await domain.list(order=order, pin_favorited_for="u", page=n, per_page=3) for n in range(2)]

        expected = [id for id in plain if id in "bc"] + [id for id in plain if id not in "bc"]
        assert ids(pinned) == ids(pages[0]) + ids(pages[1]) == expected
        assert ids(await domain.list_resolved(order=order, pin_favorited_for="u")) == expected
        assert {each.id: each.favorite_count for each in pinned} == {"a": 1, "b": 1, "c": 1, "d": 0}

    @pytest.mark.parametrize(("name", "entity_type"), [("agents", "agent"), ("skills", "skill")])
    async def test_they_can_be_all(self, storage: Storage, name: str, entity_type: str) -> None:
        domain = domain_of(storage, name)
        for id in ("a", "b"):
            await stored(storage, name, id)
        await storage.favorites.favorite(user_id="u", entity_type=entity_type, entity_id="b")

        liked = await domain.list(pin_favorited_for="u", favorited_only=True)

        assert (ids(liked), liked.total) == (["b"], 1)
        assert (await domain.list(pin_favorited_for="v", favorited_only=True)).total == 0
        assert (await domain.list(pin_favorited_for="u", favorited_only=False)).total == 2
