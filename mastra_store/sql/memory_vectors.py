"""Vectors of messages that live beside them in PostgreSQL.

``@mastra/pg`` keeps them in tables ``memory_messages`` and ``memory_messages_<dimension>`` of the schema, and deletes
those of a thread with it (contract: memory.md, deleteThread), and those of pruned messages (conventions.md, section 9).
"""

from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Executable,
    MetaData,
    Select,
    Table,
    Text,
    bindparam,
    column,
    delete,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.sql.dml import Delete

from ..models.memory import MessageRow
from .dialects import SqlDialect
from .plans import Work, statement


def delete_vectors_of_thread(schema: str | None, thread_id: str) -> Work[None]:
    """Delete the vectors of a thread's messages, in each table that holds such."""
    for name in (yield vector_tables().bind(schema=schema)):
        yield without_vectors(table_name=name).bind(of_thread=thread_id)


def delete_vectors_of_messages(schema: str | None, message_ids: list[str]) -> Work[dict[str, int]]:
    """Delete the vectors of messages, in each table that holds such. Returns how many, by table."""
    deleted: dict[str, int] = {}
    for name in (yield vector_tables().bind(schema=schema)):
        deleted[name] = len((yield without_vectors_of_messages(table_name=name).bind(messages=message_ids)))
    return deleted


@statement(lambda name: name)
def vector_tables(sql: SqlDialect) -> Select[Any]:
    """The tables of a schema (the connection's own for NULL) that hold vectors of messages."""
    relation = table("pg_class", column("oid"), column("relname"), column("relnamespace"), schema="pg_catalog")
    namespace = table("pg_namespace", column("oid"), column("nspname"), schema="pg_catalog")
    attribute = table("pg_attribute", column("attrelid"), column("attname"), schema="pg_catalog")
    wanted = func.coalesce(bindparam("schema", type_=Text()), func.current_schema())
    return (
        select(relation.c.relname)
        .join(namespace, namespace.c.oid == relation.c.relnamespace)
        .join(attribute, attribute.c.attrelid == relation.c.oid)
        .where(namespace.c.nspname == wanted, attribute.c.attname == "metadata")
        .where(relation.c.relname.regexp_match("^memory_messages(_.*)?$"))
        .order_by(relation.c.relname)
    )


@statement(lambda: None)
def without_vectors(sql: SqlDialect, *, table_name: str) -> Delete:
    vectors, of_thread = _vectors(table_name, "thread_id")
    return delete(vectors).where(of_thread == bindparam("of_thread"))


@statement(lambda one: one)
def without_vectors_of_messages(sql: SqlDialect, *, table_name: str) -> Executable:
    """Searches the whole table, unless somebody made an index of ``metadata->>'message_id'``."""
    vectors, of_message = _vectors(table_name, "message_id")
    return delete(vectors).where(sql.is_any_of(of_message, "messages")).returning(literal_column("1"))


@statement(lambda count: count)
def count_of_vectors(sql: SqlDialect, *, table_name: str) -> Select[Any]:
    """How many vectors are of messages that are older than ``before``."""
    vectors, of_message = _vectors(table_name, "message_id")
    aged = select(MessageRow.id).where(sql.is_before(MessageRow.created_at, "before"))
    return select(func.count()).select_from(vectors).where(of_message.in_(aged))


def _vectors(table_name: str, key: str) -> tuple[Table, ColumnElement[str]]:
    """A table of vectors, and what its metadata says of ``key``."""
    from sqlalchemy.dialects.postgresql import JSONB  # its import is for those who use PostgreSQL

    # A whole Table: only those are put into the storage's schema.
    vectors = Table(table_name, MetaData(), Column("metadata", JSONB()))
    return vectors, vectors.c.metadata[key].astext
