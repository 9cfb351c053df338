"""Records of the favorites domain."""

from .base import Record


class FavoriteState(Record, frozen=True, rename="camel"):
    """Whether a user likes an agent or a skill, and how many do."""

    favorited: bool
    favorite_count: int
