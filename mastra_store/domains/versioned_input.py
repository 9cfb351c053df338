"""What callers give as entities, snapshots and filters, checked before anything is sent to a database."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ..clock import utc_now
from ..errors import InvalidArgument
from ..jsontext import same
from .message_input import identifier, identifiers, optional_identifier
from .versioned_kinds import MAX_INTEGER, Field, Kind, flag, json_object, status, wire_name

AnyKind = Kind[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """Fields that a caller gave, checked, those of the entity and those of the snapshot apart."""

    own: dict[str, Any]
    snapshot: dict[str, Any]


def whole_entity(kind: AnyKind, fields: Mapping[str, Any]) -> Given:
    """What a new entity is made of: the fields of both rows. ``None`` is as good as not given.

    Raises:
        InvalidArgument: a required field is missing, an unknown one was given, or a value can not be stored.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    _refuse_unknown(kind, fields, (*kind.own, *kind.snapshot))
    return Given(_checked(kind.own, given), _whole(kind, given))


def whole_snapshot(kind: AnyKind, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A new version's snapshot: every field, ``None`` where none was given.

    Raises:
        InvalidArgument: as ``whole_entity``.
    """
    _refuse_unknown(kind, fields, kind.snapshot)
    return _whole(kind, {name: value for name, value in fields.items() if value is not None})


def changes(kind: AnyKind, fields: Mapping[str, Any]) -> Given:
    """What shall change: fields of the entity, and of the snapshot where ``update`` makes versions.

    ``None`` changes nothing in the entity and clears a field of the snapshot.

    Raises:
        InvalidArgument: a field that can not be changed so, a required one that would be cleared, or a value that can
            not be stored.
    """
    changeable = tuple(field for field in kind.own if field.name not in kind.fixed)
    if kind.automatic:
        _refuse_unknown(kind, fields, (*changeable, *kind.snapshot))
    elif fixed := [name for name in fields if name not in {field.name for field in changeable}]:
        raise InvalidArgument(
            fixed[0],
            f"is no field of {kind.noun}s that update changes; those are "
            f"{', '.join(field.name for field in changeable)}. The configuration is changed by a version: "
            "create_version, save",
        )
    own = {name: value for name, value in fields.items() if value is not None}
    snapshot: dict[str, Any] = {}
    for field in kind.snapshot if kind.automatic else ():
        if field.name in fields:
            value = fields[field.name]
            if value is None and field.required:
                raise InvalidArgument(field.name, f"can not be cleared: every {kind.noun} needs it")
            snapshot[field.name] = None if value is None else field.check(value, field.name)
    return Given(_checked(changeable, own), snapshot)


def changed_names(kind: AnyKind, before: Any, after: Mapping[str, Any]) -> list[str]:
    """The names on the wire of the fields in which a snapshot differs from a version."""
    return [wire_name(name) for name in kind.snapshot_names if not same(getattr(before, name), after[name])]


def given_names(kind: AnyKind, snapshot: Mapping[str, Any]) -> list[str]:
    """The names on the wire of the fields that a first version has."""
    return [wire_name(name) for name in kind.snapshot_names if snapshot[name] is not None]


def field_names(kind: AnyKind, names: Iterable[str]) -> list[str]:
    """Names of fields of a snapshot, as attributes or on the wire, as they are stored: on the wire.

    Raises:
        InvalidArgument: a name is none of a field of the snapshot.
    """
    if isinstance(names, str | bytes) or not isinstance(names, Iterable):
        raise InvalidArgument("changed_fields", f"must be a list of names, not {type(names).__name__}")
    known = {spelled: wire_name(name) for name in kind.snapshot_names for spelled in (name, wire_name(name))}
    listed = list(names)
    for index, name in enumerate(listed):
        if not isinstance(name, str) or name not in known:
            raise InvalidArgument(
                f"changed_fields[{index}]", f"must be one of {', '.join(kind.snapshot_names)}, not {name!r}"
            )
    return [known[name] for name in listed]


def new_version(
    kind: AnyKind,
    parent_id: str,
    number: int,
    snapshot: Mapping[str, Any],
    *,
    changed: list[str],
    message: str | None,
    id: str | None = None,
) -> Any:
    """The record of a version that is made now."""
    return kind.version(
        id=id or str(uuid.uuid4()),
        version_number=number,
        created_at=utc_now(),
        changed_fields=changed,
        change_message=message,
        **{kind.parent: parent_id},
        **snapshot,
    )


def shown(kind: AnyKind, entity: Any, version: Any) -> Any:
    """The record of an entity with the configuration of a version."""
    snapshot = {name: getattr(version, name) for name in kind.snapshot_names}
    return kind.resolved(**entity.to_dict(), **snapshot, resolved_version_id=version.id)


def version_number(value: int) -> int:
    """A version's number that the caller chose."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_INTEGER:
        raise InvalidArgument("version_number", f"must be an integer from 1 to {MAX_INTEGER}, not {value!r}")
    return value


def filters(kind: AnyKind, **given: Any) -> dict[str, Any]:
    """What a list is restricted to: the values by the names of their filters, without those that restrict nothing.

    Raises:
        InvalidArgument: a filter that the domain does not have, or a value that it can not have.
    """
    checks: dict[str, Any] = {"status": status, "author_id": identifier}
    checks |= {field.name: field.check for field in kind.filters}
    if kind.has_metadata:
        checks["metadata"] = json_object
    if kind.favorites is not None:
        checks |= {"entity_ids": identifiers, "pin_favorited_for": identifier, "favorited_only": flag}
    if unknown := [name for name in given if name not in checks]:
        raise InvalidArgument(unknown[0], f"is no filter of {kind.noun}s; those are {', '.join(checks)}")
    values = {name: checks[name](value, name) for name, value in given.items() if value is not None}
    if not values.get("metadata", True):
        del values["metadata"]  # no key is no condition
    if values.pop("favorited_only", False):
        if "pin_favorited_for" not in values:
            raise InvalidArgument("favorited_only", "needs pin_favorited_for: the user whose favorites are meant")
        values["favorited_only"] = True
    return values


def active_version(value: str | msgspec.UnsetType | None) -> str | msgspec.UnsetType | None:
    return value if value is msgspec.UNSET else optional_identifier(value, "active_version_id")


def author(value: str | msgspec.UnsetType | None) -> str | msgspec.UnsetType | None:
    return value if value is msgspec.UNSET else optional_identifier(value, "author_id")


def _checked(known: Iterable[Field], fields: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: field.check(fields[field.name], field.name) for field in known if field.name in fields}


def _whole(kind: AnyKind, given: Mapping[str, Any]) -> dict[str, Any]:
    needed = [field.name for field in kind.snapshot if field.required]
    if missing := [name for name in needed if name not in given]:
        raise InvalidArgument(missing[0], f"is missing; every {kind.noun} needs {', '.join(needed)}")
    return dict.fromkeys(kind.snapshot_names) | _checked(kind.snapshot, given)


def _refuse_unknown(kind: AnyKind, fields: Mapping[str, Any], known: Iterable[Field]) -> None:
    names = [field.name for field in known]
    if unknown := [name for name in fields if name not in names]:
        raise InvalidArgument(unknown[0], f"is no field of {kind.noun}s; those are {', '.join(names)}")
