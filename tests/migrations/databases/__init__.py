"""Databases as released versions of the TypeScript packages made them; see README.md."""

from pathlib import Path

from mastra_store.migrations.engines import connected
from tests.conftest import statements_of
from tests.migrations.catalogs import apply

VERSIONS = ["1.0.0", "1.6.0", "1.18.0"]


def make(url: str, version: str) -> str:
    """Let an empty database be one of that version of @mastra/pg or @mastra/libsql. Returns its URL."""
    package = "pg" if url.startswith("postgresql") else "libsql"
    script = Path(__file__).with_name(f"{package}-{version}.sql").read_text(encoding="utf-8")
    if package == "pg":
        apply(url, script)
        return url
    with connected(url) as connection, connection.begin():
        for statement in statements_of(script):
            connection.exec_driver_sql(statement)
    return url
