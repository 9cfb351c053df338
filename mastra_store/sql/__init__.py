"""The SQL backends. Import the storages from ``mastra_store``."""
