"""Records of vector stores."""

from typing import Any

from .base import Record


class VectorMatch(Record, frozen=True, rename="camel"):
    """A vector that a query found."""

    id: str
    score: float
    """The greater, the more alike: for ``cosine`` 1 minus the distance, for ``euclidean`` 1 / (1 + distance), for
    ``dotproduct`` the product, for ``hamming`` and ``jaccard`` 1 minus the share of bits that differ. 0 where no
    vector was asked for."""
    metadata: dict[str, Any]
    vector: list[float] | None = None
    """Only where it was asked for: as stored, which is single precision at most."""


class VectorIndex(Record, frozen=True, rename="camel"):
    """A vector index, as it was found."""

    name: str
    dimension: int
    count: int
    """Its vectors, over all namespaces."""
    metric: str
    """``cosine``, ``euclidean``, ``dotproduct``; of bits ``hamming`` or ``jaccard``."""
    type: str = "flat"
    """``hnsw``, ``ivfflat``, or ``flat`` where each vector is looked at."""
    vector_type: str = "vector"
    """``vector``, ``halfvec``, ``bit`` or ``sparsevec``."""
    config: dict[str, int] | None = None
    """How an approximate index was built: ``m`` and ``efConstruction`` of hnsw, ``lists`` of ivfflat."""
