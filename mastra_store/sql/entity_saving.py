"""Saving a whole configuration on SQL: what is given becomes what is in force."""

from typing import Any

from ..domains.message_input import identifier, optional_identifier
from ..domains.versioned import named
from ..domains.versioned_changes import first_version, new_entity, saved_entity, saved_version
from ..domains.versioned_input import Given, shown, whole_entity
from ..domains.versioned_kinds import E, R, V
from ..jsontext import text_of
from .entities import added_version, rewritten
from .plans import Work
from .versioned_tables import (
    AnyTables,
    SqlVersionedDomain,
    entity_by_id,
    found_latest,
    found_or_made_entity,
    values_of,
    version_of_entity,
)


class SqlEntitySaving(SqlVersionedDomain[E, V, R]):
    """The part of a versioned domain that saves configurations."""

    @named("save_{entity}")
    async def save(
        self, *, id: str, author_id: str | None = None, change_message: str | None = None, **fields: Any
    ) -> R:
        identifier(id, "id")
        owner = optional_identifier(author_id, "author_id")
        message = None if change_message is None else text_of(change_message, "change_message")
        given = whole_entity(self.kind, fields)
        return await self._database.run(saved(self.tables, id, owner, message, given))


def saved(tables: AnyTables, id: str, author_id: str | None, message: str | None, given: Given) -> Work[Any]:
    """Have an entity with this configuration in force, whatever was there before."""
    kind = tables.kind
    found = yield entity_by_id(tables, locked=True).bind(of_entity=id)
    if not found:
        version = first_version(kind, id, given.snapshot, message)
        entity = new_entity(kind, id, author_id, given.own).evolve(status="published", active_version_id=version.id)
        found = yield found_or_made_entity(tables).bind(**values_of(entity, "entity"))
        if kind.entity(*found[0]).active_version_id == version.id:  # nobody else has made it meanwhile
            yield from added_version(tables, version)
            return shown(kind, entity, version)
    return (yield from _saved_over(tables, kind.entity(*found[0]), author_id, message, given))


def _saved_over(tables: AnyTables, entity: Any, author_id: str | None, message: str | None, given: Given) -> Work[Any]:
    kind = tables.kind
    latest = yield from found_latest(tables, entity.id)
    in_force = latest
    if latest is not None and entity.active_version_id not in (None, latest.id):
        active = yield version_of_entity(tables).bind(of_entity=entity.id, of_version=entity.active_version_id)
        in_force = kind.version(*active[0]) if active else latest
    version = saved_version(kind, entity.id, in_force, latest, given.snapshot, message)
    changed = saved_entity(kind, entity, author_id, given.own, version.id)
    if version is not in_force and version is not latest:
        yield from added_version(tables, version)
    if changed is not entity:
        yield from rewritten(tables, changed)
    return shown(kind, changed, version)
