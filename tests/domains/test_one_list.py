"""A new domain is a line in the list: storages, units of work and whatever goes through the list take it up."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Select, func, select

from mastra_store.documents import Collection
from mastra_store.domains import Domain, Domains, Lazy, domains
from mastra_store.domains.base import operation
from mastra_store.errors import InvalidArgument
from mastra_store.models.blobs import SkillBlobRow
from mastra_store.mongo import domains as mongo_domains
from mastra_store.mongo.domain import MongoDomain
from mastra_store.sql import domains as sql_domains
from mastra_store.sql.dialects import SqlDialect
from mastra_store.sql.domain import SqlDomain
from mastra_store.sql.plans import statement
from mastra_store.storage import Storage


class DummyDomain(Domain, ABC):
    @abstractmethod
    async def count(self) -> int: ...

    @operation
    async def refuse(self) -> None:
        raise InvalidArgument("everything", "is refused")


class SqlDummy(SqlDomain, DummyDomain):
    rows = (SkillBlobRow,)

    async def count(self) -> int:
        [count] = await self._database.read(blobs().bind())
        return int(count)


BLOBS = Collection("mastra_skill_blobs", ())


class MongoDummy(MongoDomain, DummyDomain):
    collections = (BLOBS,)

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
    for backend in (sql_domains, mongo_domains):
        monkeypatch.setattr(
            backend, "import_module", lambda name, package: _Home if name == ".dummy" else found(name, package)
        )
    return iter([None])


class _Home:
    """Stands for the modules ``dummy`` of ``mastra_store.sql`` and ``mastra_store.mongo``."""

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


def test_the_list_has_it() -> None:
    assert "dummy" in [domain.name for domain in domains()]


def test_its_tables_are_looked_for_in_foreign_databases() -> None:
    assert SkillBlobRow in sql_domains.all_rows()


def test_every_domain_of_the_list_has_a_class_on_sql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    for domain in domains():
        assert issubclass(sql_domains.sql_domain(domain.name), domain.contract)


def test_every_domain_of_the_list_has_a_class_on_mongodb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    for domain in domains():
        assert issubclass(mongo_domains.mongo_domain(domain.name), domain.contract)
