"""Vector indexes on their way from one storage to another."""

import sqlite3
from array import array
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest
from bson import CodecOptions, Decimal128, Int64, encode
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from mastra_store import (
    Conflict,
    CopyProgress,
    DomainMissing,
    MastraCompositeStore,
    PineconeVector,
    Storage,
    Thread,
    copy,
    open_storage,
)
from mastra_store.copying.vectors import IndexPart
from tests.copying.conftest import NewUrl

ROWS: list[dict[str, Any]] = [
    {
        "id": f"v{n:03}",
        "values": [n / 7, -n / 3, 0.1, 1e-30],
        "metadata": {"n": n, "deep": {"list": [1.5, None, "Ü"]}, "big": 2**40},
    }
    for n in range(25)
]


class Stop(Exception):
    """Breaks a copy off."""


def stop_at(done: int) -> Callable[[CopyProgress], None]:
    """Breaks a copy off when so many vectors are copied."""

    def stop(progress: CopyProgress) -> None:
        if progress.done == done:
            raise Stop

    return stop


@pytest.fixture
async def opened(new_url: NewUrl) -> AsyncIterator[Any]:
    async with AsyncExitStack() as stack:

        async def new(kind: str) -> Storage:
            return await stack.enter_async_context(open_storage(new_url(kind)))

        yield new


@asynccontextmanager
async def source_with(new_url: NewUrl, *rows: tuple[Any, ...]) -> AsyncIterator[Storage]:
    """A source on SQLite with an index ``docs``, into which somebody else has written."""
    async with open_storage(url := new_url("sqlite")) as source:
        await source.vectors.create_index("docs", dimension=4)
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
            connection.executemany("INSERT INTO docs (vector_id, embedding, metadata) VALUES (?, ?, ?)", rows)
        yield source


async def fill(storage: Storage) -> None:
    """Make an index ``docs`` of ``ROWS``."""
    await storage.vectors.create_index("docs", dimension=4)
    await storage.vectors.upsert("docs", ROWS)


async def contents(storage: Storage, index: str = "docs") -> list[tuple[Any, ...]]:
    """All vectors of an index, by id, in single precision."""
    found = await storage.vectors.query(index, filter={"n": {"$gte": 0}}, top_k=1000, include_vector=True)
    return [(each.id, array("f", each.vector or ()), each.metadata) for each in found]


async def test_indexes_go_round_all_backends_and_are_what_they_were(opened: Any) -> None:
    stations = [await opened(kind) for kind in ("postgresql", "sqlite", "libsql", "mongodb", "postgresql")]
    first, last = stations[0], stations[-1]
    await first.vectors.create_index("docs", dimension=4, metric="euclidean")
    await first.vectors.upsert("docs", ROWS)
    await first.vectors.create_index("empty", dimension=3)

    for source, target in pairwise(stations):
        copied = await copy(source, target, verify=True, batch_size=7)

        assert [(each.domain, each.table, each.copied, each.verified) for each in copied] == [
            ("vectors", "docs", 25, 25),
            ("vectors", "empty", 0, 0),
        ]
    assert await contents(last) == await contents(first)
    assert await last.vectors.describe_index("docs") == await first.vectors.describe_index("docs")
    assert (await last.vectors.describe_index("empty")).dimension == 3


async def test_what_pgvector_alone_has_stays_between_postgresql_databases(opened: Any, new_url: NewUrl) -> None:
    with psycopg.connect(url := new_url("postgresql")) as connection:
        connection.execute('DROP EXTENSION IF EXISTS vector; CREATE SCHEMA "Odd-one"')
        connection.execute('CREATE EXTENSION vector SCHEMA "Odd-one"')
    async with open_storage(url) as source:
        await pgvectors_own_are_copied(source, await opened("postgresql"))


async def test_vectors_go_with_rows_from_one_schema_of_a_database_to_another(new_url: NewUrl) -> None:
    url, noon = new_url("postgresql"), datetime(2026, 1, 1, 12, tzinfo=UTC)
    async with open_storage(url) as source, open_storage(url, schema_name="moved") as target:
        await source.memory.save_thread(Thread("t", "r", "", noon, noon, {}))
        await fill(source)

        await copy(source, target, verify=True)

        assert await contents(target) == await contents(source)
        assert await target.vectors.describe_index("docs") == await source.vectors.describe_index("docs")


