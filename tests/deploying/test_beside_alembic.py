"""The host's own Alembic beside ours, on one database: neither touches what the other made."""

from collections.abc import Callable, Iterator
from pathlib import Path

import alembic
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from mastra_store import migrations
from mastra_store.migrations.engines import connected
from tests.docs.pages import PAGES, blocks
from tests.servers.postgres import MAJORS, PostgresServer

HEADER = """
from alembic import context
from sqlalchemy import Column, Integer, MetaData, Table

metadata = MetaData()
Table("invoices", metadata, Column("id", Integer, primary_key=True))
connection = context.config.attributes["connection"]
"""
# As the page says it.
ENVIRONMENT = blocks(PAGES["deploying"], "py")[0].text


@pytest.fixture(params=["sqlite", "postgresql"])
def url(
    request: pytest.FixtureRequest, sqlite_path: Path, postgres_servers: Callable[[int], PostgresServer]
) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{sqlite_path}"
    else:
        with postgres_servers(max(MAJORS)).database() as url:
            yield url


class Host:
    """An application with an Alembic environment of its own."""

    def __init__(self, directory: Path, url: str) -> None:
        (directory / "versions").mkdir(parents=True)
        (directory / "env.py").write_text(HEADER + ENVIRONMENT, encoding="utf-8")
        template = Path(alembic.__file__).parent / "templates" / "generic" / "script.py.mako"
        (directory / "script.py.mako").write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
        self.directory, self.url = directory, url

    def run(self, name: str, *arguments: str, **options: bool) -> None:
        config = Config(attributes={})
        config.set_main_option("script_location", str(self.directory))
        with connected(self.url) as connection:
            config.attributes["connection"] = connection
            getattr(command, name)(config, *arguments, **options)
            connection.commit()

    def written(self) -> str:
        """The one revision that Alembic wrote."""
        [revision] = (self.directory / "versions").glob("*.py")
        return revision.read_text(encoding="utf-8")


def tables(url: str) -> set[str]:
    with connected(url) as connection:
        return set(inspect(connection).get_table_names())


def test_their_autogenerate_does_not_see_our_tables(url: str, tmp_path: Path) -> None:
    migrations.upgrade(url)
    host = Host(tmp_path / "host", url)

    host.run("revision", "invoices", autogenerate=True)
    host.run("upgrade", "head")

    assert "create_table" in host.written()
    assert "drop_table" not in host.written().replace("op.drop_table('invoices')", "")
    assert {"invoices", "alembic_version", "mastra_threads", "mastra_store_version"} <= tables(url)
    host.run("check")
    assert migrations.check(url) == []


def test_theirs_and_ours_come_in_any_order(url: str, tmp_path: Path) -> None:
    host = Host(tmp_path / "host", url)
    host.run("revision", "invoices", autogenerate=True)

    host.run("upgrade", "head")
    migrations.upgrade(url)
    both = tables(url)
    host.run("downgrade", "base")
    theirs_gone = tables(url)
    host.run("upgrade", "head")
    migrations.downgrade(url, "base")

    assert theirs_gone == both - {"invoices"}
    assert tables(url) == {"invoices", "alembic_version"}
