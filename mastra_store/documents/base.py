"""How collections and their indexes are declared."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, init=False)
class Index:
    """An index of one collection, under the name that MongoDB itself would give it.

    Args:
        fields: names of fields, in order; ``-createdAt`` is sorted backwards.
        unique: no two documents may have the same values.
    """

    keys: tuple[tuple[str, int], ...]
    unique: bool

    def __init__(self, *fields: str, unique: bool = False) -> None:
        keys = tuple((field.removeprefix("-"), -1 if field.startswith("-") else 1) for field in fields)
        object.__setattr__(self, "keys", keys)
        object.__setattr__(self, "unique", unique)

    @property
    def name(self) -> str:
        """``resourceId_1_createdAt_-1``. Whoever makes the same index gives it the same name."""
        return "_".join(f"{field}_{direction}" for field, direction in self.keys)

    def definition(self) -> dict[str, Any]:
        """As the command ``createIndexes`` takes it."""
        unique = {"unique": True} if self.unique else {}
        return {"key": dict(self.keys), "name": self.name, **unique}


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection and its indexes, besides the one on ``_id``."""

    name: str
    indexes: tuple[Index, ...]
