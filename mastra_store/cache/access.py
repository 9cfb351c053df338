"""How the methods of a cached domain reach the cache: on their own, or inside a unit of work."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

from ..storage import Storage
from .base import Entry
from .encoding import Codec
from .keys import Keys
from .reading import CachedReads, Load
from .resilient import ResilientCache

T = TypeVar("T")

Find = Callable[[], Awaitable[Iterable[str]]]
"""Finds the subjects of a write in the database."""


class Access(ABC):
    """What a method of a cached domain does beside calling the storage.

    Attributes:
        keys: the keys of the domain.
    """

    keys: Keys

    @abstractmethod
    async def read(self, entry: Entry, codec: Codec[T], load: Load[T]) -> T | None:
        """A value, from the cache or by ``load``."""

    @abstractmethod
    async def look(self, load: Callable[[], Awaitable[T]]) -> T:
        """What ``load`` reads from the database, as it is now."""

    @abstractmethod
    def writing(self, subjects: Iterable[str]) -> AbstractAsyncContextManager[None]:
        """A block that writes rows of these subjects."""

    @abstractmethod
    def writing_what_is_found(self, find: Find) -> AbstractAsyncContextManager[None]:
        """A block that writes rows whose subjects have to be looked up."""


class OnItsOwn(Access):
    """Each call commits by itself."""

    def __init__(self, keys: Keys, cache: ResilientCache, reads: CachedReads, home: Storage) -> None:
        self.keys = keys
        self._cache = cache
        self._reads = reads
        self._home = home

    async def read(self, entry: Entry, codec: Codec[T], load: Load[T]) -> T | None:
        return await self._reads.read(entry, codec, lambda: self.look(load))

    async def look(self, load: Callable[[], Awaitable[T]]) -> T:
        # A replica may not have yet what the cache was already told of.
        with self._home.current_reads():
            return await load()

    @asynccontextmanager
    async def writing(self, subjects: Iterable[str]) -> AsyncIterator[None]:
        write = self._cache.writing()
        try:
            await write.hold(tuple(subjects))
            yield
        finally:
            await write.end()

    @asynccontextmanager
    async def writing_what_is_found(self, find: Find) -> AsyncIterator[None]:
        """While it is looked for and until the write is done, nothing of the domain is kept or served. So another write
        that moves a row meanwhile can not lead to a value that this one does not know of. Afterwards all other values
        are served again."""
        write = self._cache.writing()
        try:
            await write.hold((), fenced=(self.keys.whole,))
            await write.hold(tuple(await self.look(find)))
            yield
        finally:
            await write.end()


class InAUnit(Access):
    """Inside a unit of work: nothing is read from the cache, and what is written is remembered until the end."""

    def __init__(self, keys: Keys, changed: set[str]) -> None:
        self.keys = keys
        self._changed = changed

    async def read(self, entry: Entry, codec: Codec[T], load: Load[T]) -> T | None:
        return await load()

    async def look(self, load: Callable[[], Awaitable[T]]) -> T:
        return await load()

    @asynccontextmanager
    async def writing(self, subjects: Iterable[str]) -> AsyncIterator[None]:
        self._changed.update(subjects)
        yield

    @asynccontextmanager
    async def writing_what_is_found(self, find: Find) -> AsyncIterator[None]:
        """The whole domain counts as changed: what is found now may be elsewhere at the end."""
        self._changed.add(self.keys.whole)
        yield
