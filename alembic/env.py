"""Alembic's environment. Everything real is in ``mastra_store.migrations``, which runs without this checkout too."""

from logging.config import fileConfig

from alembic import context

from mastra_store.migrations.environment import run

if context.config.config_file_name is not None:  # the command line: say what is done
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)

run()
