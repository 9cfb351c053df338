"""Databases to copy between."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import VERSIONS, our_tables

NewUrl = Callable[[str], str]


@pytest.fixture
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewUrl]:
    """Makes a migrated, empty database, ``sqlite``, ``postgresql``, ``libsql`` or ``mongodb``, and gives its URL.

    Of LibSQL there is one.
    """
    with ExitStack() as stack:

        def new(kind: str) -> str:
            if kind == "sqlite":
                path = tmp_path / f"{len(list(tmp_path.glob('*.db')))}.db"
                shutil.copy(request.getfixturevalue("migrated_file"), path)
                return f"sqlite:///{path}"
            if kind == "libsql":
                server = request.getfixturevalue("libsql_server")
                server.migrated(*our_tables())
                return str(server.url)
            if kind == "mongodb":
                return str(stack.enter_context(request.getfixturevalue("mongodb_server").used_database()))
            major = next(iter(VERSIONS.values()))
            template = request.getfixturevalue("migrated_template")(major)
            return str(stack.enter_context(request.getfixturevalue("postgres_servers")(major).copy(template)))

        yield new
