"""The collection of the favorites domain. ``@mastra/mongodb`` has none; the fields are those of the table in SQL."""

from .base import Collection, Index

FAVORITES = Collection(
    "mastra_favorites",
    (
        # favorite: nothing is liked twice; is_favorited, lists of what a user likes.
        Index("userId", "entityType", "entityId", unique=True),
        # list_favorited_ids: order with ties broken.
        Index("userId", "entityType", "-createdAt", "entityId"),
        # delete_favorites_for_entity, and deleting an agent or a skill.
        Index("entityType", "entityId"),
    ),
)
