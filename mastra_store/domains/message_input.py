"""What callers give as messages, checked and completed, before anything is sent to a database."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ..clock import utc_now
from ..errors import InvalidArgument
from ..jsontext import checked, text_of
from ..models.types import format_2
from ..pages import instant
from ..records.memory import Message

MAX_ID = 512
"""Characters of an id."""

MessageInput = Message | Mapping[str, Any]
"""A record, or a dict with ``role`` and ``content``; the rest is filled in. Keys may be snake_case or camelCase."""

_FIELDS = {name: field.name for field in msgspec.structs.fields(Message) for name in (field.name, field.encode_name)}
_CHANGEABLE = frozenset({"id", "content", "role", "type", "thread_id", "resource_id"})


class Draft(msgspec.Struct, frozen=True):
    """A message to be stored. What is ``None`` the backend fills in from the thread."""

    id: str
    thread_id: str
    content: dict[str, Any]
    role: str
    created_at: datetime
    type: str | None
    resource_id: str | None


class MessageChange(msgspec.Struct, frozen=True):
    """What shall change of a stored message; ``None`` leaves a field as it is."""

    id: str
    content: dict[str, Any] | None
    role: str | None
    type: str | None
    thread_id: str | None
    resource_id: str | None


def identifier(value: Any, path: str) -> str:
    """An id: text of 1 to 512 characters without NUL and unpaired surrogates, not blank."""
    text = text_of(value, path, least=1, most=MAX_ID)
    if not text.strip():
        raise InvalidArgument(path, "is blank")
    return text


def identifiers(values: Sequence[str], path: str) -> list[str]:
    """Several ids. One text is not taken for a list of its characters."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InvalidArgument(path, f"must be a list of ids, not {type(values).__name__}")
    return [identifier(each, f"{path}[{index}]") for index, each in enumerate(values)]


def optional_identifier(value: Any, path: str) -> str | None:
    return None if value is None else identifier(value, path)


def drafts(messages: Sequence[MessageInput], thread_id: str | None, resource_id: str | None) -> list[Draft]:
    """The messages to store, in the order given.

    Of messages with one id the last content wins and the first time. Messages without a time get strictly increasing
    milliseconds from now on.

    Raises:
        InvalidArgument: with the path to the offender, as ``messages[2].content.parts[0]``.
    """
    now, untimed = utc_now(), 0
    merged: dict[str, Draft] = {}
    for index, message in enumerate(_listed(messages, "messages")):
        path = f"messages[{index}]"
        fields = _fields(message, path)
        if fields.get("created_at") is None:
            created_at, untimed = now + timedelta(milliseconds=untimed), untimed + 1
        else:
            created_at = instant(fields["created_at"], f"{path}.created_at")
        draft = _draft(fields, path, thread_id, resource_id, created_at)
        if (first := merged.get(draft.id)) is not None:
            draft = msgspec.structs.replace(draft, created_at=first.created_at)
        merged[draft.id] = draft
    return list(merged.values())


def changes(messages: Sequence[Mapping[str, Any]]) -> list[MessageChange]:
    """The changes to make, one for each id; of several for one id the later one wins, field by field.

    Raises:
        InvalidArgument: a message has no id, or a field that can not be changed.
    """
    merged: dict[str, MessageChange] = {}
    for index, message in enumerate(_listed(messages, "messages")):
        path = f"messages[{index}]"
        fields = _fields(message, path)
        if forbidden := sorted(fields.keys() - _CHANGEABLE):
            raise InvalidArgument(f"{path}.{forbidden[0]}", f"can not be changed; {', '.join(sorted(_CHANGEABLE))} can")
        change = _change(fields, path)
        if (earlier := merged.get(change.id)) is not None:
            change = _over(earlier, change)
        merged[change.id] = change
    return list(merged.values())


def merged_content(stored: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Stored content under given content, and so is ``metadata`` where both have it.

    Contract: memory.md, "updateMessages".
    """
    merged = {**stored, **given}
    if isinstance(stored.get("metadata"), dict) and isinstance(given.get("metadata"), dict):
        merged["metadata"] = {**stored["metadata"], **given["metadata"]}
    return merged


def _draft(
    fields: dict[str, Any], path: str, thread_id: str | None, resource_id: str | None, created_at: datetime
) -> Draft:
    in_thread = fields.get("thread_id")
    if thread_id is not None and in_thread not in (None, thread_id):
        raise InvalidArgument(f"{path}.thread_id", f"is {in_thread!r}, but the messages are saved to {thread_id!r}")
    if in_thread is None and thread_id is None:
        raise InvalidArgument(
            f"{path}.thread_id", "is missing; name the thread in the message or in the call", status="FAILED"
        )
    owner = fields.get("resource_id")
    return Draft(
        id=identifier(fields["id"], f"{path}.id") if fields.get("id") is not None else str(uuid.uuid4()),
        thread_id=thread_id if thread_id is not None else identifier(in_thread, f"{path}.thread_id"),
        content=_content(fields.get("content"), f"{path}.content"),
        role=text_of(fields.get("role"), f"{path}.role", least=1),
        created_at=created_at,
        type=_kind(fields.get("type"), f"{path}.type"),
        resource_id=optional_identifier(owner if owner is not None else resource_id, f"{path}.resource_id"),
    )


def _change(fields: dict[str, Any], path: str) -> MessageChange:
    role = fields.get("role")
    return MessageChange(
        id=identifier(fields.get("id"), f"{path}.id"),
        content=_content(fields["content"], f"{path}.content") if fields.get("content") is not None else None,
        role=None if role is None else text_of(role, f"{path}.role", least=1),
        type=_kind(fields.get("type"), f"{path}.type"),
        thread_id=optional_identifier(fields.get("thread_id"), f"{path}.thread_id"),
        resource_id=optional_identifier(fields.get("resource_id"), f"{path}.resource_id"),
    )


def _over(earlier: MessageChange, later: MessageChange) -> MessageChange:
    fields = {name: value for name, value in msgspec.structs.asdict(later).items() if value is not None}
    if earlier.content is not None and later.content is not None:
        fields["content"] = merged_content(earlier.content, later.content)
    return msgspec.structs.replace(earlier, **fields)


def _content(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, str | list | dict):
        raise InvalidArgument(
            path, f"must be text, a list of parts or an object in format 2, not {type(value).__name__}"
        )
    return format_2(checked(value, path))


def _kind(value: Any, path: str) -> str | None:
    return None if value is None else text_of(value, path, least=1)


def _listed(messages: Any, path: str) -> Iterable[Any]:
    if isinstance(messages, str | bytes | Mapping | Message) or not isinstance(messages, Iterable):
        raise InvalidArgument(path, f"must be a list of messages, not {type(messages).__name__}")
    return messages


def _fields(message: Any, path: str) -> dict[str, Any]:
    if isinstance(message, Message):
        return message.to_dict()
    if not isinstance(message, Mapping):
        raise InvalidArgument(path, f"must be a Message or a dict, not {type(message).__name__}")
    if unknown := [key for key in message if key not in _FIELDS]:
        raise InvalidArgument(
            f"{path}.{unknown[0]}", f"is no field of a message; those are {', '.join(sorted(set(_FIELDS.values())))}"
        )
    return {_FIELDS[key]: value for key, value in message.items()}
