"""What becomes of entities and versions: what callers ask for, checked, and the records that are made of it.

Every backend stores these; none of it asks a database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET, UnsetType

from ..clock import utc_now
from ..errors import AlreadyExists, Conflict, InvalidArgument, NotFound
from ..jsontext import same, text_of
from .message_input import optional_identifier
from .versioned_input import (
    AnyKind,
    Given,
    active_version,
    author,
    changed_names,
    changes,
    field_names,
    given_names,
    new_version,
    version_number,
    whole_snapshot,
)
from .versioned_kinds import status as checked_status

INITIAL = "Initial version"


@dataclass(frozen=True, slots=True)
class Change:
    """What shall become of an entity; ``UNSET`` and ``None`` leave a field as it is."""

    status: str | None
    active_version_id: str | UnsetType | None
    author_id: str | UnsetType | None
    fields: Given

    @classmethod
    def of(
        cls,
        kind: AnyKind,
        status: str | None,
        active_version_id: str | UnsetType | None,
        author_id: str | UnsetType | None,
        fields: Mapping[str, Any],
    ) -> "Change":
        """What a caller asks for, checked.

        Raises:
            InvalidArgument: a field that can not be changed so, or a value that can not be stored.
        """
        return cls(
            None if status is None else checked_status(status, "status"),
            active_version(active_version_id),
            author(author_id),
            changes(kind, fields),
        )

    @property
    def activated(self) -> str | None:
        """The version that shall be in force; ``None`` if none is named."""
        return self.active_version_id if isinstance(self.active_version_id, str) else None

    @property
    def own(self) -> dict[str, Any]:
        """The fields of the entity that get a new value; metadata is merged."""
        named = {"active_version_id": self.active_version_id, "author_id": self.author_id}
        own = self.fields.own | {name: value for name, value in named.items() if value is not UNSET}
        status = self.status or ("published" if self.activated else None)
        return own if status is None else {**own, "status": status}


@dataclass(frozen=True, slots=True)
class Asked:
    """A version that shall be made, checked. What is ``None`` is found out beside the others of its entity."""

    id: str | None
    number: int | None
    changed_fields: list[str] | None
    change_message: str | None
    snapshot: dict[str, Any]

    @classmethod
    def of(
        cls,
        kind: AnyKind,
        id: str | None,
        number: int | None,
        changed_fields: Sequence[str] | None,
        change_message: str | None,
        snapshot: Mapping[str, Any],
    ) -> "Asked":
        """What a caller asks for, checked.

        Raises:
            InvalidArgument: an unknown field, a missing one, or a value that can not be stored.
        """
        return cls(
            optional_identifier(id, "id"),
            None if number is None else version_number(number),
            None if changed_fields is None else field_names(kind, changed_fields),
            None if change_message is None else text_of(change_message, "change_message"),
            whole_snapshot(kind, snapshot),
        )


def new_entity(kind: AnyKind, id: str, author_id: str | None, own: dict[str, Any]) -> Any:
    """The record of an entity that is made now: a draft, private if it has an author and nothing else is said."""
    if "visibility" in kind.entity.__struct_fields__ and author_id is not None:
        own = {"visibility": "private", **own}
    now = utc_now()
    return kind.entity(id=id, status="draft", created_at=now, updated_at=now, author_id=author_id, **own)


def first_version(kind: AnyKind, id: str, snapshot: dict[str, Any], message: str | None = None) -> Any:
    names = given_names(kind, snapshot)
    return new_version(kind, id, 1, snapshot, changed=names, message=message or INITIAL)


def asked_version(kind: AnyKind, parent_id: str, latest: Any, asked: Asked) -> Any:
    """The version that is asked for, behind the latest one of its entity, which may be ``None``."""
    number, names = asked.number, asked.changed_fields
    if number is None:
        number = 1 if latest is None else latest.version_number + 1
    if names is None:
        names = given_names(kind, asked.snapshot) if latest is None else changed_names(kind, latest, asked.snapshot)
    return new_version(
        kind, parent_id, number, asked.snapshot, changed=names, message=asked.change_message, id=asked.id
    )


def automatic_version(kind: AnyKind, id: str, latest: Any, given: dict[str, Any]) -> Any:
    """The version that changes some fields of the latest one; ``None`` if none of them differs.

    Raises:
        Conflict: there is no latest one.
    """
    if latest is None:
        raise Conflict(
            f"the {kind.noun} has no version to change; make one with create_version",
            status="NO_VERSIONS",
            **{kind.parent: id},
        )
    snapshot = {name: getattr(latest, name) for name in kind.snapshot_names} | given
    return following(kind, latest, snapshot, changed_names(kind, latest, snapshot))


def saved_version(
    kind: AnyKind, id: str, in_force: Any, latest: Any, snapshot: dict[str, Any], message: str | None
) -> Any:
    """The version in force, or else the latest one, if it has this snapshot; otherwise a new one.

    Args:
        in_force: may be ``None``, and is the latest one then; so may that.
    """
    if latest is None:
        return first_version(kind, id, snapshot, message)
    names = changed_names(kind, in_force or latest, snapshot)
    if not names:
        return in_force or latest
    if not changed_names(kind, latest, snapshot):
        return latest
    return following(kind, latest, snapshot, names, message)


def following(
    kind: AnyKind, latest: Any, snapshot: dict[str, Any], changed: list[str], message: str | None = None
) -> Any:
    """The version behind the latest one; ``None`` if nothing has changed."""
    if not changed:
        return None
    return new_version(
        kind,
        getattr(latest, kind.parent),
        latest.version_number + 1,
        snapshot,
        changed=changed,
        message=message or f"Updated {', '.join(changed)}",
    )


def saved_entity(kind: AnyKind, entity: Any, author_id: str | None, own: dict[str, Any], version_id: str) -> Any:
    """An entity in which a version is in force. The same one if that changes nothing.

    Raises:
        InvalidArgument: a field would change that never does.
    """
    for name in sorted(kind.fixed & own.keys()):
        if own[name] != getattr(entity, name):
            raise InvalidArgument(name, f"of a stored {kind.noun} can not be changed")
    changed = with_fields(entity, own).evolve(
        status="published", active_version_id=version_id, author_id=author_id or entity.author_id
    )
    return entity if same(changed.to_dict(), entity.to_dict()) else changed.evolve(updated_at=utc_now())


def with_fields(entity: Any, own: dict[str, Any]) -> Any:
    """An entity with fields of its own changed; metadata is merged key by key."""
    if "metadata" in own:
        own = {**own, "metadata": {**(entity.metadata or {}), **own["metadata"]}}
    return entity.evolve(**own)


def missing(kind: AnyKind, id: str) -> NotFound:
    return NotFound(kind.noun, **{kind.parent: id})


def no_version(argument: str, version_id: Any, kind: AnyKind) -> InvalidArgument:
    return InvalidArgument(argument, f"must be the id of a version of this {kind.noun}, not {version_id!r}")


def taken(kind: AnyKind, version: Any, *, id: bool = True) -> AlreadyExists:
    """The number of a version is another one's, or its id, if that may be."""
    key = {"id": version.id} if id else {}
    parent = {kind.parent: getattr(version, kind.parent)}
    return AlreadyExists(f"{kind.noun} version", **key, version_number=version.version_number, **parent)
