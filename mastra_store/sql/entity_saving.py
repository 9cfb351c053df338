"""Saving a whole configuration on SQL: what is given becomes what is in force."""

from typing import Any

from ..clock import utc_now
from ..domains.message_input import identifier, optional_identifier
from ..domains.versioned import named
from ..domains.versioned_input import Given, changed_names, new_version, shown, whole_entity
from ..domains.versioned_kinds import E, R, V
from ..errors import InvalidArgument
from ..jsontext import same, text_of
from .entities import added_version, first_version, new_entity, rewritten, with_fields
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
    found = yield entity_by_id(tables, locked=True).bind(of_entity=id)
    if not found:
        version = first_version(tables, id, given.snapshot, message)
        new = new_entity(tables, id, author_id, given.own)
        entity = new.evolve(status="published", active_version_id=version.id)
        found = yield found_or_made_entity(tables).bind(**values_of(entity, "entity"))
        if tables.kind.entity(*found[0]).active_version_id == version.id:  # nobody else has made it meanwhile
            yield from added_version(tables, version)
            return shown(tables.kind, entity, version)
    return (yield from _saved_over(tables, tables.kind.entity(*found[0]), author_id, message, given))


def _saved_over(tables: AnyTables, entity: Any, author_id: str | None, message: str | None, given: Given) -> Work[Any]:
    _refuse_fixed(tables, entity, given)
    version = yield from _version_with(tables, entity, message, given.snapshot)
    changed = with_fields(entity, given.own).evolve(
        status="published", active_version_id=version.id, author_id=author_id or entity.author_id
    )
    if not same(changed.to_dict(), entity.to_dict()):
        changed = changed.evolve(updated_at=utc_now())
        yield from rewritten(tables, changed)
    return shown(tables.kind, changed, version)


def _version_with(tables: AnyTables, entity: Any, message: str | None, snapshot: dict[str, Any]) -> Work[Any]:
    """The version in force, or else the latest one, if it has this snapshot; otherwise a new one."""
    kind = tables.kind
    latest = yield from found_latest(tables, entity.id)
    if latest is None:
        return (yield from added_version(tables, first_version(tables, entity.id, snapshot, message)))
    in_force = latest
    if entity.active_version_id not in (None, latest.id):
        active = yield version_of_entity(tables).bind(of_entity=entity.id, of_version=entity.active_version_id)
        in_force = kind.version(*active[0]) if active else latest
    names = changed_names(kind, in_force, snapshot)
    if not names:
        return in_force
    if not changed_names(kind, latest, snapshot):
        return latest
    version = new_version(
        kind,
        entity.id,
        latest.version_number + 1,
        snapshot,
        changed=names,
        message=message or f"Updated {', '.join(names)}",
    )
    return (yield from added_version(tables, version))


def _refuse_fixed(tables: AnyTables, entity: Any, given: Given) -> None:
    for name in sorted(tables.kind.fixed & given.own.keys()):
        if given.own[name] != getattr(entity, name):
            raise InvalidArgument(name, f"of a stored {tables.kind.noun} can not be changed")
