"""What callers give as spans, checked before anything is sent to a database.

A checked span is a dict of what is given of it, by the names of the record's fields: ``cells``. Times are texts, JSON
is encoded already: nobody who changes a value later changes what will be stored.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from ..clock import iso_milliseconds
from ..errors import InvalidArgument
from ..jsontext import as_object, storable_raw, storable_raws, text_of
from ..pages import instant
from ..records.observability import Span
from .message_input import MAX_ID, identifier, identifiers
from .span_values import ENTITY_TYPES, SPAN_TYPES

SpanInput = Span | Mapping[str, Any]
"""A record, or a dict of a record's fields. Keys may be snake_case or camelCase."""

Cells = dict[str, Any]
"""What is given of a span, checked. ``None`` is not given."""

REQUIRED = ("trace_id", "span_id", "name", "span_type", "started_at")
STAMPED = frozenset({"created_at", "updated_at"})
"""What the storage decides itself, whatever is given (contract: observability.md, "trigger_set_timestamps")."""
MAX_DELETED = 1000
"""Traces that one call may delete (contract: observability.md, "batchDeleteTraces")."""
KEY = frozenset({"trace_id", "span_id"})

_NAMES: dict[str, str] = {
    name: field.name for field in msgspec.structs.fields(Span) for name in (field.name, field.encode_name)
}
_FIELDS = ", ".join(dict.fromkeys(name for name in _NAMES.values() if name not in STAMPED))
_SPAN_OF_AN_UPDATE = {"trace_id": "trace_id", "traceId": "trace_id", "span_id": "span_id", "spanId": "span_id"}


def span_cells(span: SpanInput, path: str = "span") -> Cells:
    """A span to be stored.

    Raises:
        InvalidArgument: a field is missing, unknown, or can not be stored; with its path, as ``span.metadata.tags[2]``.
    """
    given = {name: value for name, value in _fields(span, path).items() if value is not None}
    cells = _plain_cells(given)
    if cells is None:
        cells = {name: CHECKS[name](value, part_of(path, name)) for name, value in given.items()}
    for name in REQUIRED:
        if name not in cells:
            raise InvalidArgument(part_of(path, name), f"is missing; a span needs {', '.join(REQUIRED)}")
    cells.setdefault("is_event", False)
    return cells


def batch_cells(records: Sequence[SpanInput], path: str = "records") -> list[Cells]:
    """Spans to be stored, each once: of several that are the same span later ones come over earlier ones."""
    return merged(span_cells(span, f"{path}[{index}]") for index, span in enumerate(_listed(records, path)))


def merged(spans: Iterable[Cells]) -> list[Cells]:
    """Each span once, in the order of their keys, so that batches which share some never wait for each other in a
    ring."""
    by_key: dict[tuple[str, str], Cells] = {}
    for cells in spans:
        key = cells["trace_id"], cells["span_id"]
        by_key[key] = {**by_key[key], **cells} if key in by_key else cells
    return [by_key[key] for key in sorted(by_key)]


class SpanUpdate(msgspec.Struct, frozen=True):
    """What shall change of a stored span."""

    cells: Cells
    """The span's key, and new values."""
    cleared: frozenset[str]
    """Fields that shall have none any more."""


def span_update(trace_id: Any, span_id: Any, updates: Any, path: str = "") -> SpanUpdate:
    """A change of one span.

    Raises:
        InvalidArgument: a field is unknown, can not be stored, changed or cleared.
    """
    cells = {
        "trace_id": identifier(trace_id, part_of(path, "trace_id")),
        "span_id": identifier(span_id, part_of(path, "span_id")),
    }
    path = part_of(path, "updates")
    cleared = []
    for name, value in _fields(updates, path).items():
        if name in KEY:
            raise InvalidArgument(part_of(path, name), "can not be changed")
        if value is not None:
            cells[name] = CHECKS[name](value, part_of(path, name))
        elif name in REQUIRED or name == "is_event":
            raise InvalidArgument(part_of(path, name), "can not be cleared: every span has one")
        else:
            cleared.append(name)
    return SpanUpdate(cells, frozenset(cleared))


def span_updates(records: Sequence[Mapping[str, Any]]) -> list[SpanUpdate]:
    """Changes of several spans, one for each: of several for the same span later ones come over earlier ones."""
    by_key: dict[tuple[str, str], SpanUpdate] = {}
    for index, record in enumerate(_listed(records, "records")):
        path = f"records[{index}]"
        update = span_update(**_update_fields(record, path), path=path)
        key = update.cells["trace_id"], update.cells["span_id"]
        if (earlier := by_key.get(key)) is not None:
            kept = {name: value for name, value in earlier.cells.items() if name not in update.cleared}
            update = SpanUpdate({**kept, **update.cells}, (earlier.cleared - update.cells.keys()) | update.cleared)
        by_key[key] = update
    return [by_key[key] for key in sorted(by_key)]


def deleted_traces(trace_ids: Sequence[str]) -> list[str]:
    """The ids of traces that one call may delete.

    Raises:
        InvalidArgument: one is none, or there are too many.
    """
    ids = identifiers(trace_ids, "trace_ids")
    if len(ids) > MAX_DELETED:
        raise InvalidArgument("trace_ids", f"must be at most {MAX_DELETED}, not {len(ids)}")
    return ids


