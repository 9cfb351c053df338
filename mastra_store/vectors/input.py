"""What callers give to vector stores, checked and completed, before anything is sent."""

import math
import re
import uuid
from array import array
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeGuard

from ..clock import iso_milliseconds
from ..errors import InvalidArgument
from ..jsontext import as_object, storable, text_of
from ..pages import instant

Vector: TypeAlias = Any
"""A list of numbers or a one-dimensional NumPy array."""

if TYPE_CHECKING:
    Values: TypeAlias = array[float]
else:
    Values = array  # not subscriptable before Python 3.12
"""A vector, checked: single precision, all of it finite."""

METRICS = ("cosine", "euclidean", "dotproduct")
DEFAULT_NAMESPACE = "default"
MAX_ID = 512
MAX_NAMESPACE = 255
"""Characters."""

_INDEX_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_FIELDS = ("id", "values", "metadata")
_LEAVES = frozenset({str, int, float, bool, type(None)})


class Entry(NamedTuple):
    """A vector to be stored."""

    id: str
    values: Values
    metadata: dict[str, Any]


def is_index_name(name: Any) -> TypeGuard[str]:
    """Whether an index may have the name: letters, digits and ``_``, at most 63, not beginning with a digit."""
    return isinstance(name, str) and _INDEX_NAME.fullmatch(name) is not None


def index_name_of(name: Any, path: str = "index_name") -> str:
    """The name of an index: letters, digits and ``_``, at most 63, not beginning with a digit."""
    if not is_index_name(name):
        raise InvalidArgument(
            path, f"must be letters, digits and _, at most 63, and not begin with a digit; it is {name!r}"
        )
    return name


def dimension_of(dimension: Any) -> int:
    if not isinstance(dimension, int) or isinstance(dimension, bool) or dimension < 1:
        raise InvalidArgument("dimension", f"must be a positive integer, not {dimension!r}", status="INVALID_INPUT")
    return dimension


def metric_of(metric: Any, known: Sequence[str] = METRICS) -> str:
    if metric not in known:
        raise InvalidArgument("metric", f"must be one of {', '.join(known)}, not {metric!r}", status="INVALID_INPUT")
    return str(metric)


def namespace_of(namespace: Any) -> str:
    return text_of(namespace, "namespace", least=1, most=MAX_NAMESPACE)


def top_k_of(top_k: Any) -> int:
    if not isinstance(top_k, int) or isinstance(top_k, bool) or top_k < 1:
        raise InvalidArgument("top_k", f"must be a positive integer, not {top_k!r}", status="INVALID_TOP_K")
    return top_k


def id_of(value: Any, path: str = "id") -> str:
    return text_of(value, path, least=1, most=MAX_ID)


def ids_of(ids: Any) -> list[str]:
    """Ids of which there is one at least, each once."""
    if isinstance(ids, str | bytes) or not isinstance(ids, Iterable):
        raise InvalidArgument("ids", f"must be a list of ids, not {type(ids).__name__}")
    given = [id_of(each, f"ids[{index}]") for index, each in enumerate(ids)]
    if not given:
        raise InvalidArgument("ids", "is empty; name at least one", status="EMPTY_IDS")
    return list(dict.fromkeys(given))


def values_of(vector: Any, path: str, dimension: int | None = None) -> Values:
    """A vector in single precision.

    Args:
        dimension: how many numbers it must have, if that is known.

    Raises:
        InvalidArgument: it is no list of finite numbers, or has another dimension.
    """
    if getattr(vector, "ndim", 1) != 1:
        raise InvalidArgument(path, f"must have one dimension, not {vector.ndim}", status="INVALID_INPUT")
    if hasattr(vector, "astype"):
        values, total = array("f"), vector.astype("f4")
        values.frombytes(total.tobytes())
        total = float(total.sum(dtype="f8"))
    else:
        if isinstance(vector, str | bytes | Mapping) or not isinstance(vector, Iterable):
            raise InvalidArgument(path, f"must be a list of numbers, not {type(vector).__name__}")
        try:
            values = array("f", vector)
        except TypeError as error:
            position = next(at for at, each in enumerate(vector) if not isinstance(each, int | float))
            raise InvalidArgument(f"{path}[{position}]", "is no number", status="INVALID_INPUT") from error
        total = sum(values)
    if not values:
        raise InvalidArgument(path, "is empty", status="INVALID_INPUT")
    if not math.isfinite(total):  # of finite numbers of single precision the sum is finite
        position = next(at for at, each in enumerate(values) if not math.isfinite(each))
        raise InvalidArgument(f"{path}[{position}]", "is no finite number of single precision", status="INVALID_INPUT")
    if dimension is not None:
        check_dimension(values, dimension, path)
    return values


