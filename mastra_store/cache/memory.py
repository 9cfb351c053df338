"""A cache in the memory of the process."""

import time
from collections import OrderedDict
from collections.abc import Callable
from itertools import count
from typing import NamedTuple

from ..errors import InvalidArgument
from .base import HELD, LEASE, Answer, Cache, Entry, Hit, Hold, Miss

MOST_LEASES = 1000
"""Beyond so many, those that have expired are swept out."""

OVERHEAD = 250
"""Bytes that an item takes besides its key and its value: objects, references, its place in the order."""


class Kept:
    """A value, with the versions under which it is served."""

    __slots__ = ("expires", "size", "value", "versions")

    def __init__(self, key: str, versions: tuple[str, ...], value: bytes, expires: float) -> None:
        self.versions = versions
        self.value = value
        self.expires = expires
        self.size = len(key) + len(value) + OVERHEAD


class Subject:
    """The version of a subject, and when the hold of each of its writers ends."""

    __slots__ = ("holds", "size", "version")

    def __init__(self, name: str, version: str) -> None:
        self.version = version
        self.holds: dict[str, float] = {}
        self.size = len(name) + OVERHEAD

    def is_held(self, now: float) -> bool:
        if self.holds:
            self.holds = {writer: until for writer, until in self.holds.items() if until > now}
        return bool(self.holds)


class Lease(NamedTuple):
    """Who is reading a value; without a token nobody is, since there is nothing to keep under these versions."""

    token: str | None
    versions: tuple[str, ...]
    expires: float


class MemoryCache(Cache):
    """Keeps what was used last, in so many bytes. For one process: others do not see what it writes.

    Several storages may share it. It belongs to one event loop and has no threads.

    Args:
        max_bytes: keys, values and what Python needs for them, about.
        clock: seconds, never going back.
    """

    def __init__(self, max_bytes: int = 64 * 2**20, *, clock: Callable[[], float] = time.monotonic) -> None:
        if isinstance(max_bytes, bool) or not isinstance(max_bytes, int) or max_bytes <= 0:
            raise InvalidArgument("max_bytes", f"must be an integer above 0, not {max_bytes!r}")
        self.max_bytes = max_bytes
        self._clock = clock
        self._numbers = count(1)
        # Keys of values and names of subjects never meet: see keys.py.
        self._items: OrderedDict[str, Kept | Subject] = OrderedDict()
        self._leases: dict[str, Lease] = {}
        self._bytes = 0

    @property
    def size(self) -> int:
        """Bytes in use, about."""
        return self._bytes

    def __repr__(self) -> str:
        return f"<MemoryCache: {self._bytes} of {self.max_bytes} bytes>"

    async def get(self, entry: Entry) -> Answer:
        now = self._clock()
        subjects = [self._subject(name) for name in entry.subjects]
        if any(subject.is_held(now) for subject in subjects):
            return HELD
        versions = tuple(subject.version for subject in subjects)
        kept = self._items.get(entry.key)
        if isinstance(kept, Kept):
            if kept.versions == versions and kept.expires > now:
                self._items.move_to_end(entry.key)
                return Hit(kept.value)
            self._drop(entry.key)
        return self._miss(entry.key, versions, now)

    async def set(self, entry: Entry, miss: Miss, value: bytes) -> None:
        if self._has_lease(entry, miss):
            del self._leases[entry.key]
        self._put(entry.key, Kept(entry.key, miss.versions, value, self._clock() + entry.ttl))

    async def give_up(self, entry: Entry, miss: Miss) -> None:
        if self._has_lease(entry, miss):
            self._leases[entry.key] = Lease(None, miss.versions, self._clock() + LEASE)

    async def hold(self, hold: Hold, seconds: float) -> None:
        until = self._clock() + seconds
        for name in hold.subjects:
            self._subject(name).holds[hold.writer] = until
        self._renew(hold)

    async def release(self, hold: Hold) -> None:
        for name in hold.subjects:
            self._subject(name).holds.pop(hold.writer, None)
        self._renew(hold)

    async def ping(self) -> None:
        return

    async def close(self) -> None:
        """Nothing is open, and what is kept stays for other storages; see ``clear``."""

    def clear(self) -> None:
        """Forget every value."""
        for key in [key for key, item in self._items.items() if isinstance(item, Kept)]:
            self._drop(key)

    def _renew(self, hold: Hold) -> None:
        for name in hold.changed:
            self._subject(name).version = self._new_version()

    def _new_version(self) -> str:
        return str(next(self._numbers))

    def _subject(self, name: str) -> Subject:
        found = self._items.get(name)
        if isinstance(found, Subject):
            self._items.move_to_end(name)
            return found
        made = Subject(name, self._new_version())
        self._put(name, made)
        return made

    def _miss(self, key: str, versions: tuple[str, ...], now: float) -> Miss:
        found = self._leases.get(key)
        if found is not None and found.expires > now and (found.token or found.versions == versions):
            return Miss(versions, None, wait=found.token is not None)
        if len(self._leases) >= MOST_LEASES:
            self._leases = {each: lease for each, lease in self._leases.items() if lease.expires > now}
        token = self._new_version()
        self._leases[key] = Lease(token, versions, now + LEASE)
        return Miss(versions, token, wait=False)

    def _has_lease(self, entry: Entry, miss: Miss) -> bool:
        found = self._leases.get(entry.key)
        return found is not None and found.token is not None and found.token == miss.lease

    def _put(self, key: str, item: Kept | Subject) -> None:
        self._drop(key)
        self._items[key] = item
        self._bytes += item.size
        now = self._clock()
        for _ in range(len(self._items) - 1):
            if self._bytes <= self.max_bytes:
                return
            oldest = next(iter(self._items))
            found = self._items[oldest]
            if isinstance(found, Subject) and found.is_held(now):
                self._items.move_to_end(oldest)  # forgotten, it would not be held any more
            else:
                self._drop(oldest)
        if self._bytes > self.max_bytes and isinstance(item, Kept):  # larger than all that there may be
            self._drop(key)

    def _drop(self, key: str) -> None:
        found = self._items.pop(key, None)
        if found is not None:
            self._bytes -= found.size
