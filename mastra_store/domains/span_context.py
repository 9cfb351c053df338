"""Which span a piece of code runs in, and what the spans and metrics made there get from it."""

import os
from contextvars import ContextVar
from typing import Any, NamedTuple, TypedDict

from ..errors import InvalidArgument, MastraError
from .message_input import identifier, optional_identifier

INHERITED = (
    "user_id",
    "organization_id",
    "resource_id",
    "run_id",
    "session_id",
    "thread_id",
    "request_id",
    "environment",
    "service_name",
    "experiment_id",
    "source",
)
"""What a span has of the one around it, unless given."""


class SpanContext(TypedDict, total=False):
    """What a span is about."""

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
    scope: dict[str, Any] | None
    entity_version_id: str | None
    parent_entity_version_id: str | None
    root_entity_version_id: str | None
    experiment_id: str | None
    source: str | None
    metadata: dict[str, Any] | None
    tags: list[str] | None
    attributes: dict[str, Any] | None
    links: list[Any] | None
    request_context: dict[str, Any] | None


class SpanFields(SpanContext, total=False):
    """What a span is about, what went in and what came out."""

    input: Any
    output: Any
    error: Any


class Place(NamedTuple):
    """Where a new span belongs."""

    trace_id: str
    parent_span_id: str | None
    inherited: dict[str, Any]


class Around(NamedTuple):
    """The span that code runs in."""

    trace_id: str
    span_id: str
    inherited: dict[str, Any]


around: ContextVar[Around | None] = ContextVar("mastra_store_span", default=None)
"""Tasks that are started inside a span are in it, too."""


def place(trace_id: str | None, parent_span_id: str | None) -> Place:
    """Where a new span belongs: to the trace and parent given, else into the span around it, else to a new trace.

    Raises:
        InvalidArgument: a parent is given, but neither its trace nor a span around it.
    """
    trace_id = optional_identifier(trace_id, "trace_id")
    parent_span_id = optional_identifier(parent_span_id, "parent_span_id")
    here = around.get()
    if trace_id is None and here is not None:
        return Place(here.trace_id, parent_span_id or here.span_id, here.inherited)
    if trace_id is None and parent_span_id is not None:
        raise InvalidArgument("trace_id", "is missing: name the trace of the parent")
    return Place(trace_id or new_trace_id(), parent_span_id, {})


def where_measured(trace_id: Any, span_id: Any, path: str) -> tuple[str | None, str | None]:
    """The trace and span of a metric: those given, else of the span around."""
    here = around.get()
    if trace_id is None and span_id is None and here is not None:
        return here.trace_id, here.span_id
    if trace_id is None and span_id is not None:
        raise InvalidArgument(f"{path}trace_id", "is missing: name the trace of the span")
    return (
        None if trace_id is None else identifier(trace_id, f"{path}trace_id"),
        optional_identifier(span_id, f"{path}span_id"),
    )


def new_trace_id() -> str:
    """32 hexadecimal digits, as OpenTelemetry's."""
    return os.urandom(16).hex()


def new_span_id() -> str:
    """16 hexadecimal digits, as OpenTelemetry's."""
    return os.urandom(8).hex()


def error_of(error: Any) -> Any:
    """An exception as Mastra's spans have errors; anything else as it is."""
    if not isinstance(error, BaseException):
        return error
    shown: dict[str, Any] = {"message": str(error) or type(error).__name__, "name": type(error).__name__}
    if isinstance(error, MastraError):
        shown |= {"id": error.id, "domain": error.domain, "category": error.category, "details": error.details}
    return shown
