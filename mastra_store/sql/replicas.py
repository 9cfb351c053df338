"""PostgreSQL with read replicas: which server answers a read.

Writes, and everything in a unit of work, go to the primary. A read goes to the replica with the fewest reads in flight,
unless it has to see what its scope wrote (``read_scopes.py``) and no replica is known to have that.

Nothing is asked without a read that wants to know, and nearly all of it goes along with that read in one round trip:

- the first read after a write goes to the primary, which also says how far its log is;
- a read that needs what a replica is not known to have, or the first in ``lag_interval``, asks the replica how it
  stands; where the answer will not do, the read goes elsewhere.

Only what did not answer the last time is asked beside the reads, so that none of them waits for it: a replica that is
left out, and a primary that is gone.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any, Literal, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from ..errors import InvalidArgument, MastraError, SchemaError
from .database import Routed, SqlDatabase
from .plans import Call, Work
from .postgres import PgDatabase
from .postgres_dialect import POSTGRESQL
from .read_scopes import ReadScopes, Scope
from .replica import ASKED_AGAIN, BEHIND_FIRST, FAILED, Clock, Lag, Replica, Standing, failure, standing, written

R = TypeVar("R")

_current: ContextVar[bool] = ContextVar("mastra_store_current_reads", default=False)
"""Whether reads have to see all that was committed, by whomever."""

logger = logging.getLogger("mastra_store")

PRIMARY_ANSWERS = 1.0
"""Seconds that the primary has to say how far its log is."""


CONNECTED_WITHIN = 2
"""Seconds within which a replica must take a connection, where its address does not say it."""
FREE_WITHIN = 1.0
"""Seconds that a read waits for a replica's connection at most, before it goes elsewhere."""


def replicated(
    primary: PgDatabase,
    addresses: Sequence[str],
    *,
    max_lag: float,
    lag_interval: float | None = None,
    clock: Clock = time.monotonic,
    pool_timeout: float,
    **options: Any,
) -> "ReplicatedDatabase":
    """A database on a primary and replicas at addresses; the options are ``PgStorage``'s.

    Raises:
        InvalidArgument: an address is none, or the lag's options do not fit together.
    """
    if isinstance(addresses, str):
        raise InvalidArgument("replicas", "must be a list of addresses, not one")
    for index, address in enumerate(addresses):
        if not isinstance(address, str) or not address:
            raise InvalidArgument(f"replicas[{index}]", f"must be an address, not {address!r}")
    interval = min(1.0, max_lag / 2) if lag_interval is None else lag_interval
    if interval > max_lag / 2:
        raise InvalidArgument("lag_interval", f"must be at most half of max_lag ({max_lag}), not {interval!r}")
    wait = min(pool_timeout, FREE_WITHIN)
    options |= {"pool_timeout": wait, "patience": 0.0, "connect_timeout": CONNECTED_WITHIN, "role": "replica"}
    replicas = [PgDatabase(address, _same_as_the_primary, **options) for address in addresses]
    return ReplicatedDatabase(primary, replicas, max_lag=max_lag, lag_interval=interval, clock=clock)


async def _same_as_the_primary(database: SqlDatabase) -> str:
    """What a replica does to the schema: nothing."""
    return "current"


