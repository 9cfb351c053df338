"""Every example of the documentation runs, and prints what the page says."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.docs import pages, prelude
from tests.docs.pages import (
    LIBSQL,
    LIBSQL_TOKEN,
    MONGODB,
    PAGES,
    POSTGRESQL,
    REDIS,
    REPLICAS,
    ROOT,
    SQLITE,
    UPSTASH,
    UPSTASH_TOKEN,
)
from tests.requirements import skip_or_fail
from tests.servers import MissingServerError, upstash
from tests.servers.postgres import MAJORS, PostgresServer, primary_of_standbys
from tests.servers.sqld import LibsqlServer

ABOUT_ALL = {
    "agents",
    "errors",
    "from-the-document",
    "memory",
    "observability",
    "retention",
    "scores",
    "transactions",
    "workflows",
    "vectors",
}
"""Pages whose examples mean the same on every backend: they run on each."""
ABOUT_DOMAINS = {
    "agents",
    "errors",
    "from-the-document",
    "memory",
    "observability",
    "retention",
    "scores",
    "vectors",
    "workflows",
}
"""Of those, the pages that run on MongoDB too."""

NOT_RUN = {"pip", "make", "pytest"}
"""Commands that set up or test a whole project. What they do is tested elsewhere."""


def runs(language: str) -> list[tuple[str, str]]:
    """The pages with blocks of a language, and the backends to run them on."""
    named = [name for name, path in PAGES.items() if pages.blocks(path, language) and name != "conformance"]
    kinds = {name: ["sqlite", "postgresql", "libsql"] if name in ABOUT_ALL else ["sqlite"] for name in named}
    return [(name, kind) for name in named for kind in kinds[name] + ["mongodb"] * (name in ABOUT_DOMAINS)]


@pytest.fixture
def addresses(request: pytest.FixtureRequest, name: str, backend: str) -> Iterator[dict[str, str]]:
    """What stands for the addresses on a page. Files are made in the current directory."""
    page, found = PAGES[name].read_text(encoding="utf-8"), {}
    with ExitStack() as stack:
        if LIBSQL in page or backend == "libsql":
            request.getfixturevalue("libsql_url")
            server: LibsqlServer = request.getfixturevalue("libsql_server")
            stack.enter_context(pytest.MonkeyPatch.context()).setenv(LIBSQL_TOKEN, server.full_access or "")
            found = {f"{LIBSQL}?": f"{server.url_with(None)}&", LIBSQL: server.url_with(None)}
            if backend == "libsql":
                found[SQLITE] = server.url
        if REPLICAS[0] in page:
            found |= stack.enter_context(_replicated())
        elif POSTGRESQL in page or backend == "postgresql":
            servers: Callable[[int], PostgresServer] = request.getfixturevalue("postgres_servers")
            found[POSTGRESQL] = stack.enter_context(servers(max(MAJORS)).database())
        if REDIS in page:
            found[REDIS] = request.getfixturevalue("redis_url")
        if UPSTASH in page:
            found |= {UPSTASH: request.getfixturevalue("upstash_url"), UPSTASH_TOKEN: upstash.TOKEN}
        if backend == "postgresql":
            found[SQLITE] = found[POSTGRESQL]
        if MONGODB in page or backend == "mongodb":
            found[SQLITE if backend == "mongodb" else MONGODB] = request.getfixturevalue("mongodb_url")
        yield found


@contextmanager
def _replicated() -> Iterator[dict[str, str]]:
    """A primary for the database's address, and two standbys for the replicas'."""
    with ExitStack() as stack:
        try:
            primary = stack.enter_context(primary_of_standbys(max(MAJORS)))
        except MissingServerError as missing:
            skip_or_fail("PostgreSQL", missing)
        url = stack.enter_context(primary.database())
        standbys = [stack.enter_context(primary.standby()) for _ in REPLICAS]
        urls = [each.url_of(url.rpartition("/")[2]) for each in standbys]
        yield {POSTGRESQL: url, **dict(zip(REPLICAS, urls, strict=True))}


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
    if POSTGRESQL in addresses:
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
