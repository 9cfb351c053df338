"""The versioned domains and favorites on every backend of ours."""

from mastra_store.testing.agents import *  # noqa: F403
