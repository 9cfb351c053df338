"""The memory domain and units of work on every backend of ours."""

from mastra_store.testing.memory import *  # noqa: F403
