"""The memory domain on SQL: threads, messages, their lists, resources and copies, one module each."""

from sqlalchemy import delete
from sqlalchemy.sql.dml import Delete

from ..domains.base import operation
from ..models.base import Base
from ..models.memory import MessageRow, ObservationalMemoryRow, ResourceRow, ThreadRow
from .copies import SqlCopies
from .dialects import SqlDialect
from .message_lists import SqlMessageLists
from .message_pruning import SqlMemoryPruning
from .messages import SqlMessages
from .plans import Work, statement
from .resources import SqlResources
from .threads import SqlThreads


class SqlMemory(SqlThreads, SqlMessages, SqlMessageLists, SqlResources, SqlCopies, SqlMemoryPruning):
    """The memory domain on SQL."""

    rows = (ThreadRow, MessageRow, ResourceRow)

    @operation
    async def dangerously_clear_all(self) -> None:
        await self._database.run(cleared())


def cleared() -> Work[None]:
    """Delete every row of the domain."""
    for row in (MessageRow, ThreadRow, ResourceRow, ObservationalMemoryRow):
        yield without_rows(row).bind()


@statement(lambda: None)
def without_rows(sql: SqlDialect, row: type[Base]) -> Delete:
    return delete(row)
