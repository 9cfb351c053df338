"""Resources on MongoDB."""

from ..clock import utc_now
from ..documents.memory import RESOURCES
from ..domains.base import operation
from ..domains.memory import MemoryDomain, Metadata
from ..domains.memory_input import checked_resource, stored_object
from ..domains.message_input import identifier
from ..jsontext import encode, text_of
from ..records.memory import Resource
from .domain import MongoDomain
from .encoding import as_json, document, instant_of, object_of, storable
from .executor import Document
from .filters import literal
from .threads import merged_over


class MongoResources(MongoDomain, MemoryDomain):
    """The part of the memory domain that is about resources."""

    @operation
    async def get_resource_by_id(self, resource_id: str) -> Resource | None:
        found = await self._database.find_one(RESOURCES, {"id": identifier(resource_id, "resource_id")})
        return None if found is None else resource_of(found)

    @operation
    async def save_resource(self, resource: Resource) -> Resource:
        saved = checked_resource(resource)
        fields = {
            "id": saved.id,
            "workingMemory": saved.working_memory,
            "metadata": saved.metadata,
            "createdAt": saved.created_at,
            "updatedAt": saved.updated_at,
        }
        await self._database.put(RESOURCES, {"id": saved.id}, {"$set": document(fields, "resource")})
        return saved

    @operation
    async def update_resource(
        self, resource_id: str, *, working_memory: str | None = None, metadata: Metadata | None = None
    ) -> Resource:
        identifier(resource_id, "resource_id")
        if working_memory is not None:
            text_of(working_memory, "working_memory")
        merged = stored_object(metadata, "metadata")
        now = utc_now()
        changes: Document = {"createdAt": {"$ifNull": ["$createdAt", now]}, "updatedAt": now}
        if working_memory is not None:
            changes["workingMemory"] = literal(working_memory)
        # A new one has empty metadata; a stored one's may be missing, and stays so.
        new = {"$eq": [{"$type": "$createdAt"}, "missing"]}
        kept = {"$cond": [new, {}, "$metadata"]}
        changes["metadata"] = kept if merged is None else merged_over("$metadata", storable(merged, "metadata"))
        found = await self._database.change_one(RESOURCES, {"id": resource_id}, [{"$set": changes}], upsert=True)
        assert found is not None  # noqa: S101 (it was made if it was missing)
        return resource_of(found)


def resource_of(found: Document) -> Resource:
    """A stored resource. Working memory that is no text, as older writers left it, is shown as JSON text."""
    memory = as_json(found.get("workingMemory"))
    return Resource(
        found["id"],
        instant_of(found.get("createdAt")),
        instant_of(found.get("updatedAt")),
        memory if memory is None or isinstance(memory, str) else encode(memory),
        object_of(found.get("metadata")),
    )