async def pgvectors_own_are_copied(source: Storage, target: Storage) -> None:
    await source.vectors.create_index("bits", dimension=8, vector_type="bit", metric="jaccard", index_type="flat")
    await source.vectors.upsert("bits", [[1, 0, 1, 1, 0, 0, 0, 1]], ids=["a"], metadata=[{"n": 1}])
    await source.vectors.create_index("halves", dimension=4, vector_type="halfvec", m=8, ef_construction=32)
    for namespace in ("default", "tenant"):
        await source.vectors.upsert("halves", ROWS, namespace=namespace)

    await copy(source, target, domains=["vectors"], verify=True, batch_size=10)

    for name in ("bits", "halves"):
        assert await target.vectors.describe_index(name) == await source.vectors.describe_index(name)
    assert await contents(target, "bits") == await contents(source, "bits")
    [mine] = await target.vectors.query("halves", filter={"n": 3}, namespace="tenant")
    assert mine.id == "v003"


async def test_a_copy_that_was_broken_off_goes_on(opened: Any) -> None:
    source, target = await opened("postgresql"), await opened("sqlite")
    await fill(source)

    with pytest.raises(Stop):
        await copy(source, target, batch_size=7, progress=stop_at(14))
    seen: list[int] = []
    [copied] = await copy(source, target, batch_size=7, progress=lambda at: seen.append(at.done))

    assert seen == [14, 21, 25]
    assert (copied.copied, copied.skipped) == (25, 0)
    assert await contents(target) == await contents(source)


