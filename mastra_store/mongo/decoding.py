"""Documents as records, field by field."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from .encoding import instant_of
from .executor import Document

R = TypeVar("R", bound=msgspec.Struct)

Read = Callable[[Any], Any]


def record_of(record: type[R], read: Mapping[str, Read]) -> Callable[[Document], R]:
    """What makes a record of a document whose fields have the names of the record's on the wire.

    Args:
        read: what makes a field's value of what is stored, ``None`` too, where that is not the value itself.
    """
    parts = [(field.encode_name, read.get(field.name)) for field in msgspec.structs.fields(record)]

    def made(found: Document) -> R:
        return record(*[found.get(name) if of is None else of(found.get(name)) for name, of in parts])

    return made


def optional_instant_of(value: Any) -> datetime | None:
    """``instant_of``, but ``None`` where there is no time."""
    return None if value is None else instant_of(value)
