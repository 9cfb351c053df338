"""``alembic`` in a checkout."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from alembic.config import CommandLine, Config

from mastra_store import migrations
from mastra_store.migrations.engines import connected
from mastra_store.revisions import HEAD, REVISIONS
from tests.migrations.catalogs import apply, tables_of

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


Alembic = Callable[..., Done]


@pytest.fixture
def alembic(monkeypatch: pytest.MonkeyPatch) -> Iterator[Alembic]:
    """The command, in this process: starting one takes longer than all it does."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def run(*arguments: str, url: str | None) -> Done:
        monkeypatch.delenv("DATABASE_URL", raising=False)
        if url:
            monkeypatch.setenv("DATABASE_URL", url)
        command_line, output, errors, code = CommandLine(prog="alembic"), StringIO(), StringIO(), 0
        options = command_line.parser.parse_args(arguments)
        config = Config(ROOT / "alembic.ini", cmd_opts=options, stdout=output, output_buffer=output)
        with redirect_stdout(output), redirect_stderr(errors):
            try:
                command_line.run_cmd(config, options)
            except SystemExit as stopped:  # which the interpreter would turn into these
                code = stopped.code if isinstance(stopped.code, int) else 1
                errors.write(f"{stopped.code}\n")
        return Done(code, output.getvalue(), errors.getvalue())

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)


def test_up_check_current_and_down(alembic: Alembic, url: str, definitions: Callable[[], object]) -> None:
    empty = definitions()

    upgraded = alembic("upgrade", "head", url=url)
    checked = alembic("check", url=url)
    shown = alembic("current", url=url)
    assert migrations.check(url) == []
    downgraded = alembic("downgrade", "base", url=url)

    assert [each.returncode for each in (upgraded, checked, shown, downgraded)] == [0, 0, 0, 0]
    assert "Running upgrade  -> 0001" in upgraded.stderr
    assert shown.stdout == f"{HEAD} (head)\n"
    assert definitions() == empty


@pytest.mark.postgres(18)
def test_the_schema_is_an_argument(alembic: Alembic, postgres_url: str) -> None:
    done = alembic("-x", "schema=50%", "upgrade", "head", url=postgres_url)

    assert done.returncode == 0, done.stderr
    assert migrations.check(postgres_url, schema="50%") == []
    assert {schema for schema, _ in tables_of(postgres_url)} == {"50%"}
    assert alembic("-x", "schema=50%", "check", url=postgres_url).returncode == 0


def test_a_script_is_what_python_renders(alembic: Alembic, url: str) -> None:
    done = alembic("upgrade", "head", "--sql", url=url)

    assert done.stdout == migrations.render_sql("postgresql" if url.startswith("postgresql") else "sqlite")


@pytest.mark.postgres(18)
def test_a_script_in_a_schema_can_be_applied(alembic: Alembic, postgres_url: str) -> None:
    apply(postgres_url, alembic("-x", "schema=Über", "upgrade", "head", "--sql", url=postgres_url).stdout)

    assert migrations.check(postgres_url, schema="Über") == []


@pytest.mark.parametrize("command", ["check", "current"])
def test_what_only_reads_makes_nothing(
    alembic: Alembic, url: str, definitions: Callable[[], object], command: str
) -> None:
    empty = definitions()

    alembic(command, url=url)

    assert definitions() == empty


def test_check_fails_where_something_differs(alembic: Alembic, url: str) -> None:
    migrations.upgrade(url)
    with connected(url) as connection, connection.begin():
        connection.exec_driver_sql("DROP INDEX mastra_store_messages_page_idx")

    done = alembic("check", url=url)

    assert done.returncode != 0
    assert "mastra_store_messages_page_idx" in done.stderr + done.stdout


def test_a_failure_is_one_line(alembic: Alembic, url: str) -> None:
    migrations.upgrade(url)
    with connected(url) as connection, connection.begin():
        connection.exec_driver_sql("DROP TABLE mastra_store_version")

    done = alembic("upgrade", "head", url=url)

    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "adopt()" in done.stderr


@pytest.mark.parametrize(
    ("url", "options", "problem"),
    [
        (None, [], "DATABASE_URL is not set"),
        (None, ["--sql"], "DATABASE_URL is not set"),
        ("mysql://someone:secret@h/d", [], "must be a path or begin with sqlite:///"),
        ("mysql://someone:secret@h/d", ["--sql"], "must be a path or begin with sqlite:///"),
        ("postgresql://someone:sec%ret@h/d", [], "%25 for %"),
        ("postgresql://someone:secret@127.0.0.1:1/d", [], "onnection refused"),
    ],
)
def test_a_url_that_leads_nowhere_is_one_line_without_its_password(
    alembic: Alembic, url: str | None, options: list[str], problem: str
) -> None:
    done = alembic("upgrade", "head", *options, url=url)

    assert done.returncode == 1
    assert problem in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert "sec" not in done.stderr


def test_a_name_that_no_schema_can_have_is_one_line(alembic: Alembic, url: str) -> None:
    done = alembic("-x", "schema=a'b", "upgrade", "head", url=url)

    assert done.returncode != 0
    assert "schema_name holds" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.postgres(18)
def test_the_limits_are_arguments(alembic: Alembic, postgres_url: str) -> None:
    with connected(postgres_url) as other, other.begin():
        migrations.upgrade(other)

        done = alembic("-x", "lock_timeout=0.05", "upgrade", "head", url=postgres_url)

    assert "lock_timeout" in done.stderr
    script = alembic("-x", "lock_timeout=7", "upgrade", "head", "--sql", url=postgres_url).stdout
    assert "SET LOCAL lock_timeout = 7000;" in script


def test_it_is_a_command_of_the_checkout(sqlite_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{sqlite_path}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert all(f"-> {revision}" in done.stderr for revision in REVISIONS)
    assert migrations.check(f"sqlite:///{sqlite_path}") == []
