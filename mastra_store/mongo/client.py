"""The driver's client, with the options of a storage over those of its URI."""

from collections.abc import Sequence
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import ConfigurationError, InvalidName, InvalidURI
from pymongo.read_preferences import _ServerMode, make_read_preference, read_pref_mode_from_name
from pymongo.write_concern import WriteConcern

from ..errors import InvalidArgument
from ..urls import mongodb_database, mongodb_options
from .database import MongoDatabase
from .executor import Document
from .first_use import FirstUse

_DEFAULTS = {"maxpoolsize": ("maxPoolSize", 100), "waitqueuetimeoutms": ("waitQueueTimeoutMS", 30_000)}
"""Where neither a storage's options nor the URI say anything. The driver itself would wait forever for a connection."""

_MAX_NAME = 63
"""Bytes of a database's name."""

READ_PREFERENCES = ("primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest")


def connected_lazily(
    uri: "str | AsyncMongoClient[Document]",
    db_name: str | None,
    first_use: FirstUse,
    *,
    options: dict[str, Any],
    read_preference: str | None,
    write_concern: str | int | None,
    event_listeners: Sequence[Any],
    busy_timeout: float,
    allow_non_atomic: bool,
) -> MongoDatabase:
    """A database whose client connects with its first command.

    Args:
        options: the driver's; ``None`` is what the URI says.

    Raises:
        InvalidArgument: the URI can not be read, or names no database where none was given, or an option is wrong.
    """
    if isinstance(uri, AsyncMongoClient):
        client, name, owned = uri, db_name, False
    else:
        client, name, owned = _client(uri, options, event_listeners), db_name or mongodb_database(uri), True
    if not name:
        raise InvalidArgument("db_name", "is missing; give it, or write it into the URI: mongodb://host/database")
    try:
        client.get_database(name)
    except InvalidName as error:
        raise InvalidArgument("db_name", f"{name!r} can be no database's name") from error
    if len(name.encode()) > _MAX_NAME:
        raise InvalidArgument("db_name", f"must have {_MAX_NAME} bytes at most")
    hosts = _hosts(uri) if isinstance(uri, str) else _seeds(client)
    return MongoDatabase(
        client,
        name,
        first_use,
        shown=f"MongoDB database {name!r}" + (f" on {hosts}" if hosts else ""),
        address=f"mongodb://{hosts}/{name}",
        owned=owned,
        read_preference=_read_preference(client, read_preference),
        write_concern=_write_concern(client, write_concern),
        busy_timeout=busy_timeout,
        allow_non_atomic=allow_non_atomic,
    )


def _client(uri: str, options: dict[str, Any], event_listeners: Sequence[Any]) -> AsyncMongoClient[Document]:
    in_uri = mongodb_options(uri)
    given = {name: value for name, value in options.items() if value is not None}
    lower = in_uri | {name.lower() for name in given}
    given |= {name: value for low, (name, value) in _DEFAULTS.items() if low not in lower}
    try:
        return AsyncMongoClient(
            uri, event_listeners=event_listeners, appname=None if "appname" in in_uri else "mastra_store", **given
        )
    except (InvalidURI, ConfigurationError, ValueError):
        # The driver's message may quote the password.
        raise InvalidArgument(
            "uri",
            "can not be read: an option is wrong, or a character of the password is not escaped (%25 for %, %2F for /, "
            "%3A for :, %40 for @)",
        ) from None


def _read_preference(client: AsyncMongoClient[Document], given: str | None) -> _ServerMode:
    if given is None:
        return client.read_preference
    if given not in READ_PREFERENCES:
        raise InvalidArgument("read_preference", f"must be one of {', '.join(READ_PREFERENCES)}, not {given!r}")
    return make_read_preference(read_pref_mode_from_name(given), None)


def _write_concern(client: AsyncMongoClient[Document], given: str | int | None) -> WriteConcern:
    """What the client's URI says but for the ``w`` that was given; ``majority`` where neither says it."""
    document = {**client.write_concern.document}
    document["w"] = given if given is not None else document.get("w", "majority")
    if isinstance(document["w"], bool) or not isinstance(document["w"], int | str) or document["w"] in (0, ""):
        raise InvalidArgument("write_concern", f"must be 'majority', a number of members or a tag, not {given!r}")
    return WriteConcern(
        w=document["w"], wtimeout=document.get("wtimeout"), j=document.get("j"), fsync=document.get("fsync")
    )


def _seeds(client: AsyncMongoClient[Document]) -> str:
    """The addresses that a client of the caller's was given."""
    return ",".join(sorted(f"{host}:{port}" for host, port in client.topology_description.server_descriptions()))


def _hosts(uri: str) -> str:
    """The hosts of a URI, without a user and a password."""
    return uri.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
