"""The conformance tests of the workflows domain: ``from mastra_store.testing.workflows import *``."""

from .workflow_lists import *  # noqa: F403
from .workflow_snapshots import *  # noqa: F403
from .workflow_updates import *  # noqa: F403
