"""The SQL of every baseline: the plain statement that an expert writes, for lists on Mastra's own indexes.

``raw_postgres.py`` and ``raw_sqlite.py`` run it behind a pool of the kind that the storages have. Orders break ties by
id and lists count their matches in the same statement, as the storages do. What the storages do beyond it is theirs:
checks of the input, extra indexes, errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from mastra_store.records.memory import Message, Thread
from mastra_store.records.observability import Span, Trace
from mastra_store.records.scores import Score

MESSAGES_BEFORE = MESSAGES_AFTER = 2
"""The neighbours of each included message."""


class Raw(Protocol):
    """What is measured, through a driver."""

    async def get_thread(self, thread_id: str) -> Thread | None: ...

    async def list_threads(self, resource_id: str, limit: int) -> tuple[list[Thread], int]: ...

    async def list_messages(self, thread_id: str, limit: int, offset: int) -> tuple[list[Message], int]: ...

    async def list_included(self, thread_id: str, limit: int, ids: list[str]) -> tuple[list[Message], int]: ...

    async def save_messages(self, thread_id: str, messages: Sequence[Message]) -> list[Message]: ...

    async def persist(self, workflow: str, run_id: str, snapshot: dict[str, Any]) -> None: ...

    async def load(self, workflow: str, run_id: str) -> dict[str, Any] | None: ...

    async def list_scores(self, run_id: str, limit: int) -> tuple[list[Score], int]: ...

    async def save_score(self, score: Score) -> str: ...

    async def update_results(self, workflow: str, run_id: str, step_id: str, result: Any) -> dict[str, Any]: ...

    async def get_trace(self, trace_id: str) -> Trace | None: ...

    async def list_traces(self, limit: int) -> tuple[list[Span], int]: ...

    async def create_spans(self, spans: Sequence[Span]) -> None: ...


@dataclass(frozen=True, slots=True)
class Statements:
    """One dialect's. Parameters are positional, in the order of ``Raw``'s arguments unless a comment says otherwise."""

    get_thread: str
    list_threads: str
    list_messages: str
    list_included: str
    save_messages: str
    touch_thread: str
    persist: str
    load: str
    locked_snapshot: str
    replace_snapshot: str
    list_scores: str
    save_score: str


SCORE = [field.encode_name for field in msgspec.structs.fields(Score)]
"""The columns of a score, in the order of the record's fields."""
CREATED, UPDATED = SCORE.index("createdAt"), SCORE.index("updatedAt")
JSON = [
    position
    for position, name in enumerate(SCORE)
    if name in ("scorer", "entity", "input", "output", "metadata", "additionalContext", "requestContext")
    or name.endswith("StepResult")
]
"""Where the cells that are JSON stand."""
_TIMES = ["createdAt", "updatedAt"]
_SHOWN = ", ".join(f'"{name}"' for name in SCORE)
_SHOWN_BY_TWINS = ", ".join(f'"{name}Z"' if name in _TIMES else f'"{name}"' for name in SCORE)
_REPLACED = ", ".join(f'"{name}" = excluded."{name}"' for name in SCORE if name != "id")
_REPLACED_TWINS = ", ".join(f'"{name}Z" = excluded."{name}Z"' for name in _TIMES)


