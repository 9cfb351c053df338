"""A storage whose hot reads come from a cache.

::

    storage = CachedStorage(PgStorage(os.environ["DATABASE_URL"]), cache=RedisCache(os.environ["REDIS_URL"]))
    async with storage:
        thread = await storage.memory.get_thread_by_id("thread-1")
"""

import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from ..domains import Domain, domains
from ..domains.message_input import identifier
from ..errors import InvalidArgument
from ..jsontext import text_of
from ..storage import SchemaState, Storage
from ..transaction import Transaction
from .access import Access, InAUnit, OnItsOwn
from .base import Cache
from .counts import Counts
from .keys import Keys
from .reading import CachedReads
from .resilient import ResilientCache
from .rules import CachedDomain, passed_through
from .transaction import CachedTransaction, unit, within

if TYPE_CHECKING:
    from ..copying.ends import StoredRows

R = TypeVar("R")

CACHED_DOMAINS = {
    "memory": "cached_memory.CachedMemory",
    "workflows": "cached_workflows.CachedWorkflows",
    "agents": "cached_agents.CachedAgents",
}
"""Name of the domain, and its class in a module of this package."""

WRITERS = {"favorites": ("agents", "cached_agents.WritingFavorites")}
"""Name of a domain that is not cached and writes rows of one that is; that domain, and the class that knows it."""

ROWS = {"memory": ("thread", "resource"), "workflows": ("run",), "agents": ("agent",)}
"""What ``invalidate`` can name, by domain."""


