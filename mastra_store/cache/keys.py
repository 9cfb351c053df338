"""Names of subjects and keys of values.

``mastra:{address}:{schema}:{tenant}:`` begins them all. Names of subjects go on with the version of the cache's
protocol: processes that share a cache must agree on them, whichever release they run. Keys of values go on with the
format of the value, so that a release never reads what another one keeps in another form.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from ..domains.message_input import identifier
from ..errors import InvalidArgument
from .base import Entry
from .encoding import Codec

PROTOCOL = "1"
"""Changes with the meaning of subjects and versions. Processes with different ones do not learn of each other's
writes."""


class Keys:
    """The keys of one domain.

    Args:
        place: what tells its rows from all others that the cache knows: the database, the schema, the tenant.
    """

    def __init__(self, place: Iterable[str], domain: str, ttl: float) -> None:
        prefix = "mastra:" + "".join(f"{quote(part, safe='')}:" for part in place)
        self.whole = f"{prefix}s{PROTOCOL}:{domain}"
        """The subject on which all values of the domain depend."""
        self._values = f"{prefix}v"
        self._domain = domain
        self._ttl = ttl

    def subject(self, kind: str, row_id: Any) -> tuple[str, ...]:
        """The subject of a row and of what belongs to it; none for an id that no storage takes."""
        known = usable(row_id)
        return () if known is None else (f"{self.whole}:{kind}:{known}",)

    def entry(self, codec: Codec[Any], kind: str, row_id: str, *variant: str | int) -> Entry:
        """Where a value of a row is kept.

        Args:
            variant: what else tells it from other values of the row.
        """
        # Every part but the last has its length before it: no ids, however they are spelled, make the same key.
        parts = "".join(f"{len(str(part))}:{part}" for part in variant)
        key = f"{self._values}{codec.format}:{self._domain}:{kind}:{parts}:{row_id}"
        return Entry(key, (self.whole, *self.subject(kind, row_id)), self._ttl)


def usable(row_id: Any) -> str | None:
    """The id; ``None`` if it is none. The storage refuses it then in its own words."""
    try:
        return identifier(row_id, "id")
    except InvalidArgument:
        return None
