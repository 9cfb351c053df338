"""The workflows domain on every backend of ours."""

from mastra_store.testing.workflows import *  # noqa: F403
