"""The conformance tests of agents, the six other versioned domains, and favorites.

``from mastra_store.testing.agents import *``.
"""

from .entities import *  # noqa: F403
from .entity_lists import *  # noqa: F403
from .entity_refusals import *  # noqa: F403
from .entity_saving import *  # noqa: F403
from .entity_versions import *  # noqa: F403
from .entity_views import *  # noqa: F403
from .favorites import *  # noqa: F403
