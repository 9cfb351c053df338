"""Records: plain data that mirrors the columns of the models."""

import json
import types
from datetime import UTC, datetime
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from sqlalchemy import Column

from mastra_store.models.memory import MessageRow, ResourceRow, ThreadRow
from mastra_store.models.observability import MetricRow, SpanRow
from mastra_store.models.scores import ScoreRow
from mastra_store.models.types import UtcTwinType
from mastra_store.models.workflows import WorkflowSnapshotRow
from mastra_store.records.base import Record
from mastra_store.records.memory import Include, Message, Resource, Thread
from mastra_store.records.observability import Metric, Span
from mastra_store.records.scores import Score
from mastra_store.records.workflows import WorkflowRun

NOON = datetime(2024, 2, 29, 12, 0, 0, 1000, tzinfo=UTC)
MODELS: dict[type[Record], Any] = {
    Thread: ThreadRow,
    Message: MessageRow,
    Resource: ResourceRow,
    WorkflowRun: WorkflowSnapshotRow,
    Span: SpanRow,
    Metric: MetricRow,
    Score: ScoreRow,
}
# A message of format 2 is stored as of type v2, which is none to us (contract: memory.md, "type column").
# Of an input that is missing PostgreSQL holds a JSON null, or an empty string (contract: scores.md, "Storage of JSON").
NULL_IN_THE_RECORD_ALONE = {(Message, "type"), (Score, "input")}

EACH = pytest.mark.parametrize("record", MODELS, ids=lambda record: record.__name__)


def columns(model: Any) -> dict[str, Column[Any]]:
    """The model's columns by the name of the record's field. Twins belong to their plain column."""
    return {
        attribute.key.removesuffix("_"): attribute.columns[0]
        for attribute in model.__mapper__.column_attrs
        if not isinstance(attribute.columns[0].type, UtcTwinType)
    }


class TestRecordsMirrorModels:
    @EACH
    def test_there_is_a_field_for_each_column(self, record: type[Record]) -> None:
        fields = {field.name for field in msgspec.structs.fields(record)}

        assert fields == set(columns(MODELS[record]))

    @EACH
    def test_required_fields_come_first_in_the_order_of_the_columns(self, record: type[Record]) -> None:
        fields = msgspec.structs.fields(record)
        required = [field.name for field in fields if field.required]
        optional = [field.name for field in fields if not field.required]
        order = list(columns(MODELS[record]))

        assert [field.name for field in fields] == required + optional
        assert required == [name for name in order if name in required]
        assert optional == [name for name in order if name in optional]

    @EACH
    def test_what_may_be_null_may_be_none_and_is_so_unless_given(self, record: type[Record]) -> None:
        hints = get_type_hints(record)
        nullable = {name for name, hint in hints.items() if types.NoneType in get_args(hint)}
        defaults = {field.name: field.default for field in msgspec.structs.fields(record) if not field.required}
        stored = {name for name, column in columns(MODELS[record]).items() if column.nullable}

        assert nullable == stored | {name for owner, name in NULL_IN_THE_RECORD_ALONE if owner is record}
        assert defaults == dict.fromkeys(nullable)

    @EACH
    def test_the_wire_is_camel_case(self, record: type[Record]) -> None:
        for field in msgspec.structs.fields(record):
            first, *rest = field.name.split("_")
            assert field.encode_name == first + "".join(word.capitalize() for word in rest)


class TestRecord:
    message = Message("m", "t", {"format": 2, "parts": []}, "user", NOON, resource_id="r")

    def test_it_is_equal_by_value(self) -> None:
        assert self.message == self.message.evolve() != self.message.evolve(role="assistant")

    def test_it_can_not_be_changed(self) -> None:
        with pytest.raises(AttributeError):
            self.message.role = "assistant"  # type: ignore[misc]

    def test_evolve_changes_a_copy(self) -> None:
        changed = self.message.evolve(role="assistant", type="text")

        assert (changed.role, changed.type, changed.id) == ("assistant", "text", "m")
        assert (self.message.role, self.message.type) == ("user", None)

    def test_to_dict_is_snake_case_with_times(self) -> None:
        assert self.message.to_dict() == {
            "id": "m",
            "thread_id": "t",
            "content": {"format": 2, "parts": []},
            "role": "user",
            "created_at": NOON,
            "type": None,
            "resource_id": "r",
        }

    def test_to_dict_by_alias_is_camel_case(self) -> None:
        shown = Include("m", 1, 2).to_dict(by_alias=True)

        assert shown == {"id": "m", "withPreviousMessages": 1, "withNextMessages": 2}

    def test_to_json_is_camel_case_with_times_in_iso_8601(self) -> None:
        shown = json.loads(self.message.to_json())

        assert shown["createdAt"] == "2024-02-29T12:00:00.001000Z"
        assert (shown["threadId"], shown["resourceId"]) == ("t", "r")

    def test_to_json_bears_what_content_may_hold(self) -> None:
        content = {"parts": [{"type": "text", "text": "a\x00 \ud83d"}]}

        shown = json.loads(self.message.evolve(content=content).to_json())

        assert shown["content"] == content

    def test_the_json_of_a_record_is_that_record(self) -> None:
        assert msgspec.json.decode(self.message.to_json(), type=Message) == self.message


class TestMessageText:
    @pytest.mark.parametrize(
        ("content", "text"),
        [
            ({"parts": [{"type": "text", "text": "a"}, {"type": "step-start"}, {"type": "text", "text": "b"}]}, "a\nb"),
            ({"parts": []}, ""),
            ({}, ""),
            ({"parts": "no list"}, ""),
            ({"parts": ["no object", {"text": 7}]}, ""),
        ],
    )
    def test_it_is_the_text_of_the_parts(self, content: dict[str, Any], text: str) -> None:
        assert TestRecord.message.evolve(content=content).text == text
