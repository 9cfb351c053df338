"""The versions of versioned domains on MongoDB."""

import builtins
from collections.abc import Sequence
from typing import Any

from ..clock import utc_now
from ..domains.message_input import identifier, identifiers
from ..domains.versioned import HIGHEST_FIRST, named
from ..domains.versioned_changes import Asked, asked_version, missing, taken
from ..domains.versioned_input import version_number as checked_number
from ..domains.versioned_kinds import E, R, V, wire_name
from ..pages import Order, Page, Window
from .entities import added_version
from .executor import Document, Executor, Filter, Work
from .paging import counted, page_of, sorted_by, split
from .versioned_collections import AnyCollections, MongoVersionedDomain, entity_with, latest_of


class MongoEntityVersions(MongoVersionedDomain[E, V, R]):
    """The part of a versioned domain that is about versions."""

    @named("create_{version}")
    async def create_version(
        self,
        parent_id: str,
        *,
        id: str | None = None,
        version_number: int | None = None,
        changed_fields: Sequence[str] | None = None,
        change_message: str | None = None,
        **snapshot: Any,
    ) -> V:
        identifier(parent_id, "parent_id")
        asked = Asked.of(self.kind, id, version_number, changed_fields, change_message, snapshot)
        return await self._database.run(created_version(self.stored, parent_id, asked))

    @named("get_{version}")
    async def get_version(self, version_id: str) -> V | None:
        return self._shown(
            await self._database.find_one(self.stored.version, {"id": identifier(version_id, "version_id")})
        )

    @named("get_{version}s")
    async def get_versions(self, version_ids: Sequence[str]) -> builtins.list[V]:
        ids = identifiers(version_ids, "version_ids")
        if not ids:
            return []
        found = [self.stored.version_of(each) for each in await self._database.find_any(self.stored.version, "id", ids)]
        return sorted(found, key=lambda each: (getattr(each, self.kind.parent), each.version_number, each.id))

    @named("get_{version}_by_number")
    async def get_version_by_number(self, parent_id: str, version_number: int) -> V | None:
        parent, number = identifier(parent_id, "parent_id"), checked_number(version_number)
        where = {self.stored.parent: parent, "versionNumber": number}
        return self._shown(await self._database.find_one(self.stored.version, where))

    @named("get_latest_{version}")
    async def get_latest_version(self, parent_id: str) -> V | None:
        where = {self.stored.parent: identifier(parent_id, "parent_id")}
        found = await self._database.find(self.stored.version, where, order={"versionNumber": -1}, limit=1)
        return self._shown(found[0] if found else None)

    @named("list_{version}s")
    async def list_versions(
        self,
        parent_id: str,
        *,
        page: int = 0,
        per_page: int | None = 20,
        order: Order = HIGHEST_FIRST,
    ) -> Page[V]:
        window, where = Window.of(page, per_page), {self.stored.parent: identifier(parent_id, "parent_id")}
        by = _order(order.among("version_number", "created_at"))
        found, total = await page_of(self._database, self.stored.version, where, by, window)
        return window.show([self.stored.version_of(each) for each in found], total)

    @named("delete_{version}")
    async def delete_version(self, version_id: str) -> int:
        return await self._database.run(deleted_version(self.stored, identifier(version_id, "version_id")))

    @named("delete_{version}s_by_{parent}")
    async def delete_versions_by_parent_id(self, parent_id: str) -> int:
        return await self._database.run(deleted_versions(self.stored, identifier(parent_id, "parent_id")))

    @named("count_{version}s")
    async def count_versions(self, parent_id: str) -> int:
        where = {self.stored.parent: identifier(parent_id, "parent_id")}
        _, count = split(await self._database.aggregate(self.stored.version, counted(where)))
        return count

    def _shown(self, found: Document | None) -> V | None:
        return None if found is None else self.stored.version_of(found)


def created_version(stored: AnyCollections, parent_id: str, asked: Asked) -> Work[Any]:
    """Add a version while nobody else adds one to its entity, so that no number is given twice."""
    kind = stored.kind

    async def work(tx: Executor) -> Any:
        found = await entity_with(tx, stored, parent_id, stored.with_latest())
        if found is None:
            raise missing(kind, parent_id)
        latest = latest_of(found)
        version = asked_version(kind, parent_id, None if latest is None else stored.version_of(latest), asked)
        if (asked.id or asked.number) and await tx.find_one(stored.version, _either(stored, version)):
            raise taken(kind, version, id=asked.id is not None)
        await _held(tx, stored, found)
        await added_version(tx, stored, version)
        return version

    return work


async def _held(tx: Executor, stored: AnyCollections, found: Document) -> None:
    """Write an entity, and write it back as it was: what is only read is not held against others."""
    where = {"id": found["id"]}
    stamps = ({"updatedAt": utc_now()}, {"updatedAt": found.get("updatedAt")})
    await tx.update_each(stored.entity, [(where, {"$set": stamp}) for stamp in stamps], ordered=True)


def _either(stored: AnyCollections, version: Any) -> Filter:
    """The versions with this one's id or number."""
    number = {stored.parent: getattr(version, stored.kind.parent), "versionNumber": version.version_number}
    return {"$or": [{"id": version.id}, number]}


def deleted_version(stored: AnyCollections, version_id: str) -> Work[int]:
    """Delete a version; an entity in which it was active has no active one any more."""

    async def work(tx: Executor) -> int:
        found = await tx.find_one(stored.version, {"id": version_id}, fields={"_id": 0, stored.parent: 1})
        if found is None:
            return 0
        await _without_active(tx, stored, found.get(stored.parent), version_id)
        return await tx.delete_one(stored.version, {"id": version_id})

    return work


def deleted_versions(stored: AnyCollections, parent_id: str) -> Work[int]:
    """Delete all versions of an entity."""

    async def work(tx: Executor) -> int:
        deleted = await tx.delete(stored.version, {stored.parent: parent_id})
        if deleted:
            await _without_active(tx, stored, parent_id, {"$ne": None})
        return deleted

    return work


async def _without_active(tx: Executor, stored: AnyCollections, id: Any, active: Any) -> None:
    """Have no version of an entity active, if one is that matches."""
    none = {"$set": {"activeVersionId": None, "updatedAt": utc_now()}}
    await tx.update_one(stored.entity, {"id": id, "activeVersionId": active}, none)


def _order(order: Order) -> dict[str, Any]:
    """Numbers are unique within an entity; equal times are not."""
    ties = ("id",) if order.field == "created_at" else ()
    return sorted_by(wire_name(order.field), *ties, direction=order.direction)
