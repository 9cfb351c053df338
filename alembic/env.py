"""Alembic's environment. Everything real is in ``mastra_store.migrations``, which runs without this checkout too."""

from mastra_store.migrations.environment import run

run()
