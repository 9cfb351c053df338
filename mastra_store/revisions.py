"""The chain of revisions, known without Alembic. A test holds it equal to ``alembic/versions``."""

VERSION_TABLE = "mastra_store_version"

REVISIONS = ("0001", "0002", "0003", "0004")
"""Every revision, oldest first."""

HEAD = REVISIONS[-1]
