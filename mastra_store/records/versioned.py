"""What the records of all versioned domains have: entities, and their versions."""

from datetime import datetime

from .base import Record


class Entity(Record, frozen=True, rename="camel"):
    """A thing that has versions. What it is configured to be stands in them."""

    id: str
    status: str
    """``draft``, ``published``, ``archived``, or what another writer stored."""
    created_at: datetime
    """UTC, millisecond precision."""
    updated_at: datetime
    """UTC, millisecond precision: the last time that the entity itself changed. A new version does not count."""
    active_version_id: str | None = None
    """The version that is in force; ``None`` if none was activated."""
    author_id: str | None = None


class Version(Record, frozen=True, rename="camel"):
    """One version of an entity's configuration. It is never changed."""

    id: str
    version_number: int
    """From 1 within the entity."""
    name: str
    created_at: datetime
    """UTC, millisecond precision."""
