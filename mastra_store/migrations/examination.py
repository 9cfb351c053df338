"""What ``doctor`` looks for: rows that are stored otherwise than they should be, and indexes that are missing."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    UniqueConstraint,
    and_,
    exists,
    extract,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.exc import DBAPIError

from ..models.types import JsonType, QuotedJsonType, UtcTimeType
from ..records.diagnosis import Diagnosis, Finding
from ..schema import physical_metadata
from .catalog import Live, invalid_indexes
from .comparison import compared_with, found_differences
from .definitions import definitions_of
from .locking import milliseconds
from .variants import accept

EXAMPLES = 3
"""How many ids a finding shows."""
LARGE = 10_000
"""Rows of a table from which on a missing index counts."""

TWINS_UNKEPT = {
    "mastra_experiments": {"startedAt", "completedAt"},
    "mastra_experiment_results": {"startedAt", "completedAt", "createdAt"},
}
"""Times whose twins @mastra/pg never writes, so that they say when the row was inserted (contract: conventions.md,
"PostgreSQL specifics"). Of notifications and knowledge it writes none."""
_UNKEPT_TABLES = ("mastra_notifications", "mastra_knowledge_")

R = TypeVar("R")


@dataclass
class Check:
    """A condition that no row of a table should meet."""

    kind: str
    table: Table
    place: str
    condition: ColumnElement[bool]
    advice: str


def examined(connection: Connection, schema: str | None, statement_timeout: float | None) -> Diagnosis:
    """Look at all tables of Mastra that are there. Changes nothing."""
    limit = milliseconds("statement_timeout", statement_timeout)
    metadata = physical_metadata(connection.dialect.name, schema)
    diagnosis = Diagnosis([], [])
    with _looking(connection, limit), definitions_of(connection) as definitions:
        there = Live(definitions, metadata, schema)
        for table in metadata.sorted_tables:
            _examine(diagnosis, connection, str(table.name), _checks(table, there), limit)
        orphans = _orphans(metadata, there)
        _examine(diagnosis, connection, "messages without a thread", orphans, limit, alone=True)
        diagnosis.findings.extend(_invalid(connection, there, schema))
        accept(metadata, there)
        differences = found_differences(definitions, compared_with(metadata, schema))
        diagnosis.findings.extend(_missing(connection, there, differences))
    return diagnosis


def _checks(table: Table, there: Live) -> list[Check]:
    """What one pass over a table can find."""
    columns = there.columns.get(table.name, {})
    found = []
    for column in table.columns:
        if column.name not in columns:
            continue
        if isinstance(column.type, UtcTimeType) and f"{column.name}Z" in columns and _is_kept(column):
            found.append(_twins_that_differ(column))
        if isinstance(column.type, JsonType) and not isinstance(column.type, QuotedJsonType):
            ours, theirs = there.types(column, columns[column.name])
            if ours == theirs or there.dialect.name == "sqlite":
                found.append(_json_in_json(column, there.dialect.name))
    return found


def _is_kept(column: Column[Any]) -> bool:
    table = column.table.name
    return not table.startswith(_UNKEPT_TABLES) and column.name not in TWINS_UNKEPT.get(table, ())


def _twins_that_differ(column: Column[Any]) -> Check:
    table = column.table
    twin = table.c[f"{column.name}Z"]
    apart = func.abs(extract("epoch", twin - func.timezone(literal_column("'UTC'"), column)))
    return Check(
        "times",
        table,
        f"{table.name}.{column.name}",
        and_(twin.is_not(None), or_(column.is_(None), apart >= 0.001)),
        f"{twin.name} is another instant, or there is one where {column.name} is NULL. Reads take {twin.name}; order "
        f"and filters mostly {column.name}. Writers in other zones do that: run them with TZ=UTC and a session in UTC",
    )


def _json_in_json(column: Column[Any], dialect: str) -> Check:
    table = column.table
    habit = getattr(column.type, "nested", False)
    advice = (
        "JSON text in a JSON string. @mastra/pg writes it so, and it is read rightly, but no filter looks into it"
        if habit
        else "JSON text in a JSON string: it is read as text, and no filter looks into it. Store the value itself"
    )
    condition = _string_of_json(column) if dialect == "postgresql" else _cell_of_json(column)
    return Check("json", table, f"{table.name}.{column.name}", condition, advice)


def _string_of_json(column: Column[Any]) -> ColumnElement[bool]:
    text = func.ltrim(column.op("#>>")(literal_column("'{}'")))
    return and_(func.jsonb_typeof(column) == "string", func.left(text, 1).in_(["{", "["]))


def _cell_of_json(column: Column[Any]) -> ColumnElement[bool]:
    """The same in SQLite's cells, which are text, or JSONB: a byte that says what follows and, in its upper half, how
    long that is or in how many bytes its length is told."""
    name = f'"{column.name}"'
    first = f"hex(substr({name}, 1, 1))"
    header = f"CASE substr({first}, 1, 1) WHEN 'C' THEN 2 WHEN 'D' THEN 3 WHEN 'E' THEN 5 WHEN 'F' THEN 9 ELSE 1 END"
    text = f"typeof({name}) = 'text' AND substr({name}, 1, 2) IN ('\"{{', '\"[')"
    binary = (
        f"typeof({name}) = 'blob' AND substr({first}, 2, 1) IN ('7', '8', '9', 'A') "
        f"AND substr({name}, 1 + {header}, 1) IN (X'7B', X'5B')"
    )
    return literal_column(f"({text} OR {binary})")


def _orphans(metadata: MetaData, there: Live) -> list[Check]:
    tables = {table.name: table for table in metadata.sorted_tables}
    messages, threads = tables["mastra_messages"], tables["mastra_threads"]
    if not {messages.name, threads.name} <= there.columns.keys():
        return []
    return [
        Check(
            "orphans",
            messages,
            "mastra_messages",
            ~exists().where(threads.c.id == messages.c.thread_id),
            "the thread of these messages is not there, so no list of threads leads to them: save the thread, or "
            "delete them with delete_messages",
        )
    ]


def _examine(
    diagnosis: Diagnosis,
    connection: Connection,
    name: str,
    checks: list[Check],
    limit: int,
    *,
    alone: bool = False,
) -> None:
    """Count what all checks of one table find in one pass, and fetch a few ids where there is any.

    Args:
        alone: the one check is the statement's condition, which a server can plan better.
    """

    def findings() -> list[Finding]:
        if not checks:
            return []
        table = checks[0].table
        wanted: list[Any] = [func.count()] if alone else [func.count().filter(each.condition) for each in checks]
        counts = select(*wanted).select_from(table).where(*([checks[0].condition] if alone else []))
        counted = connection.execute(counts).one()
        return [
            Finding(each.kind, each.place, count, _examples(connection, each), each.advice)
            for each, count in zip(checks, counted, strict=True)
            if count
        ]

    found = _within(connection, limit, findings)
    if found is None:
        diagnosis.unfinished.append(name)
    else:
        diagnosis.findings.extend(found)


def _examples(connection: Connection, check: Check) -> list[str]:
    rows = connection.execute(select(*_key(check.table)).where(check.condition).limit(EXAMPLES))
    return ["/".join(map(str, row)) for row in rows]


def _key(table: Table) -> list[Column[Any]]:
    """What tells rows apart."""
    unique = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    return list(table.primary_key.columns) or list(unique[0].columns if unique else [table.c.id])


def _invalid(connection: Connection, there: Live, schema: str | None) -> Iterator[Finding]:
    for table, index in invalid_indexes(connection, schema):
        if table in there.columns:
            advice = "PostgreSQL does not use it, since making it failed: REINDEX INDEX CONCURRENTLY, or drop it"
            yield Finding("invalid_index", table, 1, [index], advice)


def _missing(connection: Connection, there: Live, differences: list[tuple[Any, ...]]) -> Iterator[Finding]:
    for kind, item, *_ in differences:
        if kind == "add_index" and item.table.name in there.columns:
            some = select(literal_column("1")).select_from(item.table).limit(LARGE).subquery()
            rows = connection.execute(select(func.count()).select_from(some)).scalar_one()
            if rows == LARGE:
                advice = "statements that need it read the whole table: adopt and upgrade make it"
                yield Finding("missing_index", str(item.table.name), rows, [str(item.name)], advice)


@contextmanager
def _looking(connection: Connection, limit: int) -> Iterator[None]:
    """A block that only reads. It leaves the caller's transaction as it was.

    Args:
        limit: milliseconds to wait for somebody who alters a table (PostgreSQL).
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    ours = not connection.in_transaction()
    with connection.begin() if ours else connection.begin_nested() as transaction:
        if ours:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {limit}")
        yield
        transaction.rollback()  # the limit goes with it


def _within(connection: Connection, limit: int, work: Callable[[], R]) -> R | None:
    """What ``work`` returns, or ``None`` if a statement of it took too long.

    Args:
        limit: milliseconds; 0 for any time.
    """
    part: AbstractContextManager[Any] = nullcontext()
    if connection.dialect.name == "postgresql":
        part = _limited(connection, limit)
    elif limit:
        part = _interrupted(connection, limit)
    try:
        with part:
            return work()
    except DBAPIError as error:
        late = getattr(error.orig, "sqlstate", None) in ("57014", "55P03")
        if late or getattr(error.orig, "sqlite_errorname", None) == "SQLITE_INTERRUPT":
            return None
        raise


@contextmanager
def _limited(connection: Connection, limit: int) -> Iterator[None]:
    with connection.begin_nested():  # so that the transaction goes on after a statement that took too long
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {limit}")
        yield
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


@contextmanager
def _interrupted(connection: Connection, limit: int) -> Iterator[None]:
    """SQLite has no limit of its own: it asks every so many steps."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    until = time.monotonic() + limit / 1000
    driver.set_progress_handler(lambda: time.monotonic() > until, 10_000)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)
