"""The MongoDB backend. Import ``MongoStorage`` from ``mastra_store``."""
