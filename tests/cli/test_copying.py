"""``mastra-store copy``."""

from pathlib import Path

import pytest

from mastra_store import SqliteStorage
from tests.cli.program import mastra_store


@pytest.fixture
async def path(tmp_path: Path) -> str:
    path = tmp_path / "agent.db"
    async with SqliteStorage(path) as storage:
        await storage.memory.save_messages("trip", [{"role": "user", "content": "Hello"}])
        await storage.workflows.create_run(workflow_id="book", run_id="run-1", status="running")
    return str(path)


async def test_it_copies_and_says_what(path: str, tmp_path: Path) -> None:
    done = mastra_store("copy", path, str(tmp_path / "other.db"), "--domain", "memory", "--verify")

    assert [line.split() for line in done.output.splitlines()] == [
        ["domain", "table", "copied", "skipped", "verified"],
        ["memory", "mastra_threads", "1", "0", "1"],
        ["memory", "mastra_messages", "1", "0", "1"],
    ]
    assert done.errors == ""
    async with SqliteStorage(tmp_path / "other.db") as storage:
        assert [message.text for message in await storage.memory.get_messages("trip")] == ["Hello"]


async def test_rows_that_are_there_are_a_line_and_a_choice(path: str, tmp_path: Path) -> None:
    other = str(tmp_path / "other.db")
    assert mastra_store("copy", path, other).status == 0

    refused = mastra_store("copy", path, other)
    declined = mastra_store("copy", path, other, "--on-conflict", "replace", answer="n\n")
    skipped = mastra_store("copy", path, other, "--json", MASTRA_STORE_COPY_ON_CONFLICT="skip")

    assert refused.status == 1
    assert refused.errors.startswith("Conflict: ")
    assert len(refused.errors.splitlines()) == 1
    assert declined.status == 1
    assert [(each["copied"], each["skipped"]) for each in skipped.json] == [(0, 1)] * 3


async def test_a_dry_run_makes_nothing(path: str, tmp_path: Path) -> None:
    other = tmp_path / "other.db"

    missing = mastra_store("copy", path, str(other), "--dry-run")
    mastra_store("upgrade", DATABASE_URL=str(other))
    counted = mastra_store("copy", path, str(other), "--dry-run", "--json")

    assert missing.status == 4
    assert [each["copied"] for each in counted.json] == [1, 1, 1]
    async with SqliteStorage(other) as storage:
        assert await storage.memory.get_messages("trip") == []


def test_a_database_that_is_not_there_shows_no_password() -> None:
    done = mastra_store("copy", "postgresql://ada:secret@127.0.0.1:1/agents", ":memory:")

    assert done.status == 1
    assert done.errors.startswith("Unavailable: ")
    assert "secret" not in done.errors
