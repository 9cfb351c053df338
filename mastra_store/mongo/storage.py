"""The storage on MongoDB. pymongo is imported with the first storage that is made."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ..domains import Domain
from ..errors import InvalidArgument
from ..storage import SchemaState, Storage
from .driver import check_driver

if TYPE_CHECKING:
    from pymongo import AsyncMongoClient
    from pymongo.asynchronous.database import AsyncDatabase

    from ..copying.ends import StoredRows
    from .first_use import CreateSchema
    from .unit import MongoTransaction

R = TypeVar("R")


class MongoStorage(Storage):
    """Storage on MongoDB, in the collections of ``@mastra/mongodb``. Needs the extra ``mastra-store[mongodb]``.

    ::

        async with MongoStorage("mongodb://user:password@host/database") as storage:
            await storage.memory.save_messages("thread-1", [{"role": "user", "content": "Hello"}])

    What an option leaves open, ``None``, is as the URI says.

    Args:
        uri: ``mongodb://`` or ``mongodb+srv://``; or pymongo's ``AsyncMongoClient``, which is then shared and never
            closed (the pool, the timeouts and the listeners are its own).
        db_name: the database; ``None`` for the one in the URI.
        pool_size: connections to each server at most; 100 where the URI does not say.
        pool_min: connections that stay open when idle.
        pool_timeout: seconds that a call waits for a free connection; 30 where the URI does not say.
        idle_timeout: seconds after which an idle connection is closed; never where the URI does not say.
        connect_timeout: seconds that a connection may take; 20 where the URI does not say.
        server_selection_timeout: seconds that a call waits for a server that it can use; 30 where the URI does not say.
        command_timeout: seconds that one command may take, retries among them; no bound where the URI does not say.
        busy_timeout: seconds that a transaction is tried again while others change the same documents.
        read_preference: which members answer reads outside of units of work: ``primary``, ``primaryPreferred``,
            ``secondary``, ``secondaryPreferred``, ``nearest``. What the storage wrote it reads on any of them.
        write_concern: how many members must have a write: ``majority`` where the URI does not say.
        create_schema: ``if_missing`` makes missing collections and indexes; ``never`` makes nothing.
        allow_non_atomic: let units of work be opened on a standalone server, which has no transactions: nothing that
            they did is undone then.
        event_listeners: pymongo's, told of commands, connections and servers.
    """

    def __init__(
        self,
        uri: "str | AsyncMongoClient[Any]",
        *,
        db_name: str | None = None,
        pool_size: int | None = None,
        pool_min: int | None = None,
        pool_timeout: float | None = None,
        idle_timeout: float | None = None,
        connect_timeout: float | None = None,
        server_selection_timeout: float | None = None,
        command_timeout: float | None = None,
        busy_timeout: float = 30.0,
        read_preference: str | None = None,
        write_concern: str | int | None = None,
        create_schema: "CreateSchema" = "if_missing",
        allow_non_atomic: bool = False,
        event_listeners: Sequence[Any] = (),
    ) -> None:
        check_driver("MongoStorage")
        from .client import connected_lazily
        from .first_use import FirstUse

        times = {
            "pool_timeout": pool_timeout,
            "idle_timeout": idle_timeout,
            "connect_timeout": connect_timeout,
            "server_selection_timeout": server_selection_timeout,
            "command_timeout": command_timeout,
            "busy_timeout": busy_timeout,
        }
        _positive(pool_size=pool_size, **times)
        if pool_min is not None and (isinstance(pool_min, bool) or not isinstance(pool_min, int) or pool_min < 0):
            raise InvalidArgument("pool_min", f"must be 0 or more, not {pool_min!r}")
        self._database = connected_lazily(
            uri,
            db_name,
            FirstUse(create_schema),
            options={
                "maxPoolSize": pool_size,
                "minPoolSize": pool_min,
                "waitQueueTimeoutMS": _milliseconds(pool_timeout),
                "maxIdleTimeMS": _milliseconds(idle_timeout),
                "connectTimeoutMS": _milliseconds(connect_timeout),
                "serverSelectionTimeoutMS": _milliseconds(server_selection_timeout),
                "timeoutMS": _milliseconds(command_timeout),
            },
            read_preference=read_preference,
            write_concern=write_concern,
            event_listeners=event_listeners,
            busy_timeout=busy_timeout,
            allow_non_atomic=allow_non_atomic,
        )

    def _make_domain(self, name: str) -> Domain:
        from .domains import mongo_part

        return mongo_part(name, self._database)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._database.shown}>"

    def offers(self, domain: str) -> bool:
        from .domains import MONGO_DOMAINS

        return domain in MONGO_DOMAINS or domain == "vectors"

    def stored_rows(self) -> "StoredRows":
        from .copying import MongoStoredRows  # for those who copy

        return MongoStoredRows(self._database)

    @property
    def address(self) -> str:
        return self._database.address

    @property
    def schema_state(self) -> SchemaState | None:
        """``created``: there was no collection of Mastra's, and all were made; ``current``: there was. ``None``
        before the first use. There are no revisions: documents need none."""
        return self._database.schema_state

    @property
    def database(self) -> "AsyncDatabase[dict[str, Any]]":
        """pymongo's database on the storage's own connections, for commands beside it."""
        return self._database.documents

    async def init(self) -> None:
        await self._database.ready()

    async def ping(self) -> None:
        await self._database.ping()

    async def close(self) -> None:
        await self._database.close()

    @overload
    def transaction(
        self, work: None = None, /, *, read_only: bool = False
    ) -> "AbstractAsyncContextManager[MongoTransaction]": ...
    @overload
    def transaction(self, work: Callable[[Any], Awaitable[R]], /, *, read_only: bool = False) -> Awaitable[R]: ...
    def transaction(self, work: Callable[[Any], Awaitable[R]] | None = None, /, *, read_only: bool = False) -> Any:
        """A unit of work: all that is done by it is kept, or nothing. It needs a replica set or a sharded cluster.

        ``async with storage.transaction() as tx`` commits at the end of the block and rolls back when an exception
        leaves it. MongoDB refuses to change a document that another open transaction has changed, and undoes the one
        that came second. The first call of a block is then tried again for ``busy_timeout``; a later one can not be,
        since the block has seen results, and raises ``Conflict``.

        ``await storage.transaction(work)`` calls ``work(tx)`` again instead, from its beginning, for
        ``busy_timeout``. So ``work`` should do nothing else that can not be repeated.

        Args:
            read_only: nothing may be written. All reads see the same state of the database.

        Raises:
            TransactionError: the server is a standalone one, and ``allow_non_atomic`` was not given.
            TransactionFailed: at the end of the block, when a call failed inside and its error was swallowed.
            Conflict: others changed the same documents. Nothing was kept.
        """
        from .patience import Patience
        from .unit import repeated, unit_of_work

        if work is None:
            patience = Patience(self._database.busy_timeout)
            return unit_of_work(self._database, read_only=read_only, patience=patience)
        return repeated(self._database, work, read_only=read_only)


def _positive(**options: float | None) -> None:
    for name, value in options.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value <= 0):
            raise InvalidArgument(name, f"must be a number above 0, not {value!r}")


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else max(1, round(seconds * 1000))
