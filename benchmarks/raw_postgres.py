"""The baseline on PostgreSQL: psycopg behind psycopg_pool, statements prepared, JSON by msgspec."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
from msgspec.structs import astuple
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool

from mastra_store.records.memory import Message, Thread
from mastra_store.records.observability import Span, Trace
from mastra_store.records.scores import Score

from . import raw_spans
from .raw import CREATED, POSTGRESQL as SQL, UPDATED

encode, decode = msgspec.json.Encoder().encode, msgspec.json.Decoder().decode


class RawPostgres:
    """Psycopg's C loaders give aware UTC times of ``timestamptz``, so those columns are read."""

    def __init__(self, url: str, pool_size: int) -> None:
        self._pool = AsyncConnectionPool(
            url, kwargs={"autocommit": True}, min_size=0, max_size=pool_size, configure=_configure, open=False
        )

    async def open(self) -> None:
        await self._pool.open()

    async def aclose(self) -> None:
        await self._pool.close()

    async def get_thread(self, thread_id: str) -> Thread | None:
        rows = await self._fetch(SQL.get_thread, (thread_id,))
        return Thread(*rows[0]) if rows else None

    async def list_threads(self, resource_id: str, limit: int) -> tuple[list[Thread], int]:
        rows = await self._fetch(SQL.list_threads, {"resource_id": resource_id, "limit": limit})
        return [Thread(*row[:6]) for row in rows], rows[0][6]

    async def list_messages(self, thread_id: str, limit: int, offset: int) -> tuple[list[Message], int]:
        values = {"thread_id": thread_id, "limit": limit, "offset": offset}
        return _messages(await self._fetch(SQL.list_messages, values))

    async def list_included(self, thread_id: str, limit: int, ids: list[str]) -> tuple[list[Message], int]:
        values = {"thread_id": thread_id, "limit": limit, "ids": ids}
        return _messages(await self._fetch(SQL.list_included, values))

    async def save_messages(self, thread_id: str, messages: Sequence[Message]) -> list[Message]:
        rows = [
            {
                "id": message.id,
                "content": encode(message.content).decode(),
                "role": message.role,
                "type": message.type or "v2",
                "created_at": message.created_at,
                "resource_id": message.resource_id,
            }
            for message in messages
        ]
        values = {"thread_id": thread_id, "messages": encode(rows).decode(), "now": datetime.now(UTC)}
        saved = {row[0]: row for row in await self._fetch(SQL.save_messages, values)}
        if any(row[3] is None for row in saved.values()):
            raise LookupError(thread_id)
        return [Message(m.id, thread_id, m.content, m.role, saved[m.id][1], m.type, saved[m.id][2]) for m in messages]

    async def persist(self, workflow: str, run_id: str, snapshot: dict[str, Any]) -> None:
        values = {
            "workflow": workflow,
            "run_id": run_id,
            "snapshot": encode(snapshot).decode(),
            "now": datetime.now(UTC),
        }
        async with self._pool.connection() as connection:
            await connection.execute(SQL.persist, values, prepare=True)

    async def load(self, workflow: str, run_id: str) -> dict[str, Any] | None:
        rows = await self._fetch(SQL.load, (workflow, run_id))
        return rows[0][0] if rows else None

    async def update_results(self, workflow: str, run_id: str, step_id: str, result: Any) -> dict[str, Any]:
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(SQL.locked_snapshot, (workflow, run_id), prepare=True)
            row = await cursor.fetchone()
            if row is None:
                raise LookupError(run_id)
            snapshot: dict[str, Any] = row[0]
            snapshot["context"][step_id] = result
            values = {
                "workflow": workflow,
                "run_id": run_id,
                "snapshot": encode(snapshot).decode(),
                "now": datetime.now(UTC),
            }
            await connection.execute(SQL.replace_snapshot, values, prepare=True)
            context: dict[str, Any] = snapshot["context"]
            return context

    async def list_scores(self, run_id: str, limit: int) -> tuple[list[Score], int]:
        rows = await self._fetch(SQL.list_scores, {"run_id": run_id, "limit": limit})
        return [Score(*row[:-1]) for row in rows], rows[0][-1] if rows else 0

    async def save_score(self, score: Score) -> str:
        now = datetime.now(UTC)
        cells = [encode(cell).decode() if isinstance(cell, dict | list) else cell for cell in astuple(score)]
        cells[CREATED] = cells[UPDATED] = now.replace(tzinfo=None)
        async with self._pool.connection() as connection:
            await connection.execute(SQL.save_score, [*cells, now, now], prepare=True)
        return score.id

    async def get_trace(self, trace_id: str) -> Trace | None:
        rows = await self._fetch(raw_spans.POSTGRES_TRACE, (trace_id,))
        return Trace(trace_id, [Span(*row) for row in rows]) if rows else None

    async def list_traces(self, limit: int) -> tuple[list[Span], int]:
        rows = await self._fetch(raw_spans.POSTGRES_TRACES, (limit,))
        return [Span(*row[:-1]) for row in rows], rows[0][-1] if rows else 0

    async def create_spans(self, spans: Sequence[Span]) -> None:
        names = list(zip(raw_spans.WRITTEN, raw_spans.WRITTEN_FIELDS, strict=True))
        rows = [{name: getattr(span, field) for name, field in names} for span in spans]
        async with self._pool.connection() as connection:
            await connection.execute(raw_spans.POSTGRES_CREATE, (encode(rows).decode(),), prepare=True)

    async def _fetch(self, sql: str, values: Any) -> list[Any]:
        async with self._pool.connection() as connection:
            return await (await connection.execute(sql, values, prepare=True)).fetchall()


def _messages(rows: list[Any]) -> tuple[list[Message], int]:
    items = [
        Message(key, thread_id, decode(content), role, at, None if kind == "v2" else kind, resource_id)
        for key, thread_id, content, role, at, kind, resource_id, _ in rows
    ]
    return items, rows[0][7] if rows else 0


async def _configure(connection: psycopg.AsyncConnection[Any]) -> None:
    set_json_loads(decode, connection)
