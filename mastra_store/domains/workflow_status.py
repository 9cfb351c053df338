"""The statuses of a workflow run (contract: workflows.md, "Snapshot")."""

from typing import Literal

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

ALIASES = {"completed": "success", "cancelled": "canceled"}
"""Other words for the same: Mastra's documents say ``completed``, British English has two l."""
