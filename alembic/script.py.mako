"""${message}

Why, what it locks and for how long, what the downgrade loses.

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""

import pgvector.sqlalchemy
import sqlalchemy as sa
from alembic import context, op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    schema = context.config.attributes["schema"]
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    schema = context.config.attributes["schema"]
    ${downgrades if downgrades else "pass"}
