"""Snapshots of workflow runs whose fields a test does not care about are filled in."""

from typing import Any

from ..storage import Storage


def snapshot(run_id: str = "run", *, status: str = "running", **fields: Any) -> dict[str, Any]:
    """A run's state; ``fields`` by their names on the wire, as ``context`` or ``suspendedPaths``."""
    return {
        "runId": run_id,
        "status": status,
        "value": {},
        "context": {"input": {"city": "Oslo"}},
        "serializedStepGraph": [],
        "activePaths": [],
        "activeStepsPath": {},
        "suspendedPaths": {},
        "waitingPaths": {},
        "resumeLabels": {},
        "timestamp": 1709208000123,
    } | fields


def done(output: Any = None, **fields: Any) -> dict[str, Any]:
    """A step's result that is a success."""
    return {"status": "success", "payload": {}, "output": output, "startedAt": 1, "endedAt": 2} | fields


def suspended_in(thread_id: Any) -> dict[str, Any]:
    """The result of a step that waits in a thread."""
    waits = {"__streamState": {"messageList": {"memoryInfo": {"threadId": thread_id}}}}
    return {"status": "suspended", "payload": {}, "suspendPayload": waits, "suspendedAt": 1}


def input_of(thread_id: Any) -> dict[str, Any]:
    """The input of a run that began in a thread."""
    return {"messageListState": {"memoryInfo": {"threadId": thread_id}}}


async def stored_snapshot(storage: Storage, run_id: str = "run", *, workflow_name: str = "daily") -> dict[str, Any]:
    """The snapshot of a run that is there."""
    found = await storage.workflows.load_workflow_snapshot(workflow_name, run_id)
    assert found is not None
    return found
