"""The conformance suite of vector stores, to be imported whole into a test module."""

from .recall import *  # noqa: F403
from .vector_changes import *  # noqa: F403
from .vector_indexes import *  # noqa: F403
from .vector_queries import *  # noqa: F403
from .vector_transactions import *  # noqa: F403