async def test_an_index_is_built_by_the_call_that_goes_on_and_one_that_was_there_stays_of_its_kind(
    opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = await opened("postgresql"), await opened("postgresql")
    for name in ("docs", "notes"):
        await source.vectors.create_index(name, dimension=4)
        await source.vectors.upsert(name, ROWS)
    await target.vectors.create_index("docs", dimension=4, index_type="flat")

    make = IndexPart.make

    async def made_and_stopped(self: IndexPart) -> None:
        await make(self)
        if self.name == "notes":
            raise Stop

    with monkeypatch.context() as patched, pytest.raises(Stop):
        patched.setattr(IndexPart, "make", made_and_stopped)
        await copy(source, target)
    await copy(source, target)

    kinds = {name: (await target.vectors.describe_index(name)).type for name in ("docs", "notes")}
    assert kinds == {"docs": "flat", "notes": "hnsw"}


async def test_an_index_that_was_deleted_meanwhile_is_copied_again(opened: Any) -> None:
    source, target = await opened("sqlite"), await opened("sqlite")
    await fill(source)

    with pytest.raises(Stop):
        await copy(source, target, batch_size=7, progress=stop_at(14))
    await target.vectors.delete_index("docs")
    await copy(source, target, verify=True)

    assert await contents(target) == await contents(source)


async def test_documents_of_mongodb_stay_what_they_are_between_mongodb_databases(opened: Any, new_url: NewUrl) -> None:
    source_url, target_url = new_url("mongodb"), new_url("mongodb")
    document = {
        "_id": "a",
        "embedding": [0.1, 2, 3.0, 1e-9],
        "metadata": {"at": datetime(2020, 1, 1)},
        "document": "Hello",
        "more": {"long": Int64(5), "decimal": Decimal128("1.10")},
    }
    async with open_storage(source_url) as source, open_storage(target_url) as target:
        for storage in (source, target):
            await storage.vectors.create_index("docs", dimension=4)
        with MongoClient[Any](source_url) as client:
            client.get_default_database()["docs"].insert_one(document)
        with MongoClient[Any](target_url) as client:
            client.get_default_database()["docs"].insert_one({"_id": "a", "embedding": [1.0] * 4, "other": 1})

        [copied] = await copy(source, target, on_conflict="replace", verify=True)

        assert copied.verified == 1
        with MongoClient[Any](target_url) as client:
            found = client.get_database(codec_options=CodecOptions(document_class=RawBSONDocument))["docs"].find_one()
            assert found is not None
            assert found.raw == encode(document)
        with pytest.raises(DomainMissing, match="docs, which has documents of @mastra/mongodb"):
            await copy(source, await opened("sqlite"))


async def test_documents_of_mongodb_whose_ids_are_no_text_are_refused(opened: Any, new_url: NewUrl) -> None:
    async with open_storage(url := new_url("mongodb")) as source:
        await fill(source)
        with MongoClient[Any](url) as client:
            client.get_default_database()["docs"].insert_one({"embedding": [1.0] * 4, "metadata": {}})

        with pytest.raises(Conflict, match=r"the vector ObjectId\(.*\) has no text for an id"):
            await copy(source, await opened("sqlite"), batch_size=7)


async def test_vectors_in_half_precision_are_compared_in_it(opened: Any) -> None:
    source, target = await opened("sqlite"), await opened("postgresql")
    await fill(source)
    await target.vectors.create_index("docs", dimension=4, vector_type="halfvec")

    [copied] = await copy(source, target, verify=True)

    assert copied.verified == 25


@pytest.mark.parametrize("kind", ["postgresql", "mongodb"])
async def test_vectors_of_messages_are_found_by_their_metadata_as_recall_needs_it(
    opened: Any, new_url: NewUrl, kind: str
) -> None:
    source, url = await opened("sqlite"), new_url(kind)
    await source.vectors.create_index("memory_messages_4", dimension=4)
    await source.vectors.upsert("memory_messages_4", ROWS)
    async with open_storage(url) as target:
        await copy(source, target)

    if kind == "mongodb":
        with MongoClient[Any](url) as client:
            found = "".join(client.get_default_database()["memory_messages_4"].index_information())
        assert "metadata.thread_id" in found
    else:
        with psycopg.connect(url) as connection:
            indexes = connection.execute("SELECT string_agg(indexdef, ';') FROM pg_indexes WHERE tablename ~ '_4$'")
            [rows] = connection.execute("SELECT reltuples FROM pg_class WHERE relname = 'memory_messages_4'").fetchall()
            assert "thread_id" in str(indexes.fetchall())
        assert rows == (25,)  # the planner was told


@pytest.mark.parametrize(("on_conflict", "kept"), [("skip", [0.0] * 4), ("replace", ROWS[3]["values"])])
async def test_vectors_that_are_there_stay_or_are_replaced(opened: Any, on_conflict: Any, kept: list[float]) -> None:
    source, target = await opened("sqlite"), await opened("postgresql")
    for storage in (source, target):
        await storage.vectors.create_index("docs", dimension=4, metric="euclidean")
    await source.vectors.upsert("docs", ROWS)
    await target.vectors.upsert("docs", [[0.0] * 4], ids=["v003"], metadata=[{"n": 3}])

    with pytest.raises(Conflict, match=r"has vectors in docs already; .*on_conflict='skip'"):
        await copy(source, target)
    assert len(await contents(target)) == 1
    [copied] = await copy(source, target, on_conflict=on_conflict, verify=True)

    assert (copied.copied, copied.skipped) == ((24, 1) if on_conflict == "skip" else (25, 0))
    [third] = await target.vectors.query("docs", filter={"n": 3}, include_vector=True)
    assert third.vector == pytest.approx(kept)


@pytest.mark.parametrize(
    ("target", "made", "problem"),
    [
        (
            "sqlite",
            {"dimension": 8, "vector_type": "bit"},
            "can not hold the vector index docs, which is of the type bit",
        ),
        ("mongodb", {"dimension": 3}, "can not hold the vector index docs, which has namespaces"),
    ],
)
async def test_what_the_target_can_not_hold_is_refused_before_anything_is_written(
    opened: Any, target: str, made: dict[str, Any], problem: str
) -> None:
    here, there = await opened("postgresql"), await opened(target)
    await here.memory.save_messages("t", [{"role": "user", "content": "Hello"}])
    await here.vectors.create_index("docs", **made)
    await here.vectors.upsert("docs", [[1] * made["dimension"]], ids=["a"], namespace="tenant")

    with pytest.raises(DomainMissing, match=problem):
        await copy(here, there)

    assert (await there.memory.list_threads()).total == 0
    assert await there.vectors.list_indexes() == []
    assert [each.table for each in await copy(here, there, domains=["memory"])] == ["mastra_threads", "mastra_messages"]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("x", None, "{}"), "the vector 'x' has no text for an id, or not 4 numbers; mend that"),
        (("x", bytes(8), "{}"), "the vector 'x' has no text for an id, or not 4 numbers; mend that"),
        (("x", bytes(16), "{oops"), r"the vector 'x' of docs .*: its metadata must be an object"),
        (("x\0y", bytes(16), "{}"), r"the vector 'x\\x00y' of docs .*: its id holds NUL"),
    ],
)
async def test_what_is_no_vector_is_named(opened: Any, new_url: NewUrl, row: tuple[Any, ...], problem: str) -> None:
    async with source_with(new_url, row) as source:
        with pytest.raises(Conflict, match=problem):
            await copy(source, await opened("sqlite"))


