"""The rows that are measured on: 10 resources of 1,000 threads, 100 of which have 1,000 messages of 1 KB each; the
scores of 1,000 runs, 50 of each; and 2,000 traces, 100 of which have 50 spans of 1 KB each and the others 8."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from mastra_store.records.memory import Message
from mastra_store.records.observability import Span
from mastra_store.records.scores import Score

RESOURCES = 10
THREADS_OF_A_RESOURCE = 1_000
LONG_THREADS = 100
MESSAGES_OF_A_LONG_THREAD = 1_000
RUNS = 100
SCORED_RUNS = 1_000
SCORES_OF_A_RUN = 50
TRACES = 2_000
LONG_TRACES = 100
SPANS_OF_A_LONG_TRACE = 50
SPANS_OF_A_TRACE = 8
MESSAGE_BYTES = 1_024
SNAPSHOT_BYTES = 20_480

WORKFLOW = "daily"
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_WORDS = "the agent reads a file, calls the weather tool – 21 °C in Zürich – and answers what it was asked "


class ThreadCells(NamedTuple):
    """A stored thread: the cells that both databases have. Times are one each; PostgreSQL's twins repeat them."""

    id: str
    resource_id: str
    title: str
    metadata: str
    created_at: datetime
    updated_at: datetime


class MessageCells(NamedTuple):
    id: str
    thread_id: str
    content: str
    role: str
    type: str
    created_at: datetime
    resource_id: str


class RunCells(NamedTuple):
    workflow_name: str
    run_id: str
    resource_id: str
    snapshot: str
    created_at: datetime
    updated_at: datetime


class ScoreCells(NamedTuple):
    id: str
    scorer_id: str
    run_id: str
    scorer: str
    score: float
    output: str
    source: str
    created_at: datetime
    updated_at: datetime
    reason: str | None
    metadata: str
    input: str
    entity_type: str | None
    entity: str
    entity_id: str | None


class SpanCells(NamedTuple):
    trace_id: str
    span_id: str
    name: str
    span_type: str
    is_event: bool
    started_at: datetime
    parent_span_id: str | None
    entity_type: str
    entity_id: str
    resource_id: str
    thread_id: str
    environment: str
    metadata: str
    tags: str
    attributes: str
    input: str
    output: str
    ended_at: datetime
    created_at: datetime
    updated_at: datetime


def threads() -> Iterator[ThreadCells]:
    for number in range(RESOURCES * THREADS_OF_A_RESOURCE):
        at = _EPOCH + timedelta(seconds=number)
        metadata = msgspec.json.encode({"topic": f"topic {number % 7}", "pinned": number % 2 == 0}).decode()
        yield ThreadCells(thread_id(number), resource_of(number), f"Conversation {number}", metadata, at, at)


def messages() -> Iterator[MessageCells]:
    """In the order of their times, as conversations that go on beside each other leave them in a table."""
    for position in range(MESSAGES_OF_A_LONG_THREAD):
        for number in range(LONG_THREADS):
            at = _EPOCH + timedelta(seconds=position, milliseconds=number)
            content = msgspec.json.encode(content_of(position * LONG_THREADS + number)).decode()
            role = ("user", "assistant")[position % 2]
            message_id = stored_message_id(number, position)
            yield MessageCells(message_id, thread_id(number), content, role, "v2", at, resource_of(number))


def runs() -> Iterator[RunCells]:
    for number in range(RUNS):
        at = _EPOCH + timedelta(seconds=number)
        text = msgspec.json.encode(snapshot(number)).decode()
        yield RunCells(WORKFLOW, run_id(number), resource_of(number), text, at, at)


def scores() -> Iterator[ScoreCells]:
    """In the order of their times, those of a run apart from each other."""
    for number in range(SCORED_RUNS * SCORES_OF_A_RUN):
        score = score_of(number, _EPOCH + timedelta(seconds=number))
        cells = [getattr(score, name) for name in ScoreCells._fields]
        yield ScoreCells._make(
            msgspec.json.encode(cell).decode() if isinstance(cell, dict | list) else cell for cell in cells
        )


def spans() -> Iterator[SpanCells]:
    for number in range(TRACES):
        count = SPANS_OF_A_LONG_TRACE if number < LONG_TRACES else SPANS_OF_A_TRACE
        for span in spans_of(trace_id(number), count, _EPOCH + timedelta(seconds=number)):
            cells = {name: getattr(span, name) for name in SpanCells._fields}
            for name in ("metadata", "tags", "attributes", "input", "output"):
                cells[name] = msgspec.json.encode(cells[name]).decode()
            yield SpanCells(**{**cells, "created_at": span.started_at, "updated_at": span.ended_at})


def trace_id(number: int) -> str:
    return f"4bf92f3577b34da6a3ce{number:012}"