class ReplicatedDatabase(SqlDatabase):
    """A primary and its replicas with the face of one database.

    Args:
        max_lag: seconds that a replica may be behind the primary.
        lag_interval: seconds between two looks at that. A read may so be as old as both together.
    """

    copies = True
    autocommits = True

    def __init__(
        self,
        primary: PgDatabase,
        replicas: Sequence[PgDatabase],
        *,
        max_lag: float,
        lag_interval: float,
        clock: Clock = time.monotonic,
    ) -> None:
        super().__init__(POSTGRESQL, primary.schema, _same_as_the_primary)  # that is seen to by the primary
        self._primary = primary
        self._replicas = [Replica(each, clock) for each in replicas]
        for each in replicas:  # one database, on several servers
            each.plans, each.observers = primary.plans, primary.observers
        self.engine, self.plans, self.observers, self.shown = (
            primary.engine,
            primary.plans,
            primary.observers,
            primary.shown,
        )
        self.server = primary.server
        self._clock = clock
        self._lag = Lag(max_lag, lag_interval)
        self._asking_primary = asyncio.Lock()
        self._scopes = ReadScopes()
        self._made_at = 0
        """The place in the primary's log at which the tables are there."""
        self._turn = 0
        self._asking: set[asyncio.Task[None]] = set()
        """What is asked beside the reads."""

    @property
    def primary(self) -> SqlDatabase:
        return self._primary

    async def ready(self) -> None:
        if self.schema_state is None:
            async with self._preparing:
                if self.schema_state is None:
                    await self._primary.ready()
                    if self._primary.schema_state == "created":
                        [place] = await self._primary.read(written().bind())
                        self._made_at = place or 0
                    await self._ask_primary()
                    await asyncio.gather(*map(self._probe, self._replicas))
                    self.schema_state = self._primary.schema_state

    async def open(self) -> None:
        await self._primary.open()

    async def close(self) -> None:
        for asking in self._asking:
            asking.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)
        await asyncio.gather(self._primary.close(), *(each.database.close() for each in self._replicas))

    async def revision(self) -> str | None:
        return await self._primary.revision()

    async def read(self, call: Call[R]) -> R:
        if self.schema_state is None:
            await self.ready()
        if _current.get():
            self._tell(self._primary, "current")
            return await self._primary.read(call)
        scope = self._scopes.current()
        if scope.pending:
            return await self._read_own_writes(scope, call)
        needed = max(scope.needed, self._made_at)
        tried: set[Replica] = set()
        while (replica := self._next(needed, tried)) is not None:
            answer = await self._ask(replica, call, needed)
            if answer is not None:
                self._tell(replica.database, "replica")
                return answer[0]
            tried.add(replica)
        self._tell(self._primary, "no_replica")
        return await self._primary.read(call)

    async def write(self, call: Call[R]) -> R:
        if self.schema_state is None:
            await self.ready()
        try:
            return await self._primary.write(call)
        finally:  # also after an error: nobody may know whether it was done
            self._scopes.current().wrote()

    async def run(self, work: Work[R]) -> R:
        if self.schema_state is None:
            await self.ready()
        try:
            return await self._primary.run(work)
        finally:
            self._scopes.current().wrote()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            self._scopes.current().wrote()

    def session_scope(self) -> AbstractAsyncContextManager[None]:
        return self._scopes.block()

    @contextmanager
    def current_reads(self) -> Iterator[None]:
        token = _current.set(True)
        try:
            yield
        finally:
            _current.reset(token)

    async def run_on(self, connection: AsyncConnection, call: Call[R]) -> R:
        return await self._primary.run_on(connection, call)

    async def run_work_on(self, connection: AsyncConnection, work: Work[R]) -> R:
        return await self._primary.run_work_on(connection, work)

    def transaction_options(self, *, read_only: bool) -> dict[str, Any]:
        return self._primary.transaction_options(read_only=read_only)

    def translated(self, error: BaseException) -> MastraError | None:
        return self._primary.translated(error)

    async def _read_own_writes(self, scope: Scope, call: Call[R]) -> R:
        """Let the primary answer, and learn from it what a replica must have replayed for the reads that follow."""
        self._tell(self._primary, "own_writes")
        writes, asked = scope.writes, self._clock()
        [place], answer = await self._primary.read_together(written().bind(), call)
        if place is not None:
            scope.learned(place, writes)
            self._lag.primary_was_at(place, asked)
        return answer

    def _tell(self, database: PgDatabase, why: Literal["replica", "own_writes", "current", "no_replica"]) -> None:
        if self.observers.listening:
            self.observers.report(Routed(database.server, why))

    def _next(self, needed: int, tried: set[Replica]) -> Replica | None:
        """The least busy of the replicas that may have the answer; in turn, where several are."""
        best: Replica | None = None
        self._turn += 1
        for offset in range(len(self._replicas)):
            replica = self._replicas[(self._turn + offset) % len(self._replicas)]
            if replica.left_out:
                if replica.may_be_probed:
                    self._probe_beside(replica)
            elif replica in tried or (needed > replica.replayed and self._clock() < replica.lacked + ASKED_AGAIN):
                continue
            elif best is None or replica.in_flight < best.in_flight:
                best = replica
        return best

    async def _ask(self, replica: Replica, call: Call[R], needed: int) -> tuple[R] | None:
        """What the replica answers; ``None`` if it can not, or is not fit to."""
        replica.in_flight += 1
        try:
            if needed <= replica.replayed and self._clock() < replica.heard + self._lag.interval:
                return (await replica.database.read(call),)
            await self._ask_primary()
            [stands], answer = await replica.database.read_together(standing().bind(), call)
            if not self._is_fit(replica, stands):
                return None
            if replica.replayed >= needed:
                return (answer,)
            replica.lacked = self._clock()
            return None
        except MastraError as error:
            unfit = failure(error)
            if unfit is None:
                raise
            if isinstance(error, SchemaError) and needed > replica.replayed:
                replica.lacked = self._clock()  # the tables have yet to come
            elif unfit:
                replica.leave_out(error.message, *FAILED)
            return None
        finally:
            replica.in_flight -= 1

    def _is_fit(self, replica: Replica, stands: Standing) -> bool:
        """Whether a replica that stands so may answer reads. It is taken in or left out by that."""
        replica.heard = now = self._clock()
        if not stands.follows or stands.replayed is None:
            replica.leave_out("it is no standby", *FAILED)
        elif not self._lag.allows(stands.replayed, now):
            # For a moment that is usual: after a pause it has to have what the primary has right now.
            why = f"it is not known to be within {self._lag.most} s of the primary"
            replica.leave_out(why, BEHIND_FIRST, self._lag.interval, level=logging.INFO)
        else:
            replica.replayed = stands.replayed
            replica.take_in()
        return not replica.left_out

    async def _ask_primary(self) -> None:
        """Learn how far the primary's log is, once in an interval. When it did not say the last time, do not wait."""
        if not self._lag.is_due(self._clock()):
            return
        if not self._lag.silent:
            await self._hear_primary()
        elif not self._asking_primary.locked():
            self._beside(self._hear_primary())

    async def _hear_primary(self) -> None:
        async with self._asking_primary:
            asked = self._clock()
            if not self._lag.is_due(asked):
                return
            try:
                async with asyncio.timeout(PRIMARY_ANSWERS):
                    [place] = await self._primary.read(written().bind())
                self._lag.primary_was_at(place, asked)
            except (MastraError, TimeoutError) as error:
                # Replicas go on without it: what they have is the newest that anybody can read.
                logger.warning("%s does not say how far it is: %s", self.shown, str(error) or "it takes too long")
                self._lag.primary_was_at(None, self._clock())

    def _probe_beside(self, replica: Replica) -> None:
        replica.probed = True
        self._beside(self._probe(replica))

    def _beside(self, question: Coroutine[Any, Any, None]) -> None:
        """Ask something that no read waits for."""
        asking = asyncio.create_task(question)
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)

    async def _probe(self, replica: Replica) -> None:
        """Ask a replica that is left out how it stands."""
        replica.probed = True
        try:
            await self._ask_primary()
            [stands] = await replica.database.read(standing().bind())
            self._is_fit(replica, stands)
        except MastraError as error:
            replica.leave_out(error.message, *FAILED)
        finally:
            replica.probed = False