@pytest.mark.parametrize("kind", ["postgresql", "mongodb", "sqlite"])
async def test_whatever_typescript_let_pass_is_copied(opened: Any, new_url: NewUrl, kind: str) -> None:
    rows = [("", bytes(16), '{"text": "a\\u0000b\\ud83dc"}'), ("without", bytes(16), None)]
    target = await opened(kind)
    async with source_with(new_url, *rows) as source:
        [copied] = await copy(source, target, verify=True)

    assert copied.verified == 2
    [first, _] = await target.vectors.query("docs", filter={"nothing": {"$exists": False}})
    assert first.id == ""
    assert first.metadata == {"text": "ab\ufffdc" if kind != "sqlite" else "a\0b\ud83dc"}


async def test_tables_of_the_users_own_with_vectors_are_left_alone(opened: Any, new_url: NewUrl) -> None:
    source, target = open_storage(url := new_url("sqlite")), await opened("sqlite")
    async with source:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("CREATE TABLE films (title TEXT, likeness F32_BLOB(3))")

        assert await copy(source, target) == []


async def test_vectors_are_not_left_behind_because_the_target_has_no_place_for_them(opened: Any) -> None:
    source, target = await opened("sqlite"), await opened("sqlite")
    elsewhere = MastraCompositeStore(default=target, vectors=PineconeVector(api_key="none"))
    await source.memory.save_messages("t", [{"role": "user", "content": "Hello"}])
    await source.vectors.create_index("docs", dimension=4)

    with pytest.raises(
        DomainMissing, match=r"no place for vectors, and .* has the vector indexes docs; say with domains"
    ):
        await copy(source, elsewhere)

    assert (await target.memory.list_threads()).total == 0
    assert len(await copy(source, elsewhere, domains=["memory"])) == 2


async def test_an_index_that_can_not_be_made_is_refused_before_another_is_made(opened: Any) -> None:
    source, target = await opened("mongodb"), await opened("postgresql")
    await source.vectors.create_index("docs", dimension=4)
    await source.vectors.create_index("wide", dimension=20_000)

    for dry_run in (True, False):
        with pytest.raises(
            DomainMissing, match=r"the vector index wide, which has 20,000 dimensions, more than pgvector"
        ):
            await copy(source, target, dry_run=dry_run)

    assert await target.vectors.list_indexes() == []


async def test_an_index_that_is_another_in_the_target_is_refused(opened: Any) -> None:
    source, target = await opened("sqlite"), await opened("sqlite")
    await source.vectors.create_index("docs", dimension=4)
    await target.vectors.create_index("docs", dimension=3)

    with pytest.raises(Conflict, match=r"docs exists in .* with the dimension 3, not 4"):
        await copy(source, target)


async def test_what_is_missing_or_differs_afterwards_is_named(opened: Any, new_url: NewUrl) -> None:
    source, target = await opened("sqlite"), open_storage(url := new_url("sqlite"))
    await fill(source)

    def meddle(progress: CopyProgress) -> None:
        if progress.verifying and not progress.done:
            with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
                connection.execute("DELETE FROM docs WHERE vector_id = 'v003'")
                connection.execute("UPDATE docs SET metadata = '{}' WHERE vector_id = 'v004'")

    async with target:
        with pytest.raises(Conflict, match=r"docs of .* lacks default/v003 and differs in default/v004; its source is"):
            await copy(source, target, verify=True, progress=meddle)


async def test_those_of_a_composite_come_from_where_they_are(opened: Any, tmp_path: Path) -> None:
    messages, vectors, target = await opened("sqlite"), await opened("sqlite"), await opened("postgresql")
    await messages.memory.save_messages("t", [{"role": "user", "content": "Hello"}])
    await vectors.vectors.create_index("docs", dimension=4)
    await vectors.vectors.upsert("docs", ROWS)

    copied = await copy(MastraCompositeStore(default=messages, vectors=vectors), target)

    assert [(each.table, each.copied) for each in copied] == [
        ("mastra_threads", 1),
        ("mastra_messages", 1),
        ("docs", 25),
    ]


async def test_those_of_a_store_that_can_not_be_copied_are_left_out_unless_they_are_asked_for(opened: Any) -> None:
    source, target = await opened("sqlite"), await opened("sqlite")
    await source.memory.save_messages("t", [{"role": "user", "content": "Hello"}])
    composite = MastraCompositeStore(default=source, vectors=PineconeVector(api_key="none"))

    assert [each.domain for each in await copy(composite, target)] == ["memory", "memory"]
    with pytest.raises(DomainMissing, match="the source has no vectors that can be copied"):
        await copy(composite, target, domains=["vectors"])
