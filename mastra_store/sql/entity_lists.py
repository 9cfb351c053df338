"""Lists of the entities of versioned domains on SQL, and entities with their configuration."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, literal_column, select
from sqlalchemy.orm import aliased

from ..domains.message_input import identifier, optional_identifier
from ..domains.versioned import NEWEST_FIRST, named
from ..domains.versioned_changes import no_version
from ..domains.versioned_input import filters as checked_filters
from ..domains.versioned_kinds import E, R, V, status as checked_status
from ..models.favorites import FavoriteRow
from ..pages import Order, Page, Window
from .dialects import SqlDialect
from .paging import LIMIT, OFFSET, directed, with_total
from .plans import Counted, Statement, counted, statement
from .versioned_tables import AnyTables, SqlVersionedDomain, attribute, by_number, row

TIMES = ("created_at", "updated_at")


class SqlEntityLists(SqlVersionedDomain[E, V, R]):
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
        shape = entities(self.tables, frozenset(given), order)
        found = await self._listed(shape, window, given)
        return window.show([self.kind.entity(*cells) for cells in found.items], found.total)

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
        shape = resolved_entities(self.tables, frozenset(given), order, latest=status == "draft")
        found = await self._listed(shape, window, given)
        return window.show([self.kind.resolved(*cells) for cells in found.items], found.total)

    @named("get_{entity}_by_id")
    async def get_by_id_resolved(
        self, id: str, *, status: str | None = None, version_id: str | None = None
    ) -> R | None:
        values = {"of_entity": identifier(id, "id")}
        latest = status is not None and checked_status(status, "status") == "draft"
        if optional_identifier(version_id, "version_id") is not None:
            values["of_version"] = version_id  # type: ignore[assignment]  # it is not None
        shape = resolved_entity(self.tables, latest=latest, given="of_version" in values)
        found = await self._database.read(shape.bind(**values))
        if not found:
            return None
        resolved: R = self.kind.resolved(*found[0])
        if version_id is not None and found[0][-1] is None:
            raise no_version("version_id", version_id, self.kind)
        return resolved

    async def _listed(
        self, shape: Statement[Counted[tuple[Any, ...]]], window: Window, given: dict[str, Any]
    ) -> Counted[tuple[Any, ...]]:
        values = {name: value for name, value in given.items() if name != "favorited_only"}
        return await self._database.read(shape.bind(**values, limit=window.limit, offset=window.offset))


@counted(row)
def entities(sql: SqlDialect, tables: AnyTables, given: frozenset[str], order: Order) -> Select[Any]:
    """Served by no index: there are few entities."""
    descending = order.direction == "desc"
    conditions, sorted_by = _conditions(sql, tables, given), _order(tables, given, order)
    page = select(*tables.entity_cells(sql)).where(*conditions).order_by(*directed(sorted_by, descending))
    matching = select(attribute(tables.entity, "id")).where(*conditions)
    return with_total(matching, page.limit(LIMIT).offset(OFFSET), sorted_by, descending)


@counted(row)
def resolved_entities(
    sql: SqlDialect, tables: AnyTables, given: frozenset[str], order: Order, *, latest: bool
) -> Select[Any]:
    """As ``entities``. The versions of a page are found by their keys, the latest ones by the index of numbers."""
    descending = order.direction == "desc"
    conditions, sorted_by = _conditions(sql, tables, given), _order(tables, given, order)
    keys = [column.label(f"by_{position}") for position, column in enumerate(sorted_by)]
    page = select(*tables.entity_cells(sql), *keys, _chosen(tables, latest).label("chosen"))
    page = page.where(*conditions).order_by(*directed(sorted_by, descending)).limit(LIMIT).offset(OFFSET)
    found = page.subquery("entities")
    width = len(tables.entity_columns)
    version_id = attribute(tables.version, "id")
    rows = select(
        *list(found.c)[:width], *sql.columns(tables.snapshot_columns), version_id.label("resolved_version_id")
    ).select_from(found.outerjoin(tables.version, version_id == found.c.chosen))
    matching = select(attribute(tables.entity, "id")).where(*conditions)
    return with_total(matching, rows, list(found.c)[width:-1], descending)


@statement(row)
def resolved_entity(sql: SqlDialect, tables: AnyTables, *, latest: bool, given: bool) -> Select[Any]:
    """One entity and a version of it: the one with the id ``of_version``, the latest, or the one in force."""
    entity_id, version_id = attribute(tables.entity, "id"), attribute(tables.version, "id")
    if given:
        on = and_(version_id == bindparam("of_version"), tables.parent == entity_id)
    else:
        on = version_id == _chosen(tables, latest)
    columns = (*tables.entity_cells(sql), *sql.columns(tables.snapshot_columns))
    query = select(*columns, version_id.label("resolved_version_id"))
    return query.outerjoin_from(tables.entity, tables.version, on).where(entity_id == bindparam("of_entity"))


def _chosen(tables: AnyTables, latest: bool) -> ColumnElement[Any]:
    """The id of the version that an entity shows."""
    version: Any = aliased(tables.version)
    of_entity = attribute(version, tables.kind.parent) == attribute(tables.entity, "id")
    newest = select(version.id).where(of_entity).order_by(*directed(by_number(version), descending=True))
    newest = newest.limit(literal_column("1"))
    if latest:
        return newest.scalar_subquery()
    active = select(version.id).where(of_entity, version.id == attribute(tables.entity, "active_version_id"))
    return func.coalesce(active.scalar_subquery(), newest.scalar_subquery())


def _conditions(sql: SqlDialect, tables: AnyTables, given: frozenset[str]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for name in sorted(given):
        match name:
            case "metadata":
                conditions.append(sql.json_contains(attribute(tables.entity, name), name))
            case "entity_ids":
                conditions.append(sql.is_any_of(attribute(tables.entity, "id"), name))
            case "favorited_only":
                conditions.append(_favorited(tables))
            case "pin_favorited_for":
                pass
            case _:
                conditions.append(attribute(tables.entity, name) == bindparam(name))
    return conditions


def _order(tables: AnyTables, given: frozenset[str], order: Order) -> list[ColumnElement[Any]]:
    """By time and id; before that a user's favorites, which come first in either direction."""
    sorted_by = [attribute(tables.entity, order.field).expression, attribute(tables.entity, "id").expression]
    if "pin_favorited_for" not in given:
        return sorted_by
    first, last = ("1", "0") if order.direction == "desc" else ("0", "1")
    return [case((_favorited(tables), literal_column(first)), else_=literal_column(last)), *sorted_by]


def _favorited(tables: AnyTables) -> ColumnElement[bool]:
    """Whether the user in the parameter ``pin_favorited_for`` likes an entity."""
    its_own = and_(
        FavoriteRow.user_id == bindparam("pin_favorited_for"),
        FavoriteRow.entity_type == tables.kind.favorites,
        FavoriteRow.entity_id == attribute(tables.entity, "id"),
    )
    return exists().where(its_own)


def _metadata(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    """The filter of metadata where one is given: a kind that has none refuses its name."""
    return {} if metadata is None else {"metadata": metadata}
