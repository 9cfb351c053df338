"""The commands about the schema do what the functions do, and end with the status that a pipeline can act on."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from mastra_store import export_schemas, migrations
from mastra_store.migrations.engines import connected
from mastra_store.revisions import HEAD
from tests.cli.program import mastra_store
from tests.migrations.catalogs import tables_of
from tests.migrations.databases import make


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "agent.db")


def test_upgrade_brings_the_tables_and_says_from_where_to_where(path: str) -> None:
    done = mastra_store("upgrade", "--url", path, "--json")

    assert done.status == 0
    assert done.json == [{"schema": None, "before": None, "now": HEAD}]
    assert migrations.check(f"sqlite:///{path}") == []


@pytest.mark.postgres(18)
def test_upgrade_does_several_schemas_in_one_run(postgres_url: str) -> None:
    done = mastra_store("upgrade", "--schema", "one", "--schema", "two", DATABASE_URL=postgres_url)

    assert [line.split() for line in done.output.splitlines()[1:]] == [["one", HEAD], ["two", HEAD]]
    assert {place for place, _ in tables_of(postgres_url)} == {"one", "two"}


@pytest.mark.postgres(18)
def test_a_schema_that_fails_stands_in_the_summary_and_the_others_are_upgraded(postgres_url: str) -> None:
    with connected(postgres_url) as connection, connection.begin():
        connection.exec_driver_sql("CREATE SCHEMA two")
        connection.exec_driver_sql("CREATE TABLE two.mastra_threads (id int)")

    schemas = ("--schema", "one", "--schema", "two", "--schema", "three")
    done = mastra_store("upgrade", *schemas, "--json", DATABASE_URL=postgres_url)

    assert [(each["schema"], each["now"]) for each in done.json] == [("one", HEAD), ("two", None), ("three", HEAD)]
    assert done.json[1]["problem"].startswith("SchemaBehind: ")
    assert (done.status, done.errors.count("\n")) == (4, 1)


def test_a_dry_run_prints_the_sql_and_runs_nothing(path: str) -> None:
    mastra_store("upgrade", "--url", path, "--revision", "0001")

    done = mastra_store("upgrade", "--url", path, "--dry-run")

    assert done.output.strip() == migrations.render_sql("sqlite", start="0001").strip()
    assert migrations.current(f"sqlite:///{path}") == "0001"


def test_downgrade_asks_first(path: str) -> None:
    mastra_store("upgrade", "--url", path)

    assert mastra_store("downgrade", "base", "--url", path, answer="n\n").status == 1
    assert migrations.current(f"sqlite:///{path}") == HEAD
    assert mastra_store("downgrade", "base", "--url", path, "--yes").status == 0
    assert migrations.current(f"sqlite:///{path}") is None


def test_current_ends_with_4_where_the_tables_are_behind(path: str) -> None:
    assert mastra_store("current", "--url", path).status == 4
    mastra_store("upgrade", "--url", path, "--revision", "0001")

    behind = mastra_store("current", "--url", path)

    assert (behind.status, behind.output.split()) == (4, ["schema", "revision", "0001"])
    mastra_store("upgrade", "--url", path)
    assert mastra_store("current", "--url", path).status == 0


def test_check_ends_with_3_where_the_tables_differ(path: str) -> None:
    mastra_store("upgrade", "--url", path)
    assert mastra_store("check", "--url", path).status == 0
    with connected(f"sqlite:///{path}") as connection:
        connection.exec_driver_sql("DROP TABLE mastra_favorites")

    done = mastra_store("check", "--url", path)

    assert done.status == 3
    assert "table mastra_favorites is missing" in done.output


def test_history_lists_every_revision() -> None:
    assert [each["revision"] for each in mastra_store("history", "--json").json] == list(migrations.REVISIONS)


def test_schema_export_prints_the_ddl(tmp_path: Path) -> None:
    assert mastra_store("schema", "export", "--schema", "tenant").output == export_schemas("tenant")

    mastra_store("schema", "export", "--dialect", "sqlite", "--output", str(tmp_path / "schema.sql"))

    assert (tmp_path / "schema.sql").read_text(encoding="utf-8") == export_schemas(dialect="sqlite")


def test_adopt_says_what_it_would_do_and_does_it_when_told(path: str) -> None:
    make(f"sqlite:///{path}", "1.0.0")

    looked = mastra_store("adopt", "--url", path)
    script = mastra_store("adopt", "--url", path, "--sql")
    done = mastra_store("adopt", "--url", path, "--apply", "--json")
    again = mastra_store("adopt", "--url", path)

    assert looked.status == script.status == 3
    assert "table mastra_favorites is missing" in looked.output
    assert "CREATE TABLE mastra_favorites" in script.output
    assert (done.status, done.json["applied"], done.json["revision"]) == (0, True, HEAD)
    assert (again.status, again.output) == (0, f"nothing to do: at revision {HEAD}\n")
    assert mastra_store("adopt", "--url", path, "--apply", "--sql").status == 2


def test_adopt_ends_with_6_where_something_is_not_understood(path: str) -> None:
    with connected(f"sqlite:///{path}") as connection:
        connection.exec_driver_sql("CREATE TABLE mastra_threads (id INTEGER PRIMARY KEY, mood TEXT NOT NULL)")

    looked = mastra_store("adopt", "--url", path)
    refused = mastra_store("adopt", "--url", path, "--apply")

    assert looked.status == refused.status == 6
    assert "column mastra_threads.mood should not be there" in looked.output
    assert refused.errors.startswith("AdoptionRefused: ")
    assert refused.errors.count("\n") == 1


def test_doctor_ends_with_7_where_it_found_something(path: str) -> None:
    mastra_store("upgrade", "--url", path)
    healthy = mastra_store("doctor", "--url", path)
    with connected(f"sqlite:///{path}") as connection:
        connection.exec_driver_sql("INSERT INTO mastra_messages VALUES ('m', 'gone', '{}', 'user', 'v2', '2026', NULL)")

    found = mastra_store("doctor", "--url", path, "--json")

    assert (healthy.status, healthy.output) == (0, "nothing found\n")
    assert found.status == 7
    assert [(each["kind"], each["examples"]) for each in found.json["findings"]] == [("orphans", ["m"])]


def test_demo_shows_the_main_job_and_leaves_the_database_of_others_alone(path: str) -> None:
    done = mastra_store("demo", DATABASE_URL=path, MASTRA_STORE_URL=path)

    assert done.status == 0
    assert "committed    the run is 'success'" in done.output
    assert not Path(path).exists()
    assert mastra_store("demo", "--url", path).status == 0
    assert migrations.current(f"sqlite:///{path}") == HEAD


@pytest.mark.postgres(18)
def test_a_lock_that_somebody_holds_ends_with_5(postgres_url: str) -> None:
    with connected(postgres_url) as other, other.begin():
        migrations.upgrade(other)

        done = mastra_store("upgrade", "--url", postgres_url, "--lock-timeout", "0.05")

    assert done.status == 5
    assert done.errors.startswith("LockTimeout: ")


class TestGrants:
    @pytest.fixture
    def roles(self, postgres_url: str) -> Iterator[dict[str, str]]:
        """A URL for each role."""
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            for role in ("migrator", "agent", "looker"):
                admin.execute(f"CREATE ROLE {role} LOGIN".encode())
            admin.execute("CREATE SCHEMA tenant AUTHORIZATION migrator")
            yield {role: postgres_url.replace("//postgres@", f"//{role}@") for role in ("migrator", "agent", "looker")}
            for role in ("migrator", "agent", "looker"):
                admin.execute(f"DROP OWNED BY {role} CASCADE".encode())
                admin.execute(f"DROP ROLE {role}".encode())

    @pytest.mark.postgres(18)
    def test_they_are_enough_and_not_more(self, postgres_url: str, roles: dict[str, str]) -> None:
        names = ["--owner", "migrator", "--runtime", "agent", "--reader", "looker"]
        granted = mastra_store("grants", "--schema", "tenant", *names)
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute(granted.output.encode())

        migrations.upgrade(roles["migrator"], schema="tenant")

        looked = mastra_store("threads", "list", "--url", roles["looker"], "--schema", "tenant", "--json")
        assert looked.json["total"] == 0
        with psycopg.connect(roles["agent"], autocommit=True) as agent:
            agent.execute("INSERT INTO tenant.mastra_skill_blobs VALUES ('h', 'c', 1, NULL, now())")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                agent.execute("CREATE TABLE tenant.mine (id int)")
        with psycopg.connect(roles["looker"]) as looker, pytest.raises(psycopg.errors.InsufficientPrivilege):
            looker.execute("DELETE FROM tenant.mastra_skill_blobs")

    def test_one_role_can_not_be_two(self) -> None:
        done = mastra_store("grants", "--owner", "one", "--runtime", "one")

        assert (done.status, done.output) == (2, "")
