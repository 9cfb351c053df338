"""Lists of the entities of versioned domains on MongoDB, and entities with their configuration."""

import builtins
from collections.abc import Mapping
from typing import Any

from ..documents.favorites import FAVORITES
from ..domains.message_input import identifier, optional_identifier
from ..domains.versioned import NEWEST_FIRST, named
from ..domains.versioned_changes import no_version
from ..domains.versioned_input import filters as checked_filters
from ..domains.versioned_kinds import E, R, V, status as checked_status, wire_name
from ..pages import Order, Page, Window
from .encoding import storable
from .executor import Document
from .filters import contains
from .paging import page_of, sorted_by
from .versioned_collections import ACTIVE, MongoVersionedDomain, entity_with

TIMES = ("created_at", "updated_at")

LIKED = "mastra_store_liked"
"""The field in which a pipeline gives whether a user likes an entity."""


class MongoEntityLists(MongoVersionedDomain[E, V, R]):
    """The part of a versioned domain that lists entities and shows them with their configuration."""

    @named("list_{entity}s")
    async def list(
        self,
        *,
        status: str | None = None,
        author_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        page: int = 0,
        per_page: int | None = 100,
        order: Order = NEWEST_FIRST,
        **filters: Any,
    ) -> Page[E]:
        window, order = Window.of(page, per_page), order.among(*TIMES)
        given = checked_filters(self.kind, status=status, author_id=author_id, **_metadata(metadata), **filters)
        found, total = await self._listed(given, order, window, [])
        return window.show([self.stored.entity_of(each) for each in found], total)

    @named("list_{entity}s")
    async def list_resolved(
        self,
        *,
        status: str | None = None,
        author_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        page: int = 0,
        per_page: int | None = 100,
        order: Order = NEWEST_FIRST,
        **filters: Any,
    ) -> Page[R]:
        window, order = Window.of(page, per_page), order.among(*TIMES)
        given = checked_filters(self.kind, status=status, author_id=author_id, **_metadata(metadata), **filters)
        version = self.stored.with_latest() if status == "draft" else self.stored.in_force()
        found, total = await self._listed(given, order, window, version)
        return window.show([self.stored.resolved_of(each) for each in found], total)

    @named("get_{entity}_by_id")
    async def get_by_id_resolved(
        self, id: str, *, status: str | None = None, version_id: str | None = None
    ) -> R | None:
        identifier(id, "id")
        latest = status is not None and checked_status(status, "status") == "draft"
        version = self.stored.with_latest() if latest else self.stored.in_force()
        if (given := optional_identifier(version_id, "version_id")) is not None:
            version = self.stored.with_version(given)
        found = await entity_with(self._database, self.stored, id, version)
        if found is None:
            return None
        if given is not None and not found[ACTIVE]:
            raise no_version("version_id", given, self.kind)
        resolved: R = self.stored.resolved_of(found)
        return resolved

    async def _listed(
        self, given: dict[str, Any], order: Order, window: Window, version: builtins.list[Document]
    ) -> tuple[builtins.list[Document], int]:
        """Served by the index of the time that is sorted by, but for a user's favorites: there are few entities."""
        by, then = sorted_by(wire_name(order.field), "id", direction=order.direction), []
        if (user := given.get("pin_favorited_for")) is not None:
            then += _liked(user, self.kind.favorites)
            by = {LIKED: -1, **by}
        if "favorited_only" in given:
            then.append({"$match": {LIKED: True}})
        where = _where(given)
        return await page_of(self._database, self.stored.entity, where, by, window, then=then, shown=version)


def _where(given: dict[str, Any]) -> Document:
    where: Document = {}
    for name, value in given.items():
        match name:
            case "metadata":
                where["$expr"] = contains("$metadata", storable(value, name))
            case "entity_ids":
                where["id"] = {"$in": value}
            case "pin_favorited_for" | "favorited_only":
                pass
            case _:
                where[wire_name(name)] = value
    return where


def _liked(user_id: str, entity_type: str | None) -> builtins.list[Document]:
    """Stages that say of each entity whether a user likes it. Served by the key of favorites."""
    of_user = [{"$match": {"userId": user_id, "entityType": entity_type}}, {"$limit": 1}]
    joined = {"from": FAVORITES.name, "localField": "id", "foreignField": "entityId"}
    return [
        {"$lookup": {**joined, "pipeline": of_user, "as": LIKED}},
        {"$set": {LIKED: {"$ne": [f"${LIKED}", []]}}},
    ]


def _metadata(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    """The filter of metadata where one is given: a kind that has none refuses its name."""
    return {} if metadata is None else {"metadata": metadata}
