"""What a backend may lack, and what becomes of the tests that need it. To be imported into a ``conftest.py``.

::

    @pytest.fixture
    def capabilities() -> frozenset[str]:
        return ALL_CAPABILITIES - {"savepoints"}
"""

import pytest

ALL_CAPABILITIES = frozenset({"transactions", "savepoints", "sql", "vectors", "namespaces", "patterns"})
"""``transactions``: units of work; ``savepoints``: blocks inside them that are undone alone; ``sql``: units of work on
a SQLAlchemy session, on an engine that the storage shows, as ``SqlStorage`` does; ``vectors``: ``storage.vectors``,
also of units of work; ``namespaces``: one id in several namespaces of an index; ``patterns``: filters with
``$regex``."""

__all__ = ["ALL_CAPABILITIES", "capabilities", "has_what_the_test_needs", "pytest_configure"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"needs(capability): one of {', '.join(sorted(ALL_CAPABILITIES))}")


@pytest.fixture
def capabilities() -> frozenset[str]:
    """What the backend can do: everything, unless a ``conftest.py`` says otherwise."""
    return ALL_CAPABILITIES


@pytest.fixture(autouse=True)
def has_what_the_test_needs(request: pytest.FixtureRequest) -> None:
    """Skip a test that needs what the backend lacks."""
    needed = {name for marker in request.node.iter_markers("needs") for name in marker.args}
    if unknown := needed - ALL_CAPABILITIES:
        pytest.fail(f"{sorted(unknown)} is no capability; those are {sorted(ALL_CAPABILITIES)}", pytrace=False)
    if needed and (lacking := needed - request.getfixturevalue("capabilities")):
        pytest.skip(f"the backend has no {' and no '.join(sorted(lacking))}")
