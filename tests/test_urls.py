"""Connection strings mean the same to the storages, to migrations and to ``DATABASE_URL``; none shows a password."""

import pytest

from mastra_store import InvalidArgument, PgStorage, SqliteStorage, Unavailable, migrations, open_storage
from mastra_store.migrations.engines import dialect_of
from mastra_store.urls import postgresql_conninfo, sqlite_location

POSTGRESQL = [
    "postgresql://u:p@h/d",
    "postgres://u:p@h/d",
    "postgresql+psycopg://u@h/d",
    "postgresql:///d?host=/var/run",
    "host=h dbname=d password='a b'",
    " host = h",
]
SQLITE = ["agent.db", ":memory:", "sqlite:///a=b.db", "sqlite+aiosqlite:///a.db", "file:a?mode=memory", "/x=1/a.db"]


@pytest.mark.parametrize("url", POSTGRESQL)
def test_postgresql_is_known_everywhere(url: str) -> None:
    assert dialect_of(url) == "postgresql"
    assert isinstance(open_storage(url), PgStorage)


@pytest.mark.parametrize("url", SQLITE)
def test_sqlite_is_known_everywhere(url: str) -> None:
    assert dialect_of(url) == "sqlite"
    assert isinstance(open_storage(url), SqliteStorage)


def test_other_databases_are_refused() -> None:
    for entry in (dialect_of, open_storage, migrations.upgrade, PgStorage, SqliteStorage):
        with pytest.raises(InvalidArgument, match="mysql") as raised:
            entry("mysql://someone:secret@h/d")

        assert "secret" not in raised.value.message


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://someone:sec%ret@h/d",
        "postgresql://someone:sec/ret@h/d",
        "postgresql://someone:sec?ret@h/d",
        "postgresql://someone:secret@h/d?nonsense=1",
        "host=h password=sec ret",
    ],
)
@pytest.mark.parametrize("entry", [open_storage, migrations.upgrade])
def test_what_libpq_can_not_read_is_refused_without_a_word_of_it(entry: object, url: str) -> None:
    with pytest.raises(InvalidArgument, match="%25 for %") as raised:
        entry(url)  # type: ignore[operator]

    shown = f"{raised.value} {raised.value.to_json()}"
    assert "sec" not in shown
    assert "ret" not in shown
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


@pytest.mark.parametrize("url", ["postgresql://u:secret@127.0.0.1:1/d", "host=127.0.0.1 port=1 password=secret"])
def test_a_server_that_does_not_answer_is_unavailable(url: str) -> None:
    with pytest.raises(Unavailable, match="refused") as raised:
        migrations.upgrade(url)

    assert "secret" not in str(raised.value.to_json())


def test_node_postgres_words_become_those_of_libpq() -> None:
    assert postgresql_conninfo("postgres://u@h/d?ssl=true") == "postgresql://u@h/d?sslmode=require"
    assert postgresql_conninfo("postgres://u@h/d?sslmode=no-verify") == "postgresql://u@h/d?sslmode=require"
    assert postgresql_conninfo("postgres://u@h/d?uselibpqcompat=true") == "postgresql://u@h/d"


def test_a_query_makes_a_uri_of_a_path() -> None:
    assert sqlite_location("sqlite:///a b.db?mode=ro") == ("file:a%20b.db?mode=ro", True)
    assert sqlite_location("sqlite:////tmp/a.db") == ("/tmp/a.db", False)
    assert sqlite_location("sqlite://") == (":memory:", False)
