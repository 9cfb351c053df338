"""A new domain is a line in the list: storages, units of work and whatever goes through the list take it up."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, func, select

from mastra_store import MastraCompositeStore, MongoStorage, SqliteStorage, copy, domains as all_domains
from mastra_store.documents import Collection
from mastra_store.domains import Domains, Lazy, domains
from mastra_store.domains.base import operation
from mastra_store.domains.pruning import Prunable
from mastra_store.errors import DomainMissing, InvalidArgument
from mastra_store.models.blobs import SkillBlobRow
from mastra_store.mongo import domains as mongo_domains
from mastra_store.mongo.pruning import MongoPruning
from mastra_store.records.retention import PrunedTable
from mastra_store.sql import domains as sql_domains
from mastra_store.sql.dialects import SqlDialect
from mastra_store.sql.plans import statement
from mastra_store.sql.pruning import SqlPruning
from mastra_store.sql.storage import SqlStorage
from mastra_store.storage import Storage


class DummyDomain(Prunable, ABC):
    prunable = ("old_blobs",)

    @abstractmethod
    async def count(self) -> int: ...

    @operation
    async def refuse(self) -> None:
        raise InvalidArgument("everything", "is refused")


class SqlDummy(SqlPruning, DummyDomain):
    rows = (SkillBlobRow,)
    ages = {"old_blobs": SkillBlobRow.created_at}  # noqa: RUF012

    async def count(self) -> int:
        [count] = await self._database.read(blobs().bind())
        return int(count)


BLOBS = Collection("mastra_skill_blobs", ())


class MongoDummy(MongoPruning, DummyDomain):
    collections = (BLOBS,)
    ages = {"old_blobs": (BLOBS, "createdAt")}  # noqa: RUF012

    async def count(self) -> int:
        return len(await self._database.find(BLOBS, {}))


@statement(lambda count: count)
def blobs(sql: SqlDialect) -> Select[Any]:
    return select(func.count()).select_from(SkillBlobRow)


@pytest.fixture(autouse=True)
def dummy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A domain beside the others: a line in the list of domains, and one in the lists of classes of each backend."""
    line: Lazy[Any] = Lazy("dummy.DummyDomain")
    line.__set_name__(Domains, "dummy")
    monkeypatch.setattr(Domains, "dummy", line, raising=False)
    monkeypatch.setitem(sql_domains.SQL_DOMAINS, "dummy", "dummy.SqlDummy")
    monkeypatch.setitem(mongo_domains.MONGO_DOMAINS, "dummy", "dummy.MongoDummy")
    found = sql_domains.import_module
    for importer in (sql_domains, mongo_domains, all_domains):
        monkeypatch.setattr(
            importer, "import_module", lambda name, package: _Home if name == ".dummy" else found(name, package)
        )
    return iter([None])


class _Home:
    """Stands for the modules ``dummy`` of ``mastra_store.domains``, of its ``sql`` and of its ``mongo``."""

    DummyDomain = DummyDomain
    SqlDummy = SqlDummy
    MongoDummy = MongoDummy


async def test_a_storage_has_it(storage: Storage) -> None:
    dummy = storage.dummy  # type: ignore[attr-defined]

    assert await dummy.count() == 0
    assert dummy is storage.dummy  # type: ignore[attr-defined]


async def test_its_errors_have_its_place(storage: Storage) -> None:
    with pytest.raises(InvalidArgument) as refused:
        await storage.dummy.refuse()  # type: ignore[attr-defined]

    assert refused.value.id.endswith("_REFUSE_INVALID_ARGUMENT")


async def test_a_unit_of_work_has_it(storage: Storage) -> None:
    async with storage.transaction() as tx:
        assert await tx.dummy.count() == 0
        assert tx.dummy is not storage.dummy  # type: ignore[attr-defined]


@pytest.mark.needs("sql")
async def test_it_is_pruned(storage: SqlStorage) -> None:
    async with storage.transaction() as tx:
        tx.session.add_all(
            SkillBlobRow(hash=name, content="", size=0, created_at=datetime.now(UTC) - timedelta(days=age))
            for name, age in (("old", 31), ("new", 29))
        )

    pruned = await storage.prune({"dummy": {"oldBlobs": {"max_age": "30d"}}, "memory": {"threads": {"max_age": "1d"}}})

    assert pruned == [
        PrunedTable("memory", "mastra_threads", 0, done=True),
        PrunedTable("dummy", "mastra_skill_blobs", 1, done=True),
    ]
    assert await storage.dummy.count() == 1  # type: ignore[attr-defined]


async def test_its_tables_are_named_where_a_policy_is_refused(storage: Storage) -> None:
    with pytest.raises(InvalidArgument, match="old_blobs"):
        await storage.prune({"dummy": {"blobs": {"max_age": "30d"}}})


async def test_a_composite_store_has_it(storage: Storage) -> None:
    composite = MastraCompositeStore(default=storage)

    assert await composite.dummy.count() == 0  # type: ignore[attr-defined]
    async with composite.transaction(domains=["dummy"]) as tx:
        assert await tx.dummy.count() == 0


async def test_it_is_copied(storage: Storage) -> None:
    async with SqliteStorage(":memory:") as other:
        async with other.transaction() as tx:
            tx.session.add(SkillBlobRow(hash="a", content="", size=0, created_at=datetime.now(UTC)))
        there = await copy(other, storage, domains=["dummy"], verify=True)

    async with SqliteStorage(":memory:") as back:
        await copy(storage, back, domains=["dummy"], verify=True)

        assert await back.dummy.count() == await storage.dummy.count() == 1  # type: ignore[attr-defined]
    assert [(table.domain, table.table, table.copied) for table in there] == [("dummy", "mastra_skill_blobs", 1)]


def test_the_list_has_it() -> None:
    assert "dummy" in [domain.name for domain in domains()]


def test_its_tables_are_looked_for_in_foreign_databases() -> None:
    assert SkillBlobRow in sql_domains.all_rows()


def test_every_domain_of_the_list_has_a_class_on_sql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    for domain in domains():
        assert issubclass(sql_domains.sql_domain(domain.name), domain.contract)


def test_mongodb_says_which_domains_of_the_list_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    storage = MongoStorage("mongodb://host/database")

    for domain in domains():
        if storage.offers(domain.name):
            assert issubclass(mongo_domains.mongo_domain(domain.name), domain.contract)
        else:
            with pytest.raises(DomainMissing, match=domain.name):
                getattr(storage, domain.name)
