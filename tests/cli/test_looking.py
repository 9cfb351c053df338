"""The commands that show what is stored: tables for people, JSON for programs."""

from pathlib import Path

import pytest

from mastra_store import SqliteStorage
from tests.cli.program import mastra_store


@pytest.fixture
async def path(tmp_path: Path) -> str:
    path = tmp_path / "agent.db"
    async with SqliteStorage(path) as storage:
        await storage.memory.save_messages("trip", [{"role": "user", "content": "Hello"}], resource_id="ada")
        await storage.workflows.create_run(workflow_id="book", run_id="run-1", status="running")
        await storage.workflows.update_workflow_results("book", "run-1", step_id="pay", result={"status": "success"})
        await storage.scores.save_score(run_id="run-1", metric="accuracy", value=0.5)
        async with storage.observability.span("answer [a]", trace_id="trace-1"):
            await storage.observability.log_tool_call(tool_name="weather", input={}, output={}, duration=150)
    return str(path)


async def test_threads_are_listed(path: str) -> None:
    done = mastra_store("threads", "list", "--resource", "ada", DATABASE_URL=path)

    assert done.output.split()[:4] == ["id", "resource", "id", "title"]
    assert done.output.splitlines()[1].split()[:2] == ["trip", "ada"]
    assert done.errors == "1 of 1, page 0\n"


async def test_a_thread_is_shown_with_its_messages(path: str) -> None:
    assert "Hello" in mastra_store("threads", "show", "trip", DATABASE_URL=path).output

    shown = mastra_store("threads", "show", "trip", "--json", DATABASE_URL=path).json

    assert shown["thread"]["resourceId"] == "ada"
    assert [each["role"] for each in shown["messages"]] == ["user"]


async def test_a_thread_that_is_not_there_is_one_line(path: str) -> None:
    done = mastra_store("threads", "show", "nowhere", DATABASE_URL=path)

    assert (done.status, done.output) == (1, "")
    assert done.errors == "NotFound: no such thread (thread_id='nowhere')\n"


async def test_runs_are_listed_and_shown(path: str) -> None:
    assert "running" in mastra_store("runs", "list", DATABASE_URL=path).output
    assert mastra_store("runs", "list", "--status", "failed", "--json", DATABASE_URL=path).json["total"] == 0

    shown = mastra_store("runs", "show", "run-1", DATABASE_URL=path).output

    assert [line.split() for line in shown.splitlines()][-1] == ["pay", "success"]
    assert mastra_store("runs", "show", "run-1", "--json", DATABASE_URL=path).json["workflowName"] == "book"


async def test_traces_are_listed_and_shown_as_a_tree(path: str) -> None:
    assert mastra_store("traces", "list", "--status", "success", "--json", DATABASE_URL=path).json["total"] == 1

    lines = mastra_store("traces", "show", "trace-1", DATABASE_URL=path).output.splitlines()

    assert lines[0].strip() == "trace-1"
    assert "answer [a]" in lines[1]
    assert "weather" in lines[2]
    assert "150 ms" in lines[2]
    assert len(mastra_store("traces", "show", "trace-1", "--json", DATABASE_URL=path).json["spans"]) == 2
    assert mastra_store("traces", "show", "nowhere", DATABASE_URL=path).status == 1


async def test_scores_are_summed_up(path: str) -> None:
    lines = mastra_store("scores", DATABASE_URL=path).output.splitlines()

    assert [line.split() for line in lines][1][:3] == ["accuracy", "1", "0.500"]
    assert mastra_store("scores", "--scorer", "accuracy", "--json", DATABASE_URL=path).json[0]["count"] == 1


async def test_prune_counts_asks_and_deletes(path: str) -> None:
    counted = mastra_store("prune", "scores.scorers=0ms", "--dry-run", "--json", DATABASE_URL=path)
    refused = mastra_store("prune", "scores.scorers=0ms", answer="n\n", DATABASE_URL=path)
    done = mastra_store("prune", "scores.scorers=0ms", "--yes", "--json", DATABASE_URL=path)

    assert [each["deleted"] for each in counted.json] == [1]
    assert refused.status == 1
    assert [each["deleted"] for each in done.json] == [1]
    assert mastra_store("prune", "scores", "--yes", DATABASE_URL=path).status == 2


async def test_ping_says_what_answers(path: str) -> None:
    [answer] = mastra_store("ping", "--json", DATABASE_URL=path).json

    assert answer["backend"] == "SqliteStorage"
    assert answer["schema_state"] == "current"


def test_an_empty_database_stays_empty(tmp_path: Path) -> None:
    done = mastra_store("threads", "list", "--url", str(tmp_path / "empty.db"))

    assert done.status == 4
    assert done.errors.startswith("SchemaMissing: ")


def test_passwords_are_masked() -> None:
    done = mastra_store("ping", "--url", "postgresql://user:s3cret@127.0.0.1:1/x")

    assert done.status == 1
    assert done.errors.count("\n") == 1
    assert "s3cret" not in done.errors


def test_debug_shows_the_traceback() -> None:
    done = mastra_store("--debug", "ping", "--url", "postgresql://127.0.0.1:1/x")

    assert "Traceback" in done.errors
    assert "Traceback" in mastra_store("ping", "--url", "postgresql://127.0.0.1:1/x", MASTRA_STORE_DEBUG="1").errors


def test_options_are_taken_from_the_environment(tmp_path: Path) -> None:
    done = mastra_store("upgrade", MASTRA_STORE_URL=str(tmp_path / "a.db"), MASTRA_STORE_UPGRADE_REVISION="0001")

    assert "0001" in done.output


def test_wrong_usage_ends_with_2() -> None:
    assert mastra_store("threads", "list").status == 2
    assert mastra_store("threads", "list", "--url", "redis://host").status == 2