class CachedStorage(Storage):
    """Another storage, with a cache before its hot reads: a thread, the newest messages of a thread, a resource, an
    agent with its configuration, a workflow run and its snapshot. Everything else it does as the other storage does.

    A read never gives less than what was committed when it began, as long as all who write go through a
    ``CachedStorage`` with the same cache and the same place. What others write (a TypeScript app, SQL) is seen after
    ``ttl`` at the latest, or when ``invalidate`` was told of it.

    Closing it closes the storage and the cache.

    Args:
        storage: where the rows are.
        cache: a ``MemoryCache``, ``RedisCache``, ``UpstashCache`` or one of your own.
        ttl: seconds that a value is served.
        domains: whose reads are cached; ``None`` for all that can be.
        place: what tells the database from others in the same cache; the storage's own address if ``None``. Processes
            that write one database must name it alike.
        tenant: what tells rows of one tenant from those of another, where one database has several of a kind.
        hold: seconds for which what is being written is read from the database, should its writer die.
        retry_after: seconds until a cache that is down is tried again; the pauses grow to thirty times that.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        cache: Cache,
        ttl: float = 300.0,
        domains: Iterable[str] | None = None,
        place: str | None = None,
        tenant: str | None = None,
        hold: float = 60.0,
        retry_after: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not isinstance(storage, Storage):
            raise InvalidArgument("storage", f"must be a storage, not {type(storage).__name__}")
        if not isinstance(cache, Cache):
            raise InvalidArgument("cache", f"must be a cache, as MemoryCache(), not {type(cache).__name__}")
        _positive(ttl=ttl, hold=hold, retry_after=retry_after)
        self._storage = storage
        cached = _cached_domains(storage, domains)
        self._keys = {name: Keys(_place(storage, name, place, tenant), name, ttl) for name in cached}
        everything = tuple(keys.whole for keys in self._keys.values())
        self._cache = ResilientCache(cache, everything, hold_seconds=hold, retry_after=retry_after, clock=clock)
        self._reads = CachedReads(self._cache)

    def _make_domain(self, name: str) -> Domain:
        inner = getattr(self._storage, name)
        return self._wrapped(name, inner, lambda keys: OnItsOwn(keys, self._cache, self._reads, inner.storage))

    def __repr__(self) -> str:
        return f"<CachedStorage: {self._storage!r} behind {self._cache!r}>"

    @property
    def wrapped(self) -> Storage:
        """The storage without the cache."""
        return self._storage

    @property
    def counts(self) -> Counts:
        """How often what happened."""
        return self._cache.counts

    @property
    def cache_is_down(self) -> bool:
        """Whether reads go to the database because the cache does not answer."""
        return self._cache.circuit.is_open

    @property
    def engine(self) -> Any:
        """The SQLAlchemy engine of the storage, where it is one on SQL. What is written with it the cache does not see:
        say it with ``invalidate``."""
        return self._storage.engine  # type: ignore[attr-defined]

    @property
    def schema_state(self) -> SchemaState | None:
        return self._storage.schema_state

    def offers(self, domain: str) -> bool:
        return self._storage.offers(domain)

    def stored_rows(self) -> "StoredRows":
        raise InvalidArgument("storage", f"is a cache before {self._storage!r}; copy that one, which is its wrapped")

    def session_scope(self) -> AbstractAsyncContextManager[None]:
        return self._storage.session_scope()

    def current_reads(self) -> AbstractContextManager[None]:
        return self._storage.current_reads()

    @property
    def address(self) -> str | None:
        return self._storage.address

    @property
    def schema_name(self) -> str | None:
        return self._storage.schema_name

    async def init(self) -> None:
        await self._storage.init()

    async def ping(self) -> None:
        """Ask the database for a sign of life. The cache may be down."""
        await self._storage.ping()

    async def close(self) -> None:
        """Tell the cache what it has not been told yet, if that can be done, and close it and the storage."""
        try:
            await self._reads.close()
            await self._cache.close()
        finally:
            await self._storage.close()

    async def invalidate(
        self,
        domain: str,
        *,
        thread_id: str | None = None,
        resource_id: str | None = None,
        run_id: str | None = None,
        agent_id: str | None = None,
    ) -> None:
        """Have the next read go to the database: of a row that somebody else has changed, or without an id of any row
        of the domain.

        Args:
            domain: ``memory``, ``workflows`` or ``agents``.
            thread_id: a thread, or messages of it.

        Raises:
            InvalidArgument: there is no such domain, or it has no such rows.
        """
        write = self._cache.writing()
        try:
            ids = {"thread_id": thread_id, "resource_id": resource_id, "run_id": run_id, "agent_id": agent_id}
            await write.hold(self._subjects(domain, **ids))
        finally:
            await write.end()

    def transaction(self, work: Callable[[Any], Awaitable[R]] | None = None, /, **options: Any) -> Any:
        """A unit of work of the storage. It reads the database, and what it wrote the cache learns with the commit.

        Args:
            options: the storage's own. With ``session`` or ``connection`` the commit is the caller's: what the unit
                wrote is then read from the database for ``hold`` seconds, within which it should be committed.
        """
        joined = any(options.get(name) is not None for name in ("session", "connection"))
        inner = self._storage.transaction(**options)
        opened = unit(inner, self._cache, self._in_a_unit, commits=not joined)
        return opened if work is None else within(opened, work)

    def _in_a_unit(self, inner: Transaction) -> CachedTransaction:
        def make(name: str, domain: Domain, changed: set[str]) -> Domain:
            return self._wrapped(name, domain, lambda keys: InAUnit(keys, changed))

        return CachedTransaction(inner, make, self._subjects)

    def _wrapped(self, name: str, inner: Domain, access: Callable[[Keys], Access]) -> Domain:
        if name == "vectors":  # nothing of them is cached
            return inner
        keys = self._keys.get(name)
        if keys is not None:
            return class_of(name)(inner, access(keys))
        if name in WRITERS and (keys := self._keys.get(WRITERS[name][0])) is not None:
            return class_of(name)(inner, access(keys))
        contract: Any = next(each.contract for each in domains() if each.name == name)
        return passed_through(contract)(inner, access(Keys((), name, 0)))

    def _subjects(self, domain: str, **ids: str | None) -> tuple[str, ...]:
        """The subject of a row, or of a whole domain."""
        keys = self._keys.get(domain)
        if keys is None:
            raise InvalidArgument("domain", f"must be one that is cached ({', '.join(self._keys)}), not {domain!r}")
        named = {name.removesuffix("_id"): row_id for name, row_id in ids.items() if row_id is not None}
        for kind in named:
            if kind not in ROWS[domain]:
                raise InvalidArgument(f"{kind}_id", f"means nothing to the domain {domain!r}")
            identifier(named[kind], f"{kind}_id")
        return tuple(subject for kind, row_id in named.items() for subject in keys.subject(kind, row_id)) or (
            keys.whole,
        )


def class_of(name: str) -> type[CachedDomain]:
    """The class of a domain that is cached, or that writes rows of one."""
    home = CACHED_DOMAINS[name] if name in CACHED_DOMAINS else WRITERS[name][1]
    module, _, class_name = home.rpartition(".")
    found: type[CachedDomain] = getattr(import_module(f".{module}", __package__), class_name)
    return found


def _cached_domains(storage: Storage, wanted: Iterable[str] | None) -> list[str]:
    if wanted is None:
        return [name for name in CACHED_DOMAINS if storage.offers(name)]
    names = list(dict.fromkeys(wanted))
    for name in names:
        if name not in CACHED_DOMAINS:
            raise InvalidArgument("domains", f"names {name!r}; cached can be {', '.join(CACHED_DOMAINS)}")
        if not storage.offers(name):
            raise InvalidArgument("domains", f"names {name!r}, which the storage does not have")
    return names


def _place(storage: Storage, domain: str, place: str | None, tenant: str | None) -> tuple[str, str, str]:
    """What all keys of a domain begin with: the database, its schema, the tenant."""
    home = getattr(storage, domain).storage
    address = home.address if place is None else text_of(place, "place", least=1)
    if address is None:
        raise InvalidArgument("place", f"must be given: {home!r} does not say what tells its database from others")
    return address, home.schema_name or "", "" if tenant is None else text_of(tenant, "tenant")


def _positive(**options: float) -> None:
    for name, value in options.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise InvalidArgument(name, f"must be a number of seconds above 0, not {value!r}")
