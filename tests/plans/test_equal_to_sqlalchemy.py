"""A plan gives what SQLAlchemy's own execution gives, over every column type, on each dialect."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings, strategies as st
from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from mastra_store.models.base import Base
from mastra_store.models.memory import MessageRow, ObservationalMemoryRow, ResourceRow, ThreadRow
from mastra_store.models.observability import SpanRow
from mastra_store.models.schedules import ScheduleRow
from mastra_store.models.scores import ScoreRow
from mastra_store.models.types import (
    FlagType,
    InstructionsType,
    JsonType,
    MessageContentType,
    MessageKindType,
    UtcTimeType,
    UtcTwinType,
    format_2,
)
from mastra_store.models.versioned import AgentVersionRow
from mastra_store.models.workflows import WorkflowSnapshotRow
from mastra_store.sql.dialects import SqlDialect
from mastra_store.sql.engine import ThroughSqlalchemy
from mastra_store.sql.plans import statement
from mastra_store.sql.storage import SqlStorage

ROWS = (
    ThreadRow,
    MessageRow,
    ResourceRow,
    ObservationalMemoryRow,
    WorkflowSnapshotRow,
    SpanRow,
    ScheduleRow,
    ScoreRow,
    AgentVersionRow,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
SMALL = st.integers(-(2**31), 2**31 - 1)
JSON = st.recursive(
    st.none() | st.booleans() | SMALL | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
TIMES = st.integers(0, 4 * 10**12).map(
    lambda milliseconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
)
OBJECTS = st.dictionaries(TEXTS, JSON, max_size=3)


@statement(lambda *cells: cells)
def every_column(sql: SqlDialect, row: type[Base]) -> Select[Any]:
    attributes = [getattr(row, each.key) for each in row.__mapper__.column_attrs if not _is_twin(each)]
    return select(*sql.columns(attributes)).order_by(*row.__mapper__.primary_key)


def _is_twin(attribute: Any) -> bool:
    return isinstance(attribute.columns[0].type, UtcTwinType)


def cells(column: Any) -> st.SearchStrategy[Any]:
    kind = column.type
    match kind:
        case UtcTimeType():
            strategy: st.SearchStrategy[Any] = TIMES
        case FlagType():
            strategy = st.booleans()
        case MessageContentType():
            strategy = OBJECTS.map(format_2)
        case MessageKindType():
            return st.none() | TEXTS.filter(bool)
        case InstructionsType():
            strategy = TEXTS.filter(lambda text: not text.lstrip().startswith("[")) | st.lists(JSON, max_size=3)
        case JsonType():
            strategy = OBJECTS if kind.nested else JSON.filter(lambda value: value is not None)
        case _ if kind.python_type is int:
            strategy = SMALL
        case _ if kind.python_type is float:
            strategy = st.floats(allow_nan=False, allow_infinity=False, width=32)
        case _:
            strategy = TEXTS
    return strategy | st.none() if column.nullable else strategy


def rows_of(row: type[Base]) -> st.SearchStrategy[dict[str, Any]]:
    attributes = [each for each in row.__mapper__.column_attrs if not _is_twin(each)]
    return st.fixed_dictionaries({each.key: cells(each.columns[0]) for each in attributes})


@pytest.mark.needs("sql")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.__tablename__)
@given(data=st.data())
@settings(max_examples=10, phases=[Phase.generate])
async def test_a_plan_reads_what_sqlalchemy_reads(storage: SqlStorage, row: type[Base], data: st.DataObject) -> None:
    values = data.draw(rows_of(row))
    async with storage.transaction() as tx:
        await tx.session.execute(delete(row))
        tx.session.add(row(**values))
    call = every_column(row).bind()

    by_plan = await storage._database.read(call)

    async with AsyncSession(storage.engine) as session:
        through = ThroughSqlalchemy(storage._database)
        assert by_plan == await through.run_on(await session.connection(), call)
    if row is not SpanRow or storage.engine.dialect.name == "sqlite":  # PostgreSQL stamps spans itself
        names = [each.key for each in row.__mapper__.column_attrs if not _is_twin(each)]
        assert by_plan == [tuple(values[name] for name in names)]
