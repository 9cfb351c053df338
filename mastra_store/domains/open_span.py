"""A span around a piece of code."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Token
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, Unpack

from ..clock import iso_milliseconds, utc_now
from ..errors import InvalidArgument, MastraError
from .span_context import INHERITED, Around, SpanContext, SpanFields, around, error_of, new_span_id, place
from .span_input import CHECKS, Cells, span_cells

logger = logging.getLogger("mastra_store.observability")

MERGED = ("attributes", "metadata")
"""Fields of which ``set`` changes single keys."""


class OpenSpan:
    """A span whose block has not ended yet: what ``async with observability.span(...) as span`` gives.

    Attributes:
        trace_id: 32 hexadecimal digits unless given.
        span_id: 16 hexadecimal digits.
        parent_span_id: ``None`` for the root of a trace.
    """

    def __init__(self, write: Callable[[Cells], Awaitable[None]], cells: Cells, objects: dict[str, dict[str, Any]]):
        self.trace_id: str = cells["trace_id"]
        self.span_id: str = cells["span_id"]
        self.parent_span_id: str | None = cells.get("parent_span_id")
        self._write = write
        self._cells = cells
        self._objects = objects
        self._began: float | None = None
        self._outer: Token[Around | None] | None = None

    def set(self, **fields: Unpack[SpanFields]) -> None:
        """Set fields of the span, to be stored when it ends. Keys of ``attributes`` and ``metadata`` are added to those
        that it has; anything else is replaced.

        Raises:
            InvalidArgument: a field can not be stored. None was set.
        """
        checked, objects = checked_fields(fields, self._objects)
        self._cells |= checked
        self._objects |= objects

    async def __aenter__(self) -> Self:
        if self._began is not None:
            raise RuntimeError("a span can be entered once; open another")
        self._began = time.perf_counter()
        self._started_at = utc_now()
        self._cells["started_at"] = iso_milliseconds(self._started_at)
        await self._write(dict(self._cells))
        inherited = {name: self._cells[name] for name in INHERITED if name in self._cells}
        self._outer = around.set(Around(self.trace_id, self.span_id, inherited))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._began is not None and self._outer is not None  # noqa: PT018, S101
        around.reset(self._outer)
        # By the monotonic clock: a clock that is set back meanwhile must not let the span end before it began.
        taken = timedelta(seconds=time.perf_counter() - self._began)
        self._cells["ended_at"] = iso_milliseconds(self._started_at + taken)
        if error is not None and "error" not in self._cells:
            self._cells["error"] = CHECKS["error"](error_of(error), "error")
        try:
            await self._write(dict(self._cells))
        except MastraError as failure:
            if error is None:
                raise
            # The block's own exception is what its caller waits for; the other one must not take its place.
            error.add_note(f"the end of the span {self.span_id} could not be stored either: {failure}")
            logger.warning("the end of a span could not be stored", exc_info=failure)


def opened_span(
    write: Callable[[Cells], Awaitable[None]],
    name: str,
    span_type: str,
    trace_id: str | None,
    parent_span_id: str | None,
    fields: Mapping[str, Any],
) -> OpenSpan:
    """A span to be entered, checked."""
    where = place(trace_id, parent_span_id)
    given, objects = checked_fields(fields, {})
    span = {
        "trace_id": where.trace_id,
        "span_id": new_span_id(),
        "parent_span_id": where.parent_span_id,
        "name": name,
        "span_type": span_type,
        "started_at": utc_now(),
    }
    return OpenSpan(write, {**span_cells(span, ""), **where.inherited, **given}, objects)


def checked_fields(
    fields: Mapping[str, Any], objects: dict[str, dict[str, Any]]
) -> tuple[Cells, dict[str, dict[str, Any]]]:
    """Fields of a span as they will be stored, and the objects among them that more keys may be added to.

    Args:
        objects: what such objects hold already.
    """
    given = {name: value for name, value in checked_names(fields).items() if value is not None}
    if "error" in given:
        given["error"] = error_of(given["error"])
    merged: dict[str, dict[str, Any]] = {}
    for name in MERGED:
        if name in given:
            CHECKS[name](given[name], name)
            given[name] = merged[name] = {**objects.get(name, {}), **given[name]}
    return {name: CHECKS[name](value, name) for name, value in given.items()}, merged


def checked_names(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Fields that can be set of a span.

    Raises:
        InvalidArgument: one can not.
    """
    known = {**SpanContext.__annotations__, **SpanFields.__annotations__}
    if unknown := [name for name in fields if name not in known]:
        raise InvalidArgument(unknown[0], f"is no field of a span that can be set; those are {', '.join(known)}")
    return fields
