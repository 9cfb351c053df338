"""The SQL of the baselines for spans, as ``raw.py`` has that of everything else."""

from collections.abc import Iterable

import msgspec

from mastra_store.records.observability import Span

SPAN = tuple(str(field.encode_name) for field in msgspec.structs.fields(Span))
"""A span's columns, in the order of the record."""
FIELDS = tuple(field.name for field in msgspec.structs.fields(Span))
TIMES = frozenset({"startedAt", "endedAt", "createdAt", "updatedAt"})
JSON = frozenset({"scope", "metadata", "tags", "attributes", "links", "input", "output", "error", "requestContext"})

_STAMPS = ("createdAt", "updatedAt")
_KEY = ("traceId", "spanId")
_ROOTS = 'mastra_ai_spans WHERE "parentSpanId" IS NULL'
_PAGE = f"""
    (SELECT count(*) FROM {_ROOTS}) FROM {_ROOTS}
    ORDER BY "startedAt" DESC, "traceId" DESC, "spanId" DESC LIMIT
"""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _overwritten(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in _KEY)


def _kind(name: str) -> str:
    if name in JSON:
        return "jsonb"
    return {"isEvent": "boolean"}.get(name, "timestamptz" if name in TIMES else "text")


# What the benchmark's spans have, as an expert knows their own spans.
WRITTEN = (
    *("traceId", "spanId", "name", "spanType", "isEvent", "startedAt", "parentSpanId", "entityType", "entityId"),
    *("resourceId", "threadId", "environment", "metadata", "tags", "attributes", "input", "output", "endedAt"),
)
WRITTEN_FIELDS = tuple(FIELDS[SPAN.index(name)] for name in WRITTEN)

# psycopg's C loaders give aware UTC times of timestamptz.
_POSTGRES_SPAN = ", ".join(f'"{name}Z"' if name in TIMES else f'"{name}"' for name in SPAN)
POSTGRES_TRACE = f'SELECT {_POSTGRES_SPAN} FROM mastra_ai_spans WHERE "traceId" = %s ORDER BY "startedAt", "spanId"'
POSTGRES_TRACES = f"SELECT {_POSTGRES_SPAN}, {_PAGE} %s"
_GIVEN = ", ".join(f'"{name}" {_kind(name)}' for name in WRITTEN)
_TAKEN = ", ".join(f"\"{name}\" AT TIME ZONE 'UTC'" if name in TIMES else f'"{name}"' for name in WRITTEN)
_POSTGRES_COLUMNS = (*WRITTEN, "startedAtZ", "endedAtZ", "createdAt")
# A trigger stamps the rows. They are one JSON parameter, as messages are.
POSTGRES_CREATE = f"""
    INSERT INTO mastra_ai_spans ({_listed(_POSTGRES_COLUMNS)})
    SELECT {_TAKEN}, "startedAt", "endedAt", now() FROM json_to_recordset(%s::json) AS given({_GIVEN})
    ON CONFLICT ("traceId", "spanId") DO UPDATE SET {_overwritten([*_POSTGRES_COLUMNS[:-1]])}
"""

SQLITE_TRACE = f'SELECT {_listed(SPAN)} FROM mastra_ai_spans WHERE "traceId" = ? ORDER BY "startedAt", "spanId"'
SQLITE_TRACES = f"SELECT {_listed(SPAN)}, {_PAGE} ?"
_SQLITE_COLUMNS = (*WRITTEN, *_STAMPS)
# Run by executemany.
SQLITE_CREATE = f"""
    INSERT INTO mastra_ai_spans ({_listed(_SQLITE_COLUMNS)}) VALUES ({", ".join("?" * len(_SQLITE_COLUMNS))})
    ON CONFLICT ("traceId", "spanId") DO UPDATE SET {_overwritten([*WRITTEN, "updatedAt"])}
"""
