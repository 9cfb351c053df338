"""Records of copying."""

from .base import Record


class CopiedTable(Record, frozen=True, rename="camel"):
    """What a call of ``copy`` did to one table, or with ``dry_run`` would do."""

    domain: str
    """The storage's attribute, as ``memory``; of tables that no domain has yet, the word for them, as ``datasets``."""
    table: str
    """The table or collection in the database, as ``mastra_messages``."""
    copied: int
    """Rows, of earlier calls too where this one went on."""
    skipped: int
    """Rows that were left as they are because one with their key was there: with ``on_conflict="skip"`` alone."""
    verified: int | None
    """Rows that were compared and found equal; ``None`` without ``verify``."""


class CopyProgress(Record, frozen=True, rename="camel"):
    """How far a copy has come with one table."""

    domain: str
    table: str
    done: int
    """Rows that were copied or skipped, of earlier calls too."""
    total: int
    """Rows of the source, counted at the beginning."""
    rate: float
    """Rows a second, of this call; 0 before the first batch."""
    seconds_left: float | None
    """At this rate; ``None`` before the first batch."""
    verifying: bool
    """The rows are copied, and are being compared."""
