"""The plans that PostgreSQL makes for our statements."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import psycopg

from mastra_store import PgStorage
from mastra_store.sql.database import Executor
from mastra_store.sql.plans import Call, Work, compile_plan
from mastra_store.sql.postgres_dialect import POSTGRESQL


async def asked_by(read: Callable[[Any], Awaitable[Any]], domain: Callable[[Executor], Any]) -> Call[Any]:
    """The first statement that a call on a domain runs."""
    try:
        await read(domain(_Unanswered()))
    except _AskedError as asked:
        return asked.call
    raise AssertionError("it asked nothing")


def explained(url: str, call: Call[Any]) -> dict[str, Any]:
    """The plan for a statement, as ``EXPLAIN`` tells it."""
    dialect = PgStorage("postgresql://nobody@localhost/nothing").engine.dialect
    plan = compile_plan(call.statement, POSTGRESQL, dialect, None)
    with psycopg.connect(url) as connection:
        cursor = connection.execute(f"EXPLAIN (FORMAT JSON) {plan.text}".encode(), plan.bind(call.values))
        [[[found]]] = cursor.fetchall()
    root: dict[str, Any] = found["Plan"]
    return root


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's nodes, itself first."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes_of(child)


def indexes_of(plan: dict[str, Any]) -> set[str]:
    """The indexes that a plan uses."""
    return {node["Index Name"] for node in nodes_of(plan) if "Index Name" in node}


def scanned_by(plan: dict[str, Any]) -> set[str]:
    """The tables that a plan reads from the beginning to the end."""
    return {node["Relation Name"] for node in nodes_of(plan) if node["Node Type"] == "Seq Scan"}


class _AskedError(Exception):
    """A statement was to be run."""

    def __init__(self, call: Call[Any]) -> None:
        self.call = call


class _Unanswered(Executor):
    """Raises what it is asked."""

    sql = POSTGRESQL

    async def read(self, call: Call[Any]) -> Any:
        raise _AskedError(call)

    write = read

    async def run(self, work: Work[Any]) -> Any:
        raise _AskedError(next(work))
