"""What a call costs: which commands it sends, and by which index they are served."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from mastra_store import AlreadyExists, DateRange, MongoStorage, Order
from mastra_store.documents import Index, load_all
from mastra_store.documents.memory import MESSAGES
from mastra_store.mongo.executor import PART
from mastra_store.mongo.memory import MongoMemory
from mastra_store.testing.builders import NOON, message, thread
from mastra_store.testing.score_builders import payload
from mastra_store.testing.span_builders import span, whole_span
from mastra_store.testing.versioned_builders import CONFIGURATIONS, added, stored
from mastra_store.testing.workflow_builders import done, snapshot
from tests.mongodb.commands import Commands

HELLO = {"id": "m", "role": "user", "content": "Hello"}
NEW = {"id": "new", "role": "user", "content": "Hello"}
AGENT = CONFIGURATIONS["agents"]
IN_TRANSACTION = ["findAndModify", "update", "commitTransaction"]

CALLS: dict[str, tuple[Callable[[MongoStorage], Awaitable[Any]], list[str]]] = {
    "get_thread_by_id": (lambda s: s.memory.get_thread_by_id("t"), ["find"]),
    "save_thread": (lambda s: s.memory.save_thread(thread("t")), ["update"]),
    "update_thread": (lambda s: s.memory.update_thread("t", metadata={"a": 1}), ["findAndModify", "commitTransaction"]),
    "update_thread_metadata": (lambda s: s.memory.update_thread_metadata("t", lambda t: {"a": 1}), IN_TRANSACTION),
    "update_thread_resource_id": (
        lambda s: s.memory.update_thread_resource_id("t", "other"),
        ["find", "update", "update", "commitTransaction"],
    ),
    # The registry is asked for indexes with vectors of messages.
    "delete_thread": (lambda s: s.memory.delete_thread("t"), ["find", "delete", "delete", "commitTransaction"]),
    "list_threads": (lambda s: s.memory.list_threads(resource_id="r", metadata={"a": 1}), ["aggregate"]),
    "list_threads, all": (lambda s: s.memory.list_threads(per_page=None), ["find"]),
    "list_messages": (lambda s: s.memory.list_messages("t"), ["aggregate"]),
    "list_messages, a deep page": (lambda s: s.memory.list_messages("t", page=3, per_page=5), ["aggregate"]),
    "list_messages, all": (lambda s: s.memory.list_messages("t", per_page=None), ["find"]),
    "list_messages, no total": (lambda s: s.memory.list_messages("t", include_total=False), ["find"]),
    "list_messages, include": (lambda s: s.memory.list_messages("t", include=[{"id": "m"}]), ["aggregate"]),
    "list_messages, neighbours": (
        lambda s: s.memory.list_messages("t", include=[{"id": "m", "withNextMessages": 2}, {"id": "unknown"}]),
        ["aggregate", "aggregate"],
    ),
    "list_messages, metadata": (lambda s: s.memory.list_messages("t", metadata={"a": 1}), ["find"]),
    "list_messages_by_id": (lambda s: s.memory.list_messages_by_id(["m", "n"]), ["find"]),
    "save_messages, new ones": (lambda s: s.memory.save_messages("t", [NEW]), IN_TRANSACTION),
    "save_messages, with their resource": (
        lambda s: s.memory.save_messages(messages=[message("new")]),
        ["update", "update", "commitTransaction"],
    ),
    "save_messages, a hundred": (
        lambda s: s.memory.save_messages("t", [{**HELLO, "id": str(n)} for n in range(100)]),
        IN_TRANSACTION,
    ),
    # The times of those that are stored already have to be asked for.
    "save_messages, known ones": (
        lambda s: s.memory.save_messages("t", [HELLO]),
        ["findAndModify", "update", "find", "commitTransaction"],
    ),
    "save_messages of several threads": (
        lambda s: s.memory.save_messages(messages=[message("n1"), message("n2", thread_id="u")]),
        ["find", "update", "update", "commitTransaction"],
    ),
    "update_messages": (
        lambda s: s.memory.update_messages([{"id": "m", "content": "Bye"}]),
        ["find", "update", "update", "commitTransaction"],
    ),
    "delete_messages": (
        lambda s: s.memory.delete_messages(["m"]),
        ["find", "find", "delete", "update", "commitTransaction"],
    ),
    "copy_thread": (
        lambda s: s.memory.copy_thread("t"),
        ["find", "find", "update", "insert", "commitTransaction"],
    ),
    "get_resource_by_id": (lambda s: s.memory.get_resource_by_id("r"), ["find"]),
    "update_resource": (lambda s: s.memory.update_resource("r", metadata={"a": 1}), ["findAndModify"]),
    "persist_workflow_snapshot": (
        lambda s: s.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot()),
        ["update"],
    ),
    "load_workflow_snapshot": (lambda s: s.workflows.load_workflow_snapshot("daily", "run"), ["find"]),
    "get_workflow_run_by_id": (lambda s: s.workflows.get_workflow_run_by_id("run"), ["find"]),
    "list_workflow_runs": (lambda s: s.workflows.list_workflow_runs(status="running", per_page=10), ["aggregate"]),
    "list_workflow_runs, all": (lambda s: s.workflows.list_workflow_runs(), ["find"]),
    "create_run": (lambda s: s.workflows.create_run(workflow_id="daily", run_id="new"), ["update"]),
    "update_workflow_results": (
        lambda s: s.workflows.update_workflow_results("daily", "run", step_id="step", result=done()),
        ["findAndModify"],
    ),
    "update_workflow_results of a missing run": (
        lambda s: s.workflows.update_workflow_results("daily", "new", step_id="step", result=done()),
        ["findAndModify"],
    ),
    "update_workflow_state": (
        lambda s: s.workflows.update_workflow_state("daily", "run", status="success", expected_status="running"),
        ["findAndModify"],
    ),
    "update_run_status": (lambda s: s.workflows.update_run_status("run", "completed"), ["find", "findAndModify"]),
    "delete_workflow_run_by_id": (
        lambda s: s.workflows.delete_workflow_run_by_id("run", workflow_name="daily"),
        ["delete"],
    ),
    "agents: create": (lambda s: s.agents.create(id="new", **AGENT), ["update", "insert", "commitTransaction"]),
    "agents: create, a known one": (
        lambda s: refused(s.agents.create(id="e", **AGENT)),
        ["update", "commitTransaction"],
    ),
    "agents: get_by_id": (lambda s: s.agents.get_by_id("e"), ["find"]),
    "agents: get_agent": (lambda s: s.agents.get_agent("e"), ["aggregate"]),
    "agents: get_agent of a version": (lambda s: s.agents.get_agent("e", version_id="v"), ["aggregate"]),
    "agents: list": (lambda s: s.agents.list(status="draft", metadata={"a": 1}), ["aggregate"]),
    "agents: list_agents": (lambda s: s.agents.list_agents(pin_favorited_for="u"), ["aggregate"]),
    "agents: list, all": (lambda s: s.agents.list(per_page=None), ["find"]),
    "agents: list_agents, all": (lambda s: s.agents.list_agents(per_page=None), ["aggregate"]),
    "agents: update": (
        lambda s: s.agents.update("e", metadata={"a": 1}),
        ["findAndModify", "commitTransaction"],
    ),
    "agents: update, activating": (
        lambda s: s.agents.update("e", active_version_id="v"),
        ["find", "findAndModify", "commitTransaction"],
    ),
    "agents: delete": (lambda s: s.agents.delete("e"), ["delete", "delete", "delete", "commitTransaction"]),
    "agents: save_agent, a new one": (
        lambda s: s.agents.save_agent(id="new", **AGENT),
        ["aggregate", "update", "insert", "commitTransaction"],
    ),
    "agents: save_agent, the same": (
        lambda s: s.agents.save_agent(id="saved", **AGENT),
        ["aggregate", "commitTransaction"],
    ),
    "agents: save_agent, another": (
        lambda s: s.agents.save_agent(id="saved", **AGENT | {"name": "New"}),
        ["aggregate", "insert", "update", "commitTransaction"],
    ),
    "agents: create_version": (
        lambda s: s.agents.create_version("e", **AGENT),
        ["aggregate", "update", "insert", "commitTransaction"],
    ),
    "agents: create_version with a number": (
        lambda s: s.agents.create_version("e", version_number=7, **AGENT),
        ["aggregate", "find", "update", "insert", "commitTransaction"],
    ),
    "agents: get_version": (lambda s: s.agents.get_version("v"), ["find"]),
    "agents: get_versions": (lambda s: s.agents.get_versions(["v", "w"]), ["find"]),
    "agents: get_version_by_number": (lambda s: s.agents.get_version_by_number("e", 1), ["find"]),
    "agents: get_latest_version": (lambda s: s.agents.get_latest_version("e"), ["find"]),
    "agents: list_versions": (lambda s: s.agents.list_versions("e"), ["aggregate"]),
    "agents: count_versions": (lambda s: s.agents.count_versions("e"), ["aggregate"]),
    "agents: delete_version": (
        lambda s: s.agents.delete_version("v"),
        ["find", "update", "delete", "commitTransaction"],
    ),
    "agents: delete_versions_by_parent_id": (
        lambda s: s.agents.delete_versions_by_parent_id("e"),
        ["delete", "update", "commitTransaction"],
    ),
    "skills: update, a version": (
        lambda s: s.skills.update("e", name="New"),
        ["find", "findAndModify", "insert", "commitTransaction"],
    ),
    "favorite": (
        lambda s: s.favorites.favorite(user_id="u", entity_type="agent", entity_id="e"),
        ["find", "update", "findAndModify", "commitTransaction"],
    ),
    "favorite, again": (
        lambda s: s.favorites.favorite(user_id="u", entity_type="agent", entity_id="saved"),
        ["find", "update", "commitTransaction"],
    ),
    "unfavorite": (
        lambda s: s.favorites.unfavorite(user_id="u", entity_type="agent", entity_id="saved"),
        ["find", "delete", "findAndModify", "commitTransaction"],
    ),
    "is_favorited": (
        lambda s: s.favorites.is_favorited(user_id="u", entity_type="agent", entity_id="e"),
        ["find"],
    ),
    "list_favorited_ids": (lambda s: s.favorites.list_favorited_ids(user_id="u", entity_type="agent"), ["find"]),
    "save_score": (lambda s: s.scores.save_score(payload(id="s")), ["update"]),
    "save_score of a metric": (lambda s: s.scores.save_score(run_id="run", metric="m", value=1), ["update"]),
    "get_score_by_id": (lambda s: s.scores.get_score_by_id("s"), ["find"]),
    "list_scores_by_run_id": (lambda s: s.scores.list_scores_by_run_id("run"), ["aggregate"]),
    "list_scores_by_run_id, all": (lambda s: s.scores.list_scores_by_run_id("run", per_page=None), ["find"]),
    "list_scores_by_span": (lambda s: s.scores.list_scores_by_span("t", "s"), ["aggregate"]),
    "get_score_summary": (lambda s: s.scores.get_score_summary(between=DateRange(NOON)), ["aggregate"]),
    "create_span": (lambda s: s.observability.create_span(span("new")), ["update"]),
    "create_span, a known one": (lambda s: s.observability.create_span(span(ended_at=NOON)), ["update"]),
    "batch_create_spans, a thousand": (
        lambda s: s.observability.batch_create_spans([whole_span(f"{number}") for number in range(1000)]),
        ["update", "commitTransaction"],
    ),
    "update_span": (lambda s: s.observability.update_span("t", "s", {"output": 1, "error": None}), ["update"]),
    "batch_update_spans": (
        lambda s: s.observability.batch_update_spans(
            [{"trace_id": "t", "span_id": name, "updates": {"output": name, "error": None}} for name in ("s", "u")]
        ),
        ["update", "commitTransaction"],
    ),
    "get_span": (lambda s: s.observability.get_span("t", "s"), ["find"]),
    "get_root_span": (lambda s: s.observability.get_root_span("t"), ["find"]),
    "get_trace": (lambda s: s.observability.get_trace("t"), ["find"]),
    "get_trace_light": (lambda s: s.observability.get_trace_light("t"), ["find"]),
    "get_branch": (lambda s: s.observability.get_branch("t", "s"), ["find"]),
    "list_traces": (
        lambda s: s.observability.list_traces(status="running", tags=["a"], has_child_error=False, page=1),
        ["aggregate"],
    ),
    "list_traces_light": (lambda s: s.observability.list_traces_light(order=Order("ended_at", "desc")), ["aggregate"]),
    "batch_delete_traces": (
        lambda s: s.observability.batch_delete_traces([f"{number}" for number in range(1000)]),
        ["delete"],
    ),
    "log_tool_call": (lambda s: s.observability.log_tool_call(tool_name="x", duration=1), ["update"]),
    "record_metric": (lambda s: s.observability.record_metric("tokens", 1), ["update"]),
    "batch_create_metrics, a thousand": (
        lambda s: s.observability.batch_create_metrics([{"name": "tokens", "value": n} for n in range(1000)]),
        ["update", "commitTransaction"],
    ),
    "list_metrics": (lambda s: s.observability.list_metrics(name="tokens", labels={"a": 1}), ["aggregate"]),
    "get_metric_aggregate": (
        lambda s: s.observability.get_metric_aggregate("tokens", bucket="1h", by=["a", "b"]),
        ["aggregate"],
    ),
}


async def refused(call: Awaitable[Any]) -> None:
    with pytest.raises(AlreadyExists):
        await call


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_sends_as_few_commands_as_it_can(mongodb_url: str, name: str) -> None:
    call, commands = CALLS[name]
    async with filled(mongodb_url) as (storage, listener):
        await call(storage)

        assert listener.names == commands


async def test_an_iterator_sends_one_command_for_each_batch(mongodb_url: str) -> None:
    async with filled(mongodb_url) as (storage, listener):
        await storage.memory.save_messages("t", [message(f"{n}") for n in range(5)])
        listener.sent.clear()

        assert len([each async for each in storage.memory.iter_messages("t", batch_size=2)]) == 6

        assert listener.names == ["find"] * 4


async def test_a_list_of_many_is_one_answer(mongodb_url: str) -> None:
    async with filled(mongodb_url) as (storage, listener):
        await storage.memory.save_messages("t", [message(f"{n}") for n in range(300)])
        listener.sent.clear()

        assert len(await storage.memory.get_messages("t")) == 301

        assert listener.names == ["find"]


async def test_any_number_of_ids_is_asked_for_in_parts(mongodb_url: str) -> None:
    async with filled(mongodb_url) as (storage, listener):
        ids = ["m", *(f"unknown{n}" for n in range(PART)), "m"]

        found = await storage.memory.list_messages_by_id(ids)

        assert [each.id for each in found] == ["m"]
        assert listener.names == ["find", "find"]


async def test_a_unit_of_work_adds_one_command(mongodb_url: str) -> None:
    async with filled(mongodb_url) as (storage, listener):
        async with storage.transaction() as tx:
            await tx.memory.get_thread_by_id("t")
            await tx.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot())

        assert listener.names == ["find", "update", "commitTransaction"]


async def test_a_storage_on_a_ready_database_opens_with_two_commands_and_looks_at_each_collection_once(
    mongodb_url: str,
) -> None:
    async with MongoStorage(mongodb_url):
        pass

    listener = Commands()
    async with MongoStorage(mongodb_url, event_listeners=[listener]) as storage:
        assert listener.names == ["hello", "listCollections"]
        await storage.memory.get_thread_by_id("t")
        await storage.memory.get_thread_by_id("t")

        assert listener.names[2:] == ["listIndexes"] * len(MongoMemory.collections) + ["find", "find"]


PAGES: list[Callable[[MongoStorage], Awaitable[Any]]] = [
    lambda s: s.memory.list_threads(),
    lambda s: s.memory.list_threads(resource_id="r"),
    lambda s: s.memory.list_threads(resource_id="r", order=Order("updated_at", "asc")),
    lambda s: s.memory.list_messages("t"),
    lambda s: s.memory.list_messages("t", order=Order("created_at", "desc")),
    lambda s: s.memory.list_messages("t", between=DateRange(NOON)),
    lambda s: s.memory.list_messages_by_resource_id("r"),
    lambda s: s.memory.list_messages("t", include_total=False),
    lambda s: s.workflows.list_workflow_runs(per_page=5),
    lambda s: s.workflows.list_workflow_runs(per_page=5, between=DateRange(NOON)),
    lambda s: s.workflows.list_workflow_runs(per_page=5, workflow_name="daily"),
    lambda s: s.workflows.list_workflow_runs(per_page=5, workflow_name="daily", status="running"),
    lambda s: s.workflows.list_workflow_runs(per_page=5, resource_id="r"),
    lambda s: s.agents.list(),
    lambda s: s.agents.list_agents(order=Order("updated_at", "asc")),
    lambda s: s.agents.list_versions("e"),
    lambda s: s.agents.list_versions("e", order=Order("created_at", "asc")),
    lambda s: s.agents.get_latest_version("e"),
    lambda s: s.favorites.list_favorited_ids(user_id="u", entity_type="agent"),
    lambda s: s.scores.list_scores_by_scorer_id("accuracy"),
    lambda s: s.scores.list_scores_by_run_id("run"),
    lambda s: s.scores.list_scores_by_entity_id("agent", entity_type="AGENT"),
    lambda s: s.scores.list_scores_by_span("t", "s"),
    lambda s: s.observability.get_trace("t"),
    lambda s: s.observability.get_trace_light("t"),
    lambda s: s.observability.list_traces(),
    lambda s: s.observability.list_traces(order=Order("started_at", "asc"), started_at=DateRange(NOON)),
    lambda s: s.observability.list_traces_light(),
    lambda s: s.observability.list_metrics(),
    lambda s: s.observability.list_metrics(name="tokens", between=DateRange(NOON)),
]


@pytest.mark.parametrize("position", range(len(PAGES)))
async def test_pages_are_read_in_the_order_of_an_index(mongodb_url: str, position: int) -> None:
    """By the rule that mongod goes by, whose plans SecantusDB does not make: what is equal first, then the order."""
    async with filled(mongodb_url) as (storage, listener):
        await PAGES[position](storage)
        collection, where, order = asked(listener.sent[-1])

    [declared] = [each for each in load_all() if each.name == collection]
    assert [index.name for index in declared.indexes if serves(index, where, order)] != []


async def test_neighbours_are_read_in_the_order_of_an_index(mongodb_url: str) -> None:
    async with filled(mongodb_url) as (storage, listener):
        await storage.memory.list_messages("t", include=[{"id": "m", "withPreviousMessages": 1, "withNextMessages": 1}])
        first, *_, last = listener.sent[-1]["pipeline"][:2], listener.sent[-1]["pipeline"][-1]["$unionWith"]["pipeline"]

    for match, sort, *_ in (first, last):
        assert any(serves(index, match["$match"], sort["$sort"]) for index in MESSAGES.indexes)


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (lambda s: s.memory.get_thread_by_id("t"), "id_1"),
        (lambda s: s.memory.list_messages_by_id(["m"]), "id_1"),
        (lambda s: s.memory.get_resource_by_id("r"), "id_1"),
        (lambda s: s.workflows.load_workflow_snapshot("daily", "run"), "workflow_name_1_run_id_1"),
        (lambda s: s.scores.get_score_by_id("s"), "id_1"),
        (lambda s: s.observability.get_span("t", "s"), "spanId_1_traceId_1"),
    ],
)
async def test_what_has_a_key_is_found_by_its_index(
    mongodb_url: str, read: Callable[[MongoStorage], Awaitable[Any]], index: str
) -> None:
    async with filled(mongodb_url) as (storage, listener):
        await read(storage)
        command = {name: listener.sent[-1][name] for name in ("find", "filter")}
        plan = await storage.database.command({"explain": command, "verbosity": "queryPlanner"})

    assert f"'indexName': '{index}'" in str(plan["queryPlanner"]["winningPlan"])


def asked(command: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, int]]:
    """The collection, the filter and the order of a read."""
    if "find" in command:
        return command["find"], command["filter"], command["sort"]
    match, sort, *_ = command["pipeline"]
    return command["aggregate"], match["$match"], sort["$sort"]


def serves(index: Index, where: dict[str, Any], order: dict[str, int]) -> bool:
    """Whether the documents that match follow each other in an index, in order or backwards."""
    equal = {name for name, value in where.items() if not name.startswith("$") and not isinstance(value, dict)}
    names, remaining = [name for name, _ in index.keys], [each for each in order.items() if each[0] not in equal]
    ways = [way for _, way in index.keys[len(equal) :]]
    ahead = set(names[: len(equal)]) == equal and names[len(equal) :] == [name for name, _ in remaining]
    return ahead and [way for _, way in remaining] in (ways, [-way for way in ways])


class filled:  # noqa: N801 (a context manager)
    """A storage with a few documents, and what it sends from now on."""

    def __init__(self, url: str) -> None:
        self._listener = Commands()
        self._storage = MongoStorage(url, event_listeners=[self._listener])

    async def __aenter__(self) -> tuple[MongoStorage, Commands]:
        storage = self._storage
        await storage.memory.save_thread(thread("u"))
        await storage.memory.save_messages("t", [HELLO])
        await storage.memory.update_resource("r", working_memory="likes tea")
        await storage.workflows.persist_workflow_snapshot("daily", "run", snapshot=snapshot())
        await stored(storage)
        await added(storage, id="v")
        await stored(storage, "skills")
        await storage.agents.save_agent(id="saved", **AGENT)
        await storage.favorites.favorite(user_id="u", entity_type="agent", entity_id="saved")
        await storage.scores.save_score(payload(id="s"))
        await storage.observability.create_span(span())
        self._listener.sent.clear()
        return storage, self._listener

    async def __aexit__(self, *error: object) -> None:
        await self._storage.close()
