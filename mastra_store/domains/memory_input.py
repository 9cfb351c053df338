"""What callers give as threads, resources and filters, checked before anything is sent to a database."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ..errors import InvalidArgument
from ..jsontext import as_object, storable, text_of
from ..pages import instant, whole_number
from ..records.memory import Include, Resource, Thread
from .message_input import identifier

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_FORBIDDEN_KEYS = frozenset({"__proto__", "prototype", "constructor"})


def checked_thread(thread: Thread) -> Thread:
    """The thread as it will be stored.

    Raises:
        InvalidArgument: a field can not be stored, with its name.
    """
    if not isinstance(thread, Thread):
        raise InvalidArgument("thread", f"must be a Thread, not {type(thread).__name__}")
    return thread.evolve(
        id=identifier(thread.id, "thread.id"),
        resource_id=identifier(thread.resource_id, "thread.resource_id"),
        title=text_of(thread.title, "thread.title"),
        metadata=stored_object(thread.metadata, "thread.metadata"),
        created_at=instant(thread.created_at, "thread.created_at"),
        updated_at=instant(thread.updated_at, "thread.updated_at"),
    )


def checked_resource(resource: Resource) -> Resource:
    """The resource as it will be stored.

    Raises:
        InvalidArgument: a field can not be stored, with its name.
    """
    if not isinstance(resource, Resource):
        raise InvalidArgument("resource", f"must be a Resource, not {type(resource).__name__}")
    memory = resource.working_memory
    return resource.evolve(
        id=identifier(resource.id, "resource.id"),
        working_memory=None if memory is None else text_of(memory, "resource.working_memory"),
        metadata=stored_object(resource.metadata, "resource.metadata"),
        created_at=instant(resource.created_at, "resource.created_at"),
        updated_at=instant(resource.updated_at, "resource.updated_at"),
    )


def checked_metadata(title: str | None, metadata: Mapping[str, Any] | None) -> tuple[str | None, dict[str, Any] | None]:
    """A thread's new title and metadata as they will be stored."""
    return None if title is None else text_of(title, "title"), stored_object(metadata, "metadata")


def stored_object(value: Mapping[str, Any] | None, path: str) -> dict[str, Any] | None:
    """A JSON object as a JSON column stores it; ``None`` is none."""
    return None if value is None else as_object(storable(value, path), path)


def metadata_filter(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """A filter on a thread's metadata: keys are words, values any JSON (contract: conventions.md, section 6)."""
    wanted = stored_object(metadata, "metadata") or {}
    for key in wanted:
        _check_key(key, "metadata")
    return wanted


def scalar_metadata_filter(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """A filter on a message's metadata: as ``metadata_filter``, with text, numbers, true, false and null alone."""
    for key, value in as_object(metadata, "metadata").items():
        _check_key(key, "metadata")
        finite = not isinstance(value, float) or math.isfinite(value)
        if not (value is None or isinstance(value, str | int | float | bool)) or not finite:
            raise InvalidArgument(f"metadata.{key}", "must be text, a finite number, true, false or null")
    return dict(metadata)


def matches(content: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether ``content.metadata`` has all the wanted keys with exactly these values, by JSON type."""
    metadata = content.get("metadata")
    return isinstance(metadata, dict) and all(
        key in metadata and isinstance(metadata[key], bool) == isinstance(value, bool) and metadata[key] == value
        for key, value in wanted.items()
    )


def includes(given: Sequence[Include | Mapping[str, Any]]) -> list[Include]:
    """The messages to include, checked; dicts may be snake_case or camelCase."""
    return [_include(item, f"include[{index}]") for index, item in enumerate(given)]


def _include(item: Include | Mapping[str, Any], path: str) -> Include:
    if isinstance(item, Mapping):
        names = {
            name: field.name for field in msgspec.structs.fields(Include) for name in (field.name, field.encode_name)
        }
        # Mastra's items may carry a thread id, which is ignored there too: the message's own thread counts.
        if unknown := [key for key in item if key not in names and key not in ("thread_id", "threadId")]:
            raise InvalidArgument(
                f"{path}.{unknown[0]}", f"is unknown; known are {', '.join(sorted(set(names.values())))}"
            )
        item = Include(**{"id": None, **{names[key]: value for key, value in item.items() if key in names}})
    if not isinstance(item, Include):
        raise InvalidArgument(path, f"must be an Include or a dict, not {type(item).__name__}")
    identifier(item.id, f"{path}.id")
    for name in ("with_previous_messages", "with_next_messages"):
        whole_number(getattr(item, name), f"{path}.{name}")
    return item


def _check_key(key: Any, path: str) -> None:
    if not isinstance(key, str) or _KEY.fullmatch(key) is None or key in _FORBIDDEN_KEYS:
        raise InvalidArgument(
            f"{path}.{key}",
            "must be a word of letters, digits and _, at most 128 characters",
            status="INVALID_METADATA_KEY",
        )
