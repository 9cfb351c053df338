"""Vectors as copies see them: whole indexes, page by page, whatever their metadata says."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from ..domains import recall
from ..errors import Conflict, InvalidArgument
from ..jsontext import as_object, text_of
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
    whole: bytes | None = None
    """All that MongoDB has of it, for another MongoDB: BSON has more kinds of values than JSON."""


class Named(Protocol):
    """A vector index, as far as its vectors depend on it."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...


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

    @property
    def metadata_indexes(self) -> tuple[str, ...]:
        """Keys of the metadata that this library itself looks for, where the index is one of ours."""
        return recall.METADATA_INDEXES if recall.is_index_of_messages(self.index.name) else ()


class StoredVectors(ABC):
    """The indexes of one vector store.

    Attributes:
        can_hold: of what only some backends can hold.
        types: of vectors that it knows.
        cleans: whether its JSON holds no NUL and no unpaired surrogates.
    """

    can_hold: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset({"vector", "halfvec"})
    cleans: bool = True

    @abstractmethod
    async def names(self) -> list[str]:
        """Of all indexes."""

    @abstractmethod
    async def find(self, name: str) -> StoredIndex | None:
        """An index, if it is there."""

    @abstractmethod
    async def unfit(self, like: StoredIndex) -> str | None:
        """Why one of its indexes can not be copied, if one can not: a vector, say, that has not its dimension."""

    @abstractmethod
    async def hindrance(self, like: StoredIndex) -> str | None:
        """What an index has that is not there yet, and for which none can be made, if there is something."""

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


def stored_vector(
    index: Named, vector_id: Any, numbers: Any, metadata: Any, *, namespace: str = DEFAULT_NAMESPACE, **more: Any
) -> StoredVector:
    """A vector as it was found.

    Raises:
        Conflict: it is none.
    """
    try:
        entry = Entry(
            text_of(vector_id, "its id"),
            values_of(() if numbers is None else numbers, "its vector", index.dimension),
            as_object({} if metadata is None else metadata, "its metadata"),
        )
    except InvalidArgument as error:
        raise Conflict(
            f"the vector {vector_id!r} of {index.name} can not be copied: {error.message}", index_name=index.name
        ) from error
    return StoredVector(namespace, entry, **more)


def misfit(index: Named, vector_id: Any) -> str:
    """What is wrong with an index of which one vector could not be copied."""
    return f"the vector {vector_id!r} has no text for an id, or not {index.dimension:,} numbers"
