"""Rows of the memory domain: threads, messages, resources, observational memory."""

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import ONLY_POSTGRESQL, ONLY_SQLITE, UNPREFIXED, Base, instant
from .types import Json, JsonObject, MessageContent, MessageKind, NestedJson, UtcTime


class ThreadRow(Base):
    """A conversation, owned by one resource (a user, a team, a ticket)."""

    __tablename__ = "mastra_threads"

    id: Mapped[str] = mapped_column(primary_key=True)
    resource_id: Mapped[str] = mapped_column("resourceId")
    title: Mapped[str]
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")

    __table_args__ = (
        # Mastra's own, for its listThreads of a resource.
        Index("mastra_threads_resourceid_createdat_idx", resource_id, created_at.desc(), info=ONLY_POSTGRESQL),
        # list_threads of a resource by creation, on SQLite; PostgreSQL's, on the twins, stand below.
        Index("mastra_store_threads_resource_created_idx", resource_id, created_at, id, info=ONLY_SQLITE),
        # list_threads of a resource by last change.
        Index("mastra_store_threads_resource_updated_idx", resource_id, updated_at, id, info=ONLY_SQLITE),
        # list_threads of all resources by creation.
        Index("mastra_store_threads_created_idx", created_at, id, info=ONLY_SQLITE),
    )


class MessageRow(Base):
    """One message of a thread."""

    __tablename__ = "mastra_messages"

    id: Mapped[str] = mapped_column(primary_key=True)
    thread_id: Mapped[str] = mapped_column()
    content: Mapped[MessageContent]
    role: Mapped[str]
    type: Mapped[MessageKind]
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    resource_id: Mapped[str | None] = mapped_column("resourceId")

    __table_args__ = (
        # Mastra's own, for its listMessages.
        Index("mastra_messages_thread_id_createdat_idx", thread_id, created_at.desc(), info=ONLY_POSTGRESQL),
        # Mastra's own, for its listMessages.
        Index("idx_messages_thread_created_at", thread_id, created_at, info=ONLY_SQLITE),
        # Mastra's own, for its listMessages of a thread and resource.
        Index("idx_messages_thread_resource_created_at", thread_id, resource_id, created_at, info=ONLY_SQLITE),
        # list_messages, iter_messages: order with ties broken, so that deep pages are passed over on the index alone;
        # and so that the matches of a resource or between two instants are counted on it.
        Index(
            "mastra_store_messages_page_idx",
            thread_id,
            created_at,
            id,
            info={"postgresql_include": ["resourceId", "createdAtZ"]},
        ),
        # list_messages_by_resource_id.
        Index("mastra_store_messages_resource_page_idx", resource_id, created_at, id),
        # prune: the oldest messages.
        Index("mastra_store_messages_age_idx", created_at, postgresql_using="brin", info=ONLY_POSTGRESQL),
    )


class ResourceRow(Base):
    """What is remembered of a resource across its threads."""

    __tablename__ = "mastra_resources"

    id: Mapped[str] = mapped_column(primary_key=True)
    working_memory: Mapped[str | None] = mapped_column("workingMemory")
    metadata_: Mapped[NestedJson | None] = mapped_column("metadata")
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")


class ObservationalMemoryRow(Base):
    """One generation of what was observed of a thread or a resource."""

    __tablename__ = "mastra_observational_memory"

    id: Mapped[str] = mapped_column(primary_key=True)
    lookup_key: Mapped[str] = mapped_column("lookupKey")
    scope: Mapped[str]
    resource_id: Mapped[str | None] = mapped_column("resourceId")
    thread_id: Mapped[str | None] = mapped_column("threadId")
    active_observations: Mapped[str] = mapped_column("activeObservations")
    active_observations_pending_update: Mapped[str | None] = mapped_column("activeObservationsPendingUpdate")
    origin_type: Mapped[str] = mapped_column("originType")
    config: Mapped[str] = mapped_column(Text)
    generation_count: Mapped[int] = mapped_column("generationCount")
    last_observed_at: Mapped[UtcTime | None] = mapped_column("lastObservedAt")
    last_reflection_at: Mapped[UtcTime | None] = mapped_column("lastReflectionAt")
    pending_message_tokens: Mapped[int] = mapped_column("pendingMessageTokens")
    total_tokens_observed: Mapped[int] = mapped_column("totalTokensObserved")
    observation_token_count: Mapped[int] = mapped_column("observationTokenCount")
    is_observing: Mapped[bool] = mapped_column("isObserving")
    is_reflecting: Mapped[bool] = mapped_column("isReflecting")
    observed_message_ids: Mapped[Json | None] = mapped_column("observedMessageIds")
    observed_timezone: Mapped[str | None] = mapped_column("observedTimezone")
    buffered_observations: Mapped[str | None] = mapped_column("bufferedObservations")
    buffered_observation_tokens: Mapped[int | None] = mapped_column("bufferedObservationTokens")
    buffered_message_ids: Mapped[Json | None] = mapped_column("bufferedMessageIds")
    buffered_reflection: Mapped[str | None] = mapped_column("bufferedReflection")
    buffered_reflection_tokens: Mapped[int | None] = mapped_column("bufferedReflectionTokens")
    buffered_reflection_input_tokens: Mapped[int | None] = mapped_column("bufferedReflectionInputTokens")
    reflected_observation_line_count: Mapped[int | None] = mapped_column("reflectedObservationLineCount")
    buffered_observation_chunks: Mapped[Json | None] = mapped_column("bufferedObservationChunks")
    is_buffering_observation: Mapped[bool] = mapped_column("isBufferingObservation")
    is_buffering_reflection: Mapped[bool] = mapped_column("isBufferingReflection")
    last_buffered_at_tokens: Mapped[int] = mapped_column("lastBufferedAtTokens")
    last_buffered_at_time: Mapped[UtcTime | None] = mapped_column("lastBufferedAtTime")
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")

    __table_args__ = (
        # get_observational_memory, get_observational_memory_history.
        Index("idx_om_lookup_key", lookup_key, info=UNPREFIXED),
    )


# PostgreSQL's for list_threads: there the twins decide the order.
_created, _updated = instant(ThreadRow.created_at), instant(ThreadRow.updated_at)
# list_threads of a resource by creation.
Index("mastra_store_threads_resource_created_idx", ThreadRow.resource_id, _created, ThreadRow.id, info=ONLY_POSTGRESQL)
# list_threads of a resource by last change.
Index("mastra_store_threads_resource_updated_idx", ThreadRow.resource_id, _updated, ThreadRow.id, info=ONLY_POSTGRESQL)
# list_threads of all resources by creation.
Index("mastra_store_threads_created_idx", _created, ThreadRow.id, info=ONLY_POSTGRESQL)
