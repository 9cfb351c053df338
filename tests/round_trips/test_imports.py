"""What an import pulls in."""

import subprocess
import sys

TOUCH_EVERYTHING = """
import sys
import mastra_store
for name in mastra_store.__all__:
    getattr(mastra_store, name)
mastra_store.SqliteStorage(":memory:")
heavy = {"alembic", "asyncpg", "httpx", "hypothesis", "psycopg", "psycopg_pool", "pymongo", "pytest", "typer"}
print(*sorted((heavy | {"mastra_store.hrana"}) & sys.modules.keys()))
"""


def test_the_sqlite_path_imports_neither_alembic_nor_other_drivers() -> None:
    done = subprocess.run([sys.executable, "-c", TOUCH_EVERYTHING], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
