"""Names of PostgreSQL schemas: which are allowed, and what ``public`` is called inside."""

import re

from .errors import InvalidArgument

MAX_BYTES = 63
"""What PostgreSQL keeps of an identifier."""

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\"'\\$\ud800-\udfff]")


def normalised_schema(name: str | None) -> str | None:
    """``name``, checked; ``None`` for ``public``, which needs no mention.

    Raises:
        InvalidArgument: it has not 1 to 63 bytes, or holds a quote, a backslash, ``$`` or a control character
            (contract: conventions.md, section 3).
    """
    if name is None or name == "public":
        return None
    if not isinstance(name, str):
        raise InvalidArgument("schema_name", f"must be text, not {type(name).__name__}")
    if (found := _FORBIDDEN.search(name)) is not None:
        raise InvalidArgument(
            "schema_name", f"holds {found.group()!r}; quotes, backslashes, $ and control characters are refused"
        )
    if not 1 <= len(name.encode()) <= MAX_BYTES:
        raise InvalidArgument("schema_name", f"must have 1 to {MAX_BYTES} bytes, not {len(name.encode())}")
    return name
