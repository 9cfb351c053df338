"""The conformance tests of the observability domain: ``from mastra_store.testing.observability import *``."""

from .metrics import *  # noqa: F403
from .refused_spans import *  # noqa: F403
from .span_blocks import *  # noqa: F403
from .spans import *  # noqa: F403
from .trace_lists import *  # noqa: F403
from .trace_reads import *  # noqa: F403
