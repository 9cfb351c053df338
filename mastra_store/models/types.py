"""Column types that differ by dialect, one class each, both directions side by side.

The aliases at the end are what models write in their annotations; ``Base`` maps each to its type.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import TIMESTAMP, BigInteger, Boolean, Double, Integer, Text, TypeDecorator
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import JSON, REAL, TypeEngine

from .. import jsoncell, jsontext
from ..clock import iso_milliseconds, utc_milliseconds


class DirectlyRead(TypeDecorator[Any]):
    """A type whose cells are read by one function, or need none.

    TypeDecorator makes three calls of one cell, and a row of scores has twelve such cells.
    """

    def reader(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """What makes a value of a cell, ``None`` too, that the driver gave; ``None`` if it is one already."""
        raise NotImplementedError

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        read = self.reader(dialect)
        return value if read is None else read(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        if self.impl_instance.result_processor(dialect, coltype) is None:
            return self.reader(dialect)
        return super().result_processor(dialect, coltype)


class UtcTimeType(DirectlyRead):
    """An instant: aware UTC with milliseconds in Python.

    PostgreSQL holds the UTC wall clock in a ``timestamp`` beside a ``timestamptz`` twin (``UtcTwinType``);
    SQLite holds ``YYYY-MM-DDTHH:MM:SS.mmmZ``, which sorts as text in the order of time.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TIMESTAMP() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return value.astimezone(UTC).replace(tzinfo=None)
        return iso_milliseconds(value)

    def reader(self, dialect: Dialect) -> Callable[[Any], Any]:
        return _instant if dialect.name == "postgresql" else _instant_of_text


class UtcTwinType(DirectlyRead):
    """The ``timestamptz`` twin that PostgreSQL keeps of every time, named after it with a ``Z`` behind."""

    impl = TIMESTAMP(timezone=True)
    cache_ok = True
    # Without this the ORM would leave a NULL twin out, and the column's default would stamp it with now.
    should_evaluate_none = True

    def reader(self, dialect: Dialect) -> Callable[[Any], Any]:
        return _instant


class FlagType(TypeDecorator[bool]):
    """A boolean: ``boolean`` on PostgreSQL, 0 or 1 in an ``INTEGER`` on SQLite."""

    impl = Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Boolean() if dialect.name == "postgresql" else Integer())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else int(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


class JsonType(DirectlyRead):
    """A JSON value. ``None`` is SQL NULL.

    PostgreSQL holds ``jsonb``. SQLite holds JSON text; cells that ``@mastra/libsql`` wrote as binary JSONB are read.

    Args:
        nested: a string that holds JSON text is decoded once more. Some TypeScript writers encode twice
            (contract: conventions.md, "Double-encoded JSON").
    """

    impl = JSON
    cache_ok = True

    def __init__(self, *, nested: bool = False) -> None:
        super().__init__(none_as_null=True)
        self.nested = nested

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import JSONB  # as costly as half of our own imports

            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return jsontext.encode(value)

    def reader(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        if dialect.name == "postgresql":
            return _unnested if self.nested else None
        return _unnested_cell if self.nested else _cell


class QuotedJsonType(JsonType):
    """Any JSON value where ``@mastra/pg`` keeps a JSON string of its text, and ``@mastra/libsql`` the value itself.

    On PostgreSQL text is written as there, for it may look like JSON itself; all else as it is, which every reader
    takes. ``None`` is a JSON null there, for the columns are NOT NULL; an empty string is what ``@mastra/pg`` writes
    of nothing. On SQLite ``None`` is NULL.
    """

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import JSONB  # as above

            return dialect.type_descriptor(JSONB())
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if isinstance(value, str) and dialect.name == "postgresql":
            return jsontext.encode(value)
        return super().process_bind_param(value, dialect)

    def reader(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        return _unquoted if dialect.name == "postgresql" else _cell


class MessageContentType(TypeDecorator[dict[str, Any]]):
    """A message's content: compact JSON text in a text column on every backend.

    Plain text and arrays, as older writers left them, are read as format 2
    (contract: memory.md, "Encoding of content" and "Post-processing").
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        return None if value is None else jsontext.encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else format_2(jsontext.decode_if_json(value))


class MessageKindType(TypeDecorator[str]):
    """A message's ``type``: stored as ``v2`` when there is none, and ``v2`` is read as none."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str:
        return value or "v2"

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value == "v2" else value


class InstructionsType(TypeDecorator[Any]):
    """An agent's instructions in a text column: text as it is, a list of blocks as JSON text.

    Text that is a JSON array is read as that list (contract: agents.md, section 7).
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return value if value is None or isinstance(value, str) else jsontext.encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        if value is None or not value.lstrip().startswith("["):
            return value
        blocks = jsontext.decode_if_json(value)
        return blocks if isinstance(blocks, list) else value


def _instant(value: datetime | None) -> datetime | None:
    return None if value is None else utc_milliseconds(value)


def _instant_of_text(text: str | None) -> datetime | None:
    return None if text is None else utc_milliseconds(datetime.fromisoformat(text))


def _cell(cell: Any) -> Any:
    """The value of a JSON cell of SQLite."""
    if type(cell) is str:
        return jsontext.decode(cell)
    return None if cell is None else jsoncell.decode(cell)


def _unnested(value: Any) -> Any:
    return jsontext.decode_if_json(value) if type(value) is str else value


def _unnested_cell(cell: Any) -> Any:
    return _unnested(_cell(cell))


def _unquoted(value: Any) -> Any:
    if type(value) is str:
        return jsontext.decode_if_json(value) if value else None
    return value


def format_2(content: Any) -> dict[str, Any]:
    """``content`` as format 2: an object with ``parts``. Text becomes one text part, a list becomes the parts."""
    if isinstance(content, dict):
        return content
    if isinstance(content, list):
        return {"format": 2, "parts": content}
    text = content if isinstance(content, str) else jsontext.encode(content)
    return {"format": 2, "parts": [{"type": "text", "text": text}], "content": text}


UtcTime = Annotated[datetime, "UtcTime"]
Json = Annotated[Any, "Json"]
JsonObject = Annotated[dict[str, Any], "JsonObject"]
NestedJson = Annotated[Any, "NestedJson"]
QuotedJson = Annotated[Any, "QuotedJson"]
MessageContent = Annotated[dict[str, Any], "MessageContent"]
MessageKind = Annotated[str, "MessageKind"]
BigInt = Annotated[int, "BigInt"]
Instructions = Annotated[str, "Instructions"]

TYPES: dict[Any, TypeEngine[Any]] = {
    str: Text(),
    bool: FlagType(),
    int: Integer(),
    float: Double().with_variant(REAL(), "sqlite"),
    BigInt: BigInteger().with_variant(Integer(), "sqlite"),
    UtcTime: UtcTimeType(),
    Json: JsonType(),
    JsonObject: JsonType(),
    NestedJson: JsonType(nested=True),
    QuotedJson: QuotedJsonType(),
    MessageContent: MessageContentType(),
    MessageKind: MessageKindType(),
    Instructions: InstructionsType(),
}
