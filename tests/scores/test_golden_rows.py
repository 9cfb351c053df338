"""Rows and documents that TypeScript wrote, put into the tables as they were, are read as TypeScript reads them."""

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import bson.json_util
import psycopg
import pymongo
from psycopg.types.json import Jsonb

from mastra_store import MongoStorage, PgStorage, SqliteStorage
from mastra_store.records.scores import Score
from mastra_store.storage import Storage
from tests.core.test_jsoncell import jsonb

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "scores.json").read_text(encoding="utf-8"))
OBJECTS = {"scorer", "entity", "metadata", "input", "output", "additionalContext", "requestContext"} | {
    f"{step}StepResult" for step in ("preprocess", "extract", "analyze")
}


async def test_of_postgresql(migrated_url: str) -> None:
    async with PgStorage(migrated_url) as storage:
        await storage.init()
        async with await psycopg.AsyncConnection.connect(migrated_url, autocommit=True) as outsider:
            for row in GOLDEN["pg"]["rows"]:
                cells = [Jsonb(cell) if name in OBJECTS and cell is not None else cell for name, cell in row.items()]
                places = ", ".join(["%s"] * len(row))
                await outsider.execute(f"INSERT INTO mastra_scorers ({_quoted(row)}) VALUES ({places})".encode(), cells)

        await _gives_what_typescript_gave(storage, "pg")


async def test_of_a_libsql_file(sqlite_path: Path) -> None:
    async with SqliteStorage(sqlite_path) as storage:
        await storage.init()
        with sqlite3.connect(sqlite_path) as outsider:
            for row in GOLDEN["libsql"]["rows"]:
                places = ", ".join("?" * len(row))
                cells = [_cell(cell) for cell in row.values()]
                outsider.execute(f"INSERT INTO mastra_scorers ({_quoted(row)}) VALUES ({places})", cells)
        outsider.close()

        await _gives_what_typescript_gave(storage, "libsql")


async def test_of_mongodb(mongodb_url: str) -> None:
    async with MongoStorage(mongodb_url) as storage:
        await storage.init()
        with pymongo.MongoClient[dict[str, Any]](mongodb_url) as outsider:
            rows = bson.json_util.loads(json.dumps(GOLDEN["mongodb"]["rows"]))
            outsider.get_default_database()["mastra_scorers"].insert_many(rows)

        await _gives_what_typescript_gave(storage, "mongodb")


async def _gives_what_typescript_gave(storage: Storage, backend: str) -> None:
    calls = [call for call in GOLDEN[backend]["api_calls"] if call["method"] in READS]
    assert {call["method"] for call in calls} == READS.keys()
    for call in calls:
        assert await READS[call["method"]](storage, call["input"]) == _as_we_say_it(call["result"])


async def _get(storage: Storage, given: dict[str, Any]) -> Any:
    found = await storage.scores.get_score_by_id(given["id"])
    return None if found is None else _shown(found)


async def _list(storage: Storage, given: dict[str, Any]) -> Any:
    page, per_page = given["pagination"]["page"], given["pagination"]["perPage"]
    found = await storage.scores.list_scores_by_scorer_id(given["scorerId"], page=page, per_page=per_page)
    shown = {"total": found.total, "page": found.page, "perPage": found.per_page, "hasMore": found.has_more}
    return {"scores": [_shown(each) for each in found], "pagination": shown}


READS: dict[str, Callable[[Storage, dict[str, Any]], Any]] = {"getScoreById": _get, "listScoresByScorerId": _list}


def _shown(score: Score) -> dict[str, Any]:
    return {name: value for name, value in score.to_dict(by_alias=True).items() if value is not None}


def _as_we_say_it(result: dict[str, Any]) -> dict[str, Any]:
    """Times as datetimes; and a missing input is none, where ``@mastra/pg`` shows an empty text."""
    if "scores" in result:
        return {**result, "scores": [_as_we_say_it(each) for each in result["scores"]]}
    times = {name: datetime.fromisoformat(result[name]) for name in ("createdAt", "updatedAt")}
    return {name: value for name, value in result.items() if (name, value) != ("input", "")} | times


def _cell(cell: Any) -> Any:
    """A cell of SQLite, of how the golden file shows it."""
    if not isinstance(cell, dict):
        return cell
    if cell["sqlite_type"] == "real":
        return float(cell["value"])
    blob = jsonb(json.loads(cell["jsonb_as_text"]))
    assert blob.hex().upper().startswith(cell["hex_prefix"])
    return blob


def _quoted(names: dict[str, Any]) -> str:
    return ", ".join(f'"{name}"' for name in names)
