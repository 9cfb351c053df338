"""Which storage a URL means."""

from pathlib import Path
from typing import Any

from .errors import InvalidArgument, masked
from .mongo.storage import MongoStorage
from .sql.storage import LibSQLStorage, PgStorage, SqliteStorage
from .storage import Storage
from .urls import MONGODB_SCHEMES, SQLITE_SCHEMES, means_libsql, means_postgresql, scheme_of


def open_storage(url: str | Path, **options: Any) -> Storage:
    """The storage that a URL or path means; it opens with its first call or with ``async with``.

    ``postgresql://`` and ``postgres://`` give a ``PgStorage``; ``libsql://``, ``https://`` and ``http://`` a
    ``LibSQLStorage``; a path, ``:memory:``, ``sqlite:///`` and ``file:`` an ``SqliteStorage``;
    ``mongodb://`` and ``mongodb+srv://`` a ``MongoStorage``.

    Args:
        options: passed to the storage.

    Raises:
        InvalidArgument: no storage knows the URL.
    """
    if not isinstance(url, Path) and means_postgresql(url):
        return PgStorage(url, **options)
    if not isinstance(url, Path) and means_libsql(url):
        return LibSQLStorage(url, **options)
    if isinstance(url, Path) or "://" not in url or scheme_of(url) in SQLITE_SCHEMES:
        return SqliteStorage(url, **options)
    if scheme_of(url) in MONGODB_SCHEMES:
        return MongoStorage(url, **options)
    raise InvalidArgument(
        "url",
        f"{masked(url)!r} means no storage; write postgresql://..., libsql://..., mongodb://..., sqlite:///... or a "
        "path",
    )
