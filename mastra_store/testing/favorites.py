"""What every backend promises of favorites, and of the counts in agents and skills."""

import asyncio
from typing import Any

import pytest

from ..errors import InvalidArgument, NotFound
from ..records.favorites import FavoriteState
from ..storage import Storage
from .versioned_builders import domain_of, stored

__all__ = ["TestFavorites", "TestRefusedFavorites"]

BOTH = pytest.mark.parametrize(("name", "entity_type"), [("agents", "agent"), ("skills", "skill")])


class TestFavorites:
    @BOTH
    async def test_they_are_counted_with_the_entity(self, storage: Storage, name: str, entity_type: str) -> None:
        before = await stored(storage, name)

        first = await _like(storage, entity_type, user="u")
        second = await _like(storage, entity_type, user="v")

        assert (first, second) == (FavoriteState(True, 1), FavoriteState(True, 2))
        assert await domain_of(storage, name).get_by_id("e") == before.evolve(favorite_count=2)

    @BOTH
    async def test_once_is_enough(self, storage: Storage, name: str, entity_type: str) -> None:
        await stored(storage, name)
        await _like(storage, entity_type)

        assert await _like(storage, entity_type) == FavoriteState(True, 1)
        assert await _dislike(storage, entity_type) == FavoriteState(False, 0)
        assert await _dislike(storage, entity_type) == FavoriteState(False, 0)
        assert await storage.favorites.is_favorited(user_id="u", entity_type=entity_type, entity_id="e") is False

    async def test_agents_and_skills_are_apart(self, storage: Storage) -> None:
        await stored(storage)
        await stored(storage, "skills")

        await _like(storage, "skill")

        assert await storage.favorites.is_favorited(user_id="u", entity_type="skill", entity_id="e") is True
        assert await storage.favorites.is_favorited(user_id="u", entity_type="agent", entity_id="e") is False
        assert await storage.favorites.is_favorited(user_id="v", entity_type="skill", entity_id="e") is False
        agent = await storage.agents.get_by_id("e")
        assert agent is not None
        assert agent.favorite_count == 0

    async def test_several_are_asked_for_at_once(self, storage: Storage) -> None:
        for id in ("a", "b", "c"):
            await stored(storage, id=id)
        for id in ("a", "c"):
            await _like(storage, "agent", id=id)

        asked = {"user_id": "u", "entity_type": "agent"}
        assert await storage.favorites.is_favorited_batch(**asked, entity_ids=["a", "b", "nobody"]) == {"a"}
        assert await storage.favorites.is_favorited_batch(**asked, entity_ids=[]) == set()

    async def test_what_was_liked_last_comes_first(self, storage: Storage) -> None:
        for id in ("a", "b", "c"):
            await stored(storage, id=id)
        for id in ("b", "c", "a"):
            await _like(storage, "agent", id=id)
        await _like(storage, "agent", id="b", user="v")

        found = await storage.favorites.list_favorited_ids(user_id="u", entity_type="agent")

        assert sorted(found) == ["a", "b", "c"]
        assert await storage.favorites.list_favorited_ids(user_id="v", entity_type="agent") == ["b"]
        assert await storage.favorites.list_favorited_ids(user_id="u", entity_type="skill") == []

    @BOTH
    async def test_those_of_an_entity_are_deleted_with_its_count(
        self, storage: Storage, name: str, entity_type: str
    ) -> None:
        for id in ("e", "other"):
            await stored(storage, name, id)
            await _like(storage, entity_type, id=id)
        await _like(storage, entity_type, user="v")

        deleted = await storage.favorites.delete_favorites_for_entity(entity_type=entity_type, entity_id="e")

        counts = {each.id: each.favorite_count for each in await domain_of(storage, name).list()}
        assert (deleted, counts) == (2, {"e": 0, "other": 1})
        assert await storage.favorites.list_favorited_ids(user_id="u", entity_type=entity_type) == ["other"]

    async def test_of_an_unknown_entity_there_are_none_to_delete(self, storage: Storage) -> None:
        assert await storage.favorites.delete_favorites_for_entity(entity_type="agent", entity_id="nobody") == 0

    @pytest.mark.parametrize("method", ["favorite", "unfavorite"])
    @BOTH
    async def test_there_must_be_an_entity(self, storage: Storage, name: str, entity_type: str, method: str) -> None:
        with pytest.raises(NotFound) as refused:
            await getattr(storage.favorites, method)(user_id="u", entity_type=entity_type, entity_id="nobody")

        assert refused.value.id.endswith(f"_{method.upper()}_ENTITY_NOT_FOUND")
        assert refused.value.details == {"entity_type": entity_type, "entity_id": "nobody"}
        assert await storage.favorites.list_favorited_ids(user_id="u", entity_type=entity_type) == []

    async def test_of_many_at_once_none_is_miscounted(self, storage: Storage) -> None:
        await stored(storage)

        await asyncio.gather(*(_like(storage, "agent", user=f"u{n % 10}") for n in range(30)))
        await asyncio.gather(*(_dislike(storage, "agent", user=f"u{n % 5}") for n in range(20)))

        agent = await storage.agents.get_by_id("e")
        assert agent is not None
        assert agent.favorite_count == 5

    async def test_all_can_be_cleared(self, storage: Storage) -> None:
        await stored(storage)
        await stored(storage, "skills")
        for entity_type in ("agent", "skill"):
            await _like(storage, entity_type)

        await storage.favorites.dangerously_clear_all()

        assert [each.favorite_count for each in await storage.agents.list()] == [0]
        assert [each.favorite_count for each in await storage.skills.list()] == [0]
        assert await storage.favorites.list_favorited_ids(user_id="u", entity_type="agent") == []

    @pytest.mark.needs("transactions")
    async def test_favorite_and_count_are_undone_together(self, storage: Storage) -> None:
        before = await stored(storage)

        with pytest.raises(ZeroDivisionError):
            async with storage.transaction() as tx:
                await tx.favorites.favorite(user_id="u", entity_type="agent", entity_id="e")
                raise ZeroDivisionError

        assert await storage.agents.get_by_id("e") == before
        assert await storage.favorites.is_favorited(user_id="u", entity_type="agent", entity_id="e") is False


