"""Records as pydantic knows types: validated from dicts and JSON, serialised, described in JSON Schema.

Pydantic is no dependency of this package. It imports this module through ``Record`` when it meets one.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec
from pydantic_core import CoreSchema, core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

    from .base import Record


def core_schema_of(record: "type[Record]", handler: "GetCoreSchemaHandler") -> CoreSchema:
    """How pydantic validates and serialises a kind of record.

    A record passes as it is. An object becomes one, its keys in camelCase or snake_case. It is serialised with the
    names of its fields, or by alias, as FastAPI does, in the camelCase of Mastra's clients.
    """
    as_object = core_schema.typed_dict_schema(_fields(record, handler), cls=record)
    from_object = core_schema.no_info_after_validator_function(lambda fields: record(**fields), as_object)

    def validated(value: Any, validate: Callable[[Any], Any]) -> Any:
        return value if isinstance(value, record) else validate(value)

    return core_schema.no_info_wrap_validator_function(
        validated,
        from_object,
        serialization=core_schema.plain_serializer_function_ser_schema(msgspec.structs.asdict, return_schema=as_object),
        ref=f"{record.__module__}.{record.__qualname__}:{id(record)}",
    )


def _fields(record: "type[Record]", handler: "GetCoreSchemaHandler") -> dict[str, core_schema.TypedDictField]:
    types = get_type_hints(record)
    fields: dict[str, core_schema.TypedDictField] = {}
    for field in msgspec.structs.fields(record):
        schema: Any = handler.generate_schema(types[field.name])
        if not field.required:
            schema = core_schema.with_default_schema(schema, default=field.default)
        names: list[list[str | int]] = [[field.encode_name], [field.name]]
        fields[field.name] = core_schema.typed_dict_field(
            schema,
            required=field.required,
            validation_alias=names,
            serialization_alias=field.encode_name,
        )
    return fields
