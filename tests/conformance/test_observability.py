"""The observability domain on every backend of ours."""

from mastra_store.testing.observability import *  # noqa: F403
