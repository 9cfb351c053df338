"""Collections of the memory domain."""

from .base import Collection, Index

THREADS = Collection(
    "mastra_threads",
    (
        Index("id", unique=True),
        # Mastra's own, for its listThreads of a resource.
        Index("resourceId", "-createdAt"),
        Index("resourceId", "-updatedAt"),
        # list_threads of a resource by creation and by last change: order with ties broken.
        Index("resourceId", "createdAt", "id"),
        Index("resourceId", "updatedAt", "id"),
        # list_threads of all resources by creation.
        Index("createdAt", "id"),
    ),
)

MESSAGES = Collection(
    "mastra_messages",
    (
        Index("id", unique=True),
        # Mastra's own, for its listMessages.
        Index("thread_id", "createdAt"),
        Index("resourceId", "createdAt"),
        # list_messages, iter_messages, neighbourhoods: order with ties broken, so that a page is read on the index.
        Index("thread_id", "createdAt", "id"),
        # list_messages_by_resource_id.
        Index("resourceId", "createdAt", "id"),
        # iter_messages of all threads, prune.
        Index("createdAt", "id"),
    ),
)

RESOURCES = Collection(
    "mastra_resources",
    (
        Index("id", unique=True),
        # prune.
        Index("createdAt"),
    ),
)

OBSERVATIONAL_MEMORY = Collection(
    "mastra_observational_memory",
    (
        Index("id", unique=True),
        # Mastra's own, for the newest generation of a thread or resource.
        Index("lookupKey", "-generationCount"),
    ),
)
