"""Records of taking a database over that a TypeScript Mastra app made."""

from .base import Record


class Adoption(Record, frozen=True, rename="camel"):
    """How a database differs from what this version needs, and what ``adopt`` does about it. ``str()`` shows it."""

    revision: str | None
    """The revision that the tables are at; ``None`` while they are nobody's."""
    applied: bool
    """``False`` of a dry run, and where there was nothing to do."""
    refused: list[str]
    """What is not understood. Nothing is done as long as there is any."""
    to_make: list[str]
    """What is missing or outdated, and is made."""
    accepted: list[str]
    """Where the tables differ as those of other Mastra versions do: they stay so, and ``check`` does not mention it."""
    kept: list[str]
    """Where they differ in a way that does no harm: they stay so, and ``check`` goes on mentioning it."""
    sql: str
    """What is run, as one script; empty where nothing is."""

    def __str__(self) -> str:
        parts = [
            ("not understood, so nothing is done", self.refused),
            ("made" if self.applied else "to make", self.to_make),
            ("accepted as it is", self.accepted),
            ("left as it is", self.kept),
        ]
        lines = [line for title, found in parts if found for line in (f"{title}:", *(f"  {each}" for each in found))]
        return "\n".join([*lines, self._outcome()])

    def _outcome(self) -> str:
        if self.applied:
            return f"adopted at revision {self.revision}"
        if self.revision is not None:
            return f"nothing to do: at revision {self.revision}"
        return "refused" if self.refused else "a dry run: nothing was changed"
