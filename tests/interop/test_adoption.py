"""What older packages made and we adopted is what the newest packages would have made of it."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from mastra_store import migrations, open_storage
from mastra_store.testing.builders import message, thread
from tests.interop.catalog import Catalog, differences, postgresql_catalog, sqlite_catalog
from tests.interop.conftest import opened, sent
from tests.interop.peer import Peer
from tests.migrations.databases import VERSIONS, make
from tests.servers.postgres import MAJORS, PostgresServer

pytestmark = pytest.mark.xdist_group("interop")

SPAN = {
    "traceId": "t",
    "spanId": "s",
    "name": "n",
    "spanType": "generic",
    "isEvent": False,
    "startedAt": datetime(2026, 1, 1, tzinfo=UTC),
}


@pytest.fixture(params=["postgresql", "libsql"])
def old(
    request: pytest.FixtureRequest, version: str, sqlite_path: Path, postgres_servers: Callable[[int], PostgresServer]
) -> Iterator[tuple[str, str]]:
    """A database that a package of that version made: its kind, and its URL or path."""
    if request.param == "libsql":
        make(f"sqlite:///{sqlite_path}", version)
        yield "libsql", str(sqlite_path)
    else:
        with postgres_servers(max(MAJORS)).database() as url:
            yield "postgresql", make(url, version)


def url_of(place: str) -> str:
    return place if "://" in place else f"sqlite:///{place}"


def catalog(backend: str, place: str) -> Catalog:
    return postgresql_catalog(place, ours=True) if backend == "postgresql" else sqlite_catalog(place, ours=True)


@pytest.mark.parametrize("version", VERSIONS)
async def test_typescript_finds_nothing_to_do_in_what_was_adopted(node: Peer, old: tuple[str, str]) -> None:
    backend, place = old
    migrations.adopt(url_of(place), apply=True)
    before = catalog(backend, place)

    with opened(node, backend, place) as typescript:
        assert differences(before, catalog(backend, place)) == {}
        assert typescript.call("memory.listMessages", threadId="t")["messages"][0]["id"] == "m"
        agent = typescript.call("agents.getByIdResolved", "a")
        assert (agent["name"], agent["model"]) == ("weather", {"provider": "openai", "name": "gpt-4o"})
        typescript.call("memory.saveThread", thread=sent(thread("theirs", title="Bergen")))
        typescript.call("memory.saveMessages", messages=[sent(message("new", thread_id="theirs"))])

    assert migrations.check(url_of(place)) == []
    async with open_storage(place) as storage:
        assert [each.id for each in await storage.memory.get_messages("theirs")] == ["new"]


@pytest.mark.parametrize("version", ["1.6.0"])
def test_what_typescript_has_brought_up_can_be_adopted(node: Peer, old: tuple[str, str]) -> None:
    backend, place = old
    with opened(node, backend, place):
        pass

    report = migrations.adopt(url_of(place), apply=True)

    assert any("may not be NULL" in line for line in report.accepted)
    assert migrations.check(url_of(place)) == []


@pytest.mark.needs("sql")
@pytest.mark.parametrize("maker", ["typescript"])
def test_what_the_newest_packages_make_can_be_adopted(database: tuple[str, str]) -> None:
    url = url_of(database[1])

    report = migrations.adopt(url, apply=True)

    assert report.accepted == report.kept == []
    assert migrations.check(url) == []


# From 55 characters on @mastra/pg by itself makes no primary key of spans, and can write none.
@pytest.mark.parametrize("length", [20, 47, 63])
def test_in_a_schema_of_a_long_name(node: Peer, postgres_servers: Callable[[int], PostgresServer], length: int) -> None:
    schema = "tenant_".ljust(length, "x")
    with postgres_servers(max(MAJORS)).database() as url:
        with psycopg.connect(url) as connection:
            connection.execute(f"CREATE SCHEMA {schema}")
        with node.open("pg", url, schema=schema):
            pass

        report = migrations.adopt(url, schema=schema, apply=True)

        before = postgresql_catalog(url, schema, ours=True)
        made = set(re.findall(r"CREATE (?:UNIQUE )?INDEX (\w+)", report.sql))
        assert made <= {name.rpartition(".")[2] for name in before if name.startswith("index ")}
        with node.open("pg", url, schema=schema) as typescript:
            typescript.call("observability.createSpan", span=SPAN)
        assert differences(before, postgresql_catalog(url, schema, ours=True)) == {}
        assert migrations.check(url, schema=schema) == []
