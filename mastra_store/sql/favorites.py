"""Favorites on SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, bindparam, case, delete, literal_column, select, update
from sqlalchemy.sql.dml import Update

from ..clock import utc_now
from ..domains.base import operation
from ..domains.favorites import FavoritesDomain
from ..domains.message_input import identifier, identifiers
from ..domains.versioned_kinds import one_of
from ..errors import NotFound
from ..models.base import Base
from ..models.favorites import FavoriteRow
from ..models.versioned import AgentRow, SkillRow
from ..records.favorites import FavoriteState
from .dialects import SqlDialect
from .domain import SqlDomain
from .plans import Work, statement
from .versioned_tables import attribute, number_of_favorites

ENTITIES: dict[str, type[Base]] = {"agent": AgentRow, "skill": SkillRow}
"""What can be liked, and the rows that count it."""

_entity_type = one_of(*ENTITIES)


class SqlFavorites(SqlDomain, FavoritesDomain):
    """The favorites domain on SQL."""

    rows = (FavoriteRow, AgentRow, SkillRow)

    @operation
    async def favorite(self, *, user_id: str, entity_type: str, entity_id: str) -> FavoriteState:
        return await self._database.run(added(_key(user_id, entity_type, entity_id)))

    @operation
    async def unfavorite(self, *, user_id: str, entity_type: str, entity_id: str) -> FavoriteState:
        return await self._database.run(removed(_key(user_id, entity_type, entity_id)))

    @operation
    async def is_favorited(self, *, user_id: str, entity_type: str, entity_id: str) -> bool:
        key = _key(user_id, entity_type, entity_id)
        values = {"of_user": key["of_user"], "of_type": key["of_type"], "ids": [key["of_entity"]]}
        found = await self._database.read(favorites_among().bind(**values))
        return len(found) == 1

    @operation
    async def is_favorited_batch(self, *, user_id: str, entity_type: str, entity_ids: Sequence[str]) -> set[str]:
        values = _of_user(user_id, entity_type)
        ids = identifiers(entity_ids, "entity_ids")
        if not ids:
            return set()
        found = await self._database.read(favorites_among().bind(**values, ids=ids))
        return set(found)

    @operation
    async def list_favorited_ids(self, *, user_id: str, entity_type: str) -> list[str]:
        return await self._database.read(favorites_of_user().bind(**_of_user(user_id, entity_type)))

    @operation
    async def delete_favorites_for_entity(self, *, entity_type: str, entity_id: str) -> int:
        kind, entity = _entity_type(entity_type, "entity_type"), identifier(entity_id, "entity_id")
        return await self._database.run(forgotten(kind, entity))

    @operation
    async def dangerously_clear_all(self) -> None:
        await self._database.run(cleared())


def added(key: dict[str, str]) -> Work[FavoriteState]:
    """Store a favorite and count it, while nobody else counts."""
    count = yield from _locked_count(key)
    if (yield inserted_favorite().bind(**key, now=utc_now())):
        [count] = yield counted_anew(key["of_type"], 1).bind(of_entity=key["of_entity"])
    return FavoriteState(True, count)


def removed(key: dict[str, str]) -> Work[FavoriteState]:
    """Remove a favorite and count it, while nobody else counts."""
    count = yield from _locked_count(key)
    if (yield without_favorite().bind(**key)):
        [count] = yield counted_anew(key["of_type"], -1).bind(of_entity=key["of_entity"])
    return FavoriteState(False, count)


def forgotten(entity_type: str, entity_id: str) -> Work[int]:
    """Remove all favorites of an entity. Its count goes first: whoever counts waits for that."""
    yield count_at_zero(entity_type).bind(of_entity=entity_id)
    deleted = yield without_favorites_of_entity().bind(of_type=entity_type, of_entity=entity_id)
    return len(deleted)


def cleared() -> Work[None]:
    for entity_type in ENTITIES:
        yield counts_at_zero(entity_type).bind()
    yield without_favorites().bind()


def _locked_count(key: dict[str, str]) -> Work[int]:
    found = yield count_of_entity(key["of_type"]).bind(of_entity=key["of_entity"])
    if not found:
        raise NotFound(
            key["of_type"], status="ENTITY_NOT_FOUND", entity_type=key["of_type"], entity_id=key["of_entity"]
        )
    return found[0]  # type: ignore[no-any-return]


@statement(int)
def count_of_entity(sql: SqlDialect, entity_type: str) -> Select[Any]:
    entity = ENTITIES[entity_type]
    query = select(number_of_favorites(entity)).where(attribute(entity, "id") == bindparam("of_entity"))
    return sql.locked(query)


@statement(int)
def counted_anew(sql: SqlDialect, entity_type: str, step: int) -> Executable:
    """One more or one less, never below 0. The new count comes back."""
    entity = ENTITIES[entity_type]
    count = attribute(entity, "favorite_count")
    moved = number_of_favorites(entity) + literal_column(str(step))
    new = moved if step > 0 else case((moved < literal_column("0"), literal_column("0")), else_=moved)
    changed = update(entity).where(attribute(entity, "id") == bindparam("of_entity")).values({count: new})
    return changed.returning(count)


@statement(int)
def count_at_zero(sql: SqlDialect, entity_type: str) -> Update:
    entity = ENTITIES[entity_type]
    return update(entity).where(attribute(entity, "id") == bindparam("of_entity")).values(_no_favorites(entity))


@statement(int)
def counts_at_zero(sql: SqlDialect, entity_type: str) -> Update:
    entity = ENTITIES[entity_type]
    return (
        update(entity).where(attribute(entity, "favorite_count") != literal_column("0")).values(_no_favorites(entity))
    )


@statement(str)
def inserted_favorite(sql: SqlDialect) -> Executable:
    """Store a favorite unless it is stored: then no row comes back."""
    values = {
        FavoriteRow.user_id: bindparam("of_user"),
        FavoriteRow.entity_type: bindparam("of_type"),
        FavoriteRow.entity_id: bindparam("of_entity"),
        **sql.times(FavoriteRow.created_at, sql.moment("now")),
    }
    return sql.insert(FavoriteRow).values(values).on_conflict_do_nothing().returning(FavoriteRow.entity_id)  # type: ignore[no-any-return]


@statement(str)
def without_favorite(sql: SqlDialect) -> Executable:
    chosen = delete(FavoriteRow).where(*_of(FavoriteRow.user_id, FavoriteRow.entity_type, FavoriteRow.entity_id))
    return chosen.returning(FavoriteRow.entity_id)


@statement(str)
def without_favorites_of_entity(sql: SqlDialect) -> Executable:
    """Served by idx_favorites_entity."""
    chosen = delete(FavoriteRow).where(*_of(FavoriteRow.entity_type, FavoriteRow.entity_id))
    return chosen.returning(FavoriteRow.user_id)


@statement(str)
def without_favorites(sql: SqlDialect) -> Executable:
    return delete(FavoriteRow)


@statement(str)
def favorites_among(sql: SqlDialect) -> Select[Any]:
    """Served by the primary key."""
    query = select(FavoriteRow.entity_id).where(*_of(FavoriteRow.user_id, FavoriteRow.entity_type))
    return query.where(sql.is_any_of(FavoriteRow.entity_id, "ids"))


@statement(str)
def favorites_of_user(sql: SqlDialect) -> Select[Any]:
    """Served by the primary key."""
    query = select(FavoriteRow.entity_id).where(*_of(FavoriteRow.user_id, FavoriteRow.entity_type))
    return query.order_by(FavoriteRow.created_at.desc(), FavoriteRow.entity_id)


_PARAMETERS = {"user_id": "of_user", "entity_type": "of_type", "entity_id": "of_entity"}


def _of(*columns: Any) -> list[ColumnElement[bool]]:
    return [column == bindparam(_PARAMETERS[column.key]) for column in columns]


def _no_favorites(entity: type[Base]) -> dict[Any, Any]:
    return {attribute(entity, "favorite_count"): literal_column("0")}


def _of_user(user_id: str, entity_type: str) -> dict[str, str]:
    return {"of_user": identifier(user_id, "user_id"), "of_type": _entity_type(entity_type, "entity_type")}


def _key(user_id: str, entity_type: str, entity_id: str) -> dict[str, str]:
    return _of_user(user_id, entity_type) | {"of_entity": identifier(entity_id, "entity_id")}
