"""A table of our own for copies from other storages that have begun: how far each of them has come.

``mastra_store.copy`` writes it in the transaction of each batch, so that a copy that was broken off goes on where it
was. TypeScript never touches it, and it is empty while no copy is under way.

Locks: only what it makes. The downgrade forgets how far unfinished copies have come; their rows stay.

Revision ID: 0003
Revises: 0002
"""

from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql as pg

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COPIES = "mastra_store_copies"


def upgrade() -> None:
    op.create_table(COPIES, *columns(), sa.PrimaryKeyConstraint("copyId", "tableName"), schema=schema())


def downgrade() -> None:
    op.drop_table(COPIES, schema=schema())


def columns() -> list[sa.Column[Any]]:
    if on_postgresql():
        number, flag, time, json = sa.BigInteger(), sa.Boolean(), pg.TIMESTAMP(), pg.JSONB()
        twins = [sa.Column("startedAtZ", pg.TIMESTAMP(timezone=True), server_default=sa.func.now())]
    else:
        number, flag, time, json = sa.Integer(), sa.Integer(), sa.Text(), sa.Text()
        twins = []
    return [
        sa.Column("copyId", sa.Text(), nullable=False),
        sa.Column("tableName", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("lastKey", json, nullable=True),
        sa.Column("batches", number, nullable=False),
        sa.Column("copied", number, nullable=False),
        sa.Column("skipped", number, nullable=False),
        sa.Column("done", flag, nullable=False),
        sa.Column("startedAt", time, nullable=False),
        *twins,
    ]


def on_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def schema() -> str | None:
    name: str | None = context.config.attributes["schema"]
    return name
