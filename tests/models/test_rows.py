"""Entities of every model can be stored and read through an ``AsyncSession``, as ``tx.session`` offers it."""

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import BigInteger, Column, Double, Integer, Text, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import InstrumentedAttribute

from mastra_store import export_schemas
from mastra_store.models import load_all
from mastra_store.models.base import Base, twin
from mastra_store.models.memory import ThreadRow
from mastra_store.models.observability import SpanRow
from mastra_store.models.types import (
    FlagType,
    InstructionsType,
    JsonType,
    MessageContentType,
    MessageKindType,
    UtcTimeType,
    UtcTwinType,
)
from tests.migrations.catalogs import apply, apply_sqlite
from tests.servers.postgres import MAJORS, PostgresServer

NOON = datetime(2025, 1, 1, 12, 0, 0, 1000, tzinfo=UTC)
VALUES: dict[type, Any] = {
    UtcTimeType: NOON,
    FlagType: True,
    InstructionsType: [{"type": "text", "content": "Ünïcödé"}],
    JsonType: {"key": ["value", 1, 0.5, None]},
    MessageContentType: {"format": 2, "parts": []},
    MessageKindType: "text",
    BigInteger: 2**53 + 1,
    Integer: 7,
    Double: 0.1,
    Text: "text, Ünïcödé",
}
ROWS = sorted((mapper.class_ for mapper in load_all().registry.mappers), key=lambda row: row.__name__)
# A trigger sets these, whatever is given (contract: observability.md, "trigger_set_timestamps").
STAMPED = {SpanRow: {"created_at", "updated_at"}}
only_postgresql = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def engine(
    request: pytest.FixtureRequest, sqlite_path: Path, postgres_servers: Callable[[int], PostgresServer]
) -> AsyncIterator[AsyncEngine]:
    """A user's own engine on a database that has all tables."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            apply_sqlite(sqlite_path, export_schemas(dialect="sqlite"))
            engine = create_async_engine(f"sqlite+aiosqlite:///{sqlite_path}")
        else:
            url = stack.enter_context(postgres_servers(max(MAJORS)).database())
            apply(url, export_schemas())
            engine = create_async_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        yield engine
        await engine.dispose()


@pytest.mark.parametrize("optional", [True, False], ids=["all columns", "required columns"])
async def test_an_entity_of_every_model_comes_back_as_it_was(engine: AsyncEngine, optional: bool) -> None:
    rows = rows_of(engine)
    async with AsyncSession(engine) as session:
        session.add_all([row(**values(row, optional=optional)) for row in rows])
        await session.commit()

    async with AsyncSession(engine) as session:
        for row in rows:
            found = (await session.scalars(select(row))).one()
            assert stored(found) == {
                name: value
                for name, value in values(row, optional=optional, absent=True).items()
                if name not in STAMPED.get(row, ())
            }, row


@only_postgresql
async def test_twins_hold_the_instant_of_their_columns(engine: AsyncEngine) -> None:
    await add_all(engine, optional=True)

    assert set((await twins_beside_columns(engine)).values()) == {(NOON, NOON)}


@only_postgresql
async def test_twins_of_unset_columns_are_null(engine: AsyncEngine) -> None:
    await add_all(engine, optional=False)

    assert set((await twins_beside_columns(engine)).values()) == {(NOON, NOON), (None, None)}


@only_postgresql
async def test_a_changed_time_changes_its_twin(engine: AsyncEngine) -> None:
    await add_all(engine, optional=True)
    later = NOON + timedelta(hours=1)

    async with AsyncSession(engine) as session, session.begin():
        (await session.scalars(select(ThreadRow))).one().updated_at = later

    assert (await twins_beside_columns(engine))["mastra_threads.updatedAt"] == (later, later)


async def test_an_entity_is_read_again_after_its_commit(engine: AsyncEngine) -> None:
    """On SQLite the twins do not exist and must not be asked for."""
    async with AsyncSession(engine) as session:
        thread = ThreadRow(**values(ThreadRow, optional=True))
        session.add(thread)
        await session.commit()

        await session.refresh(thread)

        assert thread.created_at == NOON


def rows_of(engine: AsyncEngine) -> list[type[Base]]:
    return [row for row in ROWS if row.__table__.info.get("only") in (None, engine.dialect.name)]


def values(row: type[Base], *, optional: bool, absent: bool = False) -> dict[str, Any]:
    """A value for each attribute; ``None``, where ``absent`` is asked for, for those that are left out."""
    return {
        attribute.key: value_of(column) if optional or not column.nullable else None
        for attribute in row.__mapper__.column_attrs
        for column in attribute.columns
        if not isinstance(column.type, UtcTwinType) and (optional or absent or not column.nullable)
    }


def value_of(column: Column[Any]) -> Any:
    return next(value for kind, value in VALUES.items() if isinstance(column.type, kind))


def stored(entity: Base) -> dict[str, Any]:
    return {
        attribute.key: getattr(entity, attribute.key)
        for attribute in type(entity).__mapper__.column_attrs
        if not isinstance(attribute.columns[0].type, UtcTwinType) and attribute.key not in STAMPED.get(type(entity), ())
    }


async def add_all(engine: AsyncEngine, *, optional: bool) -> None:
    async with AsyncSession(engine) as session, session.begin():
        session.add_all([row(**values(row, optional=optional)) for row in rows_of(engine)])


async def twins_beside_columns(engine: AsyncEngine) -> dict[str, tuple[datetime | None, datetime | None]]:
    """Every time and its twin, as PostgreSQL has them."""
    found: dict[str, tuple[datetime | None, datetime | None]] = {}
    async with engine.connect() as connection:
        for row in rows_of(engine):
            times = times_of(row)
            if times:
                stored = (await connection.execute(select(*times, *map(twin, times)))).one()
                for time, plain, instant in zip(times, stored, stored[len(times) :], strict=False):
                    found[f"{row.__tablename__}.{time.expression.name}"] = (plain, instant)
    return found


def times_of(row: type[Base]) -> list[InstrumentedAttribute[Any]]:
    return [
        getattr(row, attribute.key)
        for attribute in row.__mapper__.column_attrs
        if isinstance(attribute.columns[0].type, UtcTimeType) and attribute.key not in STAMPED.get(row, ())
    ]
