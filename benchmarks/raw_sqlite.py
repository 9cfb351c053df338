"""The baseline on SQLite: aiosqlite, a function of plain sqlite3 calls in one hop to a pooled connection's thread."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import msgspec
from msgspec.structs import astuple

from mastra_store.records.memory import Message, Thread
from mastra_store.records.observability import Span, Trace
from mastra_store.records.scores import Score

from . import raw_spans
from .raw import CREATED, JSON, SQLITE as SQL, UPDATED

R = TypeVar("R")

encode, decode = msgspec.json.Encoder().encode, msgspec.json.Decoder().decode
moment = datetime.fromisoformat

# The storage's own settings.
_PRAGMAS = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -16000;
    PRAGMA mmap_size = 134217728;
"""


class RawSqlite:
    """Writers take turns at a lock of this process, as in the storage: at the file's lock they would poll."""

    def __init__(self, path: Path, pool_size: int) -> None:
        self._path = path
        self._size = pool_size
        self._pool: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        self._writer = asyncio.Lock()

    async def open(self) -> None:
        for _ in range(self._size):
            connection = await aiosqlite.connect(self._path, isolation_level=None, cached_statements=256)
            await connection.executescript(_PRAGMAS)
            self._pool.put_nowait(connection)

    async def aclose(self) -> None:
        while not self._pool.empty():
            await self._pool.get_nowait().close()

    async def get_thread(self, thread_id: str) -> Thread | None:
        def work(connection: sqlite3.Connection) -> Thread | None:
            row = connection.execute(SQL.get_thread, (thread_id,)).fetchone()
            return _thread(*row) if row else None

        return await self._run(work)

    async def list_threads(self, resource_id: str, limit: int) -> tuple[list[Thread], int]:
        def work(connection: sqlite3.Connection) -> tuple[list[Thread], int]:
            rows = connection.execute(SQL.list_threads, (resource_id, limit)).fetchall()
            return [_thread(*row[:6]) for row in rows], rows[0][6]

        return await self._run(work)

    async def list_messages(self, thread_id: str, limit: int, offset: int) -> tuple[list[Message], int]:
        return await self._run(
            lambda connection: _messages(connection.execute(SQL.list_messages, (thread_id, limit, offset)).fetchall())
        )

    async def list_included(self, thread_id: str, limit: int, ids: list[str]) -> tuple[list[Message], int]:
        values = (thread_id, limit, encode(ids).decode())
        return await self._run(lambda connection: _messages(connection.execute(SQL.list_included, values).fetchall()))

    async def save_messages(self, thread_id: str, messages: Sequence[Message]) -> list[Message]:
        def work(connection: sqlite3.Connection) -> list[Message]:
            connection.execute("BEGIN IMMEDIATE")
            try:
                saved = [_saved(connection, thread_id, message) for message in messages]
                touched = connection.execute(SQL.touch_thread, (_text(datetime.now(UTC)), thread_id))
                if not touched.rowcount:
                    raise LookupError(thread_id)
            except BaseException:
                connection.rollback()
                raise
            connection.execute("COMMIT")
            return saved

        return await self._write(work)

    async def persist(self, workflow: str, run_id: str, snapshot: dict[str, Any]) -> None:
        def work(connection: sqlite3.Connection) -> None:
            values = (workflow, run_id, encode(snapshot).decode(), _text(datetime.now(UTC)))
            connection.execute(SQL.persist, values)

        await self._write(work)

    async def load(self, workflow: str, run_id: str) -> dict[str, Any] | None:
        def work(connection: sqlite3.Connection) -> dict[str, Any] | None:
            row = connection.execute(SQL.load, (workflow, run_id)).fetchone()
            return decode(row[0]) if row else None

        return await self._run(work)

    async def update_results(self, workflow: str, run_id: str, step_id: str, result: Any) -> dict[str, Any]:
        def work(connection: sqlite3.Connection) -> dict[str, Any]:
            connection.execute("BEGIN IMMEDIATE")
            try:
                (text,) = connection.execute(SQL.locked_snapshot, (workflow, run_id)).fetchone()
                snapshot = decode(text)
                snapshot["context"][step_id] = result
                values = (workflow, run_id, encode(snapshot).decode(), _text(datetime.now(UTC)))
                connection.execute(SQL.replace_snapshot, values)
            except BaseException:
                connection.rollback()
                raise
            connection.execute("COMMIT")
            context: dict[str, Any] = snapshot["context"]
            return context

        return await self._write(work)

    async def list_scores(self, run_id: str, limit: int) -> tuple[list[Score], int]:
        def work(connection: sqlite3.Connection) -> tuple[list[Score], int]:
            rows = connection.execute(SQL.list_scores, (run_id, limit)).fetchall()
            return [_score(*row[:-1]) for row in rows], rows[0][-1] if rows else 0

        return await self._run(work)

    async def save_score(self, score: Score) -> str:
        def work(connection: sqlite3.Connection) -> str:
            cells = [encode(cell).decode() if isinstance(cell, dict | list) else cell for cell in astuple(score)]
            cells[CREATED] = cells[UPDATED] = _text(datetime.now(UTC))
            connection.execute(SQL.save_score, cells)
            return score.id

        return await self._write(work)

    async def get_trace(self, trace_id: str) -> Trace | None:
        def work(connection: sqlite3.Connection) -> Trace | None:
            rows = connection.execute(raw_spans.SQLITE_TRACE, (trace_id,)).fetchall()
            return Trace(trace_id, [_span(row) for row in rows]) if rows else None

        return await self._run(work)

    async def list_traces(self, limit: int) -> tuple[list[Span], int]:
        def work(connection: sqlite3.Connection) -> tuple[list[Span], int]:
            rows = connection.execute(raw_spans.SQLITE_TRACES, (limit,)).fetchall()
            return [_span(row[:-1]) for row in rows], rows[0][-1] if rows else 0

        return await self._run(work)

    async def create_spans(self, spans: Sequence[Span]) -> None:
        def work(connection: sqlite3.Connection) -> None:
            now = _text(datetime.now(UTC))
            rows = [[*_span_cells(span), now, now] for span in spans]
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.executemany(raw_spans.SQLITE_CREATE, rows)
            except BaseException:
                connection.rollback()
                raise
            connection.execute("COMMIT")

        await self._write(work)

    async def _run(self, work: Callable[[sqlite3.Connection], R]) -> R:
        connection = await self._pool.get()
        try:
            return await connection._execute(work, connection._conn)  # type: ignore[no-any-return,no-untyped-call]
        finally:
            self._pool.put_nowait(connection)

    async def _write(self, work: Callable[[sqlite3.Connection], R]) -> R:
        async with self._writer:
            return await self._run(work)


