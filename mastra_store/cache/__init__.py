"""A cache before a storage: reads that are served without the database, and never older than what is committed."""
