"""The conformance suite: what every backend promises, as tests that anyone can run against their own.

Install it with ``pip install "mastra-store[testing]"`` and set ``asyncio_mode = "auto"`` for pytest. Then two files
are all it takes. ``conftest.py`` says how a storage is had: open, and empty at the beginning of each test::

    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest

    from mastra_store import SqliteStorage, Storage
    from mastra_store.testing.capabilities import *


    @pytest.fixture
    async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
        async with SqliteStorage(tmp_path / "mastra.db") as storage:
            yield storage

``test_conformance.py`` takes the tests in::

    from mastra_store.testing.memory import *

A backend that can not do everything overrides the fixture ``capabilities``; the tests that need more are skipped, and
say what for.
"""

from importlib.util import find_spec

if find_spec("pytest") is None:
    raise ModuleNotFoundError('the conformance suite needs pytest: pip install "mastra-store[testing]"', name="pytest")

from pkgutil import iter_modules

import pytest

# Failures then show both sides of an assertion, as they do in tests of one's own.
pytest.register_assert_rewrite(*(f"{__name__}.{module.name}" for module in iter_modules(__path__)))