POSTGRESQL = Statements(
    get_thread="""
        SELECT id, "resourceId", title, "createdAtZ", "updatedAtZ", metadata FROM mastra_threads WHERE id = %s
    """,
    list_threads="""
        SELECT id, "resourceId", title, "createdAtZ", "updatedAtZ", metadata,
               (SELECT count(*) FROM mastra_threads WHERE "resourceId" = %(resource_id)s)
        FROM mastra_threads WHERE "resourceId" = %(resource_id)s
        ORDER BY "createdAt" DESC, id DESC LIMIT %(limit)s
    """,
    list_messages="""
        SELECT id, thread_id, content, role, "createdAtZ", type, "resourceId",
               (SELECT count(*) FROM mastra_messages WHERE thread_id = %(thread_id)s)
        FROM mastra_messages WHERE thread_id = %(thread_id)s
        ORDER BY "createdAt", id LIMIT %(limit)s OFFSET %(offset)s
    """,
    list_included=f"""
        WITH target AS (SELECT id, thread_id, "createdAt" FROM mastra_messages WHERE id = ANY(%(ids)s)),
        shown AS (
            (SELECT id FROM mastra_messages WHERE thread_id = %(thread_id)s ORDER BY "createdAt", id LIMIT %(limit)s)
            UNION SELECT id FROM target
            UNION SELECT near.id FROM target, LATERAL (
                SELECT id FROM mastra_messages AS other
                WHERE other.thread_id = target.thread_id
                  AND (other."createdAt", other.id) < (target."createdAt", target.id)
                ORDER BY other."createdAt" DESC, other.id DESC LIMIT {MESSAGES_BEFORE}
            ) AS near
            UNION SELECT near.id FROM target, LATERAL (
                SELECT id FROM mastra_messages AS other
                WHERE other.thread_id = target.thread_id
                  AND (other."createdAt", other.id) > (target."createdAt", target.id)
                ORDER BY other."createdAt", other.id LIMIT {MESSAGES_AFTER}
            ) AS near
        )
        SELECT id, thread_id, content, role, "createdAtZ", type, "resourceId",
               (SELECT count(*) FROM mastra_messages WHERE thread_id = %(thread_id)s)
        FROM mastra_messages JOIN shown USING (id)
        ORDER BY "createdAt", id
    """,
    # The rows as one JSON parameter: with more than a few it is faster than arrays or executemany.
    save_messages="""
        WITH saved AS (
            INSERT INTO mastra_messages (id, thread_id, content, role, type, "createdAt", "createdAtZ", "resourceId")
            SELECT id, %(thread_id)s, content, role, type, created_at AT TIME ZONE 'UTC', created_at, resource_id
            FROM json_to_recordset(%(messages)s::json)
                AS given(id text, content text, role text, type text, created_at timestamptz, resource_id text)
            ON CONFLICT (id) DO UPDATE SET thread_id = excluded.thread_id, content = excluded.content,
                role = excluded.role, type = excluded.type, "resourceId" = excluded."resourceId"
            RETURNING id, "createdAtZ", "resourceId"
        ),
        touched AS (
            UPDATE mastra_threads SET "updatedAt" = %(now)s AT TIME ZONE 'UTC', "updatedAtZ" = %(now)s
            WHERE id = %(thread_id)s RETURNING id
        )
        SELECT saved.*, touched.id FROM saved LEFT JOIN touched ON true
    """,
    touch_thread="",
    persist="""
        INSERT INTO mastra_workflow_snapshot
            (workflow_name, run_id, snapshot, "createdAt", "createdAtZ", "updatedAt", "updatedAtZ")
        VALUES (%(workflow)s, %(run_id)s, %(snapshot)s::jsonb,
                %(now)s AT TIME ZONE 'UTC', %(now)s, %(now)s AT TIME ZONE 'UTC', %(now)s)
        ON CONFLICT (workflow_name, run_id) DO UPDATE SET snapshot = excluded.snapshot,
            "updatedAt" = excluded."updatedAt", "updatedAtZ" = excluded."updatedAtZ"
    """,
    load="SELECT snapshot FROM mastra_workflow_snapshot WHERE workflow_name = %s AND run_id = %s",
    locked_snapshot="""
        SELECT snapshot FROM mastra_workflow_snapshot WHERE workflow_name = %s AND run_id = %s FOR UPDATE
    """,
    replace_snapshot="""
        UPDATE mastra_workflow_snapshot SET snapshot = %(snapshot)s::jsonb,
            "updatedAt" = %(now)s AT TIME ZONE 'UTC', "updatedAtZ" = %(now)s
        WHERE workflow_name = %(workflow)s AND run_id = %(run_id)s
    """,
    list_scores=f"""
        SELECT {_SHOWN_BY_TWINS}, (SELECT count(*) FROM mastra_scorers WHERE "runId" = %(run_id)s)
        FROM mastra_scorers WHERE "runId" = %(run_id)s ORDER BY "createdAt" DESC, id DESC LIMIT %(limit)s
    """,
    # The columns of SCORE with the times in UTC without a zone, then the times as they are.
    save_score=f"""
        INSERT INTO mastra_scorers ({_SHOWN}, "createdAtZ", "updatedAtZ")
        VALUES ({", ".join(["%s"] * (len(SCORE) + 2))})
        ON CONFLICT (id) DO UPDATE SET {_REPLACED}, {_REPLACED_TWINS}
    """,
)

