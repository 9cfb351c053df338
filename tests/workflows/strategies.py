"""Results of foreach steps, with every kind of element that the rules of merging tell apart."""

from typing import Any

from hypothesis import strategies as st

MARKER = {"__mastra_pending__": True}

_NO_MARKERS = [
    {"__mastra_pending__": False},
    {"__mastra_pending__": 1},
    {"__mastra_pending__": True, "more": 1},
    {},
    [True],
]
_WAITING = [
    {"status": "suspended", "suspendPayload": None},
    {"status": "suspended", "suspendedAt": 1},
    {"status": "suspended"},
    {"status": "success", "suspendPayload": {}},
]
ELEMENTS = st.sampled_from([None, MARKER, *_NO_MARKERS, *_WAITING, 0, False, "", "final", {"status": "success"}])

OUTPUTS = st.lists(ELEMENTS, max_size=6) | st.sampled_from([None, "text", {}, {"0": 1}])

RESULTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {}, optional={"output": OUTPUTS, "status": st.sampled_from(["running", "success"]), "metadata": st.integers(0, 2)}
)
"""A step's result, with or without a list as its output."""
