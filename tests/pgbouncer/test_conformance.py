"""Every domain and units of work, by a role that may run no DDL, behind a PgBouncer without prepared statements."""

from mastra_store.testing.agents import *  # noqa: F403
from mastra_store.testing.memory import *  # noqa: F403
from mastra_store.testing.observability import *  # noqa: F403
from mastra_store.testing.retention import *  # noqa: F403
from mastra_store.testing.scores import *  # noqa: F403
from mastra_store.testing.workflows import *  # noqa: F403
from tests.conformance.servers_alone import without_refusals

without_refusals(globals())
