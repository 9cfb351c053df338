"""Records as pydantic's: fields of models, validated, serialised and described."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from mastra_store.records.base import Record
from mastra_store.records.memory import ClonedThread, Message, Thread
from mastra_store.records.scores import Score, ScoresOfDay, ScoreSummary
from mastra_store.records.workflows import WorkflowRun
from mastra_store.testing.builders import NOON, message, thread
from mastra_store.testing.score_builders import score

RECORDS: list[Record] = [
    thread(metadata={"deep": [1, {"none": None}]}),
    message(kind="text"),
    score(metadata={"k": "v"}, input=[1, "two"], output=None),
    WorkflowRun("daily", "run", {"status": "running"}, NOON, NOON),
    ClonedThread(thread(), [message()], {"a": "m"}),
    ScoreSummary("accuracy", 1, 0.5, 0.5, 0.5, [ScoresOfDay(NOON.date(), 1, 0.5, 0.5, 0.5)]),
]

each_record = pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)


class Conversation(BaseModel):
    thread: Thread
    messages: list[Message] = []
    score: Score | None = None


@each_record
def test_its_own_json_in_camel_case_is_taken(record: Record) -> None:
    assert TypeAdapter(type(record)).validate_json(record.to_json()) == record


@each_record
def test_by_alias_it_is_serialised_as_to_json_does(record: Record) -> None:
    shown = TypeAdapter(type(record)).dump_json(record, by_alias=True)

    assert json.loads(shown) == json.loads(record.to_json())


@each_record
def test_without_alias_names_are_those_of_the_fields(record: Record) -> None:
    adapter = TypeAdapter(type(record))

    shown = adapter.dump_python(record)

    assert list(shown) == [field.name for field in msgspec.structs.fields(type(record))]
    assert adapter.validate_python(shown) == record


def test_a_record_passes_as_it_is() -> None:
    given = thread()

    assert Conversation(thread=given).thread is given


def test_a_model_with_records_comes_back_from_its_json() -> None:
    model = Conversation(thread=thread(), messages=[message()], score=score())

    assert Conversation.model_validate_json(model.model_dump_json(by_alias=True)) == model
    assert Conversation.model_validate_json(model.model_dump_json()) == model


@pytest.mark.parametrize("mode", ["json", "python"])
def test_what_is_wrong_is_named_by_its_path(mode: str) -> None:
    bad: dict[str, Any] = {"thread": {**json.loads(thread().to_json()), "resourceId": 7}}
    del bad["thread"]["title"]

    with pytest.raises(ValidationError) as refused:
        if mode == "json":
            Conversation.model_validate_json(json.dumps(bad))
        else:
            Conversation.model_validate(bad)

    assert sorted((error["loc"], error["type"]) for error in refused.value.errors()) == [
        (("thread", "resourceId"), "string_type"),
        (("thread", "title"), "missing"),
    ]


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_its_json_schema_is_camel_case_and_has_its_name(mode: Any) -> None:
    described = Conversation.model_json_schema(mode=mode)["$defs"]["Thread"]

    assert list(described["properties"]) == ["id", "resourceId", "title", "createdAt", "updatedAt", "metadata"]
    assert {"id", "resourceId", "title", "createdAt", "updatedAt"} <= set(described["required"])
    assert described["description"] == Thread.__doc__
    assert described["properties"]["createdAt"]["format"] == "date-time"


def test_records_of_dataclasses_and_types_are_taken() -> None:
    @dataclass
    class Holder:
        message: Message

    shown = TypeAdapter(dict[str, Holder]).dump_python({"a": Holder(message())}, mode="json", by_alias=True)

    assert shown == {"a": {"message": json.loads(message().to_json())}}


def test_nothing_of_pydantic_is_imported_with_records() -> None:
    program = "import sys, mastra_store.records.memory; print(sorted(n for n in sys.modules if 'pydantic' in n))"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
