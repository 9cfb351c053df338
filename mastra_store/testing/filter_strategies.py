"""Metadata and filters for property tests: few keys and few values, so that filters often hold and often do not."""

from typing import Any

from hypothesis import strategies as st

from .strategies import TEXTS

KEYS = st.sampled_from(["a", "b", "kind", "deep", "with space", "naïve", "0"])
_TEXTS = st.sampled_from(["", "a", "b", "B", "10", "true", "[]", "a b%_'\"\\", "É", "z\U0001f600"]) | TEXTS
_NUMBERS = st.sampled_from([0, 1, 1.0, -1, 0.1, 1.5, 10, 2**53]) | st.floats(-1e6, 1e6)
SCALARS = st.none() | st.booleans() | _NUMBERS | _TEXTS
_PATTERNS = st.sampled_from(["a", "^b", "b$", "^a.b", "[0-9]+", "(a|b)+", "a\\s", "."])
_FLAGS = st.sampled_from(["", "i", "s", "m", "ms", "is"])


def _nested(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=6,
    )


VALUES = _nested(SCALARS)
METADATA = st.dictionaries(KEYS, VALUES, max_size=4)


def filters(*, patterns: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    """Filters of every operator.

    Args:
        patterns: with ``$regex``, which not every backend has.
    """
    return st.recursive(_fields(patterns), _combined, max_leaves=5)


def _combined(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    several = st.lists(inner, max_size=3)
    return st.fixed_dictionaries({}, optional={"$and": several, "$or": several, "$nor": several, "$not": inner})


def _fields(patterns: bool) -> st.SearchStrategy[dict[str, Any]]:
    paths = st.lists(KEYS, min_size=1, max_size=2).map(".".join)
    return st.dictionaries(paths, _conditions(patterns), max_size=2)


def _conditions(patterns: bool) -> st.SearchStrategy[Any]:
    plain = _operators(patterns)
    nested = plain | st.fixed_dictionaries({"$not": plain}) | st.fixed_dictionaries({"$elemMatch": plain | _inside()})
    return nested | SCALARS | st.lists(SCALARS, max_size=3)


def _inside() -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(KEYS, SCALARS, min_size=1, max_size=2)


def _operators(patterns: bool) -> st.SearchStrategy[dict[str, Any]]:
    ordered = _NUMBERS | _TEXTS
    operators: dict[str, st.SearchStrategy[Any]] = {
        "$eq": VALUES,
        "$ne": VALUES,
        "$gt": ordered,
        "$gte": ordered,
        "$lt": ordered,
        "$lte": ordered,
        "$in": st.lists(VALUES, max_size=3),
        "$nin": st.lists(VALUES, max_size=3),
        "$all": st.lists(VALUES, max_size=3),
        "$contains": VALUES,
        "$exists": st.booleans(),
        "$size": st.integers(0, 3),
    }
    chosen = st.sampled_from(sorted(operators)).flatmap(lambda name: st.fixed_dictionaries({name: operators[name]}))
    two = st.tuples(chosen, chosen).map(lambda pair: {**pair[0], **pair[1]})
    regex = st.fixed_dictionaries({"$regex": _PATTERNS, "$options": _FLAGS})
    return chosen | two | regex if patterns else chosen | two
