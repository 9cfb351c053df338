"""The two collections of a versioned domain, their documents as records, and the stages that find versions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Generic

import msgspec
from bson.raw_bson import RawBSONDocument

from ..documents import Collection
from ..domains.versioned import VersionedDomain
from ..domains.versioned_changes import missing
from ..domains.versioned_kinds import E, Kind, R, V, wire_name
from ..errors import MastraError
from ..records.base import Record
from .domain import MongoDomain
from .encoding import as_json, document, instant_of, object_of
from .executor import Document, Executor

ACTIVE, LATEST = "mastra_store_active", "mastra_store_latest"
"""Fields in which a pipeline gives an entity's versions: lists of one at most."""
_LACKING = "mastra_store_lacking"


@dataclass(frozen=True, eq=False)
class Collections(Generic[E, V, R]):
    """The collections of one kind."""

    kind: Kind[E, V, R]
    entity: Collection
    version: Collection

    @property
    def parent(self) -> str:
        """The field of a version that names its entity."""
        return wire_name(self.kind.parent)

    def entity_of(self, found: Document) -> E:
        return self._entity_fields.record_of(found)  # type: ignore[no-any-return]

    def version_of(self, found: Document) -> V:
        return self._version_fields.record_of(found)  # type: ignore[no-any-return]

    def resolved_of(self, found: Document) -> R:
        """An entity with the version that a pipeline put beside it, if it found one."""
        cells = self._entity_fields.values_of(found)
        if (version := self._chosen(found)) is not None:
            cells += [*self._snapshot_fields.values_of(version), version["id"]]
        resolved: Any = self.kind.resolved
        return resolved(*cells)  # type: ignore[no-any-return]

    def entity_document(self, entity: E) -> RawBSONDocument:
        return document(entity.to_dict(by_alias=True), self.kind.noun)

    def version_document(self, version: V) -> RawBSONDocument:
        """Fields of the configuration that are not there are absent, as ``@mastra/mongodb`` leaves them."""
        optional = {wire_name(name) for name in self.kind.snapshot_names}
        fields = version.to_dict(by_alias=True)
        kept = {name: value for name, value in fields.items() if value is not None or name not in optional}
        return document(kept, f"{self.kind.noun} version")

    def with_active(self) -> list[Document]:
        """Stages that put beside an entity the version that it calls active, which may be another entity's."""
        return [self._versions("activeVersionId", "id", [], ACTIVE)]

    def with_latest(self, entity: str = "id") -> list[Document]:
        """Stages that put an entity's latest version beside it. Served by the index of entity and number.

        Args:
            entity: the field that names the entity.
        """
        newest: list[Document] = [{"$sort": {"versionNumber": -1}}, {"$limit": 1}]
        return [self._versions(entity, self.parent, newest, LATEST)]

    def in_force(self) -> list[Document]:
        """Stages that put beside an entity the version that is active, and the latest where none of its own is."""
        is_its_own = {"$eq": [{"$first": f"${ACTIVE}.{self.parent}"}, "$id"]}
        lacking = {"$set": {_LACKING: {"$cond": [is_its_own, [], "$id"]}}}
        return [*self.with_active(), lacking, *self.with_latest(_LACKING)]

    def with_version(self, version_id: str) -> list[Document]:
        """Stages that put beside an entity the version with this id, if it is one of its own."""
        return [self._versions("id", self.parent, [{"$match": {"id": version_id}}], ACTIVE)]

    def active_of(self, found: Document) -> Document | None:
        """The active version beside an entity, if it is one of its own."""
        return next((each for each in found[ACTIVE] if each.get(self.parent) == found["id"]), None)

    def _versions(self, local: str, foreign: str, pipeline: list[Document], name: str) -> Document:
        joined = {"from": self.version.name, "localField": local, "foreignField": foreign, "as": name}
        return {"$lookup": {**joined, "pipeline": pipeline} if pipeline else joined}

    def _chosen(self, found: Document) -> Document | None:
        """The version beside an entity: the active one, or else the latest."""
        active = self.active_of(found) if ACTIVE in found else None
        return active or latest_of(found)

    @cached_property
    def _entity_fields(self) -> "_Fields":
        return _Fields(self.kind.entity)

    @cached_property
    def _version_fields(self) -> "_Fields":
        return _Fields(self.kind.version)

    @cached_property
    def _snapshot_fields(self) -> "_Fields":
        """The configuration, as the resolved record has it behind the entity and before the version's id."""
        return _Fields(self.kind.resolved, slice(len(self.kind.entity.__struct_fields__), -1))


AnyCollections = Collections[Any, Any, Any]


class MongoVersionedDomain(MongoDomain, VersionedDomain[E, V, R]):
    """What the parts of a versioned domain on MongoDB share.

    Attributes:
        stored: where its documents are.
    """

    stored: ClassVar[AnyCollections]


def latest_of(found: Document) -> Document | None:
    """The latest version beside an entity."""
    return next(iter(found.get(LATEST, ())), None)


async def entity_with(tx: Executor, stored: AnyCollections, id: str, stages: list[Document]) -> Document | None:
    """An entity with what stages put beside it."""
    found = await tx.aggregate(stored.entity, [{"$match": {"id": id}}, *stages])
    return found[0] if found else None


async def refused(tx: Executor, stored: AnyCollections, id: str, error: MastraError) -> MastraError:
    """``error``, which is about an entity; or, if there is none, that."""
    found = await tx.find_one(stored.entity, {"id": id}, fields={"_id": 1})
    return missing(stored.kind, id) if found is None else error


class _Fields:
    """The fields of a record, in order, and how they are read out of a document."""

    def __init__(self, record: type[Record], which: slice = slice(None)) -> None:
        self._record: Any = record
        fields = msgspec.structs.fields(record)[which]
        self._readers = [(field.encode_name, _READERS.get(field.type, as_json)) for field in fields]

    def record_of(self, found: Document) -> Any:
        return self._record(*self.values_of(found))

    def values_of(self, found: Document) -> list[Any]:
        return [read(found.get(name)) for name, read in self._readers]


def _text(value: Any) -> str:
    """Text that a record must have. ``@mastra/mongodb`` takes entities without it."""
    return "" if value is None else str(as_json(value))


def _count(value: Any) -> int:
    return int(value or 0)


_READERS: dict[Any, Callable[[Any], Any]] = {
    str: _text,
    int: _count,
    datetime: instant_of,
    dict[str, Any] | None: object_of,
}
"""By the type of a record's field."""
