"""Results of foreach steps, with every kind of element that the rules of merging tell apart."""

from typing import Any

from hypothesis import strategies as st

MARKER = {"__mastra_pending__": True}

WAITING: list[Any] = [
    None,
    MARKER,
    {"status": "suspended", "suspendPayload": None},
    {"status": "suspended", "suspendedAt": 1},
]
"""Elements that a marker resets."""

FINAL: list[Any] = [
    {"status": "suspended"},
    {"status": "success", "suspendPayload": {}},
    {"status": "success"},
    {"__mastra_pending__": False},
    {"__mastra_pending__": 1},
    {"__mastra_pending__": True, "more": 1},
    {},
    [True],
    0,
    False,
    "",
    "final",
]
"""Elements that a marker leaves as they are, and which are no markers."""

NEW = st.lists(st.sampled_from([None, *FINAL]), max_size=6)
"""Elements without a marker."""

ELEMENTS = st.lists(st.sampled_from([*WAITING, *FINAL]), max_size=6)

RESULTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "output": ELEMENTS | st.sampled_from([None, "text", {}, {"0": 1}]),
        "status": st.sampled_from(["running", "success"]),
        "metadata": st.integers(0, 2),
    },
)
"""A step's result, with or without a list as its output."""
