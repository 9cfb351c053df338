"""One face, several storages: where each domain comes from, what goes to all, and what a transaction spans."""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from mastra_store import (
    DomainMissing,
    InvalidArgument,
    MastraCompositeStore,
    SqliteStorage,
    SqliteVector,
    Storage,
    TransactionSpansBackends,
    Unavailable,
    open_storage,
)
from tests.servers.postgres import MAJORS, PostgresServer

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def first(tmp_path: Path) -> SqliteStorage:
    return SqliteStorage(tmp_path / "first.db")


@pytest.fixture
def second(tmp_path: Path) -> SqliteStorage:
    return SqliteStorage(tmp_path / "second.db")


@pytest.fixture
async def split(first: Storage, second: Storage) -> AsyncIterator[MastraCompositeStore]:
    """Memory on the first, all else on the second."""
    async with MastraCompositeStore(default=second, memory=first) as store:
        yield store


class TestWhereADomainComesFrom:
    async def test_each_is_the_one_of_its_storage(
        self, split: MastraCompositeStore, first: Storage, second: Storage
    ) -> None:
        await split.memory.save_messages("t", HELLO)
        await split.workflows.create_run(workflow_id="w", run_id="r")

        assert (await first.memory.list_threads()).total == 1
        assert (await second.memory.list_threads()).total == 0
        assert (await second.workflows.list_runs()).total == 1
        assert (await first.workflows.list_runs()).total == 0

    def test_a_domain_may_be_given_itself(self, first: Storage, second: Storage) -> None:
        store = MastraCompositeStore(memory=first.memory, workflows=second.workflows)

        assert store.memory is first.memory
        assert store.workflows is second.workflows
        assert store.storages() == (first, second)

    def test_none_falls_through(self, first: Storage, second: Storage) -> None:
        store = MastraCompositeStore(default=first, memory=None, workflows=second)

        assert store.memory is first.memory

    def test_false_disables_and_a_use_says_so(self, first: Storage) -> None:
        store = MastraCompositeStore(default=first, workflows=False)

        with pytest.raises(DomainMissing, match="'workflows' of this composite store is disabled") as raised:
            _ = store.workflows
        assert not store.offers("workflows")
        assert raised.value.details == {"name": "workflows"}

    def test_what_nobody_supplies_says_so(self, first: Storage) -> None:
        store = MastraCompositeStore(memory=first)

        with pytest.raises(DomainMissing, match=r"'workflows' .* comes from nowhere: give default= or workflows="):
            _ = store.workflows

    def test_the_editors_storage_is_for_its_domains_alone(self, first: Storage, second: Storage) -> None:
        store = MastraCompositeStore(default=first, editor=second)

        assert store.memory is first.memory
        assert store.storages() == (first, second)

    async def test_composites_nest(self, first: Storage, second: Storage) -> None:
        inner = MastraCompositeStore(memory=first, workflows=False)
        store = MastraCompositeStore(default=inner, workflows=second)

        async with store:
            await store.memory.save_messages("t", HELLO)
            async with store.transaction(domains=["memory"]) as tx:
                await tx.memory.save_messages("u", HELLO)

        assert store.memory is first.memory
        assert store.storages() == (first, second)

    def test_a_disabled_domain_of_an_inner_composite_falls_through_to_the_next(
        self, first: Storage, second: Storage
    ) -> None:
        inner = MastraCompositeStore(default=first, workflows=False)

        with pytest.raises(DomainMissing, match="comes from nowhere"):
            _ = MastraCompositeStore(default=inner).workflows

    def test_its_storages_are_shown_without_passwords(self) -> None:
        storage = open_storage("postgresql://user:s3cret@nowhere/database")

        assert "nowhere" in repr(storage)
        assert "s3cret" not in repr(storage)


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("sources", "argument"),
        [
            (lambda first: {"memories": first}, "memories"),
            (lambda first: {"memory": first.workflows}, "memory"),
            (lambda first: {"memory": "agent.db"}, "memory"),
            (lambda first: {"memory": True}, "memory"),
            (lambda first: {"default": first.memory}, "default"),
            (lambda first: {"editor": False}, "editor"),
            (lambda first: {}, "default"),
            (lambda first: {"memory": False}, "default"),
            (lambda first: {"workflows": MastraCompositeStore(memory=first)}, "workflows"),
        ],
    )
    def test_bad_sources(self, first: Storage, sources: Callable[[Storage], dict[str, Any]], argument: str) -> None:
        with pytest.raises(InvalidArgument) as refused:
            MastraCompositeStore(**sources(first))

        assert refused.value.details["argument"] == argument

    async def test_a_domain_of_a_transaction(self, first: Storage) -> None:
        async with first, first.transaction() as tx:
            with pytest.raises(InvalidArgument, match="belongs to a transaction"):
                MastraCompositeStore(memory=tx.memory)


