"""Spans as rows of a statement: which columns a batch has, and how many of them go into one statement."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import FromClause

from ..jsontext import Encoded
from ..models.observability import SpanRow
from ..models.types import UtcTimeType, UtcTwinType
from .dialects import Attribute, SqlDialect

MAX_BYTES = 4_000_000
"""How much one statement is sent of rows: a LibSQL server takes about 5 MB as one value."""

KEY = ("trace_id", "span_id")
GROUPS: dict[str, tuple[str, ...]] = {
    "what it is": ("name", "span_type", "is_event", "started_at", "parent_span_id"),
    "what it did": ("ended_at", "input", "output", "error", "attributes", "metadata", "tags"),
    "who did it": ("entity_type", "entity_id", "entity_name"),
    "in which conversation": ("resource_id", "thread_id", "run_id"),
    "for whom": ("user_id", "organization_id", "session_id", "request_id"),
    "where": ("environment", "service_name"),
    "what is seldom said": (
        "parent_entity_type",
        "parent_entity_id",
        "parent_entity_name",
        "root_entity_type",
        "root_entity_id",
        "root_entity_name",
        "scope",
        "entity_version_id",
        "parent_entity_version_id",
        "root_entity_version_id",
        "experiment_id",
        "source",
        "links",
        "request_context",
    ),
}
"""Fields that are written together. A statement has all fields of a group or none, so that there are few shapes, and
the columns that no span of a batch has cost nothing. Changes of what a span did touch no index of SQLite's."""

_GROUP_OF = {field: name for name, fields in GROUPS.items() for field in fields}
_encoder = msgspec.json.Encoder()


def groups_of(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The groups that some of the rows have fields of, in their order."""
    present = {_GROUP_OF.get(field) for field in set().union(*rows)}
    return tuple(name for name in GROUPS if name in present)


def in_chunks(rows: Sequence[Mapping[str, Any]]) -> list[Encoded]:
    """Rows as texts of JSON lists, of ``MAX_BYTES`` at most unless a single row has more."""
    chunks: list[list[bytes]] = [[]]
    size = 0
    for row in rows:
        text = _encoder.encode(row)
        if size + len(text) > MAX_BYTES and chunks[-1]:
            chunks.append([])
            size = 0
        chunks[-1].append(text)
        size += len(text)
    return [Encoded((b"[" + b",".join(chunk) + b"]").decode()) for chunk in chunks]


def column_of(field: str) -> Attribute:
    """The column of a record's field."""
    column: Attribute = SpanRow.metadata_ if field == "metadata" else getattr(SpanRow, field)
    return column


def is_time(attribute: Attribute) -> bool:
    return isinstance(attribute.type, UtcTimeType)


def given_spans(sql: SqlDialect, groups: Sequence[str]) -> FromClause:
    """The parameter ``spans`` as a table, whose columns have the names of the record's fields."""
    columns = {field: column_of(field) for field in (*KEY, *_fields(groups))}
    return sql.rows(
        "spans", **{field: UtcTwinType() if is_time(column) else column.type for field, column in columns.items()}
    )


def given_values(sql: SqlDialect, given: FromClause, groups: Sequence[str]) -> dict[Any, Any]:
    """What the given spans put into the columns of groups; into twins, too."""
    values: dict[Any, Any] = {}
    for field in _fields(groups):
        column = column_of(field)
        values |= sql.times(column, given.c[field]) if is_time(column) else {column: given.c[field]}
    return values


def _fields(groups: Sequence[str]) -> list[str]:
    return [field for group in groups for field in GROUPS[group]]
