"""Spans of what is over already: a tool's call, a point in time."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ..clock import utc_now
from ..errors import InvalidArgument
from ..jsontext import as_object, text_of
from ..pages import instant
from ..records.observability import Span
from .span_context import error_of, new_span_id, place


def tool_call(
    tool_name: Any,
    duration: Any,
    at: datetime | None,
    trace_id: str | None,
    parent_span_id: str | None,
    given: Mapping[str, Any],
) -> Span:
    """The span of a tool's call that took ``duration`` and ended at ``at``, or now. Not checked but for these."""
    tool = text_of(tool_name, "tool_name", least=1)
    taken = milliseconds(duration)
    ended_at = _moment(at)
    try:
        started_at = ended_at - taken
    except OverflowError as error:
        raise InvalidArgument("duration", "is longer than time itself: it would begin before the year 1") from error
    attributes = as_object(given.get("attributes") or {}, "attributes")
    fields = {
        "entity_type": "tool",
        "entity_id": tool,
        "entity_name": tool,
        **given,
        "attributes": {"success": given.get("error") is None, **attributes},
    }
    return _span(f"tool: '{tool}'", "tool_call", False, started_at, ended_at, trace_id, parent_span_id, fields)


def event(
    name: Any,
    span_type: Any,
    at: datetime | None,
    trace_id: str | None,
    parent_span_id: str | None,
    given: Mapping[str, Any],
) -> Span:
    """The span of a point in time. Not checked but for that."""
    moment = _moment(at)
    return _span(name, span_type, True, moment, moment, trace_id, parent_span_id, given)


def milliseconds(duration: Any, path: str = "duration") -> timedelta:
    """A duration given in milliseconds, or as a ``timedelta``.

    Raises:
        InvalidArgument: it is neither, negative, or not finite.
    """
    if isinstance(duration, timedelta):
        if duration < timedelta():
            raise InvalidArgument(path, "must not be negative")
        return duration
    if isinstance(duration, bool) or not isinstance(duration, int | float):
        raise InvalidArgument(path, f"must be milliseconds or a timedelta, not {type(duration).__name__}")
    if not math.isfinite(duration) or duration < 0:
        raise InvalidArgument(path, f"must be a finite number of milliseconds from 0 on, not {duration!r}")
    try:
        return timedelta(milliseconds=duration)
    except OverflowError as error:
        raise InvalidArgument(path, f"must be at most {timedelta.max}, in milliseconds") from error


def _moment(at: datetime | None) -> datetime:
    return utc_now() if at is None else instant(at, "at")


def _span(
    name: Any,
    span_type: Any,
    is_event: bool,
    started_at: datetime,
    ended_at: datetime,
    trace_id: str | None,
    parent_span_id: str | None,
    given: Mapping[str, Any],
) -> Span:
    where = place(trace_id, parent_span_id)
    fields = {name: value for name, value in given.items() if value is not None}
    if "error" in fields:
        fields["error"] = error_of(fields["error"])
    return Span(
        where.trace_id,
        new_span_id(),
        name,
        span_type,
        is_event,
        instant(started_at, "at"),
        utc_now(),
        **{"parent_span_id": where.parent_span_id, **where.inherited, **fields, "ended_at": ended_at},
    )
