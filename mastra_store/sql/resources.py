"""Resources on SQL."""

from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.sql.dml import Insert

from ..clock import utc_now
from ..domains.base import operation
from ..domains.memory import MemoryDomain, Metadata
from ..domains.memory_input import checked_resource, stored_object
from ..domains.message_input import identifier
from ..jsontext import text_of
from ..models.memory import ResourceRow
from ..models.types import JsonType
from ..records.memory import Resource
from .dialects import SqlDialect
from .domain import SqlDomain
from .plans import Work, statement

RESOURCE = (
    ResourceRow.id,
    ResourceRow.created_at,
    ResourceRow.updated_at,
    ResourceRow.working_memory,
    ResourceRow.metadata_,
)


class SqlResources(SqlDomain, MemoryDomain):
    """The part of the memory domain that is about resources."""

    @operation
    async def get_resource_by_id(self, resource_id: str) -> Resource | None:
        found = await self._database.read(resource_by_id().bind(resource_id=identifier(resource_id, "resource_id")))
        return found[0] if found else None

    @operation
    async def save_resource(self, resource: Resource) -> Resource:
        saved = checked_resource(resource)
        await self._database.write(upserted_resource().bind(**_values(saved)))
        return saved

    @operation
    async def update_resource(
        self, resource_id: str, *, working_memory: str | None = None, metadata: Metadata | None = None
    ) -> Resource:
        identifier(resource_id, "resource_id")
        if working_memory is not None:
            text_of(working_memory, "working_memory")
        return await self._database.run(
            changed_resource(resource_id, working_memory, stored_object(metadata, "metadata"))
        )


def changed_resource(resource_id: str, working_memory: str | None, metadata: dict[str, Any] | None) -> Work[Resource]:
    """Change a resource, which is made if it is missing."""
    now = utc_now()
    found = yield resource_by_id(locked=True).bind(resource_id=resource_id)
    if not found:
        # Made empty first, and only if still missing: of two at once both then change the one row.
        empty = Resource(resource_id, now, now, None, {})
        yield upserted_resource(if_missing=True).bind(**_values(empty))
        found = yield resource_by_id(locked=True).bind(resource_id=resource_id)
    stored: Resource = found[0]
    changed = stored.evolve(
        working_memory=stored.working_memory if working_memory is None else working_memory,
        metadata=stored.metadata if metadata is None else {**(stored.metadata or {}), **metadata},
        updated_at=now,
    )
    yield upserted_resource().bind(**_values(changed))
    return changed


@statement(Resource)
def resource_by_id(sql: SqlDialect, *, locked: bool = False) -> Select[Any]:
    query = select(*sql.columns(RESOURCE)).where(ResourceRow.id == bindparam("resource_id"))
    return sql.locked(query) if locked else query


@statement(Resource)
def upserted_resource(sql: SqlDialect, *, if_missing: bool = False) -> Insert:
    values = {
        ResourceRow.working_memory: bindparam("new_working_memory"),
        ResourceRow.metadata_: bindparam("new_metadata", type_=JsonType()),
        **sql.times(ResourceRow.created_at, sql.moment("new_created_at")),
        **sql.times(ResourceRow.updated_at, sql.moment("new_updated_at")),
    }
    insert = sql.insert(ResourceRow).values({ResourceRow.id: bindparam("new_id"), **values})
    return insert.on_conflict_do_nothing() if if_missing else sql.replacing(insert, [ResourceRow.id], values)  # type: ignore[no-any-return]


def _values(resource: Resource) -> dict[str, Any]:
    return {
        "new_id": resource.id,
        "new_working_memory": resource.working_memory,
        "new_metadata": resource.metadata,
        "new_created_at": resource.created_at,
        "new_updated_at": resource.updated_at,
    }
