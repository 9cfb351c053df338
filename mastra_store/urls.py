"""Connection strings as people write them, turned into what the drivers take."""

from urllib.parse import parse_qsl, quote, urlencode

from .errors import InvalidArgument, masked

POSTGRESQL_SCHEMES = ("postgresql", "postgres")
SQLITE_SCHEMES = ("sqlite", "file")

# node-postgres' own words for what libpq calls sslmode; it verifies nothing unless asked to, and so do we.
_NODE_SSL = {"true": "require", "1": "require", "false": "disable", "0": "disable", "no-verify": "require"}
# Options of node-postgres and of SQLAlchemy's asyncpg that mean nothing to libpq.
_NOT_LIBPQ = frozenset({"uselibpqcompat", "prepared_statement_cache_size", "pgbouncer"})


def scheme_of(url: str) -> str:
    """The scheme of a URL without a SQLAlchemy driver: ``postgresql`` of ``postgresql+psycopg://...``, else ``""``."""
    head, separator, _ = url.partition(":")
    return head.partition("+")[0].lower() if separator else ""


def postgresql_conninfo(url: str) -> str:
    """A libpq connection string from every form that libpq, node-postgres and SQLAlchemy accept.

    ``postgres://``, ``postgresql+psycopg://``, ``?ssl=true``, ``?sslmode=no-verify`` and libpq's
    ``host=... dbname=...`` are understood.

    Raises:
        InvalidArgument: it is empty or of another scheme.
    """
    if not isinstance(url, str) or not url.strip():
        raise InvalidArgument("connection_string", "is empty; give postgresql://user:password@host/database")
    scheme = scheme_of(url)
    if "://" not in url and "=" in url:
        return url
    if scheme not in POSTGRESQL_SCHEMES:
        raise InvalidArgument("connection_string", f"must begin with postgresql://, not {masked(url)!r}")
    address, _, query = url.partition("://")[2].partition("?")
    options = [_libpq_option(name, value) for name, value in parse_qsl(query, keep_blank_values=True)]
    kept = urlencode([option for option in options if option is not None], quote_via=quote)
    return f"postgresql://{address}?{kept}" if kept else f"postgresql://{address}"


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
