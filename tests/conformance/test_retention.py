"""Pruning on every backend of ours."""

from mastra_store.testing.retention import *  # noqa: F403
