"""Every example of the documentation runs, and prints what the page says."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.docs import pages, prelude
from tests.docs.pages import PAGES, POSTGRESQL, ROOT, SQLITE
from tests.servers.postgres import MAJORS, PostgresServer

ABOUT_BOTH = {"memory", "workflows", "transactions", "errors"}
"""Pages whose examples mean the same on every backend: they run on each."""

NOT_RUN = {"pip", "make", "pytest"}
"""Commands that set up or test a whole project. What they do is tested elsewhere."""


def runs(language: str) -> list[tuple[str, str]]:
    """The pages with blocks of a language, and the backends to run them on."""
    named = [name for name, path in PAGES.items() if pages.blocks(path, language)]
    return [(name, kind) for name in named for kind in (["sqlite", "postgresql"] if name in ABOUT_BOTH else ["sqlite"])]


@pytest.fixture
def addresses(request: pytest.FixtureRequest, name: str, backend: str) -> Iterator[dict[str, str]]:
    """What stands for the addresses on a page. Files are made in the current directory."""
    if backend == "sqlite" and POSTGRESQL not in PAGES[name].read_text(encoding="utf-8"):
        yield {}
        return
    servers: Callable[[int], PostgresServer] = request.getfixturevalue("postgres_servers")
    with servers(max(MAJORS)).database() as url:
        yield {POSTGRESQL: url} if backend == "sqlite" else {POSTGRESQL: url, SQLITE: url}


@pytest.mark.parametrize(("name", "backend"), runs("python"), ids="-".join)
def test_python_examples_run(
    name: str, backend: str, addresses: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    pages.run_python(PAGES[name], addresses, prelude.namespace(name, addresses))


@pytest.mark.parametrize(("name", "backend"), runs("console"), ids="-".join)
def test_commands_run(
    name: str, backend: str, addresses: dict[str, str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = [Path(sys.executable).parent]
    if addresses:
        path.append(request.getfixturevalue("postgres_servers")(max(MAJORS)).binaries)
    (tmp_path / "schema").symlink_to(ROOT / "schema")

    pages.run_shell(PAGES[name], addresses, tmp_path, path, NOT_RUN)


def test_the_demo_prints_what_the_readme_shows() -> None:
    [shown] = [
        block.output for block in pages.blocks(PAGES["README"], "console") if block.text.strip() == "$ make demo"
    ]

    printed = pages.run_program(ROOT / "examples" / "quickstart.py")

    assert shown == printed
