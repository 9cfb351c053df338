"""Records of an examination of what is stored."""

from .base import Record


class Finding(Record, frozen=True, rename="camel"):
    """Something in a database that is not as it should be."""

    kind: str
    """``times``, ``json``, ``orphans``, ``invalid_index`` or ``missing_index``."""
    place: str
    """The table, with the column where it is one: ``mastra_threads.metadata``."""
    count: int
    """Rows; of a missing index the rows of its table, at least or about."""
    examples: list[str]
    """Ids of a few of the rows, or the index."""
    advice: str
    """What it means, and what to do."""


class Diagnosis(Record, frozen=True, rename="camel"):
    """What ``doctor`` found. ``str()`` shows it."""

    findings: list[Finding]
    unfinished: list[str]
    """What could not be examined within ``statement_timeout``."""

    def __str__(self) -> str:
        lines = [
            f"{each.kind}: {each.place}: {each.count}, as {', '.join(each.examples)}\n  {each.advice}"
            for each in self.findings
        ]
        lines += [f"unfinished: {each}: took longer than statement_timeout" for each in self.unfinished]
        return "\n".join(lines) or "nothing found"
