"""How far copies from other storages have come. The collection is ours; Mastra has none like it."""

from .base import Collection, Index

COPIES = Collection("mastra_store_copies", (Index("copyId", "tableName", unique=True),))
