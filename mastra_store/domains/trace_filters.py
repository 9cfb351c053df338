"""Which traces a list is of."""

from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from ..errors import InvalidArgument
from ..jsontext import as_object, storable, text_of
from ..pages import DateRange, Window
from .message_input import identifier
from .span_input import entity_type, one_of, span_type, texts
from .span_values import TRACE_STATUSES

MAX_PER_PAGE = 100
"""Traces of a page (contract: observability.md, "listTraces")."""


class TraceFilters(TypedDict, total=False):
    """Conditions on the root of a trace, all of which must hold; ``None`` is none.

    Every one works on every backend (the TypeScript adapters take ids of traces, experiments and versions and the
    parent's and root's entity, and ignore them).
    """

    trace_id: str | None
    started_at: DateRange | None
    ended_at: DateRange | None
    """Excludes what is running."""
    status: str | None
    """``error``, ``running`` or ``success``."""
    has_child_error: bool | None
    """Whether any span of the trace, its root among them, has an error (contract: observability.md, "listTraces")."""
    span_type: str | None
    entity_type: str | None
    entity_id: str | None
    entity_name: str | None
    parent_entity_type: str | None
    parent_entity_id: str | None
    parent_entity_name: str | None
    root_entity_type: str | None
    root_entity_id: str | None
    root_entity_name: str | None
    user_id: str | None
    organization_id: str | None
    resource_id: str | None
    run_id: str | None
    session_id: str | None
    thread_id: str | None
    request_id: str | None
    environment: str | None
    service_name: str | None
    entity_version_id: str | None
    parent_entity_version_id: str | None
    root_entity_version_id: str | None
    experiment_id: str | None
    source: str | None
    scope: dict[str, Any] | None
    """The scope must have all these keys with these values; objects and lists match as subsets."""
    metadata: dict[str, Any] | None
    """Likewise."""
    tags: list[str] | None
    """All of them must be there."""


def trace_window(page: int, per_page: int) -> Window:
    """The window of a page of traces, checked."""
    window = Window.of(page, per_page)
    if per_page is None or not 1 <= per_page <= MAX_PER_PAGE:
        raise InvalidArgument(
            "per_page", f"must be an integer from 1 to {MAX_PER_PAGE}, not {per_page!r}", status="INVALID_PAGE"
        )
    return window


def trace_filters(given: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions that are given, checked.

    Raises:
        InvalidArgument: one is unknown, or its value is none that it could have; with its name.
    """
    if unknown := [name for name in given if name not in _CHECKS]:
        raise InvalidArgument(unknown[0], f"is no filter of traces; those are {', '.join(_CHECKS)}")
    return {name: _CHECKS[name](value, name) for name, value in given.items() if value is not None}


def _range(value: Any, path: str) -> DateRange:
    if not isinstance(value, DateRange):
        raise InvalidArgument(path, f"must be a DateRange, not {type(value).__name__}")
    return value


def _flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidArgument(path, f"must be true or false, not {value!r}")
    return value


def _object(value: Any, path: str) -> dict[str, Any]:
    return as_object(storable(as_object(value, path), path), path)


_CHECKS: dict[str, Callable[[Any, str], Any]] = {
    **dict.fromkeys(TraceFilters.__annotations__, text_of),
    "trace_id": identifier,
    **dict.fromkeys(("started_at", "ended_at"), _range),
    "status": one_of(TRACE_STATUSES),
    "has_child_error": _flag,
    "span_type": span_type,
    **dict.fromkeys(("entity_type", "parent_entity_type", "root_entity_type"), entity_type),
    **dict.fromkeys(("scope", "metadata"), _object),
    "tags": texts,
}
