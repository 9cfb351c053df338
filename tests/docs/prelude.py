"""What the examples of some pages take as given."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from mastra_store import export_schemas
from tests.docs.pages import POSTGRESQL
from tests.migrations.databases import make


def namespace(page: str, addresses: Mapping[str, str]) -> dict[str, Any]:
    """The names that a page's examples begin with. Files are made in the current directory."""
    match page:
        case "README":
            return {"__name__": "example", "Invoice": _invoices(addresses[POSTGRESQL])}
        case "migrations":
            _make_tables_without_a_version("made-by-mastra.db")
        case "adopting":
            make("sqlite:///mastra.db", "1.0.0")
    return {"__name__": "example"}


def _invoices(url: str) -> Any:
    """A model of the reader's own, whose table exists in the schema of the storage."""

    class Base(DeclarativeBase):
        pass

    class Invoice(Base):
        __tablename__ = "invoices"
        __table_args__ = {"schema": "public"}  # noqa: RUF012 (SQLAlchemy's own way)

        id: Mapped[int] = mapped_column(primary_key=True)
        thread_id: Mapped[str]

    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    Base.metadata.create_all(engine)
    engine.dispose()
    return Invoice


def _make_tables_without_a_version(path: str) -> None:
    """Tables as a Mastra app makes them. That they are the same is for the interop tests to show."""
    connection = sqlite3.connect(path)
    connection.executescript(export_schemas(dialect="sqlite"))
    connection.execute("DROP TABLE mastra_store_version")
    connection.close()
