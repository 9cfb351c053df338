"""How others run the suite against their own backend, as the docstring of ``mastra_store.testing`` tells it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import mastra_store
from mastra_store import testing

ROOT = Path(mastra_store.__file__).parents[1]
LACKING = """

@pytest.fixture
def capabilities() -> frozenset[str]:
    return ALL_CAPABILITIES - {"savepoints", "sql"}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory with the files of the recipe, and pytest set up as it says."""
    blocks = re.findall(r"::\n\n((?:(?:    .*)?\n)+)", testing.__doc__ or "")
    conftest, test_module = (dedent(block).strip() + "\n" for block in blocks)
    (tmp_path / "conftest.py").write_text(conftest)
    (tmp_path / "test_conformance.py").write_text(test_module)
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\naddopts = --strict-markers\n")
    return tmp_path


def test_the_recipe_runs_as_it_stands(project: Path) -> None:
    outcome = _run(project, "TestGetThreadById or TestSavepoint")

    assert re.search(r"\b1\d passed, \d+ deselected", outcome)


def test_what_a_backend_lacks_is_skipped_and_named(project: Path) -> None:
    with (project / "conftest.py").open("a") as conftest:
        conftest.write(LACKING)

    outcome = _run(project, "TestTransactionOfACallback or TestSavepoint or TestJoinedConnection")

    assert re.search(r"\b2 passed, 14 skipped, \d+ deselected", outcome)
    assert "the backend has no savepoints" in outcome
    assert "the backend has no sql" in outcome


def test_an_unknown_capability_is_an_error(project: Path) -> None:
    (project / "test_conformance.py").write_text(
        "import pytest\n\n@pytest.mark.needs('magic')\ndef test_spell(): ...\n"
    )

    outcome = _run(project, "spell")

    assert "['magic'] is no capability" in outcome


def _run(project: Path, chosen: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", "-k", chosen]
    return subprocess.run(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    ).stdout
