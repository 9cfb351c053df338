"""A storage whose domains come from several storages.

::

    store = MastraCompositeStore(
        default=PgStorage(os.environ["DATABASE_URL"]),
        memory=SqliteStorage("memory.db"),
        scores=False,
    )
    async with store:
        await store.memory.save_messages("thread-1", [{"role": "user", "content": "Hello"}])
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Literal, TypeVar

from .domains import Domain, domains
from .errors import DomainMissing, InvalidArgument, TransactionSpansBackends
from .storage import SchemaState, Storage
from .transaction import Transaction

R = TypeVar("R")

Source = Domain | Storage | Literal[False] | None
"""Where a domain comes from: a storage's domain, a storage (its domain of that name), nowhere, or not said here."""

EDITOR_DOMAINS = frozenset(
    {
        "agents",
        "favorites",
        "mcp_clients",
        "mcp_servers",
        "prompt_blocks",
        "scorer_definitions",
        "skills",
        "tool_provider_connections",
        "workspaces",
    }
)
"""What an editor of agents works on (contract: composite.md)."""

VECTORS = "vectors"
"""What is no domain of Mastra's, but may come from another storage all the same, or from a store that stands alone."""


class MastraCompositeStore(Storage):
    """Domains of several storages with the face of one.

    Each domain is looked for in this order: its own argument; ``editor``, for what an editor of agents works on;
    ``default``. ``None`` looks further, ``False`` ends the search: the domain is disabled. Storages may themselves be
    composites. Contract: composite.md, "Resolution of a domain"; unlike there, the use of a domain that nobody
    supplies is an error that says so.

    Opening, ``init``, ``ping`` and ``close`` go once to each distinct storage behind it, whether it was given whole or
    by one of its domains.

    Args:
        default: for every domain.
        editor: for agents, their versions and what belongs to them.
        sources: by the name of a domain: a domain of a storage, a whole storage, ``False`` or ``None``. ``vectors`` may
            also be a store that stands alone, which is then opened and closed by its owner.

    Raises:
        InvalidArgument: there is no such domain, or nothing is supplied at all.
    """

    def __init__(self, *, default: Storage | None = None, editor: Storage | None = None, **sources: Source) -> None:
        known = [*(each.name for each in domains()), VECTORS]
        for name, source in sources.items():
            _check_source(name, source, known)
        _check_parent("default", default)
        _check_parent("editor", editor)
        self._known, self._default, self._editor = frozenset(known), default, editor
        self._disabled = frozenset(name for name, source in sources.items() if source is False)
        self._sources: dict[str, Domain | Storage] = {}
        for name in known:
            found = _first_source(name, sources.get(name), editor if name in EDITOR_DOMAINS else None, default)
            if found is not None:
                self._sources[name] = found
        if not self._sources:
            raise InvalidArgument("default", "and all others are missing: give at least one storage or domain")
        homes = map(_home, self._sources.values())
        self._storages = _distinct(filter(None, (default, editor, *homes)))

    def _make_domain(self, name: str) -> Domain:
        source = self._source(name)
        domain: Domain = source if isinstance(source, Domain) else getattr(source, name)
        return domain

    def offers(self, domain: str) -> bool:
        return domain in self._sources

    def storages(self) -> tuple[Storage, ...]:
        return self._storages

    def home_of(self, domain: str) -> Storage | None:
        if domain in self._disabled:
            return None
        source = self._sources.get(domain)
        if source is None:  # a word for tables that no domain has yet: nothing is said of them
            parents = (self._editor if domain in EDITOR_DOMAINS else None, self._default)
            source = _first_source(domain, None, *parents) if domain not in self._known else None
        if isinstance(source, Storage):
            return source.home_of(domain)
        return None if source is None else _home(source)

    @property
    def schema_state(self) -> SchemaState | None:
        """What all its storages say; ``None`` when they do not say the same."""
        states = {storage.schema_state for storage in self._storages}
        return states.pop() if len(states) == 1 else None

    async def init(self) -> None:
        await self._each(lambda storage: storage.init())

    async def ping(self) -> None:
        await self._each(lambda storage: storage.ping())

    @asynccontextmanager
    async def session_scope(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as scopes:
            for storage in self._storages:
                await scopes.enter_async_context(storage.session_scope())
            yield

    async def close(self) -> None:
        """Close every storage, also when one fails to; then its error is raised."""
        await self._each(lambda storage: storage.close())

    def transaction(
        self,
        work: Callable[[Any], Awaitable[R]] | None = None,
        /,
        *,
        read_only: bool = False,
        domains: Iterable[str] | None = None,
    ) -> Any:
        """A unit of work on the one storage behind all domains, or behind those that ``domains`` names.

        Inside, other domains are refused.

        Args:
            domains: which domains will be used; ``None`` for all that are supplied.

        Raises:
            TransactionSpansBackends: the domains are on several storages. Nothing was written.
            DomainMissing: one of them is not supplied.
        """
        names = sorted(filter(self._on_a_storage, self._sources)) if domains is None else list(domains)
        unit = _unit(self._one_storage(names).transaction(read_only=read_only), frozenset(names))
        return unit if work is None else _within(unit, work)

    def _source(self, name: str) -> Domain | Storage:
        source = self._sources.get(name)
        if source is None:
            why = "is disabled (False)" if name in self._disabled else f"comes from nowhere: give default= or {name}="
            raise DomainMissing(f"the domain {name!r} of this composite store {why}", name=name)
        return source

    def _on_a_storage(self, name: str) -> bool:
        return _home(self._sources[name]) is not None

    def _one_storage(self, names: list[str]) -> Storage:
        """The storage that all the domains are on."""
        if not names:
            raise InvalidArgument("domains", "is empty; name at least one")
        by_storage: dict[Storage, list[str]] = {}
        for name in names:
            leaf = _leaf(self._source(name), name)
            if leaf is None:
                raise TransactionSpansBackends(f"the {name} stand alone, and take no part in transactions", name=name)
            by_storage.setdefault(leaf, []).append(name)
        if len(by_storage) > 1:
            places = "; ".join(f"{', '.join(on)} on {storage!r}" for storage, on in by_storage.items())
            raise TransactionSpansBackends(
                f"a transaction can not span storages: {places}. Name those that you need as transaction(domains=[...])"
            )
        return next(iter(by_storage))

    async def _each(self, call: Callable[[Storage], Awaitable[None]]) -> None:
        """Do it to every storage at the same time. The first error is raised at the end, with the others as notes."""
        results = await asyncio.gather(*map(call, self._storages), return_exceptions=True)
        failed = [(storage, each) for storage, each in zip(self._storages, results, strict=True) if each is not None]
        if failed:
            (_, first), *others = failed
            for storage, error in others:
                first.add_note(f"and {storage!r}: {type(error).__name__}: {error}")
            raise first


class CompositeTransaction(Transaction):
    """The unit of work of the storage behind a composite's domains."""

    def __init__(self, inner: Transaction, names: frozenset[str]) -> None:
        self._inner = inner
        self._names = names

    def _make_domain(self, name: str) -> Domain:
        if name not in self._names:
            raise TransactionSpansBackends(
                f"the domain {name!r} is not one of this transaction's ({', '.join(sorted(self._names))})", name=name
            )
        domain: Domain = getattr(self._inner, name)
        return domain

    @property
    def session(self) -> Any:
        """The ``AsyncSession`` of the storage's unit of work, where it is one on SQL."""
        return self._inner.session  # type: ignore[attr-defined]

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        return self._inner.savepoint()


@asynccontextmanager
async def _unit(inner: AbstractAsyncContextManager[Transaction], names: frozenset[str]) -> AsyncIterator[Transaction]:
    async with inner as transaction:
        yield CompositeTransaction(transaction, names)


async def _within(unit: AbstractAsyncContextManager[Transaction], work: Callable[[Any], Awaitable[R]]) -> R:
    async with unit as transaction:
        return await work(transaction)


def _first_source(name: str, own: Source, *parents: Storage | None) -> Domain | Storage | None:
    if own is False:
        return None
    if own is not None:
        return own
    return next((parent for parent in parents if parent is not None and parent.offers(name)), None)


def _home(source: Domain | Storage) -> Storage | None:
    """The storage of a domain; ``None`` of a vector store that stands alone."""
    return source if isinstance(source, Storage) else getattr(source, "storage", None)


def _leaf(source: Domain | Storage, name: str) -> Storage | None:
    """The storage that is no composite and has the domain."""
    while isinstance(source, MastraCompositeStore):
        source = source._source(name)
    return _home(source)


def _distinct(storages: Iterable[Storage]) -> tuple[Storage, ...]:
    """All storages that are no composites, each once, in order."""
    return tuple(dict.fromkeys(leaf for storage in storages for leaf in storage.storages()))


def _check_source(name: str, source: Any, known: list[str]) -> None:
    if name not in known:
        raise InvalidArgument(name, f"is no domain; those are {', '.join(known)}")
    if source is None or source is False:
        return
    if isinstance(source, Domain):
        if source.name != name:
            raise InvalidArgument(name, f"is given the domain {source.name!r}")
        if not isinstance(getattr(source, "storage", None), Storage | None):
            raise InvalidArgument(name, "belongs to a transaction; give the storage's own domain")
    elif not isinstance(source, Storage):
        raise InvalidArgument(
            name, f"must be a domain of a storage, a storage, False or None, not {type(source).__name__}"
        )
    elif not source.offers(name):
        raise InvalidArgument(name, "is given a storage that does not have this domain")


def _check_parent(name: str, parent: Any) -> None:
    if parent is not None and not isinstance(parent, Storage):
        raise InvalidArgument(name, f"must be a storage or None, not {type(parent).__name__}")
