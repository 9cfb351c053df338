"""Records of pruning."""

from .base import Record


class PrunedTable(Record, frozen=True, rename="camel"):
    """What a call of ``prune`` did to one table, or with ``dry_run`` would do."""

    domain: str
    """The storage's attribute, as ``memory``."""
    table: str
    """The table in the database, as ``mastra_messages``."""
    deleted: int
    """Rows."""
    done: bool
    """``False`` if rows that are old enough may be left: a cap was reached, or it was a dry run that found some."""
