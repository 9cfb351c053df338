"""The conformance suite of the memory domain and of units of work, to be imported whole into a test module."""

from .cancellation import *  # noqa: F403
from .copies import *  # noqa: F403
from .message_changes import *  # noqa: F403
from .message_lists import *  # noqa: F403
from .messages import *  # noqa: F403
from .neighbourhoods import *  # noqa: F403
from .paging import *  # noqa: F403
from .read_scopes import *  # noqa: F403
from .refused_ids import *  # noqa: F403
from .refused_input import *  # noqa: F403
from .resources import *  # noqa: F403
from .sql_transactions import *  # noqa: F403
from .thread_lists import *  # noqa: F403
from .threads import *  # noqa: F403
from .transactions import *  # noqa: F403