def _thread(key: str, resource_id: str, title: str, created_at: str, updated_at: str, metadata: str | None) -> Thread:
    return Thread(
        key, resource_id, title, moment(created_at), moment(updated_at), None if metadata is None else decode(metadata)
    )


def _score(*cells: Any) -> Score:
    shown = list(cells)
    for position in JSON:
        if shown[position] is not None:
            shown[position] = decode(shown[position])
    shown[CREATED], shown[UPDATED] = moment(shown[CREATED]), moment(shown[UPDATED])
    return Score(*shown)


def _saved(connection: sqlite3.Connection, thread_id: str, m: Message) -> Message:
    kind = m.type or "v2"
    cells = (m.id, thread_id, encode(m.content).decode(), m.role, _text(m.created_at), kind, m.resource_id)
    (created_at,) = connection.execute(SQL.save_messages, cells).fetchone()
    return Message(m.id, thread_id, m.content, m.role, moment(created_at), m.type, m.resource_id)


def _messages(rows: list[Any]) -> tuple[list[Message], int]:
    items = [
        Message(key, thread_id, decode(content), role, moment(at), None if kind == "v2" else kind, resource_id)
        for key, thread_id, content, role, at, kind, resource_id, _ in rows
    ]
    return items, rows[0][7] if rows else 0


def _span(row: Sequence[Any]) -> Span:
    cells: Any = (cell if cell is None else read(cell) for read, cell in zip(_READERS, row, strict=True))
    return Span(*cells)


def _span_cells(span: Span) -> list[Any]:
    values = [getattr(span, field) for field in raw_spans.WRITTEN_FIELDS]
    return [value if value is None else write(value) for write, value in zip(_WRITERS, values, strict=True)]


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _as_it_is(value: Any) -> Any:
    return value


def _ways(names: Sequence[str], of_time: Any, of_json: Any, of_flag: Any) -> list[Callable[[Any], Any]]:
    """What is done to the cells of columns."""
    special = {**dict.fromkeys(raw_spans.TIMES, of_time), **dict.fromkeys(raw_spans.JSON, of_json), "isEvent": of_flag}
    return [special.get(name, _as_it_is) for name in names]


_READERS = _ways(raw_spans.SPAN, moment, decode, bool)
_WRITERS = _ways(raw_spans.WRITTEN, _text, lambda value: encode(value).decode(), int)
