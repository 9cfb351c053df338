"""Parts of filters and pipelines that several domains need."""

from datetime import UTC, datetime
from typing import Any

from bson.datetime_ms import DatetimeMS

from ..clock import utc_milliseconds
from ..pages import DateRange
from .executor import Document


def within(field: str, between: DateRange | None) -> Document:
    """Bounds on a time; ``{}`` where there are none."""
    bounds: Document = {}
    if between is not None and between.start is not None:
        bounds["$gt" if between.start_exclusive else "$gte"] = utc_milliseconds(between.start)
    if between is not None and between.end is not None:
        # Times have whole milliseconds: up to one is below the next. SecantusDB forgets the last value of $lte on an
        # index that goes on behind the time.
        end = int(DatetimeMS(utc_milliseconds(between.end)))
        bounds["$lt"] = DatetimeMS(end if between.end_exclusive else end + 1)
    return {field: bounds} if bounds else {}


def date_of(expression: Any) -> Document:
    """A time that is a Date, or ISO text, as one; the epoch where there is none, as ``instant_of`` has it."""
    epoch = literal(utc_milliseconds(datetime.fromtimestamp(0, UTC)))
    return {"$convert": {"input": expression, "to": "date", "onError": epoch, "onNull": epoch}}


def literal(value: Any) -> Document:
    """A value in an expression, where text that begins with a dollar would be a path."""
    return {"$literal": value}


def is_object(expression: Any) -> Document:
    """Whether an expression gives an object."""
    return {"$eq": [{"$type": expression}, "object"]}


def member(expression: Any, key: str) -> Document:
    """What an object has under a key, whatever characters are in the key; missing where it has none."""
    return {"$getField": {"field": literal(key), "input": expression}}


def exists(expression: Any) -> Document:
    """Whether an expression gives anything, null among it: what is missing sorts before null."""
    return {"$gte": [expression, None]}


def or_null(expression: Any) -> Document:
    """What an expression gives, or null where that is missing."""
    return {"$ifNull": [expression, None]}


def contains(expression: Any, wanted: Any, depth: int = 0) -> Document:
    """PostgreSQL's ``@>`` as an expression: objects by key, lists as sets, everything else by value and JSON type."""
    if isinstance(wanted, dict | list):
        expression = or_null(expression)
    if isinstance(wanted, dict):
        parts = [contains(member(expression, key), value, depth) for key, value in wanted.items()]
        # Lazily: $getField refuses what is no object.
        return {"$cond": [is_object(expression), {"$and": parts}, False]}
    if isinstance(wanted, list):
        each = f"each{depth}"
        found = [
            {
                "$anyElementTrue": {
                    "$map": {"input": expression, "as": each, "in": contains(f"$${each}", item, depth + 1)}
                }
            }
            for item in wanted
        ]
        return {"$cond": [{"$isArray": [expression]}, {"$and": found}, False]}
    return {"$eq": [expression, literal(wanted)]}
