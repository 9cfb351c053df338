"""Vectors in portions that one request to Pinecone takes, and metadata as it takes it."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from ..errors import InvalidArgument

VECTORS_PER_REQUEST = 100
BYTES_PER_REQUEST = 1_500_000
"""Of 2 MB that are allowed: the client writes numbers at its own length."""

METADATA_BYTES = 40 * 1024


def batches(vectors: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The vectors in order, as many in each batch as a request takes, by number and by bytes."""
    batch: list[dict[str, Any]] = []
    size = 0
    for vector in vectors:
        more = len(msgspec.json.encode(vector)) + 1
        if batch and (len(batch) == VECTORS_PER_REQUEST or size + more > BYTES_PER_REQUEST):
            yield batch
            batch, size = [], 0
        batch.append(vector)
        size += more
    if batch:
        yield batch


def flat_metadata(metadata: dict[str, Any], path: str) -> dict[str, Any]:
    """Metadata without nulls, which Pinecone does not store.

    Raises:
        InvalidArgument: a value is neither text, a number, true, false nor a list of texts; or all are too long.
    """
    kept = {key: value for key, value in metadata.items() if value is not None}
    for key, value in kept.items():
        plain = isinstance(value, str | int | float | bool)
        if not plain and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
            raise InvalidArgument(
                f"{path}.{key}", "must be text, a number, true, false or a list of texts: Pinecone stores nothing else"
            )
    if (size := len(msgspec.json.encode(kept))) > METADATA_BYTES:
        raise InvalidArgument(path, f"has {size} bytes as JSON, and Pinecone stores {METADATA_BYTES} at most")
    return kept