class Troubled(SqliteStorage):
    """Counts what is done to it, and fails to do it."""

    def __init__(self, path: Path, *, fails: bool = True) -> None:
        super().__init__(path)
        self.done: list[str] = []
        self._fails = fails

    async def init(self) -> None:
        await self._count("init")

    async def ping(self) -> None:
        await self._count("ping")

    async def close(self) -> None:
        await self._count("close")

    async def _count(self, what: str) -> None:
        self.done.append(what)
        if self._fails:
            raise Unavailable(f"{what} failed")


class TestLifetime:
    async def test_each_storage_is_opened_asked_and_closed_once(self, tmp_path: Path) -> None:
        one, two = Troubled(tmp_path / "1", fails=False), Troubled(tmp_path / "2", fails=False)

        async with MastraCompositeStore(default=one, editor=two, memory=one.memory, workflows=two) as store:
            await store.ping()

        assert one.done == two.done == ["init", "ping", "close"]

    async def test_a_storage_that_fails_to_close_does_not_stop_the_others_and_is_reported(self, tmp_path: Path) -> None:
        one, two, three = Troubled(tmp_path / "1"), Troubled(tmp_path / "2"), Troubled(tmp_path / "3", fails=False)
        store = MastraCompositeStore(default=one, memory=two, workflows=three)

        with pytest.raises(Unavailable, match="close failed") as raised:
            await store.close()

        assert one.done == two.done == three.done == ["close"]
        assert len(raised.value.__notes__) == 1

    async def test_the_state_is_told_when_all_agree(self, split: MastraCompositeStore, first: Storage) -> None:
        assert split.schema_state == "created"
        assert MastraCompositeStore(default=first, memory=SqliteStorage(":memory:")).schema_state is None


class TestPruning:
    async def test_each_policy_goes_to_the_storage_of_its_domain(self, split: MastraCompositeStore) -> None:
        await split.memory.save_messages("t", HELLO)
        await split.scores.save_score(run_id="r", metric="m", value=1)

        pruned = await split.prune({"memory": {"threads": {"max_age": 0}}, "scores": {"scorers": {"max_age": 0}}})

        assert {each.table for each in pruned} == {"mastra_threads", "mastra_scorers"}

    async def test_nothing_is_deleted_where_a_domain_is_missing(self, first: Storage) -> None:
        async with MastraCompositeStore(default=first, scores=False) as store:
            await store.memory.save_messages("t", HELLO)

            with pytest.raises(DomainMissing, match="'scores'"):
                await store.prune({"memory": {"threads": {"max_age": 0}}, "scores": {"scorers": {"max_age": 0}}})

            assert (await store.memory.list_threads()).total == 1


