"""What a cache offers, and what it promises.

A value is kept with the **versions** of its **subjects**: what it was read from, as "thread t" and "memory". It is
served as long as all of them still have these versions and nobody holds one. A subject gets a new version whenever a
writer takes hold of it and whenever it lets go. So a writer goes through three steps:

1. ``hold``: from now on nothing that depends on the subjects is served nor kept;
2. the database commits;
3. ``release``: the subjects are free, with new versions.

And a reader that finds nothing is told the versions *before* it reads the database, and hands them in with what it
found. If one changed meanwhile, the value can not be served, whoever keeps it and however late it arrives. These are
the leases of Nishtala et al., "Scaling Memcache at Facebook" (NSDI 2013), section 3.2.1, with the version as the token.

Why the hold: with an invalidation after the commit alone, a reader between the two finds the old value, or stores it,
while another has seen the new one in the database. And a process that dies between the two leaves the old value behind
until its time is up. Held subjects are read from the database, which has one order for all. A hold ends by itself
after a while, for a writer that died; its subjects have a new version then, so what they were before is gone.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Entry:
    """A place for one value."""

    key: str
    subjects: tuple[str, ...]
    """What the value depends on."""
    ttl: float
    """Seconds that a value is kept."""


@dataclass(frozen=True, slots=True)
class Hit:
    """The value, as current as the database when it was asked for."""

    value: bytes


@dataclass(frozen=True, slots=True)
class Miss:
    """There is no value. Whoever reads it may keep it under these versions."""

    versions: tuple[str, ...]
    """Of the entry's subjects, in their order."""
    lease: str | None
    """Given to one asker at a time, who should read."""
    wait: bool
    """Somebody else has the lease, so that the value may come soon."""


class Held(Enum):
    """A subject is being written: the database is to be read, and nothing can be kept."""

    HELD = "held"


HELD = Held.HELD

Answer = Hit | Miss | Held


@dataclass(frozen=True, slots=True)
class Hold:
    """The subjects of one write."""

    writer: str
    """Unlike any other's."""
    changed: tuple[str, ...]
    """They get new versions: what was kept of them is never served again."""
    fenced: tuple[str, ...] = ()
    """They are held, but keep their versions: what was kept of them is served again afterwards."""

    @property
    def subjects(self) -> tuple[str, ...]:
        return (*self.changed, *self.fenced)


class Cache(ABC):
    """A place for bytes, shared by all who give it the same keys.

    Keys, versions and writers are text; values are UTF-8. Each method is atomic, and all who use the cache see one
    order of them: what ``hold`` did, every later ``get`` sees. A cache may forget values at any time, and subjects that
    are not held; a subject that it forgot gets a version that it never had. A method that can not be done raises
    ``Unavailable``; whether it was done is then unknown. To do one twice is to do it once.
    """

    @abstractmethod
    async def get(self, entry: Entry) -> Answer:
        """The value of an entry, or what a reader needs in order to keep one.

        A lease is good for ``LEASE`` seconds: after that another asker gets one.
        """

    @abstractmethod
    async def set(self, entry: Entry, miss: Miss, value: bytes) -> None:
        """Keep a value that was read after ``miss``; its lease ends. It is kept in vain if a version changed."""

    @abstractmethod
    async def give_up(self, entry: Entry, miss: Miss) -> None:
        """End the lease of ``miss``: there is nothing to keep. For ``LEASE`` seconds, or until a version changes,
        nobody gets another one nor is told to wait."""

    @abstractmethod
    async def hold(self, hold: Hold, seconds: float) -> None:
        """Hold subjects until ``release``, or at most for so long. Several writers may hold a subject."""

    @abstractmethod
    async def release(self, hold: Hold) -> None:
        """End a hold. The changed subjects get new versions again, also when they are not held any more."""

    @abstractmethod
    async def ping(self) -> None:
        """Ask for a sign of life.

        Raises:
            Unavailable: there is none.
        """

    @abstractmethod
    async def close(self) -> None:
        """Close what is open. A later call opens it again."""


LEASE = 1.0
"""Seconds that others let a reader with a lease try."""
