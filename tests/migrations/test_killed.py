"""A migrator that is killed leaves nothing behind or all, and run again ends as if nothing had happened."""

import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mastra_store import migrations
from mastra_store.migrations.engines import connected
from mastra_store.revisions import HEAD
from tests.migrations.databases import make

ROOT = Path(__file__).parent.parent.parent


def migrate(url: str, command: str, last: int | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a migrator in a process of its own, which dies before its step ``last``."""
    arguments = [url, command, *([str(last)] if last else [])]
    return subprocess.run(
        [sys.executable, "-m", "tests.migrations.mortal", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def points(steps: int, seed: str) -> Iterator[int]:
    """Where it is killed: somewhere, and before the last step, which is the commit, or comes behind it on a server."""
    yield random.Random(seed).randrange(2, steps)
    yield steps


def end_lease(url: str) -> None:
    """Let the time pass for which the lease of a dead migrator of a LibSQL server is respected."""
    if not url.startswith("libsql"):
        return
    with connected(url) as connection, connection.begin():
        if connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'mastra_store_migrator'").scalar():
            connection.exec_driver_sql("UPDATE mastra_store_migrator SET until = 0")


def visible(definitions: object) -> str:
    """All but the lease, which is there until somebody takes it over."""
    assert isinstance(definitions, str | list | set)
    if isinstance(definitions, str):
        return definitions
    return repr(sorted(each for each in definitions if "mastra_store_migrator" not in each))


# An adoption is run as an upgrade is: one backend shows it.
@pytest.mark.parametrize(
    ("url", "command"),
    [
        ("sqlite", "upgrade"),
        ("libsql", "upgrade"),
        ("postgresql", "upgrade"),
        ("postgresql", "adopt"),
    ],
    indirect=["url"],
)
def test_it_can_be_run_again(url: str, definitions: Callable[[], object], command: str) -> None:
    if command == "adopt":
        make(url, "1.0.0")
    before = visible(definitions())
    steps = int(migrate(url, command).stdout)
    undisturbed = visible(definitions())
    undo(url, command, before, definitions)

    for last in points(steps, f"{url.partition(':')[0]} {command}"):
        assert migrate(url, command, last).returncode == -signal.SIGKILL
        assert visible(definitions()) in (before, undisturbed)
        end_lease(url)

    again = migrate(url, command)
    assert (again.returncode, again.stderr) == (0, "")
    assert visible(definitions()) == undisturbed
    assert (migrations.current(url), migrations.check(url)) == (HEAD, [])


def undo(url: str, command: str, before: str, definitions: Callable[[], object]) -> None:
    """Let the database be as it was."""
    migrations.downgrade(url, "base")
    if command == "adopt":
        make(url, "1.0.0")
    assert visible(definitions()) == before
