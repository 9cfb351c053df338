"""The versions of versioned domains on SQL."""

import builtins
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Executable, Select, bindparam, delete, func, select, update
from sqlalchemy.sql.dml import Update

from ..clock import utc_now
from ..domains.message_input import identifier, identifiers
from ..domains.versioned import HIGHEST_FIRST, named
from ..domains.versioned_changes import Asked, asked_version, taken
from ..domains.versioned_input import version_number as checked_number
from ..domains.versioned_kinds import E, R, V
from ..pages import Order, Page, Window
from .dialects import SqlDialect
from .entities import added_version, without_versions_of
from .paging import LIMIT, OFFSET, directed, with_total
from .plans import Work, counted, statement
from .versioned_tables import (
    AnyTables,
    SqlVersionedDomain,
    attribute,
    by_number,
    found_latest,
    latest_version,
    locked_entity,
    row,
)


class SqlEntityVersions(SqlVersionedDomain[E, V, R]):
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
        return await self._database.run(created_version(self.tables, parent_id, asked))

    @named("get_{version}")
    async def get_version(self, version_id: str) -> V | None:
        ids = [identifier(version_id, "version_id")]
        return self._first(await self._database.read(versions_by_ids(self.tables).bind(ids=ids)))

    @named("get_{version}s")
    async def get_versions(self, version_ids: Sequence[str]) -> builtins.list[V]:
        ids = identifiers(version_ids, "version_ids")
        if not ids:
            return []
        found = await self._database.read(versions_by_ids(self.tables).bind(ids=ids))
        return [self.kind.version(*cells) for cells in found]

    @named("get_{version}_by_number")
    async def get_version_by_number(self, parent_id: str, version_number: int) -> V | None:
        values = {"of_entity": identifier(parent_id, "parent_id"), "number": checked_number(version_number)}
        return self._first(await self._database.read(version_by_number(self.tables).bind(**values)))

    @named("get_latest_{version}")
    async def get_latest_version(self, parent_id: str) -> V | None:
        of_entity = identifier(parent_id, "parent_id")
        return self._first(await self._database.read(latest_version(self.tables).bind(of_entity=of_entity, limit=1)))

    @named("list_{version}s")
    async def list_versions(
        self,
        parent_id: str,
        *,
        page: int = 0,
        per_page: int | None = 20,
        order: Order = HIGHEST_FIRST,
    ) -> Page[V]:
        window, of_entity = Window.of(page, per_page), identifier(parent_id, "parent_id")
        shape = versions(self.tables, order.among("version_number", "created_at"))
        found = await self._database.read(shape.bind(of_entity=of_entity, limit=window.limit, offset=window.offset))
        return window.show([self.kind.version(*cells) for cells in found.items], found.total)

    @named("delete_{version}")
    async def delete_version(self, version_id: str) -> int:
        return await self._database.run(deleted_version(self.tables, identifier(version_id, "version_id")))

    @named("delete_{version}s_by_{parent}")
    async def delete_versions_by_parent_id(self, parent_id: str) -> int:
        return await self._database.run(deleted_versions(self.tables, identifier(parent_id, "parent_id")))

    @named("count_{version}s")
    async def count_versions(self, parent_id: str) -> int:
        [count] = await self._database.read(
            number_of_versions(self.tables).bind(of_entity=identifier(parent_id, "parent_id"))
        )
        return count

    def _first(self, found: builtins.list[tuple[Any, ...]]) -> V | None:
        return self.kind.version(*found[0]) if found else None


def created_version(tables: AnyTables, parent_id: str, asked: Asked) -> Work[Any]:
    """Add a version while nobody else adds one to its entity, so that no number is given twice."""
    yield from locked_entity(tables, parent_id)
    latest = yield from found_latest(tables, parent_id)
    version = asked_version(tables.kind, parent_id, latest, asked)
    # Where it is not unique in the table.
    if asked.number and (yield version_by_number(tables).bind(of_entity=parent_id, number=asked.number)):
        raise taken(tables.kind, version, id=False)
    return (yield from added_version(tables, version))


def deleted_version(tables: AnyTables, version_id: str) -> Work[int]:
    """Delete a version; an entity in which it was active has no active one any more."""
    parents = yield without_version(tables).bind(of_version=version_id)
    for parent_id in parents:
        yield without_active_version(tables).bind(
            of_entity=parent_id, of_version=version_id, entity_updated_at=utc_now()
        )
    return len(parents)


def deleted_versions(tables: AnyTables, parent_id: str) -> Work[int]:
    deleted = yield without_versions_of(tables).bind(of_entity=parent_id)
    if deleted:
        yield without_active_version(tables, whichever=True).bind(of_entity=parent_id, entity_updated_at=utc_now())
    return len(deleted)


@statement(row)
def versions_by_ids(sql: SqlDialect, tables: AnyTables) -> Select[Any]:
    query = select(*sql.columns(tables.version_columns))
    query = query.where(sql.is_any_of(attribute(tables.version, "id"), "ids"))
    return query.order_by(tables.parent, *by_number(tables.version))


@statement(row)
def version_by_number(sql: SqlDialect, tables: AnyTables) -> Select[Any]:
    """Served by the index of parent and number."""
    query = select(*sql.columns(tables.version_columns)).where(
        tables.parent == bindparam("of_entity"), attribute(tables.version, "version_number") == bindparam("number")
    )
    return query.order_by(attribute(tables.version, "id").desc()).limit(1)


@counted(row)
def versions(sql: SqlDialect, tables: AnyTables, order: Order) -> Select[Any]:
    """Served by the index of parent and number."""
    descending = order.direction == "desc"
    of_entity = tables.parent == bindparam("of_entity")
    sorted_by = [attribute(tables.version, order.field).expression, attribute(tables.version, "id").expression]
    page = select(*sql.columns(tables.version_columns)).where(of_entity).order_by(*directed(sorted_by, descending))
    matching = select(attribute(tables.version, "id")).where(of_entity)
    return with_total(matching, page.limit(LIMIT).offset(OFFSET), sorted_by, descending)


@statement(int)
def number_of_versions(sql: SqlDialect, tables: AnyTables) -> Select[Any]:
    return select(func.count()).select_from(tables.version).where(tables.parent == bindparam("of_entity"))


@statement(str)
def without_version(sql: SqlDialect, tables: AnyTables) -> Executable:
    """The id of the entity that it was of comes back."""
    return (
        delete(tables.version)
        .where(attribute(tables.version, "id") == bindparam("of_version"))
        .returning(tables.parent)
    )


@statement(row)
def without_active_version(sql: SqlDialect, tables: AnyTables, *, whichever: bool = False) -> Update:
    """Have no version of an entity active: none at all, or not this one."""
    active = attribute(tables.entity, "active_version_id")
    deleted = active.is_not(None) if whichever else active == bindparam("of_version")
    new: dict[Any, Any] = {
        active: None,
        **sql.times(attribute(tables.entity, "updated_at"), sql.moment("entity_updated_at")),
    }
    return update(tables.entity).where(attribute(tables.entity, "id") == bindparam("of_entity"), deleted).values(new)
