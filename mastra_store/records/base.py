"""The base of all records."""

from typing import Any, Self

import msgspec

from .. import jsontext


class Record(msgspec.Struct, frozen=True, rename="camel"):
    """Plain data: equal by value, safe to cache, to send and to keep after the connection is gone.

    Attributes are snake_case; the wire is camelCase, as Mastra's clients expect it.
    """

    def to_dict(self, *, by_alias: bool = False) -> dict[str, Any]:
        """The fields as a dict: snake_case, or with ``by_alias`` the camelCase of the wire. Times stay datetimes."""
        if not by_alias:
            return msgspec.structs.asdict(self)
        return {field.encode_name: getattr(self, field.name) for field in msgspec.structs.fields(self)}

    def to_json(self) -> str:
        """The record as JSON text in camelCase, times in ISO 8601."""
        return jsontext.encode(msgspec.to_builtins(self))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Lets pydantic, and so FastAPI, take records as fields, bodies and responses. It asks for this by itself."""
        from .pydantic_schema import core_schema_of  # imports pydantic

        return core_schema_of(cls, handler)

    def evolve(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        return msgspec.structs.replace(self, **changes)
