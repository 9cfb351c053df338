"""``doctor`` finds what is stored otherwise than it should be, says where, and changes nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from mastra_store import migrations, open_storage
from mastra_store.errors import InvalidArgument
from mastra_store.migrations.engines import connected
from mastra_store.testing.builders import message
from tests.migrations.catalogs import apply
from tests.migrations.databases import make


def run(url: str, *statements: str) -> None:
    with connected(url) as connection, connection.begin():
        for statement in statements:
            connection.execute(text(statement))


def found(url: str) -> list[tuple[str, str, int, list[str]]]:
    return [(each.kind, each.place, each.count, each.examples) for each in migrations.doctor(url).findings]


async def test_a_database_of_ours_is_healthy(url: str, definitions: Callable[[], object]) -> None:
    async with open_storage(url) as storage:
        await storage.memory.save_messages("t", [message()], resource_id="ada")
        await storage.memory.update_resource("ada", metadata={"list": ["{"]})
        await storage.workflows.create_run(workflow_id="daily", run_id="run", status="running")
        await storage.scores.save_score(run_id="run", metric="accuracy", value=0.5)
        async with storage.observability.span("answer"):
            pass
    before = definitions()

    assert migrations.doctor(url).to_dict() == {"findings": [], "unfinished": []}
    assert str(migrations.doctor(url)) == "nothing found"
    assert definitions() == before


def test_an_empty_database_has_nothing_to_find(url: str) -> None:
    assert found(url) == []


async def test_json_in_json_and_messages_without_a_thread_are_found(url: str) -> None:
    migrations.upgrade(url)
    async with open_storage(url) as storage:
        await storage.memory.save_messages(
            "gone", [{"id": f"m{number}", "role": "user", "content": "Hi"} for number in range(5)]
        )
        await storage.memory.create_thread(resource_id="ada", thread_id="twice", metadata={"a": 1})
    double = """'"{\\"a\\": 1}"'"""
    run(
        url,
        "DELETE FROM mastra_threads WHERE id = 'gone'",
        f"UPDATE mastra_threads SET metadata = {double} WHERE id = 'twice'".replace(":", "\\:"),
    )

    findings = migrations.doctor(url).findings

    assert [(each.kind, each.place, each.count) for each in findings] == [
        ("json", "mastra_threads.metadata", 1),
        ("orphans", "mastra_messages", 5),
    ]
    assert findings[0].examples == ["twice"]
    assert len(findings[1].examples) == 3
    assert set(findings[1].examples) < {f"m{number}" for number in range(5)}
    assert "mastra_messages: 5" in str(migrations.doctor(url))


def test_json_in_binary_json_is_found(sqlite_path: Path) -> None:
    url = make(f"sqlite:///{sqlite_path}", "1.0.0")
    long = b'{"a": "' + b"x" * 300 + b'"}'
    cells = [b'\x77{"a":1}', b'\xc9\x07{"a":1}', b"\xda" + len(long).to_bytes(2, "big") + long, b"\x57words"]
    with connected(url) as connection:
        for number, cell in enumerate(cells):
            statement = "INSERT INTO mastra_resources VALUES (?, NULL, ?, '2026', '2026')"
            connection.exec_driver_sql(statement, (f"r{number}", cell))

    assert [each for each in found(url) if each[0] == "json"] == [
        ("json", "mastra_resources.metadata", 3, ["r0", "r1", "r2"])
    ]


@pytest.mark.postgres(18)
def test_what_mastra_pg_encodes_twice_is_found_and_said_to_be_its_habit(postgres_url: str) -> None:
    findings = migrations.doctor(make(postgres_url, "1.0.0")).findings

    assert ("mastra_resources.metadata", ["ada"]) in [(each.place, each.examples) for each in findings]
    assert all("@mastra/pg writes it so" in each.advice for each in findings)


@pytest.mark.postgres(18)
async def test_times_whose_twins_disagree_are_found(postgres_url: str) -> None:
    async with open_storage(postgres_url) as storage:
        await storage.memory.save_messages("t", [message("right"), message("wrong"), message("without")])
        async with storage.observability.span("answer", trace_id="trace"):
            pass
    run(
        postgres_url,
        """UPDATE mastra_messages SET "createdAt" = "createdAt" - interval '5 hours' WHERE id = 'wrong'""",
        """UPDATE mastra_messages SET "createdAtZ" = NULL WHERE id = 'without'""",
        """UPDATE mastra_ai_spans SET "endedAt" = NULL""",
    )

    assert [each[:3] for each in found(postgres_url)] == [
        ("times", "mastra_ai_spans.endedAt", 1),
        ("times", "mastra_messages.createdAt", 1),
    ]
    assert found(postgres_url)[1][3] == ["wrong"]


@pytest.mark.postgres(18)
def test_twins_that_typescript_never_writes_are_no_finding(postgres_url: str) -> None:
    migrations.upgrade(postgres_url)
    run(
        postgres_url,
        "INSERT INTO mastra_notifications "
        '(id, "threadId", source, kind, priority, status, summary, "createdAt", "updatedAt", "coalescedCount", '
        '"deliveryAttempts") VALUES '
        "('n', 't', 's', 'k', 'p', 'new', '', '2026-01-05', '2026-01-05', 0, 0)",
    )

    assert found(postgres_url) == []


@pytest.mark.postgres(18)
def test_indexes_that_are_invalid_or_missing_on_a_large_table_are_found(postgres_url: str) -> None:
    migrations.upgrade(postgres_url)
    apply(
        postgres_url,
        "INSERT INTO mastra_resources (id, \"createdAt\", \"updatedAt\") SELECT n, '2026-01-05', '2026-01-05' "
        "FROM generate_series(1, 10000) n;"
        'UPDATE mastra_resources SET "createdAtZ" = NULL, "updatedAtZ" = NULL;'
        'INSERT INTO mastra_threads (id, "resourceId", title, "createdAt", "updatedAt", "createdAtZ", '
        "\"updatedAtZ\") SELECT n, 'r', '', '2026-01-05', '2026-01-05', NULL, NULL FROM generate_series(1, 10000) n;"
        "DROP INDEX mastra_store_threads_created_idx, mastra_store_scores_run_idx;"
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'mastra_ai_spans_name_idx'::regclass",
    )

    assert found(postgres_url) == [
        ("invalid_index", "mastra_ai_spans", 1, ["mastra_ai_spans_name_idx"]),
        ("missing_index", "mastra_threads", 10000, ["mastra_store_threads_created_idx"]),
    ]


MANY_MESSAGES = {
    "postgresql": """INSERT INTO mastra_messages (id, thread_id, content, role, type, "createdAt", "createdAtZ")
        SELECT n, 't', '{}', 'user', 'v2', '2026-01-05', NULL FROM generate_series(1, 50000) n""",
    "sqlite": """INSERT INTO mastra_messages (id, thread_id, content, role, type, createdAt)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
        SELECT i, 't', '{}', 'user', 'v2', '2026' FROM n""",
}


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_what_takes_too_long_is_named_and_the_examination_goes_on(url: str) -> None:
    migrations.upgrade(url)
    run(url, MANY_MESSAGES[migrations.dialect_of(url)])

    with connected(url) as connection:
        diagnosis = migrations.doctor(connection, statement_timeout=0.001)

        assert "messages without a thread" in diagnosis.unfinished
        assert "orphans" not in [each.kind for each in diagnosis.findings]
        assert [each.count for each in migrations.doctor(connection).findings] == [50000]


def test_a_limit_at_zero_is_refused(url: str) -> None:
    with pytest.raises(InvalidArgument, match="statement_timeout"):
        migrations.doctor(url, statement_timeout=0)