_SQLITE_MESSAGE = 'id, thread_id, content, role, "createdAt", type, "resourceId"'
_SQLITE_NEIGHBOURS = """
    SELECT near.id FROM target JOIN mastra_messages AS near ON near.id IN (
        SELECT id FROM mastra_messages AS other
        WHERE other.thread_id = target.thread_id
          AND (other."createdAt", other.id) {compared} (target."createdAt", target.id)
        ORDER BY other."createdAt" {direction}, other.id {direction} LIMIT {limit}
    )
"""

SQLITE = Statements(
    get_thread="""
        SELECT id, "resourceId", title, "createdAt", "updatedAt", metadata FROM mastra_threads WHERE id = ?
    """,
    list_threads="""
        SELECT id, "resourceId", title, "createdAt", "updatedAt", metadata,
               (SELECT count(*) FROM mastra_threads WHERE "resourceId" = ?1)
        FROM mastra_threads WHERE "resourceId" = ?1 ORDER BY "createdAt" DESC, id DESC LIMIT ?2
    """,
    list_messages=f"""
        SELECT {_SQLITE_MESSAGE}, (SELECT count(*) FROM mastra_messages WHERE thread_id = ?1)
        FROM mastra_messages WHERE thread_id = ?1 ORDER BY "createdAt", id LIMIT ?2 OFFSET ?3
    """,
    list_included=f"""
        WITH target AS (
            SELECT id, thread_id, "createdAt" FROM mastra_messages WHERE id IN (SELECT value FROM json_each(?3))
        ),
        page AS (SELECT id FROM mastra_messages WHERE thread_id = ?1 ORDER BY "createdAt", id LIMIT ?2),
        shown AS (
            SELECT id FROM page UNION SELECT id FROM target
            UNION {_SQLITE_NEIGHBOURS.format(compared="<", direction="DESC", limit=MESSAGES_BEFORE)}
            UNION {_SQLITE_NEIGHBOURS.format(compared=">", direction="ASC", limit=MESSAGES_AFTER)}
        )
        SELECT {_SQLITE_MESSAGE}, (SELECT count(*) FROM mastra_messages WHERE thread_id = ?1)
        FROM mastra_messages WHERE id IN (SELECT id FROM shown) ORDER BY "createdAt", id
    """,
    # Run for each message. Not by executemany, which gives nothing back: an overwritten message keeps its first time.
    save_messages=f"""
        INSERT INTO mastra_messages ({_SQLITE_MESSAGE}) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET thread_id = excluded.thread_id, content = excluded.content,
            role = excluded.role, type = excluded.type, "resourceId" = excluded."resourceId"
        RETURNING "createdAt"
    """,
    touch_thread='UPDATE mastra_threads SET "updatedAt" = ? WHERE id = ?',
    # A run's name, its id, its snapshot, now.
    persist="""
        INSERT INTO mastra_workflow_snapshot (workflow_name, run_id, snapshot, "createdAt", "updatedAt")
        VALUES (?1, ?2, ?3, ?4, ?4)
        ON CONFLICT (workflow_name, run_id) DO UPDATE SET
            snapshot = excluded.snapshot, "updatedAt" = excluded."updatedAt"
    """,
    load="SELECT snapshot FROM mastra_workflow_snapshot WHERE workflow_name = ? AND run_id = ?",
    locked_snapshot="SELECT snapshot FROM mastra_workflow_snapshot WHERE workflow_name = ? AND run_id = ?",
    replace_snapshot="""
        UPDATE mastra_workflow_snapshot SET snapshot = ?3, "updatedAt" = ?4 WHERE workflow_name = ?1 AND run_id = ?2
    """,
    list_scores=f"""
        SELECT {_SHOWN}, (SELECT count(*) FROM mastra_scorers WHERE "runId" = ?1)
        FROM mastra_scorers WHERE "runId" = ?1 ORDER BY "createdAt" DESC, id DESC LIMIT ?2
    """,
    save_score=f"""
        INSERT INTO mastra_scorers ({_SHOWN}) VALUES ({", ".join("?" * len(SCORE))})
        ON CONFLICT (id) DO UPDATE SET {_REPLACED}
    """,
)
