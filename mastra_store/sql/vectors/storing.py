"""Vectors that are stored in somebody else's transaction, with the messages that they are of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...vectors import input as given
from ...vectors.input import Entry, Values
from ..plans import Work


@dataclass(frozen=True, slots=True)
class Storing:
    """Checked vectors for an index that is there."""

    index_name: str
    values: list[Values]
    store: Callable[[list[Entry]], Work[None]]

    def entries(self, ids: Sequence[str], metadata: Sequence[dict[str, Any]]) -> Work[None]:
        """Store them."""
        pairs = zip(ids, self.values, metadata, strict=True)
        yield from self.store([Entry(*each[:2], given.metadata_of(each[2], "metadata")) for each in pairs])
