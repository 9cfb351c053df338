"""What is served from the cache, and what every write does to it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from mastra_store import CachedStorage, DateRange, InvalidArgument, NotFound, Order, SqliteStorage
from mastra_store.testing.builders import NOON, after, ids, message, resource, thread

NEWEST = Order("created_at", "desc")
SNAPSHOT = {"runId": "run", "status": "running", "context": {}}

HELPER: dict[str, Any] = {"name": "Helper", "instructions": "Help.", "model": {"provider": "openai", "name": "gpt-4"}}
LIKE: dict[str, Any] = {"user_id": "ann", "entity_type": "agent", "entity_id": "helper"}

Call = Callable[[CachedStorage], Awaitable[Any]]

CACHED: dict[str, Call] = {
    "get_thread_by_id": lambda s: s.memory.get_thread_by_id("t"),
    "get_thread_by_id of a resource": lambda s: s.memory.get_thread_by_id("t", resource_id="r"),
    "the last page": lambda s: s.memory.list_messages("t", per_page=10, order=NEWEST),
    "the last page, uncounted": lambda s: s.memory.list_messages("t", per_page=1, order=NEWEST, include_total=False),
    "the last page of a resource": lambda s: s.memory.list_messages("t", resource_id="r", order=NEWEST),
    "get_resource_by_id": lambda s: s.memory.get_resource_by_id("r"),
    "load_workflow_snapshot": lambda s: s.workflows.load_workflow_snapshot("daily", "run"),
    "get_workflow_run_by_id": lambda s: s.workflows.get_workflow_run_by_id("run"),
    "get_workflow_run_by_id of a workflow": lambda s: s.workflows.get_run("run", workflow_id="daily"),
    "get_by_id_resolved": lambda s: s.agents.get_agent("helper"),
    "get_by_id_resolved of a draft": lambda s: s.agents.get_by_id_resolved("helper", status="draft"),
    "get_by_id_resolved of a version": lambda s: s.agents.get_agent("helper", version_id="v1"),
}
UNCACHED: dict[str, Call] = {
    "the first page": lambda s: s.memory.list_messages("t", per_page=10),
    "the last page but one": lambda s: s.memory.list_messages("t", per_page=1, page=1, order=NEWEST),
    "all messages": lambda s: s.memory.get_messages("t"),
    "a long page": lambda s: s.memory.list_messages("t", per_page=201, order=NEWEST),
    "included messages": lambda s: s.memory.list_messages("t", order=NEWEST, include=[{"id": "a"}]),
    "a time": lambda s: s.memory.list_messages("t", order=NEWEST, between=DateRange(NOON)),
    "metadata": lambda s: s.memory.list_messages("t", order=NEWEST, metadata={"n": None}),
    "several threads": lambda s: s.memory.list_messages(["t", "u"], order=NEWEST),
    "threads": lambda s: s.memory.list_threads(),
    "runs": lambda s: s.workflows.list_runs(),
    "a thread that is not there": lambda s: s.memory.get_thread_by_id("unknown"),
    "an empty page": lambda s: s.memory.list_messages("unknown", order=NEWEST),
    "a resource that is not there": lambda s: s.memory.get_resource_by_id("unknown"),
    "a run that is not there": lambda s: s.workflows.get_run("unknown"),
    "an agent that is not there": lambda s: s.agents.get_agent("unknown"),
    "an agent without its configuration": lambda s: s.agents.get_by_id("helper"),
    "agents": lambda s: s.agents.list_agents(),
}


@pytest.fixture(autouse=True)
async def rows(inner: SqliteStorage) -> None:
    """A thread of two messages, its resource, and a run."""
    await inner.memory.save_thread(thread("t", metadata={"n": 1}))
    await inner.memory.save_messages("t", [message("a"), message("b", at=after(1))])
    await inner.memory.save_resource(resource("r", working_memory="likes tea"))
    await inner.workflows.persist_workflow_snapshot("daily", "run", snapshot=SNAPSHOT)
    await inner.agents.create(id="helper", **HELPER)
    await inner.agents.create_version("helper", id="v1", **HELPER)


@pytest.mark.parametrize("call", CACHED.values(), ids=CACHED.keys())
async def test_what_is_cached_is_read_once(storage: CachedStorage, asked: list[str], call: Call) -> None:
    first = await call(storage)
    asked.clear()

    second = await call(storage)

    assert asked == []
    assert second == first
    assert first == await call(storage.wrapped)  # type: ignore[arg-type]


@pytest.mark.parametrize("call", UNCACHED.values(), ids=UNCACHED.keys())
async def test_what_is_not_cached_is_asked_again(storage: CachedStorage, asked: list[str], call: Call) -> None:
    await call(storage)
    asked.clear()

    again = await call(storage)

    assert len(asked) == 1
    assert again == await call(storage.wrapped)  # type: ignore[arg-type]


async def test_a_thread_of_another_resource_is_none_of_this_one(storage: CachedStorage) -> None:
    await storage.memory.get_thread_by_id("t")

    assert await storage.memory.get_thread_by_id("t", resource_id="another") is None


async def test_readers_do_not_see_what_others_do_to_a_value(storage: CachedStorage) -> None:
    for _ in range(3):
        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert found.metadata == {"n": 1}
        found.metadata["n"] = 2


THREAD, RESOURCE, RUN = "get_thread_by_id", "get_resource_by_id", "load_workflow_snapshot"
AGENT = "get_by_id_resolved"
WRITES: dict[str, tuple[Call, set[str]]] = {
    "save_thread": (lambda s: s.memory.save_thread(thread("t", title="New")), {THREAD}),
    "update_thread": (lambda s: s.memory.update_thread("t", title="New"), {THREAD}),
    "update_thread by keyword": (lambda s: s.memory.update_thread(thread_id="t", title="New"), {THREAD}),
    "update_thread_metadata": (lambda s: s.memory.update_thread_metadata("t", lambda _: {"n": 2}), {THREAD}),
    "update_thread_resource_id": (lambda s: s.memory.update_thread_resource_id("t", "s"), {THREAD}),
    "delete_thread": (lambda s: s.memory.delete_thread("t"), {THREAD}),
    "save_messages": (lambda s: s.memory.save_messages("t", [message("c", at=after(2))]), {THREAD}),
    "save_messages that moves one": (
        lambda s: s.memory.save_messages("u", [message("a", thread_id="u")]),
        {THREAD},
    ),
    "update_messages": (lambda s: s.memory.update_messages([{"id": "a", "role": "assistant"}]), {THREAD}),
    "delete_messages": (lambda s: s.memory.delete_messages(iter(["a"])), {THREAD}),
    "save_resource": (lambda s: s.memory.save_resource(resource("r")), {RESOURCE}),
    "update_resource": (lambda s: s.memory.update_resource("r", working_memory="likes milk"), {RESOURCE}),
    "copy_thread": (lambda s: s.memory.copy_thread("t", new_thread_id="copy"), set()),
    "memory.dangerously_clear_all": (lambda s: s.memory.dangerously_clear_all(), {THREAD, RESOURCE}),
    "persist_workflow_snapshot": (
        lambda s: s.workflows.persist_workflow_snapshot("daily", run_id="run", snapshot=SNAPSHOT | {"n": 1}),
        {RUN},
    ),
    "update_workflow_results": (
        lambda s: s.workflows.update_workflow_results("daily", "run", step_id="s", result={}),
        {RUN},
    ),
    "update_workflow_state": (lambda s: s.workflows.update_workflow_state("daily", "run", status="failed"), {RUN}),
    "update_run_status": (lambda s: s.workflows.update_run_status("run", "completed"), {RUN}),
    "create_run": (lambda s: s.workflows.create_run(workflow_id="another", run_id="run"), {RUN}),
    "delete_workflow_run_by_id": (
        lambda s: s.workflows.delete_workflow_run_by_id("run", workflow_name="daily"),
        {RUN},
    ),
    "workflows.dangerously_clear_all": (lambda s: s.workflows.dangerously_clear_all(), {RUN}),
    "prune memory": (lambda s: s.prune({"memory": {"threads": {"max_age": "1d"}}}), {THREAD, RESOURCE}),
    "prune workflows": (lambda s: s.prune({"workflows": {"workflow_snapshot": {"max_age": 0}}}), {RUN}),
    "agents.create": (lambda s: s.agents.create(id="another", **HELPER), set()),
    "agents.update": (lambda s: s.agents.update("helper", active_version_id="v1"), {AGENT}),
    "agents.save": (lambda s: s.agents.save(id="helper", **HELPER | {"name": "New"}), {AGENT}),
    "agents.delete": (lambda s: s.agents.delete("helper"), {AGENT}),
    "create_version": (lambda s: s.agents.create_version("helper", **HELPER | {"name": "New"}), {AGENT}),
    "delete_version": (lambda s: s.agents.delete_version("v1"), {AGENT}),
    "delete_version of nothing": (lambda s: s.agents.delete_version("unknown"), set()),
    "delete_versions_by_parent_id": (lambda s: s.agents.delete_versions_by_parent_id("helper"), {AGENT}),
    "agents.dangerously_clear_all": (lambda s: s.agents.dangerously_clear_all(), {AGENT}),
    "favorite": (lambda s: s.favorites.favorite(**LIKE), {AGENT}),
    "unfavorite": (lambda s: s.favorites.unfavorite(**LIKE), {AGENT}),
    "delete_favorites_for_entity": (
        lambda s: s.favorites.delete_favorites_for_entity(entity_type="agent", entity_id="helper"),
        {AGENT},
    ),
    "favorites.dangerously_clear_all": (lambda s: s.favorites.dangerously_clear_all(), {AGENT}),
}


async def outcome(call: Call, storage: Any) -> Any:
    """What a call gives, or how it is refused."""
    try:
        return await call(storage)
    except InvalidArgument as refused:
        return refused.id, str(refused)


@pytest.mark.parametrize(("write", "kinds"), WRITES.values(), ids=WRITES.keys())
async def test_after_a_write_the_new_value_is_read(storage: CachedStorage, write: Call, kinds: set[str]) -> None:
    for call in CACHED.values():
        await call(storage)

    await write(storage)

    for name, call in CACHED.items():
        assert await outcome(call, storage) == await outcome(call, storage.wrapped), name


@pytest.mark.parametrize(("write", "kinds"), WRITES.values(), ids=WRITES.keys())
async def test_what_a_write_does_not_touch_stays_in_the_cache(
    storage: CachedStorage, asked: list[str], write: Call, kinds: set[str]
) -> None:
    reads = {name: CACHED[name] for name in (THREAD, RESOURCE, RUN, AGENT)}
    for call in reads.values():
        await call(storage)

    await write(storage)

    for name, call in reads.items():
        asked.clear()
        await call(storage)
        assert bool(asked) == (name in kinds), name


async def test_a_write_that_fails_invalidates_as_well(storage: CachedStorage, asked: list[str]) -> None:
    await storage.memory.get_thread_by_id("t")
    with pytest.raises(NotFound):
        await storage.memory.save_messages(messages=[message("c"), message("d", thread_id="unknown")])
    asked.clear()

    await storage.memory.get_thread_by_id("t")

    assert asked == ["thread_by_id"]


async def test_messages_of_two_threads_that_are_deleted_by_id(storage: CachedStorage) -> None:
    await storage.memory.save_messages("u", [message("c", thread_id="u")])
    for each in ("t", "u"):
        await storage.memory.list_messages(each, order=NEWEST)

    await storage.memory.delete_messages(["b", "c", "unknown"])

    assert ids(await storage.memory.list_messages("t", order=NEWEST)) == ["a"]
    assert ids(await storage.memory.list_messages("u", order=NEWEST)) == []


async def test_a_message_that_moves_is_in_one_thread(storage: CachedStorage) -> None:
    await storage.memory.save_messages("u", [message("c", thread_id="u")])
    for each in ("t", "u"):
        await storage.memory.list_messages(each, order=NEWEST)

    await storage.memory.update_messages([{"id": "b", "thread_id": "u"}])

    assert ids(await storage.memory.list_messages("t", order=NEWEST)) == ["a"]
    assert sorted(ids(await storage.memory.list_messages("u", order=NEWEST))) == ["b", "c"]


@pytest.mark.parametrize("bad", [None, 5, "", " ", "a\x00", "\ud800", "x" * 513, object()])
async def test_what_is_no_id_is_refused_as_the_storage_refuses_it(storage: CachedStorage, bad: Any) -> None:
    for call in (
        lambda s: s.memory.get_thread_by_id(bad),
        lambda s: s.memory.get_resource_by_id(bad),
        lambda s: s.memory.update_thread(bad, title="New"),
        lambda s: s.memory.save_thread(bad),
        lambda s: s.memory.delete_messages([bad]),
        lambda s: s.memory.delete_messages(bad),
        lambda s: s.memory.update_messages(bad),
        lambda s: s.workflows.load_workflow_snapshot(bad, "run"),
        lambda s: s.workflows.delete_workflow_run_by_id(bad, workflow_name="daily"),
    ):
        with pytest.raises((InvalidArgument, AttributeError)) as expected:
            await call(storage.wrapped)
        with pytest.raises(expected.type) as refused:
            await call(storage)
        assert str(refused.value) == str(expected.value)
        assert getattr(refused.value, "id", "") == getattr(expected.value, "id", "")


class TestInvalidate:
    async def test_of_a_row(self, storage: CachedStorage, inner: SqliteStorage) -> None:
        for call in CACHED.values():
            await call(storage)
        await inner.memory.update_thread("t", title="Elsewhere")
        await inner.memory.update_resource("r", working_memory="elsewhere")
        await inner.workflows.update_run_status("run", "failed")
        await inner.agents.update("helper", metadata={"n": 1})

        await storage.invalidate("memory", thread_id="t")
        await storage.invalidate("memory", resource_id="r")
        await storage.invalidate("workflows", run_id="run")
        await storage.invalidate("agents", agent_id="helper")

        for call in CACHED.values():
            assert await call(storage) == await call(inner)  # type: ignore[arg-type]

    async def test_of_a_domain(self, storage: CachedStorage, inner: SqliteStorage) -> None:
        await storage.memory.get_thread_by_id("t")
        await inner.memory.update_thread("t", title="Elsewhere")

        await storage.invalidate("memory")

        assert await storage.memory.get_thread_by_id("t") == await inner.memory.get_thread_by_id("t")

    async def test_of_what_is_not_cached_is_refused(self, storage: CachedStorage) -> None:
        with pytest.raises(InvalidArgument, match=r"domain must be one that is cached \(memory, workflows, agents\)"):
            await storage.invalidate("scores")
        with pytest.raises(InvalidArgument, match="run_id means nothing to the domain 'memory'"):
            await storage.invalidate("memory", run_id="run")
        with pytest.raises(InvalidArgument, match="thread_id is blank"):
            await storage.invalidate("memory", thread_id=" ")