def spans_of(trace: str, count: int, at: datetime) -> list[Span]:
    """The spans of an agent's run, ``count`` of them below one root."""
    return [
        Span(
            trace_id=trace,
            span_id=f"00f067aa{index:08}",
            name="agent run" if index == 0 else "tool: 'weather'",
            span_type="agent_run" if index == 0 else "tool_call",
            is_event=False,
            started_at=at + timedelta(milliseconds=index),
            created_at=at,
            parent_span_id=None if index == 0 else "00f067aa00000000",
            entity_type="agent" if index == 0 else "tool",
            entity_id="weather-agent" if index == 0 else "weather",
            resource_id=resource_of(index),
            thread_id=thread_id(index),
            environment="production",
            metadata={"topic": f"topic {index % 7}", "attempt": index},
            tags=["benchmark", f"tag-{index % 5}"],
            attributes={"success": True, "usage": {"inputTokens": 812 + index, "outputTokens": 164}},
            input={"messages": [{"role": "user", "content": _WORDS * 3}]},
            output={"text": _WORDS * 5},
            ended_at=at + timedelta(milliseconds=index + 50),
        )
        for index in range(count)
    ]


def new_spans(count: int, number: int) -> list[Span]:
    """A trace that is not stored yet; another for every ``number``."""
    return spans_of(f"new-{count:04}-{number:020}", count, datetime.now(UTC).replace(microsecond=0))


def thread_id(number: int) -> str:
    return f"7c9e6679-7425-40de-944b-{number:012}"


def resource_of(number: int) -> str:
    return f"resource-{number % RESOURCES}"


def stored_message_id(thread: int, position: int) -> str:
    return f"{position:08}-1f3a-4bd2-9c55-{thread:012}"


def run_id(number: int) -> str:
    return f"0b9d1a52-88aa-4ce0-b1f7-{number:012}"


def content_of(number: int) -> dict[str, Any]:
    """Content in format 2, ``MESSAGE_BYTES`` long as JSON."""
    text = f"{number}: {_WORDS * (MESSAGE_BYTES // len(_WORDS) + 1)}"
    empty = len(msgspec.json.encode({"format": 2, "parts": [{"type": "text", "text": ""}]}))
    cut = text.encode()[: MESSAGE_BYTES - empty].decode(errors="ignore")
    return {"format": 2, "parts": [{"type": "text", "text": cut}]}


def new_messages(count: int, number: int) -> list[Message]:
    """Messages that are not stored yet, for a thread that is not one of the long ones; others for every ``number``."""
    thread = LONG_THREADS + number % LONG_THREADS
    at = datetime.now(UTC).replace(microsecond=0)
    return [
        Message(
            id=f"{number:08}-{count:04}-4bd2-9c55-{index:012}",
            thread_id=thread_id(thread),
            content=content_of(index),
            role="user",
            created_at=at + timedelta(milliseconds=index),
            resource_id=resource_of(thread),
        )
        for index in range(count)
    ]


def score_of(number: int, at: datetime) -> Score:
    """A score as an evaluation of an agent leaves it, with what was asked and answered."""
    scorer = f"scorer-{number % 12}"
    return Score(
        id=f"{number:08}-5c1e-4bd2-9c55-{number:012}",
        scorer_id=scorer,
        run_id=run_id(number % SCORED_RUNS),
        scorer={"id": scorer, "name": scorer.title(), "hasJudge": True},
        score=(number % 101) / 100,
        output={"role": "assistant", "content": _WORDS * 4},
        source="LIVE",
        created_at=at,
        updated_at=at,
        reason=_WORDS,
        metadata={"model": "judge-1", "usage": {"inputTokens": 812, "outputTokens": 164}},
        input=[{"role": "user", "content": _WORDS}],
        entity_type="AGENT",
        entity={"id": "travel-agent", "name": "Travel agent"},
        entity_id="travel-agent",
    )


def new_score(number: int) -> Score:
    """A score that is not stored yet."""
    return score_of(SCORED_RUNS * SCORES_OF_A_RUN + number, _EPOCH)


def snapshot(number: int) -> dict[str, Any]:
    """A run of an agent's steps, all of which have ended, ``SNAPSHOT_BYTES`` long as JSON, give or take a step."""
    steps: dict[str, Any] = {"input": {"city": "Zürich", "days": 3}}
    state: dict[str, Any] = {
        "runId": run_id(number),
        "status": "running",
        "value": {},
        "context": steps,
        "serializedStepGraph": [],
        "activePaths": [],
        "activeStepsPath": {},
        "suspendedPaths": {},
        "waitingPaths": {},
        "resumeLabels": {},
        "timestamp": 1_767_225_600_000 + number,
        "requestContext": {"tenant": "acme", "locale": "de-CH"},
    }
    while len(msgspec.json.encode(state)) < SNAPSHOT_BYTES:
        step_id = f"step-{len(steps) - 1}"
        steps[step_id] = step_result(len(steps))
        state["serializedStepGraph"].append({"type": "step", "step": {"id": step_id}})
    return state


def step_result(number: int) -> dict[str, Any]:
    """What an agent's step leaves: a prompt, an answer of 300 words, and what they cost."""
    return {
        "status": "success",
        "payload": {"prompt": _WORDS * 6, "temperature": 0.2, "tools": ["weather", "search", "files"]},
        "output": {
            "text": _WORDS * 14,
            "usage": {"inputTokens": 812 + number, "outputTokens": 164, "cached": False},
            "sources": [{"url": f"https://example.org/{index}", "score": 0.5 + index / 8} for index in range(3)],
        },
        "startedAt": 1_767_225_600_000 + number,
        "endedAt": 1_767_225_601_250 + number,
    }
