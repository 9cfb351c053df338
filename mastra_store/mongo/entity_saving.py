"""Saving a whole configuration on MongoDB: what is given becomes what is in force."""

from typing import Any

from ..domains.message_input import identifier, optional_identifier
from ..domains.versioned import named
from ..domains.versioned_changes import first_version, new_entity, saved_entity, saved_version
from ..domains.versioned_input import Given, shown, whole_entity
from ..domains.versioned_kinds import E, R, V
from ..jsontext import text_of
from .entities import added_version, created
from .executor import Document, Executor, Work
from .versioned_collections import AnyCollections, MongoVersionedDomain, entity_with, latest_of


class MongoEntitySaving(MongoVersionedDomain[E, V, R]):
    """The part of a versioned domain that saves configurations."""

    @named("save_{entity}")
    async def save(
        self, *, id: str, author_id: str | None = None, change_message: str | None = None, **fields: Any
    ) -> R:
        identifier(id, "id")
        owner = optional_identifier(author_id, "author_id")
        message = None if change_message is None else text_of(change_message, "change_message")
        given = whole_entity(self.kind, fields)
        return await self._database.run(saved(self.stored, id, owner, message, given))


def saved(stored: AnyCollections, id: str, author_id: str | None, message: str | None, given: Given) -> Work[Any]:
    """Have an entity with this configuration in force, whatever was there before."""
    kind = stored.kind

    async def work(tx: Executor) -> Any:
        found = await entity_with(tx, stored, id, [*stored.with_active(), *stored.with_latest()])
        if found is None:
            version = first_version(kind, id, given.snapshot, message)
            entity = new_entity(kind, id, author_id, given.own).evolve(status="published", active_version_id=version.id)
            if await created(stored, entity, version)(tx):
                return shown(kind, entity, version)
            # Without a transaction: somebody else has made it meanwhile.
            return await work(tx)
        return await _saved_over(tx, stored, found, author_id, message, given)

    return work


async def _saved_over(
    tx: Executor, stored: AnyCollections, found: Document, author_id: str | None, message: str | None, given: Given
) -> Any:
    kind, entity = stored.kind, stored.entity_of(found)
    latest, in_force = (
        None if each is None else stored.version_of(each) for each in (latest_of(found), stored.active_of(found))
    )
    version = saved_version(kind, entity.id, in_force, latest, given.snapshot, message)
    changed = saved_entity(kind, entity, author_id, given.own, version.id)
    if version is not in_force and version is not latest:
        await added_version(tx, stored, version)
    if changed is not entity:
        await tx.update_one(stored.entity, {"id": entity.id}, {"$set": stored.entity_document(changed)})
    return shown(kind, changed, version)
