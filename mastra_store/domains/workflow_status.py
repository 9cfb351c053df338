"""The statuses of a workflow run (contract: workflows.md, "Snapshot")."""

from typing import Literal, get_args

RunStatus = Literal[
    "running",
    "success",
    "failed",
    "tripwire",
    "suspended",
    "waiting",
    "pending",
    "canceled",
    "bailed",
    "paused",
    "skipped",
]

STATUSES: tuple[str, ...] = get_args(RunStatus)

ALIASES = {"completed": "success", "cancelled": "canceled"}
"""Other words for the same: Mastra's documents say ``completed``, British English has two l."""
