"""One read replica: how it stands, when it is left out, and when it is tried again."""

import logging
import random
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, case, cast, func, literal_column, select

from ..errors import Conflict, LockTimeout, MastraError, SchemaBehind, SchemaMissing, Unavailable
from .dialects import SqlDialect
from .plans import statement
from .postgres import PgDatabase

logger = logging.getLogger("mastra_store")

Clock = Callable[[], float]
"""Seconds, as of ``time.monotonic``."""

FAILED = (1.0, 60.0)
"""Seconds that a replica is left out when it fails: the first time, and at most."""
BEHIND_FIRST = 0.1
"""Seconds that a replica is left out which lags."""
ASKED_AGAIN = 0.01
"""Seconds after which a replica that had not replayed a write is asked again."""


class Standing(NamedTuple):
    """How a replica stands.

    Attributes:
        follows: whether it is a standby; one that was promoted is not.
        replayed: the place in the primary's log that it has replayed; ``None`` where it never was a standby.
    """

    follows: bool
    replayed: int | None


@statement(Standing)
def standing(sql: SqlDialect) -> Select[Any]:
    return select(func.pg_is_in_recovery(), _place(func.pg_last_wal_replay_lsn()))


@statement(lambda place: place)
def written(sql: SqlDialect) -> Select[Any]:
    """How far the primary's log is; NULL on a server that is no primary."""
    return select(case((func.pg_is_in_recovery(), None), else_=_place(func.pg_current_wal_insert_lsn())))


def _place(lsn: Any) -> Any:
    """A place in the log as a number of bytes."""
    return cast(func.pg_wal_lsn_diff(lsn, literal_column("'0/0'::pg_lsn")), BigInteger)


class Replica:
    """A replica's connections and its health.

    Attributes:
        in_flight: reads that it is answering.
        replayed: the place in the primary's log that it is known to have replayed.
        heard: when it last said how it stands.
        lacked: when it last said that it had not replayed what a read needed.
        left_out: whether it answers no reads. It is until it first said how it stands.
        probed: whether somebody is asking how it stands.
    """

    def __init__(
        self, database: PgDatabase, clock: Clock, jitter: Callable[[float, float], float] = random.uniform
    ) -> None:
        self.database = database
        self.in_flight = 0
        self.replayed = 0
        self.heard = float("-inf")
        self.lacked = float("-inf")
        self.left_out = True
        self.probed = False
        self._clock = clock
        self._jitter = jitter
        self._times = 0
        self._until = float("-inf")

    @property
    def may_be_probed(self) -> bool:
        """Whether its time is up."""
        return self.left_out and not self.probed and self._clock() >= self._until

    def leave_out(self, why: str, first: float, most: float, *, level: int = logging.WARNING) -> None:
        """Send it no reads for ``first`` seconds; twice as long each time that it fails again, ``most`` at the most.

        Give or take a quarter, so that many processes do not come back as one.
        """
        if self.left_out and not self.probed:
            return  # a read that was still under way says it once more
        if not (self.left_out and self._times):
            logger.log(level, "%s is left out as a replica: %s", self.database.shown, why)
        self._until = self._clock() + min(first * 2**self._times, most) * self._jitter(0.75, 1.25)
        self._times = min(self._times + 1, 30)
        self.left_out = True
        self.replayed = 0  # what stands behind the address by then may be another server

    def take_in(self) -> None:
        """Send it reads again."""
        if self.left_out:
            logger.info("%s answers reads as a replica", self.database.shown)
        self.left_out, self._times = False, 0


def failure(error: MastraError) -> bool | None:
    """What an error of a read says about the replica: ``True`` that it is not fit for reads, ``False`` that it can not
    answer this one, ``None`` that any server would have said so."""
    sqlstate = error.details.get("sqlstate")
    match error:
        case LockTimeout():
            return None
        case Unavailable():
            # A statement that takes too long; prepared statements behind a PgBouncer without: both are for the caller.
            return None if sqlstate in ("57014", "42P05", "26000") else True
        case SchemaMissing() | SchemaBehind():
            return True if sqlstate else None  # its tables may not have come yet
        case Conflict():
            return False  # what the primary vacuumed had to go here, although it was being read
        case _:
            return None


class Lag:
    """How far the primary's log was at some moments: a replica that has replayed one of them is no older than that.

    No server's clock is asked, and a standby that lost its primary does not seem to be up to date.

    Args:
        most: seconds that a replica may be behind.
        interval: seconds between two moments.
    """

    def __init__(self, most: float, interval: float) -> None:
        self.most = most
        self.interval = interval
        self.silent = False
        """Whether the primary did not say when it was last asked. Nobody knows about any lag then."""
        self._moments: deque[tuple[float, int]] = deque()
        self._due = float("-inf")

    def is_due(self, now: float) -> bool:
        return now >= self._due

    def primary_was_at(self, place: int | None, at: float) -> None:
        """What the primary said when it was asked at ``at``, if it did."""
        self.silent = place is None
        self._due = at + self.interval
        if place is not None:
            self._moments.append((at, place))

    def allows(self, replayed: int, now: float) -> bool:
        """Whether a replica that has replayed so much is recent enough."""
        while self._moments and self._moments[0][0] < now - self.most:
            self._moments.popleft()
        return replayed >= self._moments[0][1] if self._moments else self.silent
