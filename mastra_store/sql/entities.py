"""Making, changing and deleting the entities of versioned domains on SQL."""

import uuid
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy import ColumnElement, Executable, bindparam, delete, select, update
from sqlalchemy.sql.dml import Delete, Update

from ..clock import utc_now
from ..domains.message_input import identifier, optional_identifier
from ..domains.versioned import named
from ..domains.versioned_changes import (
    Change,
    automatic_version,
    first_version,
    new_entity,
    no_version,
    taken,
    with_fields,
)
from ..domains.versioned_input import whole_entity
from ..domains.versioned_kinds import E, R, V
from ..errors import AlreadyExists
from ..models.favorites import FavoriteRow
from .dialects import Attribute, SqlDialect
from .plans import Work, statement
from .versioned_tables import (
    AnyTables,
    SqlVersionedDomain,
    assigned,
    attribute,
    entity_by_id,
    found_latest,
    inserted_entity,
    inserted_version,
    locked_entity,
    row,
    values_of,
    version_of_entity,
)


class SqlEntities(SqlVersionedDomain[E, V, R]):
    """The part of a versioned domain that writes entities."""

    @named("create_{entity}")
    async def create(self, *, id: str | None = None, author_id: str | None = None, **fields: Any) -> E:
        tables, owner = self.tables, optional_identifier(author_id, "author_id")
        given = whole_entity(self.kind, fields)
        entity = new_entity(self.kind, optional_identifier(id, "id") or str(uuid.uuid4()), owner, given.own)
        version = first_version(self.kind, entity.id, given.snapshot)
        if self._database.sql.writes_in_ctes:
            values = values_of(entity, "entity") | values_of(version, "version")
            found = await self._database.write(created_at_once(tables).bind(**values))
            made = len(found) == 1
        else:
            made = await self._database.run(created_in_steps(tables, entity, version))
        if not made:
            raise AlreadyExists(self.kind.noun, **{self.kind.parent: entity.id})
        return entity  # type: ignore[no-any-return]

    @named("get_{entity}_by_id")
    async def get_by_id(self, id: str) -> E | None:
        found = await self._database.read(entity_by_id(self.tables).bind(of_entity=identifier(id, "id")))
        return self.kind.entity(*found[0]) if found else None

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
        return await self._database.run(updated_entity(self.tables, identifier(id, "id"), change))

    @named("delete_{entity}")
    async def delete(self, id: str) -> int:
        return await self._database.run(deleted_entity(self.tables, identifier(id, "id")))

    @named("dangerously_clear_all")
    async def dangerously_clear_all(self) -> None:
        await self._database.run(cleared_entities(self.tables))


def created_in_steps(tables: AnyTables, entity: Any, version: Any) -> Work[bool]:
    """Make an entity and its first version where a WITH query can not write. ``False`` if the id is taken."""
    if not (yield inserted_entity(tables).bind(**values_of(entity, "entity"))):
        return False
    yield from added_version(tables, version)
    return True


def added_version(tables: AnyTables, version: Any) -> Work[Any]:
    """Make a version.

    Raises:
        AlreadyExists: its id or its number is taken.
    """
    if not (yield inserted_version(tables).bind(**values_of(version, "version"))):
        raise taken(tables.kind, version)
    return version


def updated_entity(tables: AnyTables, id: str, change: Change) -> Work[Any]:
    """Change an entity while nobody else does, and make a version where its snapshot changes."""
    entity = yield from locked_entity(tables, id)
    if change.activated and not (yield version_of_entity(tables).bind(of_entity=id, of_version=change.activated)):
        raise no_version("active_version_id", change.activated, tables.kind)
    if change.fields.snapshot:
        latest = yield from found_latest(tables, id)
        if version := automatic_version(tables.kind, id, latest, change.fields.snapshot):
            yield from added_version(tables, version)
    changed = with_fields(entity, change.own).evolve(updated_at=utc_now())
    yield from rewritten(tables, changed)
    return changed


def rewritten(tables: AnyTables, entity: Any) -> Work[None]:
    """Store an entity that was changed."""
    values = values_of(entity, "entity")
    names = [f"entity_{column.key.rstrip('_')}" for column in _changeable(tables)]
    yield rewritten_entity(tables).bind(of_entity=entity.id, **{name: values[name] for name in names})


def deleted_entity(tables: AnyTables, id: str) -> Work[int]:
    """Delete an entity, its versions and the favorites of it. Its row goes first: whoever adds to it waits for that."""
    deleted = yield without_entity(tables).bind(of_entity=id)
    if deleted:
        yield without_versions_of(tables).bind(of_entity=id)
        if tables.kind.favorites is not None:
            yield without_favorites_of(tables.kind.favorites).bind(of_entity=id)
    return len(deleted)


def cleared_entities(tables: AnyTables) -> Work[None]:
    yield without_rows(tables.entity).bind()
    yield without_rows(tables.version).bind()
    if tables.kind.favorites is not None:
        yield without_favorites_of(tables.kind.favorites, all_entities=True).bind()


@statement(row)
def created_at_once(sql: SqlDialect, tables: AnyTables) -> Executable:
    """Make an entity and its first version, both or none: no row comes back if the id is taken."""
    entity_id = attribute(tables.entity, "id")
    insert = sql.insert(tables.entity).values(assigned(sql, tables.entity_columns, "entity"))
    made = insert.on_conflict_do_nothing().returning(entity_id).cte("made")
    values = assigned(sql, tables.version_columns, "version", typed=True)
    rows = select(*values.values()).select_from(made)
    version = sql.insert(tables.version).from_select([column.name for column in values], rows)
    return version.returning(attribute(tables.version, "id"))  # type: ignore[no-any-return]


@statement(row)
def rewritten_entity(sql: SqlDialect, tables: AnyTables) -> Update:
    """All but what never changes, and the favorites: they are not for a change of the entity to count."""
    new = assigned(sql, _changeable(tables), "entity")
    return update(tables.entity).where(attribute(tables.entity, "id") == bindparam("of_entity")).values(new)


@statement(row)
def without_entity(sql: SqlDialect, tables: AnyTables) -> Executable:
    entity_id = attribute(tables.entity, "id")
    return delete(tables.entity).where(entity_id == bindparam("of_entity")).returning(entity_id)


@statement(row)
def without_versions_of(sql: SqlDialect, tables: AnyTables) -> Executable:
    of_entity = tables.parent == bindparam("of_entity")
    return delete(tables.version).where(of_entity).returning(attribute(tables.version, "id"))


@statement(row)
def without_favorites_of(sql: SqlDialect, entity_type: str, *, all_entities: bool = False) -> Executable:
    conditions: list[ColumnElement[bool]] = [FavoriteRow.entity_type == entity_type]
    if not all_entities:
        conditions.append(FavoriteRow.entity_id == bindparam("of_entity"))
    return delete(FavoriteRow).where(*conditions).returning(FavoriteRow.user_id)


@statement(row)
def without_rows(sql: SqlDialect, table: Any) -> Delete:
    return delete(table)


def _changeable(tables: AnyTables) -> list[Attribute]:
    """The columns of an entity that a change of it may write."""
    fixed = {"id", "created_at", "favorite_count", *tables.kind.fixed}
    return [column for column in tables.entity_columns if column.key not in fixed]
