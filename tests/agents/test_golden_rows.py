"""Rows and documents that the TypeScript packages wrote, inserted verbatim: our API shows what theirs showed.

``tests/golden/agents`` holds calls of ``@mastra/pg``, ``@mastra/libsql`` and ``@mastra/mongodb``, what they returned,
and the rows that were there after all of them.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import bson.json_util
import psycopg
import pymongo
import pytest

from mastra_store import migrations, open_storage
from mastra_store.records.versioned import Entity, Version
from mastra_store.storage import Storage
from mastra_store.testing.versioned_builders import domain_of
from tests.servers.postgres import MAJORS, PostgresServer

GOLDEN = Path(__file__).parent.parent / "golden" / "agents"

DOMAINS = {
    "agents": ("agents", "agent"),
    "promptBlocks": ("prompt_blocks", "promptBlock"),
    "scorerDefinitions": ("scorer_definitions", "scorerDefinition"),
    "mcpClients": ("mcp_clients", "mcpClient"),
    "mcpServers": ("mcp_servers", "mcpServer"),
    "workspaces": ("workspaces", "workspace"),
    "skills": ("skills", "skill"),
}
"""What a domain is called there: our name of it, and the key of an entity in the argument of ``create``."""


@dataclass
class Golden:
    """A storage on the rows of one file, and the calls before them."""

    storage: Storage
    calls: list[dict[str, Any]]
    backend: str

    def results(self, method: str, domain: str = "agents") -> list[Any]:
        """What the calls of a method returned that returned something."""
        return [
            call["result"]
            for call in self.calls
            if (call["domain"], call["method"]) == (domain, method) and "error" not in call
        ]


@pytest.fixture(params=[f"{kind}-{part}" for part in ("core", "other") for kind in ("pg", "libsql", "mongodb")])
def source(request: pytest.FixtureRequest) -> str:
    return str(request.param)


only_core = pytest.mark.parametrize("source", ["pg-core", "libsql-core", "mongodb-core"])
"""For what was called in those alone."""
only_favorites = pytest.mark.parametrize("source", ["pg-other", "libsql-other"])


@pytest.fixture
def address(source: str, request: pytest.FixtureRequest, sqlite_path: Path) -> Iterator[str]:
    """A database with the rows of a file."""
    rows = json.loads((GOLDEN / f"{source}.json").read_text())["raw_after_all_calls"]
    if source.startswith("libsql"):
        migrations.upgrade(f"sqlite:///{sqlite_path}")
        insert_sqlite(sqlite_path, rows)
        yield str(sqlite_path)
    elif source.startswith("mongodb"):
        url: str = request.getfixturevalue("mongodb_url")
        insert_mongodb(url, rows)
        yield url
    else:
        server: Callable[[int], PostgresServer] = request.getfixturevalue("postgres_servers")
        template: Callable[[int], str] = request.getfixturevalue("migrated_template")
        with server(max(MAJORS)).copy(template(max(MAJORS))) as url:
            insert_postgresql(url, rows)
            yield url


@pytest.fixture
async def golden(source: str, address: str) -> Any:
    recorded = json.loads((GOLDEN / f"{source}.json").read_text())
    async with open_storage(address) as storage:
        yield Golden(storage, recorded["api_calls"], recorded["backend"])


def insert_postgresql(url: str, tables: dict[str, list[dict[str, Any]]]) -> None:
    """Insert rows that are recorded as ``to_jsonb(row)``."""
    with psycopg.connect(url) as connection:
        for table, rows in tables.items():
            for row in rows:
                insert = f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s)"
                connection.execute(insert.encode(), [json.dumps(row)])


def insert_mongodb(url: str, collections: dict[str, list[dict[str, Any]]]) -> None:
    """Insert documents that are recorded as extended JSON."""
    with pymongo.MongoClient[dict[str, Any]](url) as client:
        for name, documents in collections.items():
            client.get_default_database()[name].insert_many(bson.json_util.loads(json.dumps(documents)))


def insert_sqlite(path: Path, tables: dict[str, list[dict[str, Any]]]) -> None:
    with sqlite3.connect(path) as connection:
        for table, rows in tables.items():
            for row in rows:
                columns = ", ".join(f'"{name}"' for name in row)
                places = ", ".join("?" * len(row))
                cells = [cell(value) for value in row.values()]
                connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", cells)
    connection.close()


def cell(recorded: Any) -> Any:
    """A cell of SQLite. Of a JSONB cell the first 24 bytes are recorded: a longer one is inserted as its text."""
    if not isinstance(recorded, dict):
        return recorded
    if recorded["sqlite_type"] != "blob":
        return recorded["value"]
    start = bytes.fromhex(recorded["hex_prefix"])
    size, header = start[0] >> 4, 1
    if size > 11:
        header = 1 + 2 ** (size - 12)
        size = int.from_bytes(start[1:header], "big")
    return start if len(start) == header + size else recorded["jsonb_as_text"]


def ours(record: Entity | Version) -> dict[str, Any]:
    """A record as TypeScript shows it: without what is ``None``."""
    return {name: value for name, value in record.to_dict(by_alias=True).items() if value is not None}


def theirs(result: dict[str, Any]) -> dict[str, Any]:
    """What TypeScript returned, without what is null, and with times."""
    return {
        name: datetime.fromisoformat(value) if name in ("createdAt", "updatedAt") else value
        for name, value in result.items()
        if value is not None
    }


async def test_every_entity_is_what_its_last_call_returned(golden: Golden) -> None:
    last = {
        (call["domain"], call["result"]["id"]): call["result"]
        for call in golden.calls
        if call["method"] in ("create", "update") and "error" not in call
    }
    assert last
    for (domain, id), result in last.items():
        found = await domain_of(golden.storage, DOMAINS[domain][0]).get_by_id(id)
        assert found is not None
        shown = theirs(result)
        if domain == "agents" and golden.results("favorite", "favorites"):
            shown["favoriteCount"] = 1  # counted by a later call
        assert ours(found).items() >= shown.items()


async def test_every_configuration_is_what_it_was_made_of(golden: Golden) -> None:
    made = {
        (call["domain"], call["result"]["id"]): call["input"][DOMAINS[call["domain"]][1]]
        for call in golden.calls
        if call["method"] == "create" and "error" not in call
    }
    assert made
    for (domain, id), given in made.items():
        versions = await domain_of(golden.storage, DOMAINS[domain][0]).list_versions(id)
        (first, *_) = [version for version in versions if version.version_number == 1]
        own = {"id", "authorId", *(() if domain == "skills" else ("metadata",))}
        assert ours(first).items() >= {name: value for name, value in given.items() if name not in own}.items()
        assert ours(first)["changeMessage"] == "Initial version"
        assert set(ours(first)["changedFields"]) >= given.keys() - own


@only_core
async def test_lists_are_what_typescript_listed(golden: Golden) -> None:
    (listed,) = golden.results("list")

    page = await golden.storage.agents.list()

    assert [ours(each) for each in page] == [theirs(each) for each in listed["agents"]]
    assert (page.total, page.page, page.per_page, page.has_more) == (
        listed["total"],
        listed["page"],
        listed["perPage"],
        listed["hasMore"],
    )


@only_core
async def test_versions_are_what_typescript_listed(golden: Golden) -> None:
    (page,) = golden.results("listVersions")
    listed = page["versions"]

    found = await golden.storage.agents.get_versions([version["id"] for version in listed])

    by_id = {version.id: ours(version) for version in found}
    assert [by_id[version["id"]] for version in listed] == [theirs(version) for version in listed]


@only_core
async def test_the_resolved_agent_is_what_typescript_resolved(golden: Golden) -> None:
    (resolved,) = golden.results("getByIdResolved")
    shown = theirs(resolved)
    if golden.backend == "libsql":  # a later call has reset the entity
        shown |= theirs(golden.results("create")[-1])
        del shown["activeVersionId"]

    found = await golden.storage.agents.get_by_id_resolved(resolved["id"])

    assert found is not None
    assert ours(found) == shown


@only_favorites
async def test_favorites_are_read_and_counted(golden: Golden) -> None:
    favorites = golden.storage.favorites
    (state,) = golden.results("favorite", "favorites")

    found = await favorites.list_favorited_ids(user_id="u1", entity_type="agent")
    again = await favorites.favorite(user_id="u1", entity_type="agent", entity_id="agent-1")

    assert found == ["agent-1"]
    assert again.to_dict(by_alias=True) == state


async def test_what_typescript_wrote_can_be_changed(golden: Golden) -> None:
    for domain in {call["domain"] for call in golden.calls} - {"favorites"}:
        entities = domain_of(golden.storage, DOMAINS[domain][0])
        for entity in await entities.list():
            latest = await entities.get_latest_version(entity.id)
            assert latest is not None

            changed = await entities.update(entity.id, active_version_id=latest.id)
            resolved = await entities.get_by_id_resolved(entity.id)

            assert changed.status == "published"
            assert resolved is not None
            assert resolved.resolved_version_id == latest.id
