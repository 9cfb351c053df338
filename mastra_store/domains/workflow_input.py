"""What callers give as workflow runs, checked before anything is sent to a database."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from ..errors import InvalidArgument
from ..jsontext import as_object, storable
from .workflow_status import ALIASES, RunStatus

STATUSES = frozenset(get_args(RunStatus))

_STATE_FIELDS = {
    "result": "result",
    "error": "error",
    "suspended_paths": "suspendedPaths",
    "waiting_paths": "waitingPaths",
    "resume_labels": "resumeLabels",
    "active_paths": "activePaths",
    "active_steps_path": "activeStepsPath",
    "tracing_context": "tracingContext",
}


def run_status(value: Any, path: str = "status") -> str:
    """A status that Mastra knows; the documents' ``completed`` is its ``success``.

    Raises:
        InvalidArgument: it knows no such status; the message lists those it knows.
    """
    status = ALIASES.get(value, value) if isinstance(value, str) else value
    if status not in STATUSES:
        raise InvalidArgument(path, f"must be one of {', '.join(sorted(STATUSES))}, not {value!r}")
    return str(status)


def expected_statuses(value: str | Sequence[str] | None) -> frozenset[str] | None:
    """The statuses that a compare-and-set allows; ``None`` for any."""
    if value is None:
        return None
    given = [value] if isinstance(value, str) else value
    return frozenset(run_status(each, "expected_status") for each in given)


def state_changes(status: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What shall change of a snapshot, under the names it has there. ``None`` changes nothing."""
    changes = {_STATE_FIELDS[name]: storable(value, name) for name, value in given.items() if value is not None}
    return {"status": run_status(status), **changes}


def stored_snapshot(snapshot: Any) -> dict[str, Any]:
    """A snapshot as it will be stored: a JSON object."""
    return as_object(storable(snapshot, "snapshot"), "snapshot")
