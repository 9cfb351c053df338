"""Vectors of messages that live beside them in PostgreSQL.

``@mastra/pg`` keeps them in tables ``memory_messages`` and ``memory_messages_<dimension>`` of the schema, and deletes
those of a thread with it (contract: memory.md, deleteThread).
"""

from typing import Any

from sqlalchemy import Column, MetaData, Select, Table, Text, bindparam, column, delete, func, select, table
from sqlalchemy.sql.dml import Delete

from .dialects import SqlDialect
from .plans import Work, statement


def delete_vectors_of_thread(schema: str | None, thread_id: str) -> Work[None]:
    """Delete the vectors of a thread's messages, in each table that holds such."""
    for name in (yield vector_tables().bind(schema=schema)):
        yield without_vectors(table_name=name).bind(of_thread=thread_id)


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
    from sqlalchemy.dialects.postgresql import JSONB  # its import is for those who use PostgreSQL

    # A whole Table: only those are put into the storage's schema.
    vectors = Table(table_name, MetaData(), Column("metadata", JSONB()))
    return delete(vectors).where(vectors.c.metadata["thread_id"].astext == bindparam("of_thread"))
