"""The documentation as data: its pages, their fenced blocks, and running them.

A page's ``python`` blocks are one program: they run in order, in one namespace, with ``await`` at the top level as
``python -m asyncio`` has it. A ``text`` block right behind a block is what that printed; ``...`` in it stands for any
text, as in doctests. An error that leaves a block is its last line, as the interpreter shows it.

The lines of ``console`` blocks that begin with ``$`` are one session of a shell; the lines behind a command are what
it printed.
"""

import ast
import asyncio
import contextlib
import doctest
import inspect
import io
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mastra_store import MastraError, Storage

ROOT = Path(__file__).parent.parent.parent
PAGES = {path.stem: path for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}

POSTGRESQL = "postgresql://user:password@host/database"
"""How the pages write the address of a PostgreSQL database."""
MONGODB = "mongodb://user:password@host/database"
"""How the pages write the address of a MongoDB database."""
LIBSQL = "libsql://database-owner.turso.io"
"""How the pages write the address of a LibSQL server."""
LIBSQL_TOKEN = "TURSO_AUTH_TOKEN"
"""The variable in which the pages have its token."""
REPLICAS = tuple(POSTGRESQL.replace("host", f"replica-{number}") for number in (1, 2))
"""How they write the addresses of its replicas."""
REDIS, UPSTASH, UPSTASH_TOKEN = "redis://localhost:6379/0", "https://database.upstash.io", "the-token"
"""How the pages write the addresses of caches."""
SQLITE = "agent.db"
"""How the pages write the path of an SQLite file."""

_FENCED = re.compile(r"^```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    page: Path
    line: int
    """Where its text begins, from 1."""
    language: str
    text: str
    output: str | None
    """The ``text`` block right behind it."""

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path, language: str) -> list[Block]:
    """The page's blocks of one language, in order."""
    source = page.read_text(encoding="utf-8")
    found = list(_FENCED.finditer(source))
    return [
        Block(
            page, source.count("\n", 0, block.start("text")) + 1, language, block["text"], _output(source, block, then)
        )
        for block, then in zip(found, [*found[1:], None], strict=False)
        if block["language"] == language
    ]


def _output(source: str, block: re.Match[str], then: re.Match[str] | None) -> str | None:
    behind = then is not None and then["language"] == "text" and not source[block.end() : then.start()].strip()
    return then["text"] if then is not None and behind else None


def run_python(page: Path, addresses: Mapping[str, str], namespace: dict[str, Any]) -> None:
    """Run a page's ``python`` blocks and compare what they print. Storages that they leave open are closed.

    Args:
        addresses: what is written on the page, and what stands for it here.
    """
    with asyncio.Runner() as runner:
        try:
            for block in blocks(page, "python"):
                printed = _run(runner, block, addresses, namespace)
                if block.output is not None:
                    check_output(str(block), written(block.output, addresses), printed)
        finally:
            for storage in {id(each): each for each in namespace.values() if isinstance(each, Storage)}.values():
                runner.run(storage.close())


def _run(runner: asyncio.Runner, block: Block, addresses: Mapping[str, str], namespace: dict[str, Any]) -> str:
    source = "\n" * (block.line - 1) + written(block.text, addresses)  # so that tracebacks show the page's lines
    code = compile(source, block.page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            if code.co_flags & inspect.CO_COROUTINE:
                runner.run(eval(code, namespace))
            else:  # outside of the loop, as programs with an asyncio.run() of their own want it
                exec(code, namespace)
        except MastraError as error:
            if block.output is None:
                raise
            print(f"{type(error).__name__}: {error}")
    return printed.getvalue()


def run_shell(page: Path, addresses: Mapping[str, str], directory: Path, path: list[Path], without: set[str]) -> int:
    """Run the commands of a page's ``console`` blocks in one shell. All must succeed and print what the page shows.

    Args:
        directory: where the shell is.
        path: where it finds commands first.
        without: commands that are not run.

    Returns:
        How many commands ran.
    """
    commands = [(block, command, shown) for block in blocks(page, "console") for command, shown in _commands(block)]
    commands = [each for each in commands if each[1].split()[0] not in without]
    script = ["exec 2>&1", *(f"{written(command, addresses)}\nprintf '\\0%s\\0' $?" for _, command, _ in commands)]
    environment = {
        "PATH": os.pathsep.join([*map(str, path), os.environ["PATH"]]),
        "ALEMBIC_CONFIG": str(ROOT / "alembic.ini"),
        "PYTHONPATH": str(ROOT),
        LIBSQL_TOKEN: os.environ.get(LIBSQL_TOKEN, ""),
    }
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=directory, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    printed, codes = done.stdout.split("\0")[:-1:2], done.stdout.split("\0")[1::2]
    for (block, command, shown), text, code in zip(commands, printed, codes, strict=True):
        assert code == "0", f"{block}: {command!r} ended with {code}:\n{text}"
        if shown:
            check_output(f"{block}: {command!r}", written(shown, addresses), text)
    return len(commands)


def _commands(block: Block) -> Iterator[tuple[str, str]]:
    """Each command of a session, and the lines that it printed."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        while command.endswith("\\"):
            more, _, shown = shown.partition("\n")
            command = f"{command[:-1]}{more}"
        yield command, shown


def written(text: str, addresses: Mapping[str, str]) -> str:
    """What the page says, with the addresses that are meant."""
    for shown, meant in addresses.items():
        text = text.replace(shown, meant)
    return text


def check_output(where: str, expected: str, printed: str) -> None:
    """Compare what was printed with what a page shows."""
    if not doctest.OutputChecker().check_output(expected, printed, doctest.ELLIPSIS):
        raise AssertionError(f"{where} shows\n{expected}\nand it printed\n{printed}")
