"""What every backend promises of pruning: ``from mastra_store.testing.retention import *``."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ..errors import InvalidArgument
from ..pages import Order
from ..records.retention import PrunedTable
from ..storage import Storage
from .builders import NOON, after, ids, message, resource, thread
from .score_builders import score, stored
from .span_builders import span, span_ids
from .strategies import MODEST
from .workflow_builders import snapshot

__all__ = ["TestPrune", "TestPruneInBatches", "TestRefusedPolicies"]

NOW = NOON + timedelta(days=30)
"""What the clock says when pruning begins, where a test sets it."""
OLD = {"max_age": "30d"}
"""With that, rows from before ``NOON`` are old."""
SCORES = {"scores": {"scorers": OLD}}


class AtNow:
    """Tests for which it is ``NOW``."""

    @pytest.fixture(autouse=True)
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mastra_store.retention.utc_now", lambda: NOW)


@dataclass(frozen=True)
class Table:
    """A table that can be pruned: how a row of some age gets there, and what is left."""

    domain: str
    key: str
    name: str
    save: Callable[[Storage, str, datetime], Awaitable[Any]]
    left: Callable[[Storage], Awaitable[list[str]]]
    aliases: dict[str, str] = field(default_factory=dict)


async def _left_of_resources(storage: Storage) -> list[str]:
    found = [await storage.memory.get_resource_by_id(name) for name in ("before", "at", "after")]
    return [each.id for each in found if each is not None]


async def _save_message(storage: Storage, name: str, at: datetime) -> None:
    await storage.memory.save_messages("t", [message(name, at=at)])


async def _left_of_messages(storage: Storage) -> list[str]:
    return ids(await storage.memory.get_messages("t"))


async def _left_of_scores(storage: Storage) -> list[str]:
    return ids(await storage.scores.list_scores_by_run_id("run", per_page=None))[::-1]


async def _left_of_spans(storage: Storage) -> list[str]:
    trace = await storage.observability.get_trace("t")
    return [] if trace is None else span_ids(trace.spans)


async def _left_of_metrics(storage: Storage) -> list[str]:
    oldest_first = Order("recorded_at", "asc")
    return [each.name for each in await storage.observability.list_metrics(order=oldest_first)]


TABLES = [
    Table("memory", "messages", "mastra_messages", _save_message, _left_of_messages),
    Table(
        "memory",
        "resources",
        "mastra_resources",
        lambda storage, name, at: storage.memory.save_resource(resource(name, at=at)),
        _left_of_resources,
    ),
    Table(
        "memory",
        "threads",
        "mastra_threads",
        lambda storage, name, at: storage.memory.save_thread(thread(name, at=at, updated_at=NOW)),
        lambda storage: _ids_of(storage.memory.list_threads()),
    ),
    Table(
        "workflows",
        "workflow_snapshot",
        "mastra_workflow_snapshot",
        lambda storage, name, at: storage.workflows.persist_workflow_snapshot(
            "daily", name, snapshot=snapshot(name), created_at=NOON - timedelta(days=99), updated_at=at
        ),
        lambda storage: _runs_of(storage),
        {"workflow_snapshot": "workflowSnapshot"},
    ),
    Table(
        "scores",
        "scorers",
        "mastra_scorers",
        lambda storage, name, at: stored(storage, score(name, at=at)),
        _left_of_scores,
    ),
    Table(
        "observability",
        "spans",
        "mastra_ai_spans",
        lambda storage, name, at: storage.observability.create_span(span(name, at=at, ended_at=NOW)),
        _left_of_spans,
    ),
    Table(
        "observability",
        "metrics",
        "mastra_store_metrics",
        lambda storage, name, at: storage.observability.record_metric(name, 1, at=at),
        _left_of_metrics,
    ),
]

each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


async def _ids_of(listing: Awaitable[Any]) -> list[str]:
    return ids(await listing)


async def _runs_of(storage: Storage) -> list[str]:
    return [run.run_id for run in await storage.workflows.list_workflow_runs()]


class TestPrune(AtNow):
    @each_table
    async def test_what_is_older_than_its_age_goes_and_what_is_as_old_stays(
        self, storage: Storage, table: Table
    ) -> None:
        for name, at in {"before": after(-1), "at": NOON, "after": after(1)}.items():
            await table.save(storage, name, at)

        pruned = await storage.prune({table.domain: {table.key: OLD}})

        assert pruned == [PrunedTable(table.domain, table.name, 1, done=True)]
        assert sorted(await table.left(storage)) == ["after", "at"]

    @each_table
    async def test_a_dry_run_counts_and_deletes_nothing(self, storage: Storage, table: Table) -> None:
        for name, at in {"before": after(-1), "at": NOON, "after": after(1)}.items():
            await table.save(storage, name, at)
        policies = {table.domain: {table.key: OLD}}

        counted = await storage.prune(policies, dry_run=True, max_rows=1, max_batches=1)

        assert counted == [PrunedTable(table.domain, table.name, 1, done=False)]
        assert sorted(await table.left(storage)) == ["after", "at", "before"]
        await storage.prune(policies)
        assert await storage.prune(policies, dry_run=True) == [
            PrunedTable(table.domain, table.name, 0, done=True),
        ]

    @each_table
    async def test_mastra_s_own_names_do_as_well(self, storage: Storage, table: Table) -> None:
        await table.save(storage, "before", after(-1))
        key = table.aliases.get(table.key, table.key)

        pruned = await storage.prune({table.domain: {key: {"maxAge": "30d", "batchSize": 10}}})

        assert pruned == [PrunedTable(table.domain, table.name, 1, done=True)]

    async def test_tables_are_pruned_in_their_order_each_by_its_own_age(self, storage: Storage) -> None:
        for table in TABLES:
            await table.save(storage, "before", after(-1))
        # A message's thread was made with it, just now.

        pruned = await storage.prune(
            {
                "scores": {"scorers": OLD},
                "workflows": {"workflow_snapshot": {"max_age": timedelta(days=31)}},
                "memory": {"threads": OLD, "messages": OLD, "resources": OLD},
            }
        )

        assert [(each.table, each.deleted) for each in pruned] == [
            ("mastra_messages", 1),
            ("mastra_resources", 1),
            ("mastra_threads", 1),
            ("mastra_workflow_snapshot", 0),
            ("mastra_scorers", 1),
        ]

    async def test_messages_of_a_pruned_thread_stay_and_so_do_threads_of_pruned_messages(
        self, storage: Storage
    ) -> None:
        await storage.memory.save_thread(thread("t", at=after(-1)))
        await storage.memory.save_thread(thread("u", at=after(1)))
        await storage.memory.save_messages(
            messages=[message("new", at=after(1)), message("old", thread_id="u", at=after(-1))]
        )

        await storage.prune({"memory": {"threads": OLD, "messages": OLD}})

        assert ids(await storage.memory.list_threads()) == ["u"]
        assert [each.id async for each in storage.memory.iter_messages()] == ["new"]

    @pytest.mark.parametrize("policies", [{}, {"memory": {}}])
    async def test_what_has_no_policy_stays(self, storage: Storage, policies: dict[str, Any]) -> None:
        for table in TABLES:
            await table.save(storage, "before", after(-1))

        assert await storage.prune(policies) == []

        assert all([await table.left(storage) for table in TABLES])

    @pytest.mark.parametrize(
        "max_age",
        ["30d", "720h", "43200m", "2592000s", "2592000000ms", "2592000000.0ms", 2592000000, timedelta(days=30)],
    )
    async def test_an_age_may_be_said_in_many_ways(self, storage: Storage, max_age: Any) -> None:
        await stored(storage, score("old", at=after(-1)), score("new", at=NOON))

        await storage.prune({"scores": {"scorers": {"max_age": max_age}}})

        assert await _left_of_scores(storage) == ["new"]

    async def test_a_unit_may_have_decimals_and_an_age_may_be_none_at_all(self, storage: Storage) -> None:
        await stored(storage, score("old", at=NOW - timedelta(days=10, hours=12, milliseconds=1)), score("new", at=NOW))

        await storage.prune({"scores": {"scorers": {"max_age": "1.5w"}}})
        assert await _left_of_scores(storage) == ["new"]

        await stored(storage, score("old", at=NOW - timedelta(milliseconds=1)))
        await storage.prune({"scores": {"scorers": {"max_age": 0}}})
        assert await _left_of_scores(storage) == ["new"]


class TestPruneInBatches(AtNow):
    @pytest.mark.parametrize(
        ("rows", "steps"),
        [
            (7, [(3, False), (6, False), (7, True)]),
            (6, [(3, False), (6, False), (6, True)]),
            (0, [(0, True)]),
        ],
    )
    async def test_a_batch_that_is_not_full_is_the_last(
        self, storage: Storage, rows: int, steps: list[tuple[int, bool]]
    ) -> None:
        await _save_old(storage, rows)
        seen: list[PrunedTable] = []

        pruned = await storage.prune({"scores": {"scorers": {**OLD, "batch_size": 3}}}, progress=seen.append)

        assert seen == [PrunedTable("scores", "mastra_scorers", *step) for step in steps]
        assert pruned == seen[-1:]

    @pytest.mark.parametrize(
        ("caps", "deleted"),
        [
            ({"max_rows": 5}, 5),
            ({"max_rows": 3}, 3),
            ({"max_rows": 2}, 2),
            ({"max_batches": 2}, 6),
            ({"max_batches": 2, "max_rows": 4}, 4),
            ({"max_batches": 1, "max_rows": 4}, 3),
        ],
    )
    async def test_a_cap_stops_and_the_next_call_goes_on(
        self, storage: Storage, caps: dict[str, Any], deleted: int
    ) -> None:
        await _save_old(storage, 8)
        await stored(storage, score("new", at=NOON))
        policies = {"scores": {"scorers": {**OLD, "batch_size": 3}}}

        first = await storage.prune(policies, **caps)
        rest = await storage.prune(policies)

        assert first == [PrunedTable("scores", "mastra_scorers", deleted, done=False)]
        assert rest == [PrunedTable("scores", "mastra_scorers", 8 - deleted, done=True)]
        assert await _left_of_scores(storage) == ["new"]

    async def test_a_cap_holds_for_each_table(self, storage: Storage) -> None:
        await _save_old(storage, 2)
        await storage.memory.save_messages("t", [message(name, at=after(-1)) for name in "ab"])

        pruned = await storage.prune({"memory": {"messages": OLD}, "scores": {"scorers": OLD}}, max_rows=1)

        assert [(each.table, each.deleted, each.done) for each in pruned] == [
            ("mastra_messages", 1, False),
            ("mastra_scorers", 1, False),
        ]

    async def test_a_call_cancelled_between_batches_has_deleted_those_and_the_next_goes_on(
        self, storage: Storage
    ) -> None:
        await _save_old(storage, 8)
        policies = {"scores": {"scorers": {**OLD, "batch_size": 3}}}
        deleted = asyncio.Event()
        task = asyncio.create_task(storage.prune(policies, pause=3600, progress=lambda _: deleted.set()))
        await deleted.wait()
        await asyncio.sleep(0)

        task.cancel()
        await asyncio.wait([task])

        assert task.cancelled()
        assert len(await _left_of_scores(storage)) == 5
        assert await storage.prune(policies) == [PrunedTable("scores", "mastra_scorers", 5, done=True)]

    async def test_a_call_cancelled_at_any_step_leaves_nothing_behind(self, storage: Storage) -> None:
        await _save_old(storage, 60)
        policies = {"scores": {"scorers": {**OLD, "batch_size": 1}}}

        for steps in [*range(20), *range(20, 200, 20)]:
            task = asyncio.create_task(storage.prune(policies, max_batches=3))
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])

        left = len(await _left_of_scores(storage))
        calls = [storage.prune(policies, max_batches=1) for _ in range(30)]
        assert all(each.deleted <= 1 for (each,) in await asyncio.gather(*calls))
        await storage.prune(policies)
        assert left <= 60
        assert await _left_of_scores(storage) == []

    async def test_calls_at_once_delete_each_row_once(self, storage: Storage) -> None:
        await _save_old(storage, 60)
        policies = {"scores": {"scorers": {**OLD, "batch_size": 7}}}

        pruned = await asyncio.gather(*(storage.prune(policies) for _ in range(4)))

        assert sum(each.deleted for (each,) in pruned) == 60
        assert await _left_of_scores(storage) == []

    async def test_a_pause_is_between_batches(self, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
        await _save_old(storage, 7)
        pauses: list[float] = []

        async def pause(seconds: float) -> None:
            pauses.append(seconds)

        monkeypatch.setattr("mastra_store.retention._pause", pause)
        policies = {"scores": {"scorers": {**OLD, "batch_size": 3}}}

        await storage.prune(policies, pause=0.25)
        await _save_old(storage, 1)
        await storage.prune(policies, pause=timedelta(seconds=2))

        assert pauses == [0.25, 0.25]

    @MODEST
    @given(data=st.data())
    async def test_what_is_left_is_what_a_loop_would_leave(self, storage: Storage, data: st.DataObject) -> None:
        await storage.scores.dangerously_clear_all()
        ages = data.draw(st.lists(st.integers(-3, 3), max_size=12))
        rows = [score(f"{number:02}", at=after(age)) for number, age in enumerate(ages)]
        await stored(storage, *rows)
        size = data.draw(st.integers(1, 5))
        caps: dict[str, Any] = {
            "max_rows": data.draw(st.none() | st.integers(1, 9)),
            "max_batches": data.draw(st.none() | st.integers(1, 4)),
        }

        (pruned,) = await storage.prune({"scores": {"scorers": {**OLD, "batch_size": size}}}, **caps)

        old = sum(age < 0 for age in ages)
        allowed = min(
            caps["max_rows"] or old + size,
            size * caps["max_batches"] if caps["max_batches"] else old + size,
        )
        assert pruned.deleted == min(old, allowed)
        assert pruned.done == (old < allowed)
        left = await _left_of_scores(storage)
        assert len(left) == len(ages) - pruned.deleted
        assert {each.id for each in rows if each.created_at >= NOON} <= set(left)


class TestRefusedPolicies:
    @pytest.mark.parametrize(
        ("policies", "argument", "allowed"),
        [
            ({"memry": {}}, "policies.memry", "memory, workflows, scores"),
            ({7: {}}, "policies.7", "memory"),
            ({"memory": {"message": OLD}}, "policies.memory.message", "messages, resources, threads"),
            ({"scores": {"scores": OLD}}, "policies.scores.scores", "scorers"),
            ({"scores": {"scorers": {}}}, "policies.scores.scorers.max_age", "is missing"),
            ({"scores": {"scorers": "30d"}}, "policies.scores.scorers", "a mapping"),
            ({"scores": ["scorers"]}, "policies.scores", "a mapping"),
            ([], "policies", "a mapping"),
            ({"scores": {"scorers": {**OLD, "age": 1}}}, "policies.scores.scorers.age", "max_age, batch_size"),
            (
                {"workflows": {"workflowSnapshot": OLD, "workflow_snapshot": OLD}},
                "policies.workflows.workflow_snapshot",
                "workflow_snapshot",
            ),
            *(
                ({"scores": {"scorers": {"max_age": bad}}}, "policies.scores.scorers.max_age", '"30d"')
                for bad in ("30", "d", "30 d", "-1d", "1y", "٣d", "", -1, True, None, [30], timedelta(days=-1))
            ),
            *(
                ({"scores": {"scorers": {"max_age": bad}}}, "policies.scores.scorers.max_age", "")
                for bad in (float("nan"), float("inf"), 10**30, "99999999999w", "9999999d")
            ),
            *(
                ({"scores": {"scorers": {**OLD, "batch_size": bad}}}, "policies.scores.scorers.batch_size", "integer")
                for bad in (0, -1, 1.5, "10", None, True)
            ),
        ],
    )
    async def test_a_bad_policy_is_named_and_nothing_is_deleted(
        self, storage: Storage, policies: Any, argument: str, allowed: str
    ) -> None:
        await stored(storage, score("old", at=NOON))
        beside: Any = policies if isinstance(policies, list) else {"scores": {"scorers": OLD}} | policies

        with pytest.raises(InvalidArgument) as refused:
            await storage.prune(beside)

        assert refused.value.details["argument"] == argument
        assert allowed in refused.value.message
        assert "_PRUNE_" in refused.value.id
        assert await _left_of_scores(storage) == ["old"]

    @pytest.mark.parametrize(
        ("option", "bad"),
        [
            *(("max_rows", bad) for bad in (0, -1, 1.5, True, "1")),
            *(("max_batches", bad) for bad in (0, -1, 1.5, True, "1")),
            *(("pause", bad) for bad in (-1, True, "1", None, float("nan"), float("inf"), timedelta(seconds=-1))),
        ],
    )
    async def test_a_bad_option_is_named_and_nothing_is_deleted(self, storage: Storage, option: str, bad: Any) -> None:
        await stored(storage, score("old", at=NOON))

        with pytest.raises(InvalidArgument) as refused:
            await storage.prune(SCORES, **{option: bad})

        assert refused.value.details["argument"] == option
        assert await _left_of_scores(storage) == ["old"]


async def _save_old(storage: Storage, count: int) -> None:
    await stored(storage, *(score(f"old{number:02}", at=after(-1 - number)) for number in range(count)))
