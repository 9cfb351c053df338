"""Memory and workflows, by a role that may do nothing but read and write rows.

Left out is what needs tables of the caller's own, and what shows more ways to read the same tables.
"""

from mastra_store.testing.copies import *  # noqa: F403
from mastra_store.testing.message_changes import *  # noqa: F403
from mastra_store.testing.messages import *  # noqa: F403
from mastra_store.testing.resources import *  # noqa: F403
from mastra_store.testing.threads import *  # noqa: F403
from mastra_store.testing.transactions import *  # noqa: F403
from mastra_store.testing.workflows import *  # noqa: F403
from tests.conformance.servers_alone import without_refusals

without_refusals(globals())
