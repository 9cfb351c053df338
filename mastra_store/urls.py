"""Connection strings as people write them, turned into what the drivers take."""

import os
import re
from pathlib import Path
from secrets import token_hex
from urllib.parse import parse_qsl, quote, unquote, urlencode

from .errors import InvalidArgument, masked

POSTGRESQL_SCHEMES = ("postgresql", "postgres")
SQLITE_SCHEMES = ("sqlite", "file")
LIBSQL_SCHEMES = ("libsql", "https", "http")
MONGODB_SCHEMES = ("mongodb",)
"""``mongodb+srv`` is one of them: what stands behind the plus is left out."""

# node-postgres' own words for what libpq calls sslmode; it verifies nothing unless asked to, and so do we.
_NODE_SSL = {"true": "require", "1": "require", "false": "disable", "0": "disable", "no-verify": "require"}
# Options of node-postgres and of SQLAlchemy's asyncpg that mean nothing to libpq.
_NOT_LIBPQ = frozenset({"uselibpqcompat", "prepared_statement_cache_size", "pgbouncer"})


def scheme_of(url: str) -> str:
    """The scheme of a URL without a SQLAlchemy driver: ``postgresql`` of ``postgresql+psycopg://...``, else ``""``."""
    head, separator, _ = url.partition(":")
    return head.partition("+")[0].lower() if separator else ""


def means_postgresql(url: str) -> bool:
    """Whether a connection string is PostgreSQL's: a URL, or libpq's ``host=... dbname=...``."""
    return scheme_of(url) in POSTGRESQL_SCHEMES or _is_keywords(url)


def means_libsql(url: str) -> bool:
    """Whether a URL is that of a LibSQL server."""
    return "://" in url and scheme_of(url) in LIBSQL_SCHEMES


def shown(url: str) -> str:
    """A URL as error messages show it: without a password, and of a LibSQL server its host alone."""
    if not means_libsql(url) and not url.startswith("sqlite+hrana://"):
        return masked(url)
    host = re.sub(r"(?s)^[^:]*://([^/?#]*@)?", "", url)
    return f"LibSQL database {re.split('[/?#]', host)[0]}"


def _is_keywords(text: str) -> bool:
    return re.match(r"\s*[a-z_]+\s*=", text) is not None


def postgresql_conninfo(url: str) -> str:
    """A libpq connection string from every form that libpq, node-postgres and SQLAlchemy accept.

    ``postgres://``, ``postgresql+psycopg://``, ``?ssl=true``, ``?sslmode=no-verify`` and libpq's
    ``host=... dbname=...`` are understood.

    Raises:
        InvalidArgument: it is empty, of another scheme, or libpq can not read it.
    """
    if not isinstance(url, str) or not url.strip():
        raise InvalidArgument("connection_string", "is empty; give postgresql://user:password@host/database")
    if not means_postgresql(url):
        raise InvalidArgument("connection_string", f"must begin with postgresql://, not {masked(url)!r}")
    conninfo = url if _is_keywords(url) else _libpq_url(url)
    if not _is_readable(conninfo):
        raise InvalidArgument(
            "connection_string",
            "can not be read: an option is unknown, or a character of the password is not escaped (%25 for %, %2F for "
            "/, %3A for :, %40 for @)",
        )
    return conninfo


def _libpq_url(url: str) -> str:
    address, _, query = url.partition("://")[2].partition("?")
    options = [_libpq_option(name, value) for name, value in parse_qsl(query, keep_blank_values=True)]
    kept = urlencode([option for option in options if option is not None], quote_via=quote)
    return f"postgresql://{address}?{kept}" if kept else f"postgresql://{address}"


def _is_readable(conninfo: str) -> bool:
    from psycopg import ProgrammingError  # imported by those who use it
    from psycopg.conninfo import conninfo_to_dict

    # With an unescaped / in the password, libpq would take what stands before it for a host, and say so.
    if re.match(r"postgresql://[^/?]*/[^?]*@", conninfo):
        return False
    try:
        conninfo_to_dict(conninfo)
    except ProgrammingError:
        return False  # its message may quote the password
    return True


def _libpq_option(name: str, value: str) -> tuple[str, str] | None:
    if name in _NOT_LIBPQ:
        return None
    if name == "ssl" or (name == "sslmode" and value in _NODE_SSL):
        return "sslmode", _NODE_SSL.get(value, value)
    return name, value


def sqlite_location(path_or_url: str) -> tuple[str, bool]:
    """What ``sqlite3.connect`` takes, and whether it is a ``file:`` URI.

    Plain paths, ``:memory:``, ``sqlite:///relative.db``, ``sqlite:////absolute.db`` and ``file:...`` are understood;
    a query behind ``sqlite:///`` (``?mode=ro``) makes a URI of it.

    Raises:
        InvalidArgument: it is empty or of another scheme.
    """
    if not path_or_url.strip():
        raise InvalidArgument("path_or_url", "is empty; give a file's path or ':memory:'")
    if path_or_url.startswith("file:"):
        return path_or_url, True
    if "://" not in path_or_url:
        return path_or_url, False
    if scheme_of(path_or_url) != "sqlite":
        raise InvalidArgument("path_or_url", f"must be a path or begin with sqlite:///, not {masked(path_or_url)!r}")
    authority, slash, location = path_or_url.partition("://")[2].partition("/")
    if authority:
        raise InvalidArgument(
            "path_or_url", "names a host; SQLite files are written sqlite:///relative or sqlite:////absolute"
        )
    path, _, query = location.partition("?")
    if not path or not slash:
        return ":memory:", False
    return (f"file:{quote(path)}?{query}", True) if query else (path, False)


def mongodb_database(uri: str) -> str | None:
    """The database that a MongoDB URI names, if it names one."""
    path = _mongodb_parts(uri)[0]
    return unquote(path) or None


def mongodb_options(uri: str) -> set[str]:
    """The names of the options in a MongoDB URI, in lower case."""
    return {name.lower() for name, _ in parse_qsl(_mongodb_parts(uri)[1], keep_blank_values=True)}


def _mongodb_parts(uri: str) -> tuple[str, str]:
    """What stands behind the hosts: the path and the query.

    Raises:
        InvalidArgument: it is empty or of another scheme.
    """
    if not isinstance(uri, str) or not uri.strip():
        raise InvalidArgument("uri", "is empty; give mongodb://user:password@host/database")
    if "://" not in uri or scheme_of(uri) not in MONGODB_SCHEMES:
        raise InvalidArgument("uri", f"must begin with mongodb:// or mongodb+srv://, not {masked(uri)!r}")
    address, _, query = uri.partition("://")[2].partition("?")
    return address.partition("/")[2], query


def sqlite_address(location: str | None) -> str:
    """What tells an SQLite database from all others: the file's absolute path. One in memory is each process's own, and
    without a name each connection's."""
    if not location or location == ":memory:":
        return f"sqlite::memory:{token_hex(8)}"
    if location.startswith("file:"):
        name, _, query = location.removeprefix("file:").partition("?")
        if "mode=memory" in query or name == ":memory:":
            return f"sqlite::memory:{os.getpid()}:{name}"
        location = unquote(name.removeprefix("//"))
    return f"sqlite:{Path(location).resolve()}"
