"""The wheel is complete: it works where no checkout is near."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Without site, so that the editable installation of the checkout can not be found.
PROGRAM = """
import sys

sys.path[:0] = sys.argv[1:]

import asyncio
from pathlib import Path

import mastra_store
from mastra_store import SqliteStorage, migrations

home = Path(mastra_store.__file__).parent
assert home == Path(sys.argv[1]) / "mastra_store", home
assert (home / "py.typed").exists()
assert (home / "_examples" / "quickstart.py").exists()


async def say_hello() -> None:
    async with SqliteStorage("made-on-first-use.db") as storage:
        await storage.memory.save_messages("thread", [{"role": "user", "content": "Hello"}])
        print([message.text for message in await storage.memory.list_messages("thread")])


asyncio.run(say_hello())
migrations.upgrade("sqlite:///migrated.db")
"""


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory into which the wheel of this checkout is installed."""
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("installed")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT))
    pip("install", "--no-deps", "--no-index", "--target", str(target), *map(str, wheels.glob("*.whl")))
    return target


def pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], check=True, cwd=ROOT)


def test_it_stores_and_migrates_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    packages = sysconfig.get_paths()

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROGRAM, installed, packages["purelib"], packages["platlib"]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "['Hello']\n"), done.stderr
    assert {path.name for path in tmp_path.glob("*.db")} == {"made-on-first-use.db", "migrated.db"}


def test_it_holds_the_migrations_and_nothing_of_the_tests(installed: Path) -> None:
    assert (installed / "mastra_store" / "_alembic" / "env.py").exists()
    assert not (installed / "tests").exists()
    assert not (installed / "alembic").exists()
