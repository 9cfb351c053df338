"""How a vector store that stands alone opens its database."""

from ..database import SqlDatabase


async def as_it_is(database: SqlDatabase) -> str:
    """A database whose Mastra tables, if there are any, are nobody's business here."""
    return "foreign"
