"""What a domain offers so that its rows can be pruned by age: see ``mastra_store.retention``."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from .base import Domain


class Prunable(Domain, ABC):
    """A domain with tables that grow, and whose old rows can be deleted."""

    prunable: ClassVar[tuple[str, ...]]
    """The keys of these tables in policies, snake_case, in the order in which they are pruned.

    Contract: conventions.md, section 9.
    """

    @abstractmethod
    async def _count_aged(self, key: str, before: datetime) -> Mapping[str, int]:
        """How many rows are older than ``before``, by table: first the table that ``key`` means, then those whose rows
        would go with them."""

    @abstractmethod
    async def _prune_batch(self, key: str, before: datetime, most: int) -> Mapping[str, int]:
        """Delete rows older than ``before``, at most so many of the table that ``key`` means, and what goes with them,
        in one transaction.

        Returns:
            How many rows were deleted, by table, in the order of ``_count_aged``. Fewer than ``most`` of the first
            table mean that none is left, but for rows that somebody else is changing just now.
        """
