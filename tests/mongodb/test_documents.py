"""Documents as they are stored: Mastra's own are read, and ours are like them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bson.json_util
import pymongo
import pytest
from bson import Int64, ObjectId, encode
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from hypothesis import given

from mastra_store import DateRange, InvalidArgument, MongoStorage, Order
from mastra_store.mongo import encoding
from mastra_store.pages import Direction
from mastra_store.records.memory import Message, Resource, Thread
from mastra_store.testing.builders import NOON, after, ids, message, resource, said, thread
from mastra_store.testing.score_builders import payload
from mastra_store.testing.span_builders import span
from mastra_store.testing.strategies import json_objects
from mastra_store.testing.versioned_builders import CONFIGURATIONS
from mastra_store.testing.workflow_builders import done, snapshot

GOLDEN = Path(__file__).parent.parent / "golden"
AT = datetime(2026, 1, 2, 3, 4, 1, 567000, tzinfo=UTC)

Database = pymongo.database.Database[dict[str, Any]]


@pytest.fixture
def database(mongodb_url: str) -> Any:
    """The fresh database, by the driver, as it shows BSON types."""
    with pymongo.MongoClient(mongodb_url, tz_aware=True, tzinfo=UTC) as client:
        yield client.get_default_database()


@pytest.fixture
async def storage(mongodb_url: str) -> Any:
    async with MongoStorage(mongodb_url) as storage:
        yield storage


@pytest.fixture
def golden(database: Database) -> dict[str, list[dict[str, Any]]]:
    """What ``@mastra/mongodb`` stored, in the database too."""
    documents = loaded("mongodb-documents.json")["documents"]
    for file, collection in (("scores.json", "mastra_scorers"), ("spans.json", "mastra_ai_spans")):
        documents[collection] = loaded(file)["mongodb"]["rows"]
    for name, stored in documents.items():
        database[name].insert_many(stored)
    return documents  # type: ignore[no-any-return]


class TestMastrasDocuments:
    async def test_threads_are_read(self, golden: object, storage: MongoStorage) -> None:
        found = await storage.memory.get_threads("res-1")

        assert found == [
            Thread(
                "thread-1", "res-1", "Golden thread", AT, found[0].updated_at,
                {"topic": "a", "n": 1, "flag": True, "nested": {"x": [1, 2]}},
            ),
            Thread("thread-2", "res-1", "", AT, AT, None),
            Thread("thread-3", "res-1", "renamed", AT, found[2].updated_at, {"m": 1}),
        ]  # fmt: skip

    async def test_messages_are_read(self, golden: object, storage: MongoStorage) -> None:
        first, second, third = await storage.memory.get_messages("thread-1")

        assert first == Message(
            "msg-1", "thread-1",
            {**said("Hello \0 wörld 😀", {"tag": "x"}), "content": "Hello"},
            "user", AT.replace(second=3), None, "res-1",
        )  # fmt: skip
        assert second.content["parts"][1]["toolInvocation"]["result"] == {"t": 21}
        assert third.type == "text"

    async def test_resources_are_read(self, golden: object, storage: MongoStorage) -> None:
        assert await storage.memory.get_resource_by_id("res-1") == Resource(
            "res-1", AT, AT, "# Notes\n- likes pasta", {"plan": "pro", "k": [1]}
        )
        assert await storage.memory.get_resource_by_id("res-3") == Resource("res-3", AT, AT, None, None)

    async def test_runs_are_read(self, golden: object, storage: MongoStorage) -> None:
        run = await storage.workflows.get_run("run-1")

        assert run is not None
        assert (run.resource_id, run.status, run.created_at) == (None, "success", AT)
        at = run.snapshot["context"]["step-1"]["startedAt"]
        assert (at, type(at)) == (1767323045000, int)

    async def test_ours_have_the_same_fields_of_the_same_types(
        self, golden: dict[str, list[dict[str, Any]]], storage: MongoStorage, database: Database
    ) -> None:
        await storage.memory.save_thread(Thread("ours", "res-1", "Golden", AT, AT, {"n": 1, "nested": {"x": [1, 2]}}))
        await storage.memory.save_messages(messages=[message("ours", thread_id="ours")])
        await storage.memory.save_resource(resource("ours", working_memory="# Notes", metadata={"k": [1]}))
        await storage.workflows.persist_workflow_snapshot("ours", "run", snapshot=snapshot())
        await storage.scores.save_score(without_id(golden["mastra_scorers"][0]) | {"id": "ours"})
        await storage.observability.create_span(without_id(golden["mastra_ai_spans"][0]) | {"spanId": "ours"})

        for name, key, theirs in [
            ("mastra_threads", {"id": "ours"}, golden["mastra_threads"][0]),
            ("mastra_messages", {"id": "ours"}, golden["mastra_messages"][0]),
            ("mastra_resources", {"id": "ours"}, golden["mastra_resources"][0]),
            ("mastra_workflow_snapshot", {"workflow_name": "ours"}, golden["mastra_workflow_snapshot"][0]),
            ("mastra_scorers", {"id": "ours"}, golden["mastra_scorers"][0] | {"structuredOutput": None}),
            ("mastra_ai_spans", {"spanId": "ours"}, golden["mastra_ai_spans"][0]),
        ]:
            ours = database[name].find_one(key)
            assert ours is not None
            assert types_of(ours) == types_of(theirs), name

    async def test_agents_have_the_same_fields_of_the_same_types(
        self, storage: MongoStorage, database: Database
    ) -> None:
        recorded = bson.json_util.loads((GOLDEN / "agents" / "mongodb-core.json").read_text())
        given = {**recorded["api_calls"][0]["input"]["agent"]}
        author, version = given.pop("authorId"), "11111111-1111-4111-8111-111111111111"
        await storage.agents.create(author_id=author, **given)
        blocks = [{"type": "text", "content": "block"}]
        await storage.agents.create_version(
            given["id"], id=version, name="v2", model=given["model"], instructions=blocks, change_message="v2"
        )
        await storage.agents.update(given["id"], active_version_id=version, metadata={"extra": 1})

        for name in ("mastra_agents", "mastra_agent_versions"):
            documents = recorded["raw_after_all_calls"][name]
            theirs = [each for each in documents if given["id"] in (each["id"], each.get("agentId"))]
            ours = list(database[name].find().sort("versionNumber"))
            assert [each.keys() for each in ours] == [each.keys() for each in theirs]
            assert [types_of(each) for each in ours] == [types_of(each) for each in theirs]

    async def test_a_span_that_runs_has_no_end_as_theirs(self, storage: MongoStorage, database: Database) -> None:
        await storage.observability.create_span(span())

        stored = database["mastra_ai_spans"].find_one()
        assert stored is not None
        assert stored["endedAt"] is None
        assert stored.keys() == {
            *("_id", "traceId", "spanId", "name", "spanType", "isEvent", "startedAt", "endedAt"),
            *("createdAt", "updatedAt"),
        }

    async def test_a_run_that_a_result_made_is_like_theirs(
        self, golden: dict[str, list[dict[str, Any]]], storage: MongoStorage, database: Database
    ) -> None:
        await storage.workflows.update_workflow_results("ours", "new", step_id="s", result={"startedAt": 1})

        ours = database["mastra_workflow_snapshot"].find_one({"run_id": "new"})
        [theirs] = [each for each in golden["mastra_workflow_snapshot"] if each["run_id"] == "run-new"]
        assert ours is not None
        assert types_of(ours) == types_of(theirs)
        assert ours["snapshot"].keys() == theirs["snapshot"].keys()
        assert list(ours["snapshot"]["context"]) == ["s"]


class TestForeignDocuments:
    """What a reader must accept (contract: README.md)."""

    async def test_times_as_text_or_as_numbers(self, storage: MongoStorage, database: Database) -> None:
        times = {"createdAt": "2024-02-29T12:00:00.000Z", "updatedAt": 1709208000000.0}
        database["mastra_threads"].insert_one({"id": "t", "resourceId": "r", "title": "", **times})

        assert await storage.memory.get_thread_by_id("t") == thread("t")

    async def test_what_is_missing_is_as_null(self, storage: MongoStorage, database: Database) -> None:
        database["mastra_threads"].insert_one({"id": "t", "resourceId": "r", "createdAt": NOON, "updatedAt": NOON})
        database["mastra_messages"].insert_one(
            {"id": "m", "thread_id": "t", "content": "Hi", "role": "user", "createdAt": NOON}
        )

        assert await storage.memory.get_thread_by_id("t") == thread("t")
        [found] = await storage.memory.get_messages("t")
        assert (found.type, found.resource_id, found.text) == (None, None, "Hi")

    async def test_scores_of_which_much_is_missing_or_text(self, storage: MongoStorage, database: Database) -> None:
        early = "2024-02-29T23:30:00.000Z"
        database["mastra_scorers"].insert_many(
            [
                {"id": "bare", "scorerId": "a", "runId": "r", "createdAt": early},
                {"id": "text", "scorerId": "a", "runId": "r", "createdAt": early, "score": 1, "scorer": '{"id": "a"}'},
            ]
        )

        text, bare = await storage.scores.list_scores_by_run_id("r")
        [summary] = await storage.scores.get_score_summary()

        assert (text.score, type(text.score), text.scorer) == (1.0, float, {"id": "a"})
        assert (bare.score, bare.scorer, bare.metadata, bare.created_at) == (None, None, None, text.created_at)
        assert [(day.day.isoformat(), day.count, day.mean) for day in summary.days] == [("2024-02-29", 1, 1.0)]

    async def test_spans_of_which_much_is_missing_or_text(self, storage: MongoStorage, database: Database) -> None:
        database["mastra_ai_spans"].insert_one(
            {"traceId": "t", "spanId": "s", "name": "work", "startedAt": "2024-02-29T12:00:00.000Z", "metadata": "{}"}
        )

        found = await storage.observability.get_span("t", "s")
        [light] = await storage.observability.list_traces_light(status="running")

        assert found is not None
        assert (found.started_at, found.ended_at, found.is_event, found.metadata) == (NOON, None, False, {})
        assert light.started_at == NOON

    async def test_content_as_an_object(self, storage: MongoStorage, database: Database) -> None:
        database["mastra_messages"].insert_one(
            {"id": "m", "thread_id": "t", "content": said("Hi"), "role": "user", "createdAt": NOON, "resourceId": "r"}
        )

        assert await storage.memory.get_messages("t") == [message("m", "Hi")]

    async def test_values_that_json_has_not(self, storage: MongoStorage, database: Database) -> None:
        metadata = {
            "clone": {"clonedAt": NOON},
            "long": Int64(2**40),
            "double": float(2**40),
            "half": 0.5,
            "whole": 2.0,
            "key": ObjectId("6b0481ca33acdb21d761b2ea"),
            "price": Decimal128("1.50"),
            "bytes": [b"\x00\x01"],
            "reference": DBRef("invoices", 1),
        }
        database["mastra_threads"].insert_one({"id": "t", "resourceId": "r", "metadata": metadata, "createdAt": NOON})

        found = await storage.memory.get_thread_by_id("t")

        assert found is not None
        assert json.loads(found.to_json())["metadata"] == found.metadata
        assert found.metadata == {
            "clone": {"clonedAt": "2024-02-29T12:00:00.000Z"},
            "long": 2**40,
            "double": 2**40,
            "half": 0.5,
            "whole": 2.0,
            "key": "6b0481ca33acdb21d761b2ea",
            "price": "1.50",
            "bytes": ["AAE="],
            "reference": {"$ref": "invoices", "$id": 1},
        }
        assert [type(found.metadata[name]) for name in ("long", "double", "whole")] == [int, int, float]

    async def test_a_thread_that_was_read_can_be_saved_elsewhere(
        self, storage: MongoStorage, database: Database
    ) -> None:
        metadata = {"long": Int64(2**40), "clone": {"clonedAt": NOON}}
        database["mastra_threads"].insert_one({"id": "t", "resourceId": "r", "metadata": metadata})

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None

        assert await storage.memory.save_thread(found) == found

    async def test_agents_that_lack_what_ours_have(self, storage: MongoStorage, database: Database) -> None:
        times = {"createdAt": NOON, "updatedAt": NOON}
        database["mastra_agents"].insert_one({"id": "a", "status": "draft", **times})
        database["mastra_agent_versions"].insert_one({"id": "v", "agentId": "a", "versionNumber": 1.0, **times})

        liked = await storage.favorites.favorite(user_id="u", entity_type="agent", entity_id="a")
        found, version = await storage.agents.get_agent("a"), await storage.agents.get_version("v")
        added = await storage.agents.create_version("a", **CONFIGURATIONS["agents"])

        assert found is not None
        assert version is not None
        assert (liked.favorite_count, found.favorite_count, found.resolved_version_id) == (1, 1, "v")
        assert (found.name, version.name, found.instructions, found.metadata) == (None, "", None, None)
        assert added.version_number == 2

    async def test_an_active_version_of_another_agent_is_not_shown(
        self, storage: MongoStorage, database: Database
    ) -> None:
        for id in ("a", "b"):
            await storage.agents.save_agent(id=id, **CONFIGURATIONS["agents"] | {"name": id})
        other = await storage.agents.get_latest_version("b")
        assert other is not None
        database["mastra_agents"].update_one({"id": "a"}, {"$set": {"activeVersionId": other.id}})

        found = await storage.agents.get_agent("a")
        listed = {each.id: each for each in await storage.agents.list_agents()}
        saved = await storage.agents.save_agent(id="a", **CONFIGURATIONS["agents"] | {"name": "a"})

        assert found == listed["a"]
        assert (found.name, listed["b"].name, saved.name) == ("a", "b", "a")
        assert await storage.agents.count_versions("a") == 1

    async def test_fields_of_others_stay(self, storage: MongoStorage, database: Database) -> None:
        await storage.memory.save_messages("t", [message("m")])
        database["mastra_threads"].update_one({"id": "t"}, {"$set": {"theirs": 1}})
        database["mastra_messages"].update_one({"id": "m"}, {"$set": {"theirs": 1}})

        await storage.memory.save_thread(thread("t", title="New"))
        await storage.memory.save_messages("t", [message("m", "New")])
        copied = await storage.memory.copy_thread("t", new_thread_id="copy")

        assert database["mastra_threads"].find_one({"id": "t"}, {"_id": 0, "theirs": 1}) == {"theirs": 1}
        for key in ("m", copied.message_id_map["m"]):
            assert database["mastra_messages"].find_one({"id": key}, {"_id": 0, "theirs": 1}) == {"theirs": 1}

    @pytest.mark.parametrize("direction", ["asc", "desc"])
    @pytest.mark.parametrize("batch_size", [1, 2, 3, 10])
    async def test_times_of_both_kinds_are_iterated_once_each(
        self, storage: MongoStorage, database: Database, direction: Direction, batch_size: int
    ) -> None:
        times = ["2024-02-29T12:00:00.000Z", "2024-02-29T12:00:01.000Z", NOON, after(seconds=2), after(seconds=2)]
        database["mastra_messages"].insert_many(
            {"id": f"{n}", "thread_id": "t", "content": "Hi", "role": "user", "createdAt": at}
            for n, at in enumerate(times)
        )

        order = Order("created_at", direction)
        found = [each.id async for each in storage.memory.iter_messages("t", batch_size=batch_size, order=order)]

        assert found == (["0", "1", "2", "3", "4"] if direction == "asc" else ["4", "3", "2", "1", "0"])


class TestSnapshotsInsideText:
    """JSON text, as old writers left it."""

    @pytest.fixture(autouse=True)
    def stored(self, database: Database) -> None:
        database["mastra_workflow_snapshot"].insert_one(
            {"workflow_name": "daily", "run_id": "run", "snapshot": json.dumps(snapshot()), "createdAt": NOON}
        )

    async def test_are_read(self, storage: MongoStorage) -> None:
        run = await storage.workflows.get_run("run")

        assert run is not None
        assert run.snapshot == snapshot() == await storage.workflows.load_workflow_snapshot("daily", "run")

    async def test_are_changed_and_then_found_by_their_status(self, storage: MongoStorage) -> None:
        await storage.workflows.update_workflow_results("daily", "run", step_id="step", result=done())
        await storage.workflows.update_workflow_state("daily", "run", status="success", expected_status="running")

        (found,) = await storage.workflows.list_workflow_runs(status="success")
        assert found.snapshot["context"] == snapshot()["context"] | {"step": done()}


class TestEncoding:
    async def test_times_are_dates_and_numbers_have_their_size(self, storage: MongoStorage, database: Database) -> None:
        metadata = {"small": 2**31 - 1, "large": 2**31, "negative": -(2**63), "double": 0.5}
        await storage.memory.save_thread(thread("t", at=after(1), metadata=metadata))

        stored = database["mastra_threads"].find_one({"id": "t"})
        assert stored is not None
        assert stored["createdAt"] == after(1)
        assert [type(value) for value in stored["metadata"].values()] == [int, Int64, Int64, float]

    @given(value=json_objects())
    def test_any_json_comes_back_as_it_was(self, value: dict[str, Any]) -> None:
        decoded = bson.decode(encode({"value": value}), encoding_options())

        found = encoding.as_json(decoded["value"])

        assert found == value
        assert json.loads(json.dumps(found)) == value

    @pytest.mark.parametrize("number", [2**63, -(2**63) - 2**11, 10**20, 2**100])
    async def test_an_integer_beyond_64_bits_that_a_double_holds_is_one(
        self, storage: MongoStorage, number: int
    ) -> None:
        await storage.memory.save_thread(thread("t", metadata={"n": [number]}))
        await storage.workflows.update_workflow_results("w", "r", step_id="s", result={"output": [number]})
        await storage.observability.create_span(span(metadata={"n": [number]}))

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert found.metadata == {"n": [number]}
        stored = await storage.workflows.load_workflow_snapshot("w", "r")
        assert stored is not None
        assert stored["context"]["s"]["output"] == [number]
        (root,) = await storage.observability.list_traces(metadata={"n": [number]})
        assert root.metadata == {"n": [number]}
        assert ids(await storage.memory.list_threads(metadata={"n": [number]})) == ["t"]

    @pytest.mark.parametrize("number", [2**63 + 1, 10**400])
    async def test_another_one_is_refused_with_its_path(self, storage: MongoStorage, number: int) -> None:
        with pytest.raises(InvalidArgument) as of_thread:
            await storage.memory.save_thread(thread("t", metadata={"n": [1, number]}))
        with pytest.raises(InvalidArgument) as of_snapshot:
            await storage.workflows.persist_workflow_snapshot("w", "r", snapshot=snapshot(result={"n": number}))
        with pytest.raises(InvalidArgument) as of_result:
            await storage.workflows.update_workflow_results("w", "r", step_id="s", result={"n": number})
        with pytest.raises(InvalidArgument) as of_span:
            await storage.observability.create_span(span(output={"n": number}))
        with pytest.raises(InvalidArgument) as of_filter:
            await storage.observability.list_traces(metadata={"n": number})

        assert of_thread.value.details["argument"] == "thread.metadata.n[1]"
        assert of_snapshot.value.details["argument"] == "snapshot.result.n"
        assert of_result.value.details["argument"] == "result.n"
        assert of_span.value.details["argument"] == "span s.output.n"
        assert of_filter.value.details["argument"] == "metadata.n"
        assert await storage.memory.get_threads() == []

    async def test_what_is_too_large_is_refused_with_its_size_before_it_is_sent(self, storage: MongoStorage) -> None:
        text = "x" * encoding.MAX_BYTES
        await storage.memory.save_thread(thread("t"))

        refused: list[InvalidArgument] = []
        for call in (
            storage.memory.save_thread(thread("u", metadata={"text": text})),
            storage.memory.save_messages("t", [message("small"), message("large", text)]),
            storage.memory.save_resource(resource("r", working_memory=text)),
            storage.workflows.persist_workflow_snapshot("w", "r", snapshot=snapshot(result=text)),
            storage.workflows.update_workflow_results("w", "r", step_id="s", result=text),
            storage.workflows.update_workflow_state("w", "r", status="success", result=text),
            storage.scores.save_score(payload(output=text)),
            storage.observability.batch_create_spans([span("small"), span("large", output=text)]),
        ):
            with pytest.raises(InvalidArgument) as each:
                await call
            refused.append(each.value)

        assert [each.details["argument"] for each in refused] == [
            "thread", "messages[1]", "resource", "snapshot", "result", "state", "score", "span large",
        ]  # fmt: skip
        assert all("16,777,216" in each.message and "16,77" in each.message[:40] for each in refused)
        assert ids(await storage.memory.get_threads()) == ["t"]
        assert await storage.memory.get_messages("t") == []
        assert await storage.observability.get_trace("t") is None

    async def test_the_largest_is_stored(self, storage: MongoStorage) -> None:
        empty = encode({"id": "r", "workingMemory": "", "metadata": None, "createdAt": NOON, "updatedAt": NOON})
        text = "x" * (encoding.MAX_BYTES - len(empty) - 17)

        await storage.memory.save_resource(resource("r", working_memory=text))

        found = await storage.memory.get_resource_by_id("r")
        assert found is not None
        assert found.working_memory == text
        with pytest.raises(InvalidArgument):
            await storage.memory.save_resource(resource("r", working_memory=f"{text}x"))

    @pytest.mark.parametrize("key", ["$set", "a.b", "", "$ref", "a$", "é"])
    async def test_keys_that_mean_something_to_mongodb_are_keys(self, storage: MongoStorage, key: str) -> None:
        await storage.memory.save_thread(thread("t", metadata={key: {key: "$title"}}))
        await storage.memory.update_thread("t", metadata={f"{key}2": {key: "$title"}})
        await storage.workflows.update_workflow_results("w", "r", step_id=key or "s", result={key: "$snapshot"})
        await storage.workflows.update_workflow_results(
            "w", "r", step_id=f"{key}2", result={"output": [{key: "$$ROOT"}]}
        )
        await storage.workflows.update_workflow_results("w", "r", step_id=f"{key}2", result={"output": [None, 1]})

        found = await storage.memory.get_thread_by_id("t")
        assert found is not None
        assert found.metadata == {key: {key: "$title"}, f"{key}2": {key: "$title"}}
        stored = await storage.workflows.load_workflow_snapshot("w", "r")
        assert stored is not None
        assert stored["context"] == {key or "s": {key: "$snapshot"}, f"{key}2": {"output": [{key: "$$ROOT"}, 1]}}


async def test_dates_bound_a_list_to_the_millisecond(storage: MongoStorage) -> None:
    await storage.memory.save_messages("t", [message(f"{n}", at=after(n)) for n in range(4)])

    page = await storage.memory.list_messages("t", between=DateRange(after(1), after(3), end_exclusive=True))

    assert ids(page) == ["1", "2"]


def loaded(file: str) -> Any:
    """A golden file of extended JSON, its times in UTC."""
    options: Any = bson.json_util.JSONOptions(tz_aware=True, tzinfo=UTC)
    return bson.json_util.loads((GOLDEN / file).read_text(), json_options=options)


def without_id(document: dict[str, Any]) -> dict[str, Any]:
    """What Mastra was given of a document."""
    return {name: value for name, value in document.items() if name != "_id"}


def encoding_options() -> Any:
    from mastra_store.mongo.database import CODEC

    return CODEC


def types_of(document: dict[str, Any]) -> dict[str, str]:
    """The type of each field. Where a field may be null, that it is one is no difference."""
    return {name: type(value).__name__ for name, value in document.items() if name != "_id" and value is not None}
