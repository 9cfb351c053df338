"""Vectors of messages in the database of the messages: stored with them, and deleted with them.

``@mastra/pg`` keeps them in tables ``memory_messages`` and ``memory_messages_<dimension>`` of the schema, and deletes
those of a thread with it (contract: memory.md, deleteThread), and those of pruned messages (conventions.md, section 9).
"""

import logging
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Executable,
    MetaData,
    Select,
    Table,
    Text,
    delete,
    func,
    literal_column,
    select,
)

from ..domains import recall
from ..domains.message_input import Draft
from ..domains.recall import Embedded
from ..models.memory import MessageRow
from ..records.memory import Message
from .database import Executor
from .dialects import SqlDialect
from .message_saving import saving
from .plans import Work, statement

logger = logging.getLogger("mastra_store")

SHAPES = 64
"""Statements of one kind that are kept, for as many tables."""


async def save_with_vectors(
    database: Executor,
    vectors: Any,
    drafts: list[Draft],
    embedded: list[Embedded],
    create: tuple[str, str] | None,
) -> list[Message]:
    """Save messages and vectors of them, all or none. The index is made before, if it is missing.

    Args:
        vectors: the vector store on this very database.
    """
    storing = await vectors.storing(
        recall.index_of(recall.dimension_of(embedded[0].vector)),
        [each.vector for each in embedded],
        metadata_indexes=recall.METADATA_INDEXES,
    )
    return await database.run(saved_with_vectors(database.sql, storing, drafts, embedded, create))


def saved_with_vectors(
    sql: SqlDialect, storing: Any, drafts: list[Draft], embedded: list[Embedded], create: tuple[str, str] | None
) -> Work[list[Message]]:
    """Save messages, and replace their vectors."""
    saved = yield from saving(sql, drafts, create)
    by_id = {message.id: message for message in saved}
    ids = [each.message_id for each in embedded]
    # Mastra's vectors have ids of their own, and several may be of one message.
    yield without_vectors(table_name=storing.index_name, key="message_id").bind(keys=ids)
    yield from storing.entries(ids, [recall.metadata_of(by_id[each]) for each in ids])
    return saved


def delete_vectors(database: Executor, key: str, values: list[str]) -> Work[dict[str, int]]:
    """Delete the vectors whose metadata has one of these values at a key, in each table of vectors of messages.

    Returns:
        How many, by table. A table that can not be written into is named in a warning.
    """
    deleted: dict[str, int] = {}
    remain = []
    for name, writable in (yield vector_tables().bind(schema=database.schema)):
        if writable:
            deleted[name] = len((yield without_vectors(table_name=name, key=key).bind(keys=values)))
        else:
            remain.append(name)
    if remain:
        logger.warning(
            "vectors of what was deleted remain in %s (%s %s): it has an index of LibSQL's, and SQLite only reads",
            ", ".join(remain),
            key,
            ", ".join(values),
        )
    return deleted


@statement(lambda name, writable: (name, writable))
def vector_tables(sql: SqlDialect) -> Select[Any]:
    """The tables beside the messages that hold vectors of them, and whether they can be written into."""
    return sql.vector_tables("memory_messages")


@statement(lambda one: one, shapes=SHAPES)
def without_vectors(sql: SqlDialect, *, table_name: str, key: str) -> Executable:
    """Searches the whole table, unless somebody made an index of the key."""
    vectors, value = _vectors(sql, table_name, key)
    return delete(vectors).where(sql.is_any_of(value, "keys")).returning(literal_column("1"))


@statement(lambda count: count, shapes=SHAPES)
def count_of_vectors(sql: SqlDialect, *, table_name: str) -> Select[Any]:
    """How many vectors are of messages that are older than ``before``."""
    vectors, of_message = _vectors(sql, table_name, "message_id")
    aged = select(MessageRow.id).where(sql.is_before(MessageRow.created_at, "before"))
    return select(func.count()).select_from(vectors).where(of_message.in_(aged))


def _vectors(sql: SqlDialect, table_name: str, key: str) -> tuple[Table, ColumnElement[Any]]:
    """A table of vectors, and what its metadata says of ``key``."""
    # A whole Table: only those are put into the storage's schema.
    vectors = Table(table_name, MetaData(), Column("metadata", Text()))
    return vectors, sql.json_text_at(vectors.c.metadata, key)
