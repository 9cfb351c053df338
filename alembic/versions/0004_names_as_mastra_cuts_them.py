"""In PostgreSQL schemas of long names: two constraints and an index are named as ``@mastra/pg`` looks for them.

Where a name with the schema's before it has more than 63 bytes, revision 0001 ended it in a hash. ``@mastra/pg`` lets
PostgreSQL cut these three: it did not find them, made a second constraint and index of the same columns, and failed
over the primary key of spans. Where it has made its own, ours goes; else ours is renamed. In other schemas, and on
SQLite, nothing changes.

Locks: ``mastra_ai_spans`` and ``mastra_workflow_snapshot`` for a moment, each as a whole. Nothing is read or built.

Revision ID: 0004
Revises: 0003
"""

import hashlib
import re

import sqlalchemy as sa
from alembic import context, op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SPANS, SNAPSHOTS = "mastra_ai_spans", "mastra_workflow_snapshot"
SNAPSHOT_KEY = "mastra_workflow_snapshot_workflow_name_run_id_key"
SPANS_KEY = "mastra_ai_spans_traceid_spanid_pk"
STATUS_INDEX = "mastra_workflow_snapshot_name_status_createdat_idx"


def upgrade() -> None:
    for table, hashed, cut in constraints():
        identity = f'REPLICA IDENTITY USING INDEX "{cut}", ' if table == SNAPSHOTS else ""
        execute(f"""DO $$ BEGIN
    IF {has_constraint(table, hashed)} THEN
        IF {has_constraint(table, cut)} THEN
            ALTER TABLE {place(table)} {identity}DROP CONSTRAINT "{hashed}";
        ELSE
            ALTER TABLE {place(table)} RENAME CONSTRAINT "{hashed}" TO "{cut}";
        END IF;
    END IF;
END $$""")
    for hashed, cut in indexes():
        execute(f"""DO $$ BEGIN
    IF {has_index(hashed)} THEN
        IF {has_index(cut)} THEN
            DROP INDEX {place(hashed)};
        ELSE
            ALTER INDEX {place(hashed)} RENAME TO "{cut}";
        END IF;
    END IF;
END $$""")


def downgrade() -> None:
    for table, hashed, cut in constraints():
        execute(f"""DO $$ BEGIN
    IF {has_constraint(table, cut)} THEN
        ALTER TABLE {place(table)} RENAME CONSTRAINT "{cut}" TO "{hashed}";
    END IF;
END $$""")
    for hashed, cut in indexes():
        execute(f"""DO $$ BEGIN
    IF {has_index(cut)} THEN
        ALTER INDEX {place(cut)} RENAME TO "{hashed}";
    END IF;
END $$""")


def constraints() -> list[tuple[str, str, str]]:
    """Tables, and the names of their constraints: before, and from now on."""
    if schema() is None:
        return []
    snapshots, spans = f"{word()}_{SNAPSHOT_KEY}", f"{word()}_{SPANS_KEY}"
    # What is cut to the same name has one name: the other keeps its hash.
    found = [(SNAPSHOTS, snapshots), *([(SPANS, spans)] if cut(spans) != cut(snapshots) else [])]
    return [(table, hashed(full), cut(full)) for table, full in found if is_long(full)]


def indexes() -> list[tuple[str, str]]:
    """The names of indexes: before, and from now on."""
    if schema() is None:
        return []
    full = f"{(schema() or '').lower()}_{STATUS_INDEX}"
    taken = {cut(f"{word()}_{key}") for key in (SNAPSHOT_KEY, SPANS_KEY)}
    return [(hashed(full), cut(full))] if is_long(full) and cut(full) not in taken else []


def is_long(full: str) -> bool:
    return len(full.encode()) > 63


def hashed(full: str) -> str:
    return full.encode()[:54].decode(errors="ignore") + "_" + hashlib.sha256(full.encode()).hexdigest()[:8]


def cut(full: str) -> str:
    """As PostgreSQL cuts it."""
    return full.encode()[:63].decode(errors="ignore")


def word() -> str:
    """The schema's name as constraints begin with it."""
    made = re.sub(r"[^A-Za-z0-9_]", "_", schema() or "")
    return f"_{made}".lower() if made[0].isdigit() else made.lower()


def place(name: str) -> str:
    return f'"{schema()}"."{name}"'  # no schema's name holds a quote


def has_constraint(table: str, name: str) -> str:
    return (
        "EXISTS (SELECT FROM pg_catalog.pg_constraint "
        f"WHERE conrelid = to_regclass('{place(table)}') AND conname = '{name}')"
    )


def has_index(name: str) -> str:
    return f"to_regclass('{place(name)}') IS NOT NULL"


def execute(statement: str) -> None:
    op.execute(sa.DDL(statement.replace("%", "%%")))  # DDL() would read a schema's % as a format


def schema() -> str | None:
    name: str | None = context.config.attributes["schema"] if op.get_context().dialect.name == "postgresql" else None
    return name
