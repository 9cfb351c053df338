"""Vector stores on every backend of ours."""

from mastra_store.testing.vectors import *  # noqa: F403
