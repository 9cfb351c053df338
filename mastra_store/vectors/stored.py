"""Vectors as copies see them: whole indexes, page by page, whatever their metadata says."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..errors import Conflict
from ..records.vectors import VectorIndex
from .input import DEFAULT_NAMESPACE, Entry, values_of

NAMESPACES, DOCUMENTS = "namespaces", "documents of @mastra/mongodb"
"""What only some backends can hold."""


class StoredVector(NamedTuple):
    """A vector and what is kept with it."""

    namespace: str
    entry: Entry
    document: str | None = None
    """Text that ``@mastra/mongodb`` keeps beside the metadata."""


@dataclass(frozen=True, slots=True)
class StoredIndex:
    """An index as it is.

    Attributes:
        holds: what it has that only some backends can hold.
        chosen: whether somebody has chosen its type, as on PostgreSQL; elsewhere there is one.
        obstacle: why nothing can be written into it.
    """

    index: VectorIndex
    holds: frozenset[str] = frozenset()
    chosen: bool = False
    obstacle: str | None = None


class StoredVectors(ABC):
    """The indexes of one vector store.

    Attributes:
        can_hold: of what only some backends can hold.
        types: of vectors that it knows.
    """

    can_hold: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset({"vector", "halfvec"})

    @abstractmethod
    async def names(self) -> list[str]:
        """Of all indexes."""

    @abstractmethod
    async def find(self, name: str) -> StoredIndex | None:
        """An index, if it is there."""

    @abstractmethod
    async def page(self, name: str, after: tuple[str, str] | None, most: int) -> list[StoredVector]:
        """The vectors behind a namespace and id, in that order.

        Raises:
            Conflict: something is no vector, and so could not be copied.
        """

    @abstractmethod
    async def among(self, name: str, namespace: str, ids: Sequence[str]) -> list[StoredVector]:
        """Those with these ids, in any order."""

    @abstractmethod
    async def make(self, like: StoredIndex) -> None:
        """Make an index of the same kind, ready to be filled; one that is there stays."""

    @abstractmethod
    async def finish(self, like: StoredIndex) -> None:
        """Make ready to be searched what ``make`` has made, now that it is filled."""

    @abstractmethod
    async def put(self, name: str, namespace: str, vectors: Sequence[StoredVector]) -> None:
        """Store vectors in place of those with their ids, all or none."""


def stored_vector(index_name: str, vector_id: Any, numbers: Any, metadata: dict[str, Any], **more: Any) -> StoredVector:
    """A vector as it was found.

    Raises:
        Conflict: it is none.
    """
    if not isinstance(vector_id, str) or not numbers:
        what = "no numbers" if isinstance(vector_id, str) else "an id that is no text"
        raise Conflict(
            f"the vector {vector_id!r} of {index_name} has {what}, and can not be copied", index_name=index_name
        )
    namespace = more.pop("namespace", DEFAULT_NAMESPACE)
    return StoredVector(namespace, Entry(vector_id, values_of(numbers, vector_id), metadata), **more)