def embeddings_of(vectors: Sequence[Any]) -> list[Values]:
    """Vectors of messages, all of one dimension."""
    values = [values_of(each, f"embeddings[{index}]") for index, each in enumerate(vectors)]
    for index, each in enumerate(values):
        check_dimension(each, len(values[0]), f"embeddings[{index}]")
    return values


def check_dimension(values: Values, dimension: int, path: str) -> None:
    if len(values) != dimension:
        raise InvalidArgument(
            path,
            f"has {len(values)} dimensions, and the index has {dimension}: use the embedding model that the index was "
            "made for, or make another index",
            status="INVALID_INPUT",
            expected=dimension,
            actual=len(values),
        )


def metadata_of(metadata: Any, path: str) -> dict[str, Any]:
    """Metadata as it is stored: a JSON object, its times as ISO 8601 in UTC, without NUL and unpaired surrogates."""
    return {} if metadata is None else as_object(storable(_plain(metadata, path), path), path)


def entries_of(vectors: Any, ids: Sequence[str] | None, metadata: Sequence[Any] | None) -> list[Entry]:
    """The vectors to store, each id once: of several with one id the last counts.

    Args:
        vectors: dicts with ``values``, and ``id`` and ``metadata`` if there are such; or the values alone, as rows.
        ids, metadata: of the rows, one for each.

    Raises:
        InvalidArgument: with the path to the offender, as ``vectors[2].values[7]``.
    """
    if isinstance(vectors, str | bytes | Mapping) or not isinstance(vectors, Iterable):
        raise InvalidArgument("vectors", f"must be a list of vectors, not {type(vectors).__name__}")
    rows = list(vectors)
    if not rows:
        raise InvalidArgument("vectors", "is empty", status="EMPTY_VECTORS")
    _check_length("ids", ids, rows, "IDS_LENGTH_MISMATCH")
    _check_length("metadata", metadata, rows, "METADATA_LENGTH_MISMATCH")
    entries: dict[str, Entry] = {}
    for index, row in enumerate(rows):
        path = f"vectors[{index}]"
        if isinstance(row, Mapping):
            entry = _entry(row, path, named=ids is not None or metadata is not None)
        else:
            row_id = str(uuid.uuid4()) if ids is None else id_of(ids[index], f"ids[{index}]")
            row_metadata = metadata_of(metadata[index], f"metadata[{index}]") if metadata else {}
            entry = Entry(row_id, values_of(row, path), row_metadata)
        if entries and len(entry.values) != len(next(iter(entries.values())).values):
            check_dimension(entry.values, len(next(iter(entries.values())).values), path)
        entries[entry.id] = entry
    return list(entries.values())


def _entry(given: Mapping[str, Any], path: str, *, named: bool) -> Entry:
    if named:
        raise InvalidArgument(
            path, "is an object, which holds its own id and metadata; give ids= and metadata= to rows"
        )
    if unknown := [key for key in given if key not in _FIELDS]:
        raise InvalidArgument(f"{path}.{unknown[0]}", f"is no field of a vector; those are {', '.join(_FIELDS)}")
    if given.get("values") is None:
        raise InvalidArgument(f"{path}.values", "is missing")
    return Entry(
        str(uuid.uuid4()) if given.get("id") is None else id_of(given["id"], f"{path}.id"),
        values_of(given["values"], f"{path}.values"),
        metadata_of(given.get("metadata"), f"{path}.metadata"),
    )


def _check_length(name: str, given: Sequence[Any] | None, rows: Sequence[Any], status: str) -> None:
    # Contract: an empty list of metadata is none at all.
    if given is not None and len(given) != len(rows) and not (name == "metadata" and not given):
        raise InvalidArgument(name, f"has {len(given)} items for {len(rows)} vectors", status=status)


def _plain(value: Any, path: str) -> Any:
    """``value`` with times as text and NumPy's numbers as Python's."""
    if type(value) in _LEAVES:
        return value
    if isinstance(value, datetime):
        return iso_milliseconds(instant(value, path))
    if isinstance(value, Mapping):
        return {key: _plain(item, f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, f"{path}[{index}]") for index, item in enumerate(value)]
    if hasattr(value, "ndim"):
        return value.tolist()
    return value
