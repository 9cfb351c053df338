"""Records: plain data that mirrors the columns of the models."""

import json
import types
from datetime import UTC, datetime
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from sqlalchemy import Column, Integer, Text

from mastra_store.models.memory import MessageRow, ResourceRow, ThreadRow
from mastra_store.models.observability import MetricRow, SpanRow
from mastra_store.models.scores import ScoreRow
from mastra_store.models.types import FlagType, JsonType, UtcTwinType
from mastra_store.models.workflows import WorkflowSnapshotRow
from mastra_store.records.base import Record
from mastra_store.records.memory import Include, Message, Resource, Thread
from mastra_store.records.observability import Metric, Span
from mastra_store.records.scores import Score
from mastra_store.records.workflows import WorkflowRun
from mastra_store.sql import versioned
from mastra_store.sql.versioned_tables import AnyTables

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
# Their columns are asked for in the order of the fields, whatever that is.
TABLES: list[AnyTables] = [each.tables for each in versioned.SqlVersioned.__subclasses__()]
MODELS_BY_FIELD = MODELS | {
    record: row
    for tables in TABLES
    for record, row in ((tables.kind.entity, tables.entity), (tables.kind.version, tables.version))
}
# What nobody has counted yet is none.
NULL_IN_THE_MODEL_ALONE = {"favorite_count"}
# A message of format 2 is stored as of type v2, which is none to us (contract: memory.md, "type column").
# Of an input that is missing PostgreSQL holds a JSON null, or an empty string (contract: scores.md, "Storage of JSON").
NULL_IN_THE_RECORD_ALONE = {(Message, "type"), (Score, "input")}

EACH = pytest.mark.parametrize("record", MODELS_BY_FIELD, ids=lambda record: record.__name__)
IN_ORDER = pytest.mark.parametrize("record", MODELS, ids=lambda record: record.__name__)


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

        assert fields == set(columns(MODELS_BY_FIELD[record]))

    @IN_ORDER
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
        stored = {name for name, column in columns(MODELS_BY_FIELD[record]).items() if column.nullable}
        stored -= NULL_IN_THE_MODEL_ALONE
        nullable = {name for name, hint in hints.items() if types.NoneType in get_args(hint)}
        nullable |= {name for name, hint in hints.items() if hint is Any and name in stored}
        defaults = {
            field.name: field.default
            for field in msgspec.structs.fields(record)
            if not field.required and field.name not in NULL_IN_THE_MODEL_ALONE
        }

        assert nullable == stored | {name for owner, name in NULL_IN_THE_RECORD_ALONE if owner is record}
        assert defaults == dict.fromkeys(nullable)

    @EACH
    def test_the_wire_is_camel_case(self, record: type[Record]) -> None:
        for field in msgspec.structs.fields(record):
            first, *rest = field.name.split("_")
            assert field.encode_name == first + "".join(word.capitalize() for word in rest)


class TestKindsMirrorModels:
    """The seven versioned domains: what their kind says of a field is what its column is."""

    EACH = pytest.mark.parametrize("tables", TABLES, ids=lambda tables: tables.kind.noun)

    @EACH
    def test_the_snapshot_is_what_a_version_has_beyond_its_own_columns(self, tables: AnyTables) -> None:
        own = {"id", "version_number", "created_at", "changed_fields", "change_message", tables.kind.parent}

        assert set(tables.kind.snapshot_names) == set(columns(tables.version)) - own

    @EACH
    def test_what_is_required_is_what_must_not_be_null(self, tables: AnyTables) -> None:
        required = {field.name for field in tables.kind.snapshot if field.required}

        assert required == {name for name in tables.kind.snapshot_names if not columns(tables.version)[name].nullable}

    @EACH
    def test_what_a_caller_sets_is_what_an_entity_has_beyond_the_columns_of_all(self, tables: AnyTables) -> None:
        own = {"id", "status", "active_version_id", "author_id", "created_at", "updated_at", "favorite_count"}

        assert {field.name for field in tables.kind.own} == set(columns(tables.entity)) - own
        assert (tables.kind.favorites is not None) == ("favorite_count" in columns(tables.entity))

    @EACH
    def test_a_field_takes_what_its_column_takes(self, tables: AnyTables) -> None:
        values: dict[type, Any] = {JsonType: {}, FlagType: True, Integer: 1, Text: "text"}
        words = {"skills_format": "xml"}
        for field in tables.kind.snapshot:
            column = columns(tables.version)[field.name]
            (value,) = [value for kind, value in values.items() if isinstance(column.type, kind)] or ["text"]
            assert field.check(words.get(field.name, value), field.name) == words.get(field.name, value)

    @EACH
    def test_the_resolved_record_is_both(self, tables: AnyTables) -> None:
        fields = [field.name for field in msgspec.structs.fields(tables.kind.resolved)]
        entity = [field.name for field in msgspec.structs.fields(tables.kind.entity)]
        hints = get_type_hints(tables.kind.resolved)

        assert fields[: len(entity)] == entity
        assert fields[-1] == "resolved_version_id"
        assert set(fields[len(entity) : -1]) == set(tables.kind.snapshot_names)
        for name in tables.kind.snapshot_names:
            assert hints[name] is Any or types.NoneType in get_args(hints[name])


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
