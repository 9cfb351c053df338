"""The scores domain on every backend of ours."""

from mastra_store.testing.scores import *  # noqa: F403
