"""The favorites domain: which agents and skills users like.

Contract: other-domains.md, section 9. How many users like an agent or a skill stands in its own row, and is changed in
the same transaction.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from ..records.favorites import FavoriteState
from .base import Domain


class FavoritesDomain(Domain, ABC):
    """Favorites of users. An ``entity_type`` is ``agent`` or ``skill``; any other is an ``InvalidArgument``."""

    @abstractmethod
    async def favorite(self, *, user_id: str, entity_type: str, entity_id: str) -> FavoriteState:
        """Have a user like an agent or a skill, and count it. Once is enough: a second call changes nothing.

        Raises:
            NotFound: there is no such entity.
        """

    @abstractmethod
    async def unfavorite(self, *, user_id: str, entity_type: str, entity_id: str) -> FavoriteState:
        """Have a user not like it any more, and count it, never below 0. A second call changes nothing.

        Raises:
            NotFound: there is no such entity.
        """

    @abstractmethod
    async def is_favorited(self, *, user_id: str, entity_type: str, entity_id: str) -> bool:
        """Whether a user likes it."""

    @abstractmethod
    async def is_favorited_batch(self, *, user_id: str, entity_type: str, entity_ids: Sequence[str]) -> set[str]:
        """Those of the ids that a user likes."""

    @abstractmethod
    async def list_favorited_ids(self, *, user_id: str, entity_type: str) -> list[str]:
        """The ids of all that a user likes, what was liked last first; ties by id, upwards."""

    @abstractmethod
    async def delete_favorites_for_entity(self, *, entity_type: str, entity_id: str) -> int:
        """Delete the favorites of all users of an entity and set its count to 0, as a whole.

        Deleting the entity does this too (TypeScript leaves its favorites behind).

        Returns:
            How many users liked it. The entity need not exist.
        """

    @abstractmethod
    async def dangerously_clear_all(self) -> None:
        """Delete all favorites and set all counts to 0. There is no way back."""
