"""What the SQLite path costs a program that imports it, beside SQLAlchemy itself."""

import os
import subprocess
import sys

TARGET_MS = 80
"""CPU above SQLAlchemy's."""
RUNS = 7

_SQLALCHEMY = "import sqlalchemy.ext.asyncio, sqlalchemy.orm"
BESIDE = (
    "CachedStorage",
    "LibSQLStorage",
    "LibSQLVector",
    "MemoryCache",
    "MongoStorage",
    "PgStorage",
    "PgVector",
    "PineconeVector",
    "RedisCache",
    "UpstashCache",
    "copy",
    "exportSchemas",
    "export_schemas",
)
"""Names of other backends, and of what most programs on SQLite have no use for: caches and copies."""
SQLITE_PATH = f"""
import mastra_store
for name in mastra_store.__all__:
    if name not in {BESIDE!r}:
        getattr(mastra_store, name)
import mastra_store.sql.sqlite
"""
_MEASURED = "import time; started = time.process_time()\n{program}\nprint(time.process_time() - started)"


def cost() -> float:
    """Seconds of CPU of importing and touching every name of the SQLite path, SQLAlchemy's share taken off.

    Of several runs the least counts: what else the machine does only adds to a program's time.
    """
    _cpu(_SQLALCHEMY + SQLITE_PATH)  # compiles, which is done once
    pairs = [(_cpu(_SQLALCHEMY + SQLITE_PATH), _cpu(_SQLALCHEMY)) for _ in range(RUNS)]
    return min(ours for ours, _ in pairs) - min(theirs for _, theirs in pairs)


def _cpu(program: str) -> float:
    command = [sys.executable, "-c", _MEASURED.format(program=program)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)
