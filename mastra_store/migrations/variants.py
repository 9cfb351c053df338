"""How tables of Mastra may differ from the models: what ``adopt`` and ``check`` accept, and what ``adopt`` mends.

This is the one list. It was made from databases of @mastra/pg and @mastra/libsql 1.0.0, 1.6.0, 1.10.0 and 1.18.0,
before and after the newest packages had opened them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, MetaData, Table, text
from sqlalchemy.schema import DefaultClause

from .catalog import Live

OLD_AGENTS = "mastra_store_old_agents"
"""What the table of agents of 1.0 is called while its rows are moved."""

WIDER = {
    "postgresql": {("TEXT", "VARCHAR"), ("INTEGER", "BIGINT")},
    "sqlite": {("TEXT", "JSON"), ("TEXT", "BLOB"), ("TEXT", "VARCHAR"), ("INTEGER", "BIGINT"), ("INTEGER", "BOOLEAN")},
}
"""A type of ours, and one that holds all that it does and gives it back alike. On SQLite the cell decides, not the
column: JSON may be text or binary in each of them."""


def accept(metadata: MetaData, found: Live) -> list[str]:
    """Make the models of what is there, wherever it is an accepted variant of them. Returns what was accepted."""
    tables = [table for table in metadata.sorted_tables if table.name in found.columns]
    return [line for variant in ACCEPTED for table in tables for line in variant(table, found)]


def _defaults_of_null(table: Table, found: Live) -> Iterator[str]:
    """@mastra/libsql adds a column to an older table with ``DEFAULT NULL``, which is what it is without."""
    for column, there in _columns(table, found):
        if column.server_default is None and str(there["default"]).upper() == "NULL":
            column.server_default = DefaultClause(text(there["default"]))
            yield f"column {table.name}.{column.name}: default is NULL"


def _needed_targets(table: Table, found: Live) -> Iterator[str]:
    """Experiments had to have a target once. The newest packages leave such columns NOT NULL."""
    for column, there in _columns(table, found):
        if table.name == "mastra_experiments" and column.name in ("targetType", "targetId") and not there["nullable"]:
            column.nullable = False
            yield f"column {table.name}.{column.name}: may not be NULL"


def _wider_types(table: Table, found: Live) -> Iterator[str]:
    """Types that hold more than ours."""
    for column, there in _columns(table, found):
        if found.types(column, there) in WIDER[found.dialect.name]:
            column.type = there["type"]
            yield f"column {table.name}.{column.name}: type is {there['type']}"


ACCEPTED: tuple[Callable[[Table, Live], Iterable[str]], ...] = (
    _defaults_of_null,
    _needed_targets,
    _wider_types,
)


@dataclass
class Mending:
    """What has to be changed in tables that are there: a line each, and SQL to run before and after the migrations."""

    lines: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    """Tables that are made anew, and filled from what they were."""
    keyed: list[Table] = field(default_factory=list)
    """Tables that get the primary key that they lack."""


def mending(metadata: MetaData, found: Live, schema: str | None) -> Mending:
    """What of the tables of older versions has to be changed. What will be made anew is gone from ``found``."""
    todo = Mending()
    for mend in MENDED:
        mend(metadata, found, f'"{schema}".' if schema else "", todo)
    return todo


def _agents_in_one_table(metadata: MetaData, found: Live, place: str, todo: Mending) -> None:
    """1.0 kept an agent's configuration in its row; since then it is a version of its own, and the row has a status.

    The newest packages move it, too; @mastra/libsql loses the JSON in doing so. Here the cells are copied.
    """
    columns = found.columns.get("mastra_agents", {})
    if "instructions" not in columns or "status" in columns:
        return
    todo.lines.append("table mastra_agents is that of Mastra 1.0: each agent's configuration becomes its version 1")
    todo.before.append(f"ALTER TABLE {place}mastra_agents RENAME TO {OLD_AGENTS}")
    if key := found.keys["mastra_agents"]["name"]:
        todo.before.append(f'ALTER TABLE {place}{OLD_AGENTS} RENAME CONSTRAINT "{key}" TO {OLD_AGENTS}_pkey')
    number_one = "id || '-version-1'"
    note = "'Moved from the table of Mastra 1.0'"
    version = {"id": number_one, "agentId": "id", "versionNumber": "1", "changeMessage": note}
    agent = {"status": "'published'", "activeVersionId": number_one}
    for table in metadata.sorted_tables:
        if (new := {"mastra_agent_versions": version, "mastra_agents": agent}.get(table.name)) is not None:
            cells = {each.name: f'"{each.name}"' for each in table.columns if each.name in columns} | new
            into = ", ".join(f'"{each}"' for each in cells)
            moved = f"INSERT INTO {place}{table.name} ({into}) SELECT {', '.join(cells.values())}"
            todo.after.append(f"{moved} FROM {place}{OLD_AGENTS}")
    todo.after.append(f"DROP TABLE {place}{OLD_AGENTS}")
    todo.moved.add("mastra_agents")
    found.forget("mastra_agents")


def _one_result_per_item(metadata: MetaData, found: Live, place: str, todo: Mending) -> None:
    """An item of an experiment had one result once. Since it may be tried again, attempts have numbers."""
    if "idx_experiment_results_exp_item" in found.indexes.get("mastra_experiment_results", {}):
        todo.lines.append("index idx_experiment_results_exp_item of mastra_experiment_results forbids second attempts")
        todo.before.append(f"DROP INDEX {place}idx_experiment_results_exp_item")


def _json_in_text(metadata: MetaData, found: Live, place: str, todo: Mending) -> None:
    """@mastra/pg kept some JSON in columns of text before 1.0. Statements of ours look into it, and so do indexes."""
    for table in metadata.sorted_tables:
        for column, there in _columns(table, found):
            if found.types(column, there) in {("JSONB", "TEXT"), ("JSONB", "JSON")}:
                todo.lines.append(f"column {table.name}.{column.name}: type is {there['type']} and becomes JSONB")
                change = f'ALTER COLUMN "{column.name}" TYPE jsonb USING "{column.name}"::jsonb'
                todo.before.append(f"ALTER TABLE {place}{table.name} {change}")
                column.type = there["type"]


def _spans_without_key(metadata: MetaData, found: Live, place: str, todo: Mending) -> None:
    """Where the names of two of its constraints are cut to one, @mastra/pg leaves its spans without a primary key. That
    is so in schemas of 55 characters and more, and it can write no span there."""
    key = found.keys.get("mastra_ai_spans") if found.dialect.name == "postgresql" else None
    if key is None or key["constrained_columns"]:
        return
    [table] = [each for each in metadata.sorted_tables if each.name == "mastra_ai_spans"]
    columns = ", ".join(f'"{each.name}"' for each in table.primary_key.columns)
    todo.lines.append("primary key of mastra_ai_spans is missing")
    change = f'ADD CONSTRAINT "{table.primary_key.name}" PRIMARY KEY ({columns})'
    todo.before.append(f"ALTER TABLE {place}mastra_ai_spans {change}")
    todo.keyed.append(table)


MENDED: tuple[Callable[[MetaData, Live, str, Mending], None], ...] = (
    _agents_in_one_table,
    _one_result_per_item,
    _json_in_text,
    _spans_without_key,
)


def _columns(table: Table, found: Live) -> Iterator[tuple[Column[Any], dict[str, Any]]]:
    """The columns that are on both sides."""
    there = found.columns.get(table.name, {})
    return ((column, there[column.name]) for column in table.columns if column.name in there)
