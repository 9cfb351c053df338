"""The definitions of our tables, where they can be read without a round trip for each question.

To compare all tables SQLAlchemy and Alembic ask hundreds of questions, and on a LibSQL server each is a request. But
what a table of SQLite is like follows from its text alone. So there the texts are fetched at once, and run in memory.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import OperationalError

from ..models import load_all

# Who reads Mastra's tables needs no index of vectors, and only LibSQL knows how to make one.
_TEXTS = """
SELECT sql FROM sqlite_master
WHERE type IN ('table', 'index') AND sql IS NOT NULL AND sql NOT LIKE '%libsql_vector_idx%'
AND tbl_name IN (SELECT value FROM json_each(?))
ORDER BY type DESC, rowid
"""


@contextmanager
def definitions_of(connection: Connection) -> Iterator[Connection]:
    """A connection to reflect our tables from, as they are now: on a LibSQL server to an empty copy of them, anywhere
    else, and where only LibSQL understands a text, the one that is given."""
    if connection.dialect.driver != "hrana":
        yield connection
        return
    texts = connection.exec_driver_sql(_TEXTS, (json.dumps([*load_all().metadata.tables]),)).scalars().all()
    with create_engine("sqlite://", poolclass=NullPool).connect() as copy:
        yield copy if _understood(copy, texts) else connection


def _understood(copy: Connection, texts: Iterable[str]) -> bool:
    try:
        for text in texts:
            copy.exec_driver_sql(text)
    except OperationalError:
        return False
    return True
