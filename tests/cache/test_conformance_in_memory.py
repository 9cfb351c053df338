"""Behind a cache in memory a storage keeps every promise that it keeps without."""

from mastra_store.testing.memory import *  # noqa: F403
from mastra_store.testing.workflows import *  # noqa: F403
