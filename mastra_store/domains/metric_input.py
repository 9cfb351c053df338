"""What callers give as metrics, and how they ask for aggregates, checked."""

import math
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from .. import jsontext
from ..clock import utc_now
from ..errors import InvalidArgument
from ..jsontext import text_of
from ..pages import instant
from ..records.observability import Metric, MetricAggregate
from .message_input import MAX_ID, identifier
from .span_context import where_measured

Labels = Mapping[str, Any]
"""Text, numbers, true or false by name."""
MetricInput = Metric | Mapping[str, Any]
"""A record, or a dict of its fields. Keys may be snake_case or camelCase, and ``at`` means ``recorded_at``."""

PERCENTILES = (50, 95, 99)
"""What aggregates have of them."""
MAX_LABELS = 8
"""Labels that aggregates are grouped by."""

_EPOCH = datetime.fromtimestamp(0, UTC)
_LABEL = re.compile(r"[A-Za-z0-9_.:/-]{1,128}")
_NAMES = {
    "id": "id",
    "name": "name",
    "value": "value",
    "labels": "labels",
    "at": "recorded_at",
    "recorded_at": "recorded_at",
    "recordedAt": "recorded_at",
    "trace_id": "trace_id",
    "traceId": "trace_id",
    "span_id": "span_id",
    "spanId": "span_id",
}
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_BUCKET = re.compile(r"([1-9][0-9]{0,8})([smhdw])")


def metric(given: MetricInput, path: str) -> Metric:
    """A metric to be stored.

    Raises:
        InvalidArgument: a field is missing, unknown or can not be stored; with its path.
    """
    fields = _fields(given, path)
    before = f"{path}." if path else ""
    trace_id, span_id = where_measured(fields.get("trace_id"), fields.get("span_id"), before)
    at = fields.get("recorded_at")
    return Metric(
        str(uuid.uuid4()) if fields.get("id") is None else identifier(fields["id"], f"{before}id"),
        metric_name(fields.get("name"), f"{before}name"),
        _number(fields.get("value"), f"{before}value"),
        utc_now() if at is None else instant(at, f"{before}{'recorded_at' if path else 'at'}"),
        {} if fields.get("labels") is None else labels(fields["labels"], f"{before}labels"),
        trace_id,
        span_id,
    )


def metric_name(value: Any, path: str = "name") -> str:
    return text_of(value, path, least=1, most=MAX_ID)


def labels(value: Any, path: str = "labels") -> dict[str, Any]:
    """Labels of a metric. Whole numbers become integers, so that 1 and 1.0 are the same on every backend."""
    if not isinstance(value, Mapping):
        raise InvalidArgument(path, f"must be an object, not {type(value).__name__}")
    return {label(name, path): _label_value(each, f"{path}.{name}") for name, each in value.items()}


def label(name: Any, path: str) -> str:
    """A label's name."""
    if not isinstance(name, str) or _LABEL.fullmatch(name) is None:
        raise InvalidArgument(
            f"{path}.{name}", "must have a name of letters, digits, _, ., -, / and :, at most 128 characters"
        )
    return name


def label_names(by: str | Sequence[str]) -> tuple[str, ...]:
    """The labels to group by."""
    if not isinstance(by, str | list | tuple):
        raise InvalidArgument("by", f"must be the name of a label or a list of some, not {type(by).__name__}")
    names = tuple(label(name, "by") for name in ([by] if isinstance(by, str) else by))
    if len(names) > MAX_LABELS or len(set(names)) < len(names):
        raise InvalidArgument("by", f"must name at most {MAX_LABELS} labels, each once")
    return names


def bucket_length(bucket: Any) -> int | None:
    """The length of a bucket in milliseconds; ``None`` for none.

    Raises:
        InvalidArgument: it is no duration, not whole milliseconds, or not above 0.
    """
    if bucket is None:
        return None
    if isinstance(bucket, timedelta):
        length, rest = divmod(bucket, timedelta(milliseconds=1))
        if length > 0 and not rest:
            return length
    elif isinstance(bucket, str) and (found := _BUCKET.fullmatch(bucket)) is not None:
        return int(found[1]) * round(timedelta(**{_UNITS[found[2]]: 1}) / timedelta(milliseconds=1))
    raise InvalidArgument(
        "bucket", f'must be like "30s", "5m", "1h", "1d", "1w", or a timedelta of whole milliseconds, not {bucket!r}'
    )


def start_of(milliseconds: int | None) -> datetime | None:
    """When a bucket begins, of its milliseconds since 1970."""
    return None if milliseconds is None else _EPOCH + timedelta(milliseconds=milliseconds)


def in_order(aggregates: Iterable[MetricAggregate]) -> list[MetricAggregate]:
    """Oldest bucket first, then by the labels: databases sort those each in its own way."""
    return sorted(aggregates, key=lambda each: (each.start or _EPOCH, jsontext.encode(list(each.labels.values()))))


def _number(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidArgument(path, f"must be a number, not {type(value).__name__}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise InvalidArgument(path, f"must be a finite number, not {value!r}")
    return number


def _label_value(value: Any, path: str) -> Any:
    if isinstance(value, str):
        return text_of(value, path)
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        number = _number(value, path)
        if isinstance(value, int) and int(number) != value:
            raise InvalidArgument(path, f"must be a number that a double holds exactly, not {value!r}")
        return int(value) if number.is_integer() and abs(number) <= 2**53 else number
    raise InvalidArgument(path, f"must be text, a finite number, true or false, not {type(value).__name__}")


def _fields(given: Any, path: str) -> dict[str, Any]:
    if isinstance(given, Metric):
        return given.to_dict()
    if not isinstance(given, Mapping):
        raise InvalidArgument(path, f"must be a Metric or a dict, not {type(given).__name__}")
    if unknown := [name for name in given if name not in _NAMES]:
        raise InvalidArgument(
            f"{path}.{unknown[0]}", f"is no field of a metric; those are {', '.join(dict.fromkeys(_NAMES.values()))}"
        )
    return {_NAMES[name]: value for name, value in given.items()}
