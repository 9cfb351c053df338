"""A copy that is killed in the middle goes on where it was, and ends as if nothing had happened."""

import os
import random
import signal
import subprocess
import sys

import pytest

from mastra_store import SqliteStorage, copy, open_storage
from mastra_store.sql.storage import SqlStorage
from tests.copying.agents import live
from tests.copying.conftest import NewUrl
from tests.copying.filling import common_tables, stored

KILLS = 2
VECTORS = [{"id": f"v{number:02}", "values": [number, 1]} for number in range(20)]


@pytest.mark.parametrize(
    ("here", "there", "seed"),
    [
        ("sqlite", "postgresql", 1),
        ("postgresql", "postgresql", 2),
        ("sqlite", "libsql", 3),
        ("sqlite", "mongodb", 4),
        ("postgresql", "sqlite", 5),
    ],
)
async def test_a_killed_copy_goes_on_and_brings_no_row_twice(new_url: NewUrl, here: str, there: str, seed: int) -> None:
    source_url, target_url = new_url(here), new_url(there)
    async with open_storage(source_url) as source:
        await live(source)
        await source.vectors.create_index("notes", dimension=2)
        await source.vectors.upsert("notes", VECTORS)
    points = random.Random(seed)

    reached: dict[str, int] = {}
    for _ in range(KILLS):
        for table, done in _killed_after(points.randint(4, 7), source_url, target_url, between=there == "mongodb"):
            assert done >= reached.get(table, 0)  # it went on
            reached[table] = done
    assert reached["mastra_messages"] > 0
    assert _killed_after(0, source_url, target_url, dies_in="notes")[-1] == ("notes", 7)

    async with (
        open_storage(source_url) as source,
        open_storage(target_url) as target,
        SqliteStorage(new_url("sqlite")) as check,
    ):
        assert isinstance(source, SqlStorage)
        done_now = await copy(source, target, verify=True)
        await copy(target, check)
        tables = common_tables(source, target)
        assert await stored(check, tables) == await stored(source, tables)
        counts = {"mastra_threads": 2, "mastra_messages": 40, "notes": len(VECTORS)}
        assert counts.items() <= {each.table: each.copied for each in done_now}.items()
        assert {each.table: each.verified for each in done_now}["notes"] == len(VECTORS)


def _killed_after(
    lines: int, source: str, target: str, *, between: bool = False, dies_in: str = ""
) -> list[tuple[str, int]]:
    """Start a copy that is killed when it has said so many lines: somewhere in what it does next, or ``between`` two
    transactions, since MongoDB keeps one of a process that is gone for a minute. Or one that ``dies_in`` a table."""
    program = [sys.executable, "-m", "tests.copying.killed", source, target]
    environment = {**os.environ, "DIE_AFTER": str(lines if between else 0), "DIE_IN": dies_in}
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().split() for _ in range(lines)]
        if not between and not dies_in:
            process.kill()
        said += [line.split() for line in process.stdout.read().splitlines()]
    assert process.returncode == -signal.SIGKILL
    return [(table, int(done)) for table, done in said]
