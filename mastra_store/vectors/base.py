"""The contract of vector stores: what every backend keeps.

Contract: vectors.md. Where the TypeScript stores disagree there is one behaviour here, on all backends; docs/vectors.md
lists the differences.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from ..domains.base import Domain, operation
from ..errors import InvalidArgument
from ..records.vectors import VectorIndex, VectorMatch
from . import input as given
from .filter_parsing import parsed
from .filters import Condition, matches_everything
from .input import DEFAULT_NAMESPACE, Entry, Values, Vector
from .stored import StoredVectors

Filter = Mapping[str, Any]
"""The filter language of ``filters.py``, as plain objects."""


class Search:
    """A query, checked.

    Attributes:
        values: the vector that others shall be like; ``None`` for those that the filter finds, by id.
        condition: the filter; ``None`` for none.
        ef_search, probes: how thoroughly an approximate index is searched; ``None`` leaves it to the store.
    """

    def __init__(
        self,
        values: Values | None,
        condition: Condition | None,
        *,
        top_k: int,
        min_score: float | None,
        include_vector: bool,
        namespace: str,
        ef_search: int | None,
        probes: int | None,
    ) -> None:
        self.values = values
        self.condition = condition
        self.top_k = top_k
        self.min_score = min_score
        self.include_vector = include_vector
        self.namespace = namespace
        self.ef_search = ef_search
        self.probes = probes

    def kept(self, matches: Sequence[VectorMatch]) -> list[VectorMatch]:
        """The matches that the query wants, the best first; equal ones by id. Scores that are no number are none:
        those of a cosine with a vector of zeros."""
        found = [each for each in matches if each.score == each.score]
        if self.values is not None:
            found.sort(key=lambda match: (-match.score, match.id))
            if self.min_score is not None:
                found = [each for each in found if each.score > self.min_score]
        return found[: self.top_k]


class VectorStore(Domain, ABC):
    """Vectors with metadata, in named indexes, to be searched by likeness."""

    error_domain = "MASTRA_VECTOR"
    name = "vectors"
    index_separator = "_"
    """Between the words of the names that Mastra gives to indexes of its own (contract: vectors.md)."""

    def stored_vectors(self) -> StoredVectors | None:
        """All that it holds, for ``copy``; ``None`` where a copy can not have it."""
        return None

    # Indexes

    @abstractmethod
    async def create_index(
        self, name: str, *, dimension: int, metric: str | None = None, metadata_indexes: Sequence[str] = ()
    ) -> None:
        """Make an index. One that exists stays as it is, if it has this dimension and metric.

        Args:
            name: letters, digits and ``_``, at most 63.
            dimension: numbers in each vector.
            metric: ``cosine`` unless told otherwise, ``euclidean`` or ``dotproduct``.
            metadata_indexes: keys of the metadata that filters often compare with text.

        Raises:
            InvalidArgument: the backend has no such index; the message says which it has.
            Conflict: it exists with another dimension or metric. (TypeScript accepts that silently.)
        """

    @abstractmethod
    async def list_indexes(self) -> list[str]:
        """The names of all indexes, sorted; those that TypeScript made among them."""

    @abstractmethod
    async def describe_index(self, index_name: str) -> VectorIndex:
        """An index as it is. Its vectors are counted: on SQL a scan.

        Raises:
            NotFound: there is no such index.
        """

    @abstractmethod
    async def truncate_index(self, index_name: str) -> None:
        """Delete all vectors of an index, in all namespaces.

        Raises:
            NotFound: there is no such index.
        """

    @abstractmethod
    async def delete_index(self, index_name: str) -> None:
        """Delete an index with its vectors. A missing one is fine; what is no vector index is never deleted."""

    # Vectors

    @operation
    async def upsert(
        self,
        index_name: str,
        vectors: Sequence[Mapping[str, Any]] | Sequence[Vector] | Any,
        *,
        ids: Sequence[str] | None = None,
        metadata: Sequence[Mapping[str, Any]] | None = None,
        namespace: str = DEFAULT_NAMESPACE,
        delete_filter: Filter | None = None,
    ) -> list[str]:
        """Store vectors, all or none. One with a stored id is overwritten, its metadata too.

        ``upsert("docs", [{"id": "a", "values": [...], "metadata": {...}}])``, or rows of numbers (lists, or a NumPy
        array of two dimensions) with ``ids`` and ``metadata``.

        Args:
            vectors: n vectors of ``dimension`` numbers. They are kept in single precision at most.
            ids: of the rows; random UUIDs where there are none.
            metadata: of the rows: JSON objects; datetimes become ISO 8601 in UTC.
            namespace: one id may be in several namespaces.
            delete_filter: vectors of the namespace to be deleted before, in the same transaction.

        Returns:
            The ids, in order; of several vectors with one id only the last is stored.

        Raises:
            InvalidArgument: with the path to what can not be stored, as ``vectors[3].values[0]``.
            NotFound: there is no such index.
        """
        name, space = self._checked_name(index_name), given.namespace_of(namespace)
        entries = given.entries_of(vectors, ids, metadata)
        condition = None if delete_filter is None else _destructive(delete_filter, "delete_filter")
        await self._upsert(name, entries, space, condition)
        return [entry.id for entry in entries]

    @abstractmethod
    async def _upsert(self, index_name: str, entries: list[Entry], namespace: str, deleted: Condition | None) -> None:
        """Store checked vectors, after those for which ``deleted`` holds are gone."""

    @operation
    async def query(
        self,
        index_name: str,
        vector: Vector | None = None,
        *,
        top_k: int = 10,
        filter: Filter | None = None,  # noqa: A002 (the contract's word)
        min_score: float | None = None,
        include_vector: bool = False,
        namespace: str = DEFAULT_NAMESPACE,
        ef_search: int | None = None,
        probes: int | None = None,
    ) -> list[VectorMatch]:
        """The vectors that are most like the given one, the best first; equal ones by id.

        Args:
            vector: ``dimension`` numbers. Without one, all vectors that the filter finds, by id, with the score 0.
            top_k: how many at most.
            filter: only those whose metadata it finds; see ``filters.py``.
            min_score: only those with a greater score. (TypeScript leaves out what scores -1 or less unless told
                otherwise; here nothing is left out unless it is asked for.)
            include_vector: with the vectors themselves.
            ef_search: of hnsw, how many candidates are held, 1 to 1,000. Ignored where there are none.
            probes: of ivfflat, how many lists are searched. Ignored where there are none.

        Raises:
            InvalidArgument: neither a vector nor a filter, another dimension than the index's, a filter that is none.
            NotFound: there is no such index.
        """
        name = self._checked_name(index_name)
        condition = parsed(filter) if filter else None
        if vector is None and condition is None:
            raise InvalidArgument("vector", "and filter are both missing; give one of them", status="INVALID_INPUT")
        search = Search(
            None if vector is None else given.values_of(vector, "vector"),
            condition,
            top_k=given.top_k_of(top_k),
            min_score=None if min_score is None else float(min_score),
            include_vector=include_vector,
            namespace=given.namespace_of(namespace),
            ef_search=_within("ef_search", ef_search, 1000),
            probes=_within("probes", probes, 32768),
        )
        return search.kept(await self._query(name, search))

    @abstractmethod
    async def _query(self, index_name: str, search: Search) -> list[VectorMatch]:
        """What a checked query finds, in any order."""

    @operation
    async def update_vector(
        self,
        index_name: str,
        *,
        id: str | None = None,
        filter: Filter | None = None,  # noqa: A002
        vector: Vector | None = None,
        metadata: Mapping[str, Any] | None = None,
        namespace: str = DEFAULT_NAMESPACE,
    ) -> int | None:
        """Replace the vector or the metadata (all of it) of one vector, or of all that a filter finds.

        Returns:
            How many were changed: 0 for a missing id. ``None`` where the backend does not tell (Pinecone).
        """
        name, space = self._checked_name(index_name), given.namespace_of(namespace)
        target = _target(id, filter, "id")
        if vector is None and metadata is None:
            raise InvalidArgument(
                "vector", "and metadata are both missing; give what shall change", status="NO_PAYLOAD"
            )
        values = None if vector is None else given.values_of(vector, "vector")
        changed = None if metadata is None else given.metadata_of(metadata, "metadata")
        return await self._update(name, target, values, changed, space)

    @abstractmethod
    async def _update(
        self,
        index_name: str,
        target: list[str] | Condition,
        values: Values | None,
        metadata: dict[str, Any] | None,
        namespace: str,
    ) -> int | None: ...

    @operation
    async def delete_vector(
        self,
        index_name: str,
        id: str,
        *,
        namespace: str = DEFAULT_NAMESPACE,
    ) -> int | None:
        """Delete one vector. Returns how many were deleted, or ``None`` where the backend does not tell."""
        name, space = self._checked_name(index_name), given.namespace_of(namespace)
        return await self._delete(name, [given.id_of(id)], space)

    @operation
    async def delete_vectors(
        self,
        index_name: str,
        *,
        ids: Sequence[str] | None = None,
        filter: Filter | None = None,  # noqa: A002 (the contract's word)
        namespace: str | None = None,
    ) -> int | None:
        """Delete vectors by their ids, or those that a filter finds, or all of a namespace that is named.

        A filter that asks for nothing (``{}``, ``{"$and": []}``) is refused: ``truncate_index`` says what it does.

        Returns:
            How many were deleted, or ``None`` where the backend does not tell (Pinecone).
        """
        name, space = self._checked_name(index_name), given.namespace_of(namespace or DEFAULT_NAMESPACE)
        if ids is None and filter is None and namespace is not None:
            return await self._delete(name, None, space)
        return await self._delete(name, _target(ids, filter, "ids"), space)

    def _checked_name(self, name: Any, path: str = "index_name") -> str:
        """The name of an index, as the backend takes them."""
        return given.index_name_of(name, path)

    @abstractmethod
    async def _delete(self, index_name: str, target: list[str] | Condition | None, namespace: str) -> int | None:
        """Delete vectors: by id, by filter, or all of the namespace."""


def _target(ids: Any, filter_: Filter | None, name: str) -> list[str] | Condition:
    if ids is not None and filter_ is not None:
        raise InvalidArgument(name, "and filter were both given; one of them decides", status="MUTUALLY_EXCLUSIVE")
    if filter_ is not None:
        return _destructive(filter_, "filter")
    if ids is None:
        raise InvalidArgument(name, "and filter are both missing; give one of them", status="NO_TARGET")
    return [given.id_of(ids)] if name == "id" else given.ids_of(ids)


def _destructive(filter_: Filter, path: str) -> Condition:
    condition = parsed(filter_, path)
    if matches_everything(condition):
        status = "EMPTY_FILTER" if not filter_ else "MATCH_ALL_FILTER"
        raise InvalidArgument(path, "asks for nothing and so finds every vector", status=status)
    return condition


def _within(name: str, value: int | None, most: int) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most):
        raise InvalidArgument(name, f"must be an integer from 1 to {most}, not {value!r}", status="INVALID_INPUT")
    return value
