"""Which storage a URL means."""

from pathlib import Path
from typing import Any

from .errors import InvalidArgument, masked
from .sql.storage import LibSQLStorage, PgStorage, SqliteStorage, SqlStorage
from .urls import SQLITE_SCHEMES, means_libsql, means_postgresql, scheme_of


def open_storage(url: str | Path, **options: Any) -> SqlStorage:
    """The storage that a URL or path means; it opens with its first call or with ``async with``.

    ``postgresql://`` and ``postgres://`` give a ``PgStorage``; ``libsql://``, ``https://`` and ``http://`` a
    ``LibSQLStorage``; a path, ``:memory:``, ``sqlite:///`` and ``file:`` an ``SqliteStorage``.

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
    raise InvalidArgument(
        "url", f"{masked(url)!r} means no storage; write postgresql://..., libsql://..., sqlite:///... or a path"
    )
