"""``demo``."""

import asyncio
import runpy
import tempfile
from pathlib import Path
from typing import Annotated

import typer


def demo(
    # Not the variables of other commands: the demonstration writes.
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where to store; a file that goes away if none.")
    ] = None,
) -> None:
    """Show the main job in a minute: a conversation, a workflow run, both in one transaction, the schema as SQL."""
    show = runpy.run_path(str(_program()))["main"]
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(show(url or f"sqlite:///{Path(directory) / 'quickstart.db'}"))


def _program() -> Path:
    """The example: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "_examples" / "quickstart.py"
    return installed if installed.exists() else package.parent / "examples" / "quickstart.py"
