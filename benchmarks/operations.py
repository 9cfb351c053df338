"""What is measured: each operation through the storage and through the driver, and its target."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from mastra_store.pages import Page
from mastra_store.records.memory import Include
from mastra_store.records.observability import Span
from mastra_store.records.scores import Score
from mastra_store.storage import Storage

from . import data
from .raw import MESSAGES_AFTER, MESSAGES_BEFORE, Raw

PER_PAGE = 40
INCLUDED = 5
TRACES_OF_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the table.

    Attributes:
        target: how often the raw driver's time it may take at most.
        writes: whether it changes rows, and so needs the same indexes on both sides.
        indexed: whether Mastra has no index for it, and so the baseline gets ours.
        prepare: the argument of the n-th call.
        target_on_sqlite: where it is another one there.
    """

    name: str
    target: float
    prepare: Callable[[int], Any]
    ours: Callable[[Storage, Any], Awaitable[Any]]
    raw: Callable[[Raw, Any], Awaitable[Any]]
    writes: bool = False
    indexed: bool = False
    target_on_sqlite: float | None = None


def comparable(result: Any) -> Any:
    """A result in the form of the baseline's: rows, and how many match in all."""
    return (list(result), result.total) if isinstance(result, Page) else result


def _saving(count: int, target: float) -> Operation:
    return Operation(
        f"save {count} message{'s' if count > 1 else ''}",
        target,
        lambda number: data.new_messages(count, number),
        lambda storage, messages: storage.memory.save_messages(messages=messages),
        lambda raw, messages: raw.save_messages(messages[0].thread_id, messages),
        writes=True,
    )


def _listing(page: int, target: float) -> Operation:
    return Operation(
        f"list {PER_PAGE} messages, page {page}",
        target,
        lambda number: data.thread_id(number % data.LONG_THREADS),
        lambda storage, thread: storage.memory.list_messages(thread, page=page, per_page=PER_PAGE),
        lambda raw, thread: raw.list_messages(thread, PER_PAGE, page * PER_PAGE),
    )


def _neighbourhoods(number: int) -> tuple[str, list[str]]:
    """A thread, and messages of it beyond its first page."""
    thread = number % data.LONG_THREADS
    return data.thread_id(thread), [data.stored_message_id(thread, 150 * (index + 1)) for index in range(INCLUDED)]


def _included(ids: list[str]) -> list[Include]:
    return [Include(each, MESSAGES_BEFORE, MESSAGES_AFTER) for each in ids]


def _run(number: int) -> tuple[str, dict[str, Any]]:
    return data.run_id(number % data.RUNS), data.snapshot(number % data.RUNS)


async def _saved(storage: Storage, score: Score) -> str:
    return (await storage.scores.save_score(score)).id


def _spans(number: int) -> list[Span]:
    return data.new_spans(100, number)


# Reads first: what the others write makes the tables longer.
OPERATIONS = (
    _listing(0, 1.5),
    _listing(10, 1.0),
    Operation(
        f"list with {INCLUDED} neighbourhoods",
        1.5,
        _neighbourhoods,
        lambda storage, it: storage.memory.list_messages(it[0], per_page=PER_PAGE, include=_included(it[1])),
        lambda raw, it: raw.list_included(it[0], PER_PAGE, it[1]),
    ),
    Operation(
        "get thread",
        1.5,
        lambda number: data.thread_id(number * 37 % (data.RESOURCES * data.THREADS_OF_A_RESOURCE)),
        lambda storage, thread: storage.memory.get_thread_by_id(thread),
        lambda raw, thread: raw.get_thread(thread),
    ),
    Operation(
        f"list {PER_PAGE} threads",
        1.5,
        data.resource_of,
        lambda storage, resource: storage.memory.list_threads(resource_id=resource, per_page=PER_PAGE),
        lambda raw, resource: raw.list_threads(resource, PER_PAGE),
    ),
    Operation(
        "load snapshot",
        1.4,
        lambda number: data.run_id(number % data.RUNS),
        lambda storage, run: storage.workflows.load_workflow_snapshot(data.WORKFLOW, run),
        lambda raw, run: raw.load(data.WORKFLOW, run),
    ),
    Operation(
        f"list {PER_PAGE} scores of a run",
        1.5,
        lambda number: data.run_id(number % data.SCORED_RUNS),
        lambda storage, run: storage.scores.list_scores_by_run_id(run, per_page=PER_PAGE),
        lambda raw, run: raw.list_scores(run, PER_PAGE),
        indexed=True,
    ),
    Operation(
        f"trace of {data.SPANS_OF_A_LONG_TRACE} spans",
        1.8,
        lambda number: data.trace_id(number % data.LONG_TRACES),
        lambda storage, trace: storage.observability.get_trace(trace),
        lambda raw, trace: raw.get_trace(trace),
    ),
    Operation(
        f"list {TRACES_OF_A_PAGE} traces",
        1.6,
        lambda number: None,
        lambda storage, _: storage.observability.list_traces(per_page=TRACES_OF_A_PAGE),
        lambda raw, _: raw.list_traces(TRACES_OF_A_PAGE),
    ),
    _saving(1, 1.6),
    _saving(10, 1.6),
    _saving(100, 1.5),
    Operation(
        "persist snapshot",
        1.4,
        _run,
        lambda storage, run: storage.workflows.persist_workflow_snapshot(data.WORKFLOW, run[0], snapshot=run[1]),
        lambda raw, run: raw.persist(data.WORKFLOW, *run),
        writes=True,
    ),
    Operation(
        "update results",
        1.8,
        lambda number: (data.run_id(number % data.RUNS), f"step-{number % 8}", data.step_result(number)),
        lambda storage, it: storage.workflows.update_workflow_results(
            data.WORKFLOW, it[0], step_id=it[1], result=it[2]
        ),
        lambda raw, it: raw.update_results(data.WORKFLOW, *it),
        writes=True,
    ),
    Operation(
        "save score",
        1.8,
        data.new_score,
        _saved,
        lambda raw, score: raw.save_score(score),
        writes=True,
    ),
    Operation(
        "create 100 spans",
        1.6,
        _spans,
        lambda storage, spans: storage.observability.batch_create_spans(spans),
        lambda raw, spans: raw.create_spans(spans),
        writes=True,
        # One statement takes all spans as JSON; SQLite's functions look every column up in a span's whole text.
        target_on_sqlite=2.0,
    ),
)
