"""Rows of the knowledge domain."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import UNPREFIXED, Base
from .types import Json, JsonObject, UtcTime


class KnowledgeNodeRow(Base):
    """Something that is known of: a person, a project, a topic."""

    __tablename__ = "mastra_knowledge_nodes"

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column()
    name: Mapped[str]
    canonical_name: Mapped[str] = mapped_column("canonicalName")
    kind: Mapped[str | None]
    content: Mapped[str | None]
    description: Mapped[str | None]
    scope: Mapped[Json]
    scope_key: Mapped[str] = mapped_column("scopeKey")
    version: Mapped[int]
    merged_into: Mapped[str | None] = mapped_column("mergedInto")
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")

    __table_args__ = (
        # list_nodes.
        Index("idx_knowledge_nodes_scope", scope_key, type, info=UNPREFIXED),
        # create_node: none twice; get_node_by_name, resolve_node.
        Index("idx_knowledge_nodes_identity", type, scope_key, canonical_name, unique=True, info=UNPREFIXED),
    )


class KnowledgeRecordRow(Base):
    """One thing that is known of a node."""

    __tablename__ = "mastra_knowledge_records"

    id: Mapped[str] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column()
    text: Mapped[str]
    scope: Mapped[Json]
    scope_key: Mapped[str] = mapped_column("scopeKey")
    source_thread_id: Mapped[str] = mapped_column("sourceThreadId")
    captured_at: Mapped[UtcTime] = mapped_column("capturedAt")
    when: Mapped[UtcTime | None]
    max_scope: Mapped[str | None] = mapped_column("maxScope")
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")
    deleted_at: Mapped[UtcTime | None] = mapped_column("deletedAt")
    deleted_by: Mapped[str | None] = mapped_column("deletedBy")

    __table_args__ = (
        # list_knowledge_about a node.
        Index("idx_knowledge_records_node_latest", node, id.desc(), info=UNPREFIXED),
        # knowledge_by_source.
        Index("idx_knowledge_records_thread_latest", source_thread_id, id.desc(), info=UNPREFIXED),
    )


class KnowledgeMentionRow(Base):
    """That a source mentions a record."""

    __tablename__ = "mastra_knowledge_mentions"

    source_type: Mapped[str] = mapped_column("sourceType", primary_key=True)
    source_id: Mapped[str] = mapped_column("sourceId", primary_key=True)
    record_id: Mapped[str] = mapped_column("recordId", primary_key=True)

    __table_args__ = (
        # list_knowledge_mentioning; merge_nodes.
        Index("idx_knowledge_mentions_record", record_id, source_type, source_id, info=UNPREFIXED),
    )


class KnowledgeCursorRow(Base):
    """How far an agent has read a thread."""

    __tablename__ = "mastra_knowledge_cursors"

    source_thread_id: Mapped[str] = mapped_column("sourceThreadId", primary_key=True)
    agent: Mapped[str] = mapped_column(primary_key=True)
    last_knowledge_id: Mapped[str] = mapped_column("lastKnowledgeId")
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")


class KnowledgeActivityRow(Base):
    """That a record or node was changed."""

    __tablename__ = "mastra_knowledge_activity"

    id: Mapped[str] = mapped_column(primary_key=True)
    action: Mapped[str]
    record_type: Mapped[str] = mapped_column("recordType")
    record_id: Mapped[str] = mapped_column("recordId")
    scope: Mapped[Json]
    scope_key: Mapped[str] = mapped_column("scopeKey")
    source_thread_id: Mapped[str | None] = mapped_column("sourceThreadId")
    created_at: Mapped[UtcTime] = mapped_column("createdAt")

    __table_args__ = (
        # list_activity.
        Index("idx_knowledge_activity_latest", id.desc(), info=UNPREFIXED),
    )


class KnowledgeOutboxRow(Base):
    """A change that the semantic index has still to be told."""

    __tablename__ = "mastra_knowledge_semantic_outbox"

    id: Mapped[str] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column("idempotencyKey")
    document_id: Mapped[str] = mapped_column("documentId")
    document_type: Mapped[str] = mapped_column("documentType")
    operation: Mapped[str]
    scope: Mapped[Json]
    scope_key: Mapped[str] = mapped_column("scopeKey")
    status: Mapped[str] = mapped_column()
    attempts: Mapped[int]
    available_at: Mapped[UtcTime] = mapped_column("availableAt")
    claimed_at: Mapped[UtcTime | None] = mapped_column("claimedAt")
    claimed_by: Mapped[str | None] = mapped_column("claimedBy")
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    completed_at: Mapped[UtcTime | None] = mapped_column("completedAt")

    __table_args__ = (
        # claim_semantic_outbox.
        Index("idx_knowledge_outbox_claim", status, available_at, created_at, info=UNPREFIXED),
        # create_node, update_node, append_knowledge: no change is told twice.
        Index("idx_knowledge_outbox_idempotency", idempotency_key, unique=True, info=UNPREFIXED),
    )
