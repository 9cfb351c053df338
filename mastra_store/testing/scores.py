"""The conformance tests of the scores domain: ``from mastra_store.testing.scores import *``."""

from .score_lists import *  # noqa: F403
from .score_saving import *  # noqa: F403
from .score_summaries import *  # noqa: F403
