"""Every example of the documentation runs, and prints what the page says."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.docs import pages, prelude
from tests.docs.pages import PAGES, POSTGRESQL, ROOT, SQLITE
from tests.servers.postgres import MAJORS, PostgresServer

ABOUT_BOTH = {
    "agents",
    "errors",
    "from-the-document",
    "memory",
    "retention",
    "scores",
    "transactions",
    "workflows",
}
"""Pages whose examples mean the same on every backend: they run on each."""

NOT_RUN = {"pip", "make", "pytest"}
"""Commands that set up or test a whole project. What they do is tested elsewhere."""


def runs(language: str) -> list[tuple[str, str]]:
    """The pages with blocks of a language, and the backends to run them on."""
    named = [name for name, path in PAGES.items() if pages.blocks(path, language) and name != "conformance"]
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


@pytest.mark.parametrize(("name", "backend"), runs("python"))
def test_python_examples_run(
    name: str, backend: str, addresses: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    pages.run_python(PAGES[name], addresses, prelude.namespace(name, addresses))


@pytest.mark.parametrize(("name", "backend"), runs("console"))
def test_commands_run(
    name: str, backend: str, addresses: dict[str, str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = [Path(sys.executable).parent]
    if addresses:
        path.append(request.getfixturevalue("postgres_servers")(max(MAJORS)).binaries)
    (tmp_path / "schema").symlink_to(ROOT / "schema")

    pages.run_shell(PAGES[name], addresses, tmp_path, path, NOT_RUN)


def test_the_demo_prints_what_the_readme_shows() -> None:
    [shown] = [block.output for block in pages.blocks(PAGES["README"], "console") if block.text == "$ make demo\n"]

    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "quickstart.py"], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == shown.strip()


def test_the_files_of_the_conformance_page_are_a_test_suite(tmp_path: Path) -> None:
    [configuration] = pages.blocks(PAGES["conformance"], "ini")
    conftest, suite, capabilities = pages.blocks(PAGES["conformance"], "python")
    (tmp_path / "pytest.ini").write_text(configuration.text)
    (tmp_path / "conftest.py").write_text(f"{conftest.text}\n\n{capabilities.text}")
    (tmp_path / "test_conformance.py").write_text(suite.text)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rA", "-k", "TestJoinedConnection or test_gives_what_the_callback_returned"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "PASSED test_conformance.py::" in done.stdout
    assert "the backend has no sql" in done.stdout