class TestRefusedFavorites:
    @pytest.mark.parametrize(
        ("bad", "path"),
        [
            ({"entity_type": "workspace"}, "entity_type"),
            ({"entity_type": None}, "entity_type"),
            ({"user_id": ""}, "user_id"),
            ({"entity_id": 7}, "entity_id"),
        ],
    )
    @pytest.mark.parametrize("method", ["favorite", "unfavorite", "is_favorited"])
    async def test_bad_keys_are_named(self, storage: Storage, method: str, bad: dict[str, Any], path: str) -> None:
        with pytest.raises(InvalidArgument) as refused:
            await getattr(storage.favorites, method)(
                **{"user_id": "u", "entity_type": "agent", "entity_id": "e", **bad}
            )

        assert refused.value.details["argument"] == path

    async def test_one_id_is_no_list(self, storage: Storage) -> None:
        with pytest.raises(InvalidArgument) as refused:
            await storage.favorites.is_favorited_batch(user_id="u", entity_type="agent", entity_ids="e")

        assert refused.value.details["argument"] == "entity_ids"


async def _like(storage: Storage, entity_type: str, *, id: str = "e", user: str = "u") -> FavoriteState:
    return await storage.favorites.favorite(user_id=user, entity_type=entity_type, entity_id=id)


async def _dislike(storage: Storage, entity_type: str, *, id: str = "e", user: str = "u") -> FavoriteState:
    return await storage.favorites.unfavorite(user_id=user, entity_type=entity_type, entity_id=id)