class TestTransactions:
    async def test_domains_of_one_storage_share_it(self, first: Storage, second: Storage) -> None:
        async with MastraCompositeStore(memory=first, workflows=first.workflows) as store:
            with pytest.raises(LookupError):
                async with store.transaction() as tx:
                    await tx.memory.save_messages("t", HELLO)
                    await tx.workflows.create_run(workflow_id="w", run_id="r")
                    raise LookupError

            assert (await store.memory.list_threads()).total == 0
            assert (await store.workflows.list_runs()).total == 0

    async def test_domains_of_several_storages_are_named_and_refused(self, split: MastraCompositeStore) -> None:
        with pytest.raises(TransactionSpansBackends) as refused:
            split.transaction()

        assert re.search(r"\bmemory on <[^>]*first\.db", refused.value.message)
        assert re.search(r"\bworkflows\b[^<]* on <[^>]*second\.db", refused.value.message)

    async def test_it_can_be_narrowed_to_those_of_one(self, split: MastraCompositeStore) -> None:
        async with split.transaction(domains=["memory"]) as tx:
            await tx.memory.save_messages("t", HELLO)
            async with tx.savepoint():
                await tx.memory.save_messages("u", HELLO)

        assert (await split.memory.list_threads()).total == 2

    async def test_other_domains_are_refused_in_it_and_all_is_rolled_back(self, split: MastraCompositeStore) -> None:
        with pytest.raises(TransactionSpansBackends, match="'workflows'"):
            async with split.transaction(domains=["memory"]) as tx:
                await tx.memory.save_messages("t", HELLO)
                await tx.workflows.create_run(workflow_id="w", run_id="r")

        assert (await split.memory.list_threads()).total == 0

    async def test_the_callback_form_gives_what_the_callback_returns(self, split: MastraCompositeStore) -> None:
        async def work(tx: Any) -> int:
            await tx.memory.save_messages("t", HELLO)
            return 7

        assert await split.transaction(work, domains=["memory"]) == 7
        assert (await split.memory.list_threads()).total == 1

    async def test_a_disabled_domain_can_not_be_named(self, first: Storage) -> None:
        with pytest.raises(DomainMissing):
            MastraCompositeStore(default=first, workflows=False).transaction(domains=["workflows"])

    async def test_the_session_is_the_storages(self, split: MastraCompositeStore) -> None:
        async with split.transaction(domains=["memory"], read_only=True) as tx:
            assert (await tx.session.connection()).dialect.name == "sqlite"


async def test_backends_of_different_kinds_work_side_by_side(
    first: Storage, postgres_servers: Callable[[int], PostgresServer]
) -> None:
    with postgres_servers(max(MAJORS)).database() as url:
        async with MastraCompositeStore(default=open_storage(url), memory=first) as store:
            await store.memory.save_messages("t", HELLO)
            await store.workflows.create_run(workflow_id="w", run_id="r")

            assert (await store.workflows.list_runs()).total == 1
            with pytest.raises(TransactionSpansBackends) as refused:
                store.transaction()
            assert re.search(r"\bmemory on <SqliteStorage", refused.value.message)
            assert re.search(r"\bworkflows\b[^<]* on <PgStorage", refused.value.message)


class TestVectors:
    async def test_they_come_from_the_default_storage(self, tmp_path: Path) -> None:
        default = SqliteStorage(tmp_path / "default.db")
        async with MastraCompositeStore(default=default) as store:
            assert store.vectors is default.vectors

    async def test_they_may_come_from_another_storage_or_stand_alone(self, tmp_path: Path) -> None:
        default, other = SqliteStorage(tmp_path / "default.db"), SqliteStorage(tmp_path / "other.db")
        async with (
            SqliteVector(tmp_path / "alone.db") as alone,
            MastraCompositeStore(default=default, vectors=other) as beside,
            MastraCompositeStore(default=default, vectors=alone) as apart,
        ):
            assert beside.vectors is other.vectors
            assert apart.vectors is alone
            async with apart.transaction() as tx:
                await tx.memory.create_thread(resource_id="r", thread_id="t")
            with pytest.raises(TransactionSpansBackends, match="the vectors stand alone"):
                apart.transaction(domains=["memory", "vectors"])

    async def test_they_take_part_in_a_transaction_of_their_storage(self, tmp_path: Path) -> None:
        async with MastraCompositeStore(default=SqliteStorage(tmp_path / "default.db")) as store:
            async with store.transaction() as tx:
                await tx.vectors.create_index("docs", dimension=2)

            assert await store.vectors.list_indexes() == ["docs"]