def part_of(path: str, name: str) -> str:
    """The path of a field; at the top, of an argument."""
    return f"{path}.{name}" if path else name


def one_of(allowed: Sequence[str]) -> Callable[[Any, str], str]:
    """A check for one of some words."""

    def check(value: Any, path: str) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise InvalidArgument(path, f"must be one of {', '.join(allowed)}, not {value!r}")
        return str.__str__(value)  # of a member of an enum, its text

    return check


span_type, entity_type = one_of(SPAN_TYPES), one_of(ENTITY_TYPES)


def _name(value: Any, path: str) -> str:
    return text_of(value, path, least=1)


def _flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidArgument(path, f"must be true or false, not {type(value).__name__}")
    return value


def _time(value: Any, path: str) -> str:
    return iso_milliseconds(instant(value, path))


def _object(value: Any, path: str) -> msgspec.Raw:
    return storable_raw(as_object(value, path), path)


def _list(value: Any, path: str) -> msgspec.Raw:
    if not isinstance(value, list):
        raise InvalidArgument(path, f"must be a list, not {type(value).__name__}")
    return storable_raw(value, path)


def texts(value: Any, path: str) -> list[str]:
    """A list of texts, as tags are."""
    if not isinstance(value, list):
        raise InvalidArgument(path, f"must be a list of texts, not {type(value).__name__}")
    return [text_of(each, f"{path}[{index}]") for index, each in enumerate(value)]


CHECKS: dict[str, Callable[[Any, str], Any]] = {
    **dict.fromkeys(_NAMES.values(), text_of),
    **dict.fromkeys(("trace_id", "span_id", "parent_span_id"), identifier),
    **dict.fromkeys(("entity_type", "parent_entity_type", "root_entity_type"), entity_type),
    **dict.fromkeys(("started_at", "ended_at"), _time),
    **dict.fromkeys(("scope", "metadata", "attributes", "request_context"), _object),
    **dict.fromkeys(("input", "output", "error"), storable_raw),
    "name": _name,
    "span_type": span_type,
    "is_event": _flag,
    "tags": texts,
    "links": _list,
}
"""How each field is checked."""

_TEXTS = frozenset(name for name, check in CHECKS.items() if check in (text_of, identifier, _name))
_WORDS = {
    name: frozenset(SPAN_TYPES if check is span_type else ENTITY_TYPES)
    for name, check in CHECKS.items()
    if check in (span_type, entity_type)
}
_JSON = {name: dict for name, check in CHECKS.items() if check is _object} | {"links": list}
TIMES = frozenset(name for name, check in CHECKS.items() if check is _time)
"""Fields whose cells are times, as text."""
_ANYTHING = frozenset(name for name, check in CHECKS.items() if check is storable_raw)


def _plain_cells(given: dict[str, Any]) -> Cells | None:
    """``CHECKS`` of a span whose fields are as nearly all are, in half of the time; ``None`` of any other.

    A text that prints and does not begin with a blank may stand in every field; all JSON is encoded at once.
    """
    cells: Cells = {}
    json: dict[str, Any] = {}
    for name, value in given.items():
        kind = type(value)
        if kind is str and name in _TEXTS:
            if not (0 < len(value) <= MAX_ID and value.isprintable() and value[0] != " "):
                return None
            cells[name] = value
        elif name in _ANYTHING or _JSON.get(name) is kind:
            json[name] = value
        elif kind is datetime and value.tzinfo is UTC and name in TIMES:
            cells[name] = iso_milliseconds(value)
        elif (kind is str and name in _WORDS and value in _WORDS[name]) or (kind is bool and name == "is_event"):
            cells[name] = value
        elif kind is list and name == "tags" and all(type(tag) is str for tag in value):
            json[name] = value
        else:
            return None
    raws = storable_raws(json)
    return None if raws is None else cells | raws


def _listed(records: Any, path: str) -> Iterable[Any]:
    if isinstance(records, str | bytes | Mapping | Span) or not isinstance(records, Iterable):
        raise InvalidArgument(path, f"must be a list, not {type(records).__name__}")
    return records


def _fields(span: Any, path: str) -> dict[str, Any]:
    """What is given, by the names of the fields, but for what the storage decides itself."""
    if isinstance(span, Span):
        given = span.to_dict()
        del given["created_at"], given["updated_at"]
        return given
    if isinstance(span, Mapping):
        if unknown := [key for key in span if key not in _NAMES]:
            raise InvalidArgument(part_of(path, unknown[0]), f"is no field of a span; those are {_FIELDS}")
        return {name: value for key, value in span.items() if (name := _NAMES[key]) not in STAMPED}
    raise InvalidArgument(path, f"must be a Span or a dict, not {type(span).__name__}")


def _update_fields(record: Any, path: str) -> dict[str, Any]:
    if not isinstance(record, Mapping):
        raise InvalidArgument(path, f"must be a dict, not {type(record).__name__}")
    if unknown := [key for key in record if key not in _SPAN_OF_AN_UPDATE and key != "updates"]:
        raise InvalidArgument(f"{path}.{unknown[0]}", "is unknown; an update has trace_id, span_id and updates")
    named = {_SPAN_OF_AN_UPDATE.get(key, key): value for key, value in record.items()}
    return {name: named.get(name) for name in ("trace_id", "span_id", "updates")}
