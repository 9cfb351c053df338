"""Favorites on MongoDB."""

from collections.abc import Sequence

from ..clock import utc_now
from ..documents import Collection
from ..documents.favorites import FAVORITES
from ..documents.versioned import AGENTS, SKILLS
from ..domains.base import operation
from ..domains.favorites import FavoritesDomain
from ..domains.message_input import identifier, identifiers
from ..domains.versioned_kinds import one_of
from ..errors import NotFound
from ..records.favorites import FavoriteState
from .domain import MongoDomain
from .executor import Document, Executor, Work

ENTITIES: dict[str, Collection] = {"agent": AGENTS, "skill": SKILLS}
"""What can be liked, and where it is counted."""

NEWEST_FIRST = {"createdAt": -1, "entityId": 1}

_entity_type = one_of(*ENTITIES)


class MongoFavorites(MongoDomain, FavoritesDomain):
    """The favorites domain on MongoDB."""

    collections = (FAVORITES, AGENTS, SKILLS)

    @operation
    async def favorite(self, *, user_id: str, entity_type: str, entity_id: str) -> FavoriteState:
        return await self._database.run(added(_key(user_id, entity_type, entity_id)))

    @operation
    async def unfavorite(self, *, user_id: str, entity_type: str, entity_id: str) -> FavoriteState:
        return await self._database.run(removed(_key(user_id, entity_type, entity_id)))

    @operation
    async def is_favorited(self, *, user_id: str, entity_type: str, entity_id: str) -> bool:
        key = _key(user_id, entity_type, entity_id)
        return await self._database.find_one(FAVORITES, key, fields={"_id": 1}) is not None

    @operation
    async def is_favorited_batch(self, *, user_id: str, entity_type: str, entity_ids: Sequence[str]) -> set[str]:
        where: Document = _of_user(user_id, entity_type)
        ids = identifiers(entity_ids, "entity_ids")
        if not ids:
            return set()
        found = await self._database.find_any(FAVORITES, "entityId", ids, where=where, fields=_ID)
        return {each["entityId"] for each in found}

    @operation
    async def list_favorited_ids(self, *, user_id: str, entity_type: str) -> list[str]:
        where = _of_user(user_id, entity_type)
        found = await self._database.find(FAVORITES, where, fields=_ID, order=NEWEST_FIRST)
        return [each["entityId"] for each in found]

    @operation
    async def delete_favorites_for_entity(self, *, entity_type: str, entity_id: str) -> int:
        kind, entity = _entity_type(entity_type, "entity_type"), identifier(entity_id, "entity_id")
        return await self._database.run(forgotten(kind, entity))

    @operation
    async def dangerously_clear_all(self) -> None:
        await self._database.run(cleared)


_ID = {"_id": 0, "entityId": 1}


def added(key: Document) -> Work[FavoriteState]:
    """Store a favorite and count it. The entity is written with it, so that nobody else counts meanwhile."""

    async def work(tx: Executor) -> FavoriteState:
        count = await _count_of(tx, key)
        if await tx.put(FAVORITES, key, {"$setOnInsert": {**key, "createdAt": utc_now()}}):
            count = await _counted_anew(tx, key, 1)
        return FavoriteState(True, count)

    return work


def removed(key: Document) -> Work[FavoriteState]:
    """Remove a favorite and count it, likewise."""

    async def work(tx: Executor) -> FavoriteState:
        count = await _count_of(tx, key)
        if await tx.delete_one(FAVORITES, key):
            count = await _counted_anew(tx, key, -1)
        return FavoriteState(False, count)

    return work


def forgotten(entity_type: str, entity_id: str) -> Work[int]:
    """Remove all favorites of an entity."""

    async def work(tx: Executor) -> int:
        await tx.update_one(ENTITIES[entity_type], {"id": entity_id}, _NO_FAVORITES)
        return await tx.delete(FAVORITES, {"entityType": entity_type, "entityId": entity_id})

    return work


async def cleared(tx: Executor) -> None:
    for collection in ENTITIES.values():
        await tx.update(collection, {"favoriteCount": {"$nin": [0, None]}}, _NO_FAVORITES)
    await tx.delete(FAVORITES, {})


_NO_FAVORITES = {"$set": {"favoriteCount": 0}}


async def _count_of(tx: Executor, key: Document) -> int:
    """How many users like an entity; what nobody has counted yet is none (contract: agents.md, section 7)."""
    collection = ENTITIES[key["entityType"]]
    found = await tx.find_one(collection, {"id": key["entityId"]}, fields={"_id": 0, "favoriteCount": 1})
    if found is None:
        raise NotFound(
            key["entityType"], status="ENTITY_NOT_FOUND", entity_type=key["entityType"], entity_id=key["entityId"]
        )
    return int(found.get("favoriteCount") or 0)


async def _counted_anew(tx: Executor, key: Document, step: int) -> int:
    """One more or one less, never below 0."""
    moved = {"$add": [{"$ifNull": ["$favoriteCount", 0]}, step]}
    update = [{"$set": {"favoriteCount": {"$max": [moved, 0]}}}]
    where, fields = {"id": key["entityId"]}, {"_id": 0, "favoriteCount": 1}
    found = await tx.change_one(ENTITIES[key["entityType"]], where, update, fields=fields)
    # Without a transaction it may be deleted meanwhile.
    return 0 if found is None else int(found["favoriteCount"])


def _of_user(user_id: str, entity_type: str) -> Document:
    return {"userId": identifier(user_id, "user_id"), "entityType": _entity_type(entity_type, "entity_type")}


def _key(user_id: str, entity_type: str, entity_id: str) -> Document:
    return _of_user(user_id, entity_type) | {"entityId": identifier(entity_id, "entity_id")}
