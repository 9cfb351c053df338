"""Databases of older Mastra apps are adopted: understood, brought up, and stamped; or refused with all that speaks
against it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from mastra_store import migrations, open_storage
from mastra_store.errors import AdoptionRefused
from mastra_store.migrations.engines import connected
from mastra_store.revisions import HEAD
from tests.interop.catalog import postgresql_catalog
from tests.migrations.catalogs import apply, dumped
from tests.migrations.databases import VERSIONS, make
from tests.servers.postgres import MAJORS, PostgresServer


def unstamped(url: str) -> str:
    """Let the database be one of the newest version, with our indexes."""
    migrations.upgrade(url)
    run(url, "DROP TABLE mastra_store_version")
    return url


def run(url: str, *statements: str) -> None:
    with connected(url) as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)


def asked(url: str, question: str) -> Any:
    with connected(url) as connection:
        return connection.execute(text(question)).scalar()


@pytest.fixture
def ours(postgres_servers: Callable[[int], PostgresServer], migrated_template: Callable[[int], str]) -> Iterator[str]:
    """The same on PostgreSQL."""
    newest = max(MAJORS)
    with postgres_servers(newest).copy(migrated_template(newest)) as url:
        run(url, "DROP TABLE mastra_store_version")
        yield url


def test_without_apply_nothing_is_changed(url: str, definitions: Callable[[], object]) -> None:
    before = make(url, "1.0.0") and definitions()

    report = migrations.adopt(url)

    assert definitions() == before
    assert (report.revision, report.applied, report.refused) == (None, False, [])
    assert "column mastra_ai_spans.rootEntityId is missing" in report.to_make
    assert "table mastra_agents is that of Mastra 1.0" in str(report)
    assert str(report).endswith("a dry run: nothing was changed")
    assert report.to_dict()["to_make"] == report.to_make


# On a server of LibSQL the tables are those of a file.
@pytest.mark.parametrize(
    ("url", "version"),
    [("libsql", "1.6.0"), *((kind, version) for kind in ("sqlite", "postgresql") for version in VERSIONS)],
    indirect=["url"],
)
async def test_any_version_comes_up_with_all_that_it_holds(
    url: str, definitions: Callable[[], object], version: str
) -> None:
    planned = migrations.adopt(make(url, version))

    report = migrations.adopt(url, apply=True)

    assert report == planned.evolve(applied=True, revision=HEAD)
    assert (migrations.current(url), migrations.check(url)) == (HEAD, [])
    async with open_storage(url, create_schema="never") as storage:
        assert storage.schema_state == "current"
        assert [each.text for each in await storage.memory.get_messages("t")] == ["Hello"]
        assert (await storage.memory.get_resource_by_id("ada")).metadata == {"a": 1}  # type: ignore[union-attr]
        assert (await storage.workflows.get_run("run")).status == "success"  # type: ignore[union-attr]
        agent = await storage.agents.get_by_id_resolved("a", status="draft")
        assert agent is not None
        assert (agent.name, agent.model) == ("weather", {"provider": "openai", "name": "gpt-4o"})
        assert [each.score for each in await storage.scores.list_scores_by_run_id("run")] == [0.5]
        assert (await storage.observability.get_trace("tr")).spans[0].name == "n"  # type: ignore[union-attr]
    before = definitions()
    assert not migrations.adopt(url, apply=True).applied
    assert definitions() == before


@pytest.mark.postgres(18)
def test_a_dry_run_holds_the_script_of_what_would_be_run(postgres_server: PostgresServer, pg_bin: Path) -> None:
    with postgres_server.database() as scripted, postgres_server.database() as adopted:
        apply(scripted, migrations.adopt(make(scripted, "1.0.0")).sql)
        migrations.adopt(make(adopted, "1.0.0"), apply=True)

        assert dumped(pg_bin, scripted) == dumped(pg_bin, adopted)


def test_a_table_that_is_missing_is_named(sqlite_path: Path) -> None:
    url = unstamped(f"sqlite:///{sqlite_path}")
    run(url, "DROP TABLE mastra_agents")

    assert migrations.adopt(url).to_make == ["table mastra_agents is missing"]


def test_an_empty_database_is_refused(url: str) -> None:
    assert migrations.adopt(url).refused == ["there is no table of Mastra: upgrade makes them"]
    with pytest.raises(AdoptionRefused, match="no table of Mastra"):
        migrations.adopt(url, apply=True)


def test_duplicates_below_a_unique_index_are_refused(url: str, definitions: Callable[[], object]) -> None:
    unstamped(url)
    run(url, "DROP INDEX idx_dataset_versions_dataset_version_unique")
    at = "'2026-01-05T10:00:00.000Z'"
    columns = 'id, "datasetId", version, "createdAt"'
    run(url, f"INSERT INTO mastra_dataset_versions ({columns}) VALUES ('a', 'd', 1, {at}), ('b', 'd', 1, {at})")
    before = definitions()

    with pytest.raises(AdoptionRefused) as raised:
        migrations.adopt(url, apply=True)

    [line] = raised.value.differences
    assert line.endswith("can not be made: 1 values of (datasetId, version) are there more than once")
    assert definitions() == before


REFUSED = {
    "ALTER TABLE mastra_agents ADD mood text NOT NULL": "column mastra_agents.mood should not be there",
    'ALTER TABLE mastra_agents ALTER "authorId" SET NOT NULL': (
        "column mastra_agents.authorId: nullable is False and should be True"
    ),
    "ALTER TABLE mastra_agents DROP status": "column mastra_agents.status is missing",
    "ALTER TABLE mastra_threads ALTER metadata TYPE bytea USING NULL": (
        "column mastra_threads.metadata: type is BYTEA and should be JSONB"
    ),
    "ALTER TABLE mastra_threads DROP CONSTRAINT mastra_threads_pkey": (
        "primary key of mastra_threads is () and should be (id)"
    ),
    "DROP INDEX mastra_ai_spans_name_idx; CREATE INDEX mastra_ai_spans_name_idx ON mastra_ai_spans (scope)": (
        "index mastra_ai_spans_name_idx differs from ours of that name"
    ),
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_favorites_entity'::regclass": (
        "index idx_favorites_entity of mastra_favorites is invalid, since making it failed: drop it, or REINDEX it"
    ),
}


def test_what_is_not_understood_is_refused_with_the_whole_list(ours: str) -> None:
    apply(ours, ";".join(REFUSED))
    before = postgresql_catalog(ours, ours=True)

    with pytest.raises(AdoptionRefused) as raised:
        migrations.adopt(ours, apply=True)

    assert sorted(raised.value.differences) == sorted(REFUSED.values())
    assert postgresql_catalog(ours, ours=True) == before


def test_what_does_no_harm_is_kept_and_check_goes_on_mentioning_it(ours: str) -> None:
    apply(
        ours,
        "ALTER TABLE mastra_agents ADD mood text; ALTER TABLE mastra_agents ALTER status DROP NOT NULL;"
        "ALTER TABLE mastra_agents ALTER status SET DEFAULT 'draft'",
    )

    report = migrations.adopt(ours, apply=True)

    assert len(report.kept) == 3
    assert sorted(migrations.check(ours)) == sorted(report.kept)


ACCEPTED = {
    "ALTER TABLE mastra_agents ALTER status TYPE varchar": "column mastra_agents.status: type is VARCHAR",
    'ALTER TABLE mastra_agents ALTER "favoriteCount" TYPE bigint': (
        "column mastra_agents.favoriteCount: type is BIGINT"
    ),
    'ALTER TABLE mastra_experiments ALTER "targetId" SET NOT NULL': (
        "column mastra_experiments.targetId: may not be NULL"
    ),
}


def test_accepted_variants_stay_and_check_is_quiet_about_them(ours: str) -> None:
    apply(ours, ";".join(ACCEPTED))

    report = migrations.adopt(ours, apply=True)

    assert sorted(report.accepted) == sorted(ACCEPTED.values())
    assert migrations.check(ours) == []


@pytest.mark.postgres(18)
def test_a_constraint_whose_name_postgresql_has_cut_is_known_again(postgres_url: str) -> None:
    schema = "tenant_" + "x" * 40
    migrations.upgrade(postgres_url, schema=schema)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        # As @mastra/pg has it: with the name that revision 0004 gives, and not the one of 0001.
        connection.execute(f"ALTER TABLE {schema}.mastra_workflow_snapshot REPLICA IDENTITY DEFAULT")
        connection.execute(f"DROP TABLE {schema}.mastra_store_version")

    report = migrations.adopt(postgres_url, schema=schema, apply=True)

    assert report.accepted == report.kept == []
    assert migrations.check(postgres_url, schema=schema) == []


def test_spans_without_a_primary_key_get_it_unless_one_is_there_twice(ours: str) -> None:
    span = """INSERT INTO mastra_ai_spans ("traceId", "spanId", name, "spanType", "isEvent", "startedAt")
        VALUES ('t', 's', 'n', 'generic', false, now())"""
    run(ours, "ALTER TABLE mastra_ai_spans DROP CONSTRAINT public_mastra_ai_spans_traceid_spanid_pk", span, span)

    with pytest.raises(AdoptionRefused) as raised:
        migrations.adopt(ours, apply=True)

    twice = "primary key of mastra_ai_spans can not be made: 1 values of (traceId, spanId) are there more than once"
    assert raised.value.differences == [twice]
    run(ours, "DELETE FROM mastra_ai_spans")
    assert migrations.adopt(ours, apply=True).to_make == ["primary key of mastra_ai_spans is missing"]
    assert migrations.check(ours) == []


@pytest.mark.postgres(18)
def test_json_in_a_column_of_text_becomes_jsonb(postgres_url: str) -> None:
    make(postgres_url, "1.0.0")
    run(postgres_url, "ALTER TABLE mastra_threads ALTER metadata TYPE text")

    report = migrations.adopt(postgres_url, apply=True)

    assert "column mastra_threads.metadata: type is TEXT and becomes JSONB" in report.to_make
    assert asked(postgres_url, "SELECT metadata ->> 'a' FROM mastra_threads") == "1"


def test_a_time_that_no_row_had_is_null_in_all_of_them(ours: str) -> None:
    run(
        ours,
        'ALTER TABLE mastra_ai_spans DROP "endedAt", DROP "endedAtZ"',
        'INSERT INTO mastra_ai_spans ("traceId", "spanId", name, "spanType", "isEvent", "startedAt") '
        "VALUES ('t', 's', 'n', 'generic', false, now())",
    )

    migrations.adopt(ours, apply=True)

    assert asked(ours, 'SELECT "endedAtZ" FROM mastra_ai_spans') is None
    assert migrations.check(ours) == []
