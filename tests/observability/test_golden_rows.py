"""Rows and documents of spans as the TypeScript packages left them, put in as they are, and what those packages gave
back of them."""

import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import bson.json_util
import msgspec
import psycopg
import pymongo
import pytest

from mastra_store import MongoStorage, PgStorage, SqliteStorage
from mastra_store.domains.observability import ObservabilityDomain
from mastra_store.records.observability import LightSpan, Span

TAKEN = json.loads((Path(__file__).parent.parent / "golden" / "spans.json").read_text(encoding="utf-8"))
TIMES = {"startedAt", "endedAt", "createdAt", "updatedAt"}
OVERWRITTEN = "span-1"
"""On SQL the last of the recorded calls stored this span once more, after it had been read."""


@pytest.mark.postgres(18)
async def test_of_postgresql(migrated_url: str) -> None:
    async with PgStorage(migrated_url) as storage:
        async with await psycopg.AsyncConnection.connect(migrated_url, autocommit=True) as typescript:
            await typescript.execute("ALTER TABLE mastra_ai_spans DISABLE TRIGGER USER")  # it would stamp them anew
            for row in TAKEN["pg"]["rows"]:
                await typescript.execute(
                    "INSERT INTO mastra_ai_spans SELECT * FROM jsonb_populate_record(NULL::mastra_ai_spans, %s)",
                    [json.dumps(row)],
                )

        await _gives_what_typescript_gave(storage.observability, TAKEN["pg"])


async def test_of_libsql(sqlite_path: Path) -> None:
    async with SqliteStorage(sqlite_path) as storage:
        with sqlite3.connect(sqlite_path) as typescript:
            for row in TAKEN["libsql"]["rows"]:
                names = ", ".join(f'"{name}"' for name in row)
                places = ", ".join("?" * len(row))
                typescript.execute(
                    f"INSERT INTO mastra_ai_spans ({names}) VALUES ({places})", [_cell(value) for value in row.values()]
                )
        typescript.close()

        await _gives_what_typescript_gave(storage.observability, TAKEN["libsql"])


async def test_of_mongodb(mongodb_url: str) -> None:
    async with MongoStorage(mongodb_url) as storage:
        await storage.init()
        with pymongo.MongoClient[dict[str, Any]](mongodb_url) as typescript:
            documents = bson.json_util.loads(json.dumps(TAKEN["mongodb"]["rows"]))
            typescript.get_default_database()["mastra_ai_spans"].insert_many(documents)
        # Fields that were not given are missing there.
        fields = dict.fromkeys(field.encode_name for field in msgspec.structs.fields(Span))
        rows = [{name: each.get(name) for name in fields} for each in documents]

        await _gives_what_typescript_gave(storage.observability, TAKEN["mongodb"] | {"rows": rows}, overwritten=False)


async def _gives_what_typescript_gave(
    observability: ObservabilityDomain, taken: dict[str, Any], *, overwritten: bool = True
) -> None:
    """Compare what both have: TypeScript on PostgreSQL leaves fields out.

    Args:
        overwritten: whether the last of the recorded calls was done: on MongoDB it was refused.
    """
    stored = {each["spanId"]: each for each in taken["rows"]}
    compared: set[tuple[str, str]] = set()
    for call in taken["calls"]:
        for shown in _spans(call["result"]):
            if overwritten and shown["spanId"] == OVERWRITTEN:
                continue
            compared.add((call["method"], shown["spanId"]))
            ours = await _ours(observability, call["method"], shown)
            assert {name: ours[name] for name in shown} == {name: _value(name, shown[name]) for name in shown}
    methods = () if overwritten else ("getSpan", "getTraceLight", "listTraces")
    assert compared == {
        ("getTraceLight", "span-2"),
        ("listTraces", "span-9"),
        *((method, OVERWRITTEN) for method in methods),
    }

    for span_id, row in stored.items():
        span = await observability.get_span(row["traceId"], span_id)
        assert span is not None
        assert {name: value for name, value in span.to_dict(by_alias=True).items() if name not in TIMES} == {
            name: _json(value) for name, value in row.items() if name.removesuffix("Z") not in TIMES
        }
    first, second = (await observability.list_traces()).items
    assert (first.span_id, second.span_id) == ("span-9", OVERWRITTEN)
    assert [each.span_id for each in await observability.list_traces(has_child_error=True)] == [OVERWRITTEN]
    succeeded = ["span-9"] if overwritten else ["span-9", OVERWRITTEN]
    assert [each.span_id for each in await observability.list_traces(status="success")] == succeeded


async def _ours(observability: ObservabilityDomain, method: str, shown: dict[str, Any]) -> dict[str, Any]:
    """The same span by the same method of ours; on the wire it has a status in lists."""
    # LibSQL and MongoDB give more in light traces than PostgreSQL does, and than we do.
    whole = await observability.get_span(shown["traceId"], shown["spanId"])
    assert whole is not None
    found: list[Span | LightSpan] = [whole]
    if method == "listTraces":
        found = list(await observability.list_traces(trace_id=shown["traceId"]))
    elif method == "getTraceLight":
        trace = await observability.get_trace_light(shown["traceId"])
        assert trace is not None
        found = [each for each in trace.spans if each.span_id == shown["spanId"]]
    return whole.to_dict(by_alias=True) | found[0].to_dict(by_alias=True) | {"status": found[0].status}


def _spans(result: dict[str, Any]) -> list[dict[str, Any]]:
    return result["spans"] if "spans" in result else [result["span"]]


def _value(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in TIMES and value is not None else value


def _cell(value: Any) -> Any:
    """What the cell of a dumped value held: binary JSON, a number, a text."""
    if not isinstance(value, dict):
        return value
    return bytes.fromhex(value["hex_prefix"]) if value["sqlite_type"] == "blob" else value["value"]


def _json(value: Any) -> Any:
    """A dumped value of a row as what it means."""
    if not isinstance(value, dict) or "sqlite_type" not in value:
        return value
    return json.loads(value["jsonb_as_text"]) if value["sqlite_type"] == "blob" else bool(value["value"])
