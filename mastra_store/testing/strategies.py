"""Values for property tests: text and JSON of every kind that a store must give back as it was."""

from typing import Any

from hypothesis import HealthCheck, settings, strategies as st

from ..pages import Direction

MODEST = settings(
    max_examples=25,
    deadline=None,  # times on a shared machine say nothing
    # The database is made once for all examples, which write under ids of their own or clear it first. Each backend has
    # an instance of the test's class of its own; it holds nothing.
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""So many examples that a run on several databases stays quick."""

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60).filter(
    lambda text: (
        text != "$ifNull"
    )  # Hypothesis knows it from our sources; SecantusDB counts its arguments in a $literal
)
"""What every database's text columns hold."""

# Two surrogates that form a pair are one character in JSON text, whoever reads it.
WILD_TEXTS = st.text(st.characters(exclude_categories=[]), max_size=20).map(
    lambda text: text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
)
"""Any text of Python's: NUL and unpaired surrogates among it."""

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=100).filter(
    lambda text: bool(text.strip())
)
"""Ids."""

_BOTH: list[Direction] = ["asc", "desc"]
DIRECTIONS = st.sampled_from(_BOTH)

# BSON's integers have 64 bits. PostgreSQL's jsonb holds decimals: it gives 1e23 back as the integer 10**23, which is no
# double.
_NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(-(2.0**53), 2.0**53)


def json_values(text: st.SearchStrategy[str] = TEXTS) -> st.SearchStrategy[Any]:
    """Any JSON, its texts and keys drawn from ``text``."""
    return st.recursive(
        st.none() | st.booleans() | _NUMBERS | text,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
        max_leaves=12,
    )


def json_objects(text: st.SearchStrategy[str] = TEXTS) -> st.SearchStrategy[dict[str, Any]]:
    """Any JSON object, its texts and keys drawn from ``text``."""
    return st.dictionaries(text, json_values(text), max_size=5)
