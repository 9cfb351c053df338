"""Every command has help, and stands on the page about the command line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from mastra_store.cli.app import app

PAGE = Path(__file__).parent.parent.parent / "docs" / "cli.md"


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Each command by its words, groups left out."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(path), command
        return
    for name, each in inner.items():
        yield from commands(each, (*path, name))


ALL = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", ALL)
def test_a_command_has_help_and_so_have_its_parameters(name: str) -> None:
    assert ALL[name].help
    assert [each.name for each in ALL[name].params if not getattr(each, "help", None)] == []


@pytest.mark.parametrize("name", ALL)
def test_a_command_stands_in_the_docs(name: str) -> None:
    assert f"`{name}" in PAGE.read_text(encoding="utf-8")
