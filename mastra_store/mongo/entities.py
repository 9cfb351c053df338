"""Making, changing and deleting the entities of versioned domains on MongoDB.

A transaction that reads an entity and writes it is undone and begun anew when somebody else has changed it meanwhile:
that is the lock on it. Whatever is refused is refused before anything is written.
"""

import uuid
from typing import Any

from msgspec import UNSET, UnsetType

from ..clock import utc_now
from ..documents.favorites import FAVORITES
from ..domains.message_input import identifier, optional_identifier
from ..domains.versioned import named
from ..domains.versioned_changes import (
    Change,
    automatic_version,
    first_version,
    missing,
    new_entity,
    no_version,
    taken,
)
from ..domains.versioned_input import whole_entity
from ..domains.versioned_kinds import E, R, V, wire_name
from ..errors import AlreadyExists, Conflict
from .encoding import storable
from .executor import Document, Executor, Work
from .filters import literal
from .threads import merged_over
from .versioned_collections import AnyCollections, MongoVersionedDomain, refused


class MongoEntities(MongoVersionedDomain[E, V, R]):
    """The part of a versioned domain that writes entities."""

    @named("create_{entity}")
    async def create(self, *, id: str | None = None, author_id: str | None = None, **fields: Any) -> E:
        owner = optional_identifier(author_id, "author_id")
        given = whole_entity(self.kind, fields)
        entity = new_entity(self.kind, optional_identifier(id, "id") or str(uuid.uuid4()), owner, given.own)
        version = first_version(self.kind, entity.id, given.snapshot)
        if not await self._database.run(created(self.stored, entity, version)):
            raise AlreadyExists(self.kind.noun, **{self.kind.parent: entity.id})
        return entity  # type: ignore[no-any-return]

    @named("get_{entity}_by_id")
    async def get_by_id(self, id: str) -> E | None:
        found = await self._database.find_one(self.stored.entity, {"id": identifier(id, "id")})
        return None if found is None else self.stored.entity_of(found)

    @named("update_{entity}")
    async def update(
        self,
        id: str,
        *,
        status: str | None = None,
        active_version_id: str | UnsetType | None = UNSET,
        author_id: str | UnsetType | None = UNSET,
        **fields: Any,
    ) -> E:
        change = Change.of(self.kind, status, active_version_id, author_id, fields)
        return await self._database.run(updated_entity(self.stored, identifier(id, "id"), change))

    @named("delete_{entity}")
    async def delete(self, id: str) -> int:
        return await self._database.run(deleted_entity(self.stored, identifier(id, "id")))

    @named("dangerously_clear_all")
    async def dangerously_clear_all(self) -> None:
        await self._database.run(cleared_entities(self.stored))


def created(stored: AnyCollections, entity: Any, version: Any) -> Work[bool]:
    """Make an entity and its first version. ``False`` if the id is taken."""

    async def work(tx: Executor) -> bool:
        made = await tx.put(stored.entity, {"id": entity.id}, {"$setOnInsert": stored.entity_document(entity)})
        if made:
            await added_version(tx, stored, version)
        return made

    return work


async def added_version(tx: Executor, stored: AnyCollections, version: Any) -> None:
    """Make a version.

    Raises:
        AlreadyExists: its id or its number is taken. The transaction is undone.
    """
    try:
        await tx.insert(stored.version, [stored.version_document(version)])
    except AlreadyExists as error:
        raise taken(stored.kind, version) from error.__cause__


def updated_entity(stored: AnyCollections, id: str, change: Change) -> Work[Any]:
    """Change an entity, and make a version where its snapshot changes."""

    async def work(tx: Executor) -> Any:
        version = None
        if change.activated and not await tx.find_one(stored.version, of_entity(stored, id, change.activated)):
            raise await refused(tx, stored, id, no_version("active_version_id", change.activated, stored.kind))
        if change.fields.snapshot:
            latest = await found_latest(tx, stored, id)
            try:
                version = automatic_version(stored.kind, id, latest, change.fields.snapshot)
            except Conflict as error:
                raise await refused(tx, stored, id, error) from None
        changed = await tx.change_one(stored.entity, {"id": id}, changed_fields(change))
        if changed is None:
            raise missing(stored.kind, id)
        if version is not None:
            await added_version(tx, stored, version)
        return stored.entity_of(changed)

    return work


def changed_fields(change: Change) -> list[Document]:
    """The update of an entity, whose metadata is merged inside the server."""
    new: Document = {"updatedAt": utc_now()}
    for name, value in change.own.items():
        new[wire_name(name)] = (
            merged_over("$metadata", storable(value, "metadata")) if name == "metadata" else literal(value)
        )
    return [{"$set": new}]


async def found_latest(tx: Executor, stored: AnyCollections, id: str) -> Any:
    """An entity's latest version, or ``None``. Served by the index of entity and number."""
    found = await tx.find(stored.version, {stored.parent: id}, order={"versionNumber": -1}, limit=1)
    return stored.version_of(found[0]) if found else None


def of_entity(stored: AnyCollections, id: str, version_id: str) -> Document:
    """The filter of a version by its id, if it is one of the entity's."""
    return {"id": version_id, stored.parent: id}


def deleted_entity(stored: AnyCollections, id: str) -> Work[int]:
    """Delete an entity, its versions and the favorites of it; the entity last, so that where there is no transaction
    it can be called again after it broke off."""

    async def work(tx: Executor) -> int:
        await tx.delete(stored.version, {stored.parent: id})
        if stored.kind.favorites is not None:
            await tx.delete(FAVORITES, {"entityType": stored.kind.favorites, "entityId": id})  # which may be missing
        return await tx.delete_one(stored.entity, {"id": id})

    return work


def cleared_entities(stored: AnyCollections) -> Work[None]:
    async def work(tx: Executor) -> None:
        if stored.kind.favorites is not None:
            await tx.delete(FAVORITES, {"entityType": stored.kind.favorites})
        await tx.delete(stored.version, {})
        await tx.delete(stored.entity, {})

    return work
