"""Spans on their way to the database, off the path of those who make them."""

import asyncio
import logging
import time
from collections.abc import Callable
from itertools import islice
from types import TracebackType
from typing import Self, Unpack

from ..errors import InvalidArgument, MastraError, Unavailable
from ..pages import whole_number
from .observability import ObservabilityDomain
from .open_span import OpenSpan, opened_span
from .span_context import SpanFields
from .span_input import Cells, SpanInput, span_cells

logger = logging.getLogger("mastra_store.observability")

WARN_EVERY = 60.0
"""Seconds that the log is quiet after it said that spans were lost."""

OnDrop = Callable[[int, MastraError | None], None]


class SpanBuffer:
    """Takes spans at once and stores them in batches, in the background.

    ::

        async with SpanBuffer(storage.observability) as buffer:
            async with buffer.span("answer", type="agent_run") as span:
                span.set(output="Hello")

    Each span is what ``create_span`` would be given. One that waits already takes the new fields over, so a beginning
    and its end are one row when both are waiting. What waits is stored when there is a batch of it, when ``interval``
    has passed, by ``flush`` and at the end of the block.

    A span is lost when the queue is full, or when the database did not take its batch: one for which the database is
    not there is tried again a few times. Lost spans are counted, and the log says how many, once a minute at most.

    It belongs to one event loop, as its storage does.

    Args:
        observability: where the spans go.
        max_queue: spans that may wait.
        batch_size: spans of a batch.
        interval: seconds after which what waits is stored; ``None`` leaves it to the other occasions.
        attempts: how often a batch is tried.
        retry_after: seconds before the second attempt; each later one waits twice as long.
        on_drop: called with how many spans were lost, and why if it was not the queue that was full. An exception of
            its own goes to the log.

    Attributes:
        stored: spans that were written.
        dropped: spans that found the queue full, or the buffer closed.
        failed: spans that the database did not take.
    """

    def __init__(
        self,
        observability: ObservabilityDomain,
        *,
        max_queue: int = 10_000,
        batch_size: int = 1_000,
        interval: float | None = 1.0,
        attempts: int = 4,
        retry_after: float = 0.1,
        on_drop: OnDrop | None = None,
    ) -> None:
        self._observability = observability
        self._max_queue = whole_number(max_queue, "max_queue", least=1)
        self._batch_size = whole_number(batch_size, "batch_size", least=1)
        self._interval = None if interval is None else _seconds(interval, "interval")
        self._attempts = whole_number(attempts, "attempts", least=1)
        self._retry_after = _seconds(retry_after, "retry_after")
        self._on_drop = on_drop
        self._waiting: dict[tuple[str, str], Cells] = {}
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self._unsaid = 0
        self._quiet_until: float | None = None
        self.stored = 0
        self.dropped = 0
        self.failed = 0

    @property
    def waiting(self) -> int:
        """Spans that were taken and are in no batch yet."""
        return len(self._waiting)

    def put(self, span: SpanInput) -> bool:
        """Take a span. It neither waits nor fails because of the database.

        What is taken is what the span holds now: values that are changed later are stored as they were.

        Returns:
            Whether it was taken: not when the queue is full or the buffer closed.

        Raises:
            InvalidArgument: the span can not be stored, as ``create_span``.
        """
        try:
            cells = span_cells(span)
        except MastraError as error:
            error.located(self._observability.store, "create_span")
            raise
        return self._take(cells)

    def span(
        self,
        name: str,
        *,
        type: str = "generic",  # noqa: A002
        trace_id: str | None = None,
        parent_span_id: str | None = None,
        **fields: Unpack[SpanFields],
    ) -> OpenSpan:
        """``observability.span``, whose beginning and end go into this buffer."""
        try:
            return opened_span(self._put, name, type, trace_id, parent_span_id, fields)
        except MastraError as error:
            error.located(self._observability.store, "span")
            raise

    async def flush(self) -> None:
        """Wait until what waits now is stored or lost."""
        async with self._turn:
            remaining = len(self._waiting)
            while remaining > 0 and self._waiting:
                batch = self._next_batch()
                remaining -= len(batch)
                await self._store(batch)

    async def close(self) -> None:
        """Store what waits and take nothing more. Calls that come later do nothing."""
        self._closed = True
        self._wake.set()
        if self._task is not None:
            await self._task
        await self.flush()
        self._say_lost(None)

    async def __aenter__(self) -> Self:
        if self._task is None and not self._closed:
            self._task = asyncio.create_task(self._run(), name="mastra_store span buffer")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def _run(self) -> None:
        """Store whenever there is a batch or the time has come, until the buffer is closed."""
        while not self._closed:
            try:
                async with asyncio.timeout(self._interval):
                    await self._wake.wait()
            except TimeoutError:
                pass  # which is the other occasion
            self._wake.clear()
            await self.flush()

    async def _put(self, cells: Cells) -> None:
        self._take(cells)

    def _take(self, cells: Cells) -> bool:
        key = _key(cells)
        waiting = self._waiting.get(key)
        if self._closed or (waiting is None and len(self._waiting) >= self._max_queue):
            self.dropped += 1
            self._lose(1, None)
            return False
        self._waiting[key] = cells if waiting is None else {**waiting, **cells}
        if len(self._waiting) >= self._batch_size:
            self._wake.set()
        return True

    def _next_batch(self) -> list[Cells]:
        """What has waited longest, in the order of the keys, as domains want it."""
        keys = sorted(islice(self._waiting, self._batch_size))
        return [self._waiting.pop(key) for key in keys]

    async def _store(self, batch: list[Cells]) -> None:
        try:
            await self._tried(batch)
        except MastraError as error:
            self.failed += len(batch)
            self._lose(len(batch), error)
        except BaseException:
            # Cancelled: nobody knows how far it came, and a span that is stored twice is stored once.
            later = {key: {**cells, **self._waiting.pop(key, {})} for cells in batch for key in [_key(cells)]}
            self._waiting = {**later, **self._waiting}
            raise
        else:
            self.stored += len(batch)

    async def _tried(self, batch: list[Cells]) -> None:
        for attempt in range(1, self._attempts):
            try:
                await self._observability._save_spans(batch)
            except Unavailable:
                await asyncio.sleep(self._retry_after * 2 ** (attempt - 1))
            else:
                return
        await self._observability._save_spans(batch)

    def _lose(self, count: int, error: MastraError | None) -> None:
        self._unsaid += count
        if self._quiet_until is None or time.monotonic() >= self._quiet_until:
            self._say_lost(error)
        if self._on_drop is not None:
            try:
                self._on_drop(count, error)
            except Exception:
                logger.exception("on_drop of a span buffer failed")

    def _say_lost(self, error: MastraError | None) -> None:
        if self._unsaid:
            logger.warning("%d spans were lost: %s", self._unsaid, error or "the buffer was full or closed")
            self._unsaid = 0
            self._quiet_until = time.monotonic() + WARN_EVERY


def _key(cells: Cells) -> tuple[str, str]:
    return cells["trace_id"], cells["span_id"]


def _seconds(value: float, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise InvalidArgument(path, f"must be a number of seconds from 0 on, not {value!r}")
    return value
