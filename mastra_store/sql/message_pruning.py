"""Pruning of the memory domain. The vectors of pruned messages go with them, in the same transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, delete

from ..models.memory import MessageRow, ResourceRow, ThreadRow
from .database import Executor
from .dialects import SqlDialect
from .memory_vectors import count_of_vectors, delete_vectors, vector_tables
from .plans import Work, statement
from .pruning import SqlPruning, table_of


class SqlMemoryPruning(SqlPruning):
    """The part of the memory domain that is pruned. Messages, resources and threads go each by their own age."""

    ages = {  # noqa: RUF012
        "messages": MessageRow.created_at,
        "resources": ResourceRow.created_at,
        "threads": ThreadRow.created_at,
    }

    async def _count_aged(self, key: str, before: datetime) -> Mapping[str, int]:
        counts = dict(await super()._count_aged(key, before))
        if key == "messages":
            for name, _ in await self._database.read(vector_tables().bind(schema=self._database.schema)):
                (counts[name],) = await self._database.read(count_of_vectors(table_name=name).bind(before=before))
        return counts

    async def _prune_batch(self, key: str, before: datetime, most: int) -> Mapping[str, int]:
        if key == "messages":
            return await self._database.run(pruned_messages(self._database, before, most))
        return await super()._prune_batch(key, before, most)


def pruned_messages(database: Executor, before: datetime, most: int) -> Work[Mapping[str, int]]:
    """Delete old messages and their vectors."""
    ids = yield without_aged_messages().bind(before=before, limit=most)
    deleted = {table_of(MessageRow.id): len(ids)}
    if ids:
        deleted |= yield from delete_vectors(database, "message_id", ids)
    return deleted


@statement(lambda message_id: message_id)
def without_aged_messages(sql: SqlDialect) -> Executable:
    """``without_aged``, which gives the ids."""
    age: Any = MessageRow.created_at
    return (
        delete(MessageRow).where(sql.some_before(age, "before"), sql.is_before(age, "before")).returning(MessageRow.id)
    )
