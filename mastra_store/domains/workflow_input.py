"""What callers give as workflow runs, checked before anything is sent to a database."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..errors import InvalidArgument
from ..jsontext import as_object, storable
from .workflow_status import ALIASES, STATUSES


def run_status(value: Any, path: str = "status") -> str:
    """A status that Mastra knows; the documents' ``completed`` is its ``success``.

    Raises:
        InvalidArgument: it knows no such status; the message lists those it knows.
    """
    status = ALIASES.get(value, value) if isinstance(value, str) else None
    if status not in STATUSES:
        raise InvalidArgument(path, f"must be one of {', '.join(STATUSES)}, not {value!r}")
    return str.__str__(status)  # of a member of an enum, its text


def expected_statuses(value: str | Sequence[str] | None) -> frozenset[str] | None:
    """The statuses that a compare-and-set allows; ``None`` for any.

    Raises:
        InvalidArgument: one of them is unknown, or there is none.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return frozenset([run_status(value, "expected_status")])
    if not isinstance(value, Iterable) or not (listed := list(value)):
        raise InvalidArgument("expected_status", f"must be a status or a list of some, not {value!r}")
    return frozenset(run_status(each, f"expected_status[{index}]") for index, each in enumerate(listed))


def state_changes(
    status: str, *, anything: Mapping[str, Any], objects: Mapping[str, Any], active_paths: Sequence[Any] | None
) -> dict[str, Any]:
    """What shall change of a snapshot, under the names it has there. ``None`` changes nothing.

    Args:
        anything: fields that may be any JSON, by the names of the arguments.
        objects: fields that must be objects, likewise.

    Raises:
        InvalidArgument: with the path to the offender, as ``suspended_paths.fetch[0]``.
    """
    changes: dict[str, Any] = {"status": run_status(status)}
    changes |= {_camel(name): storable(value, name) for name, value in anything.items() if value is not None}
    changes |= {_camel(name): stored_object(value, name) for name, value in objects.items() if value is not None}
    if active_paths is not None:
        if not isinstance(active_paths, list | tuple):
            raise InvalidArgument("active_paths", f"must be a list, not {type(active_paths).__name__}")
        changes["activePaths"] = storable(list(active_paths), "active_paths")
    return changes


def stored_object(value: Any, path: str) -> dict[str, Any]:
    """A JSON object as it will be stored: without NUL and unpaired surrogates.

    Raises:
        InvalidArgument: it is no object, or a part of it is no JSON; the message names the part.
    """
    return as_object(storable(as_object(value, path), path), path)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
