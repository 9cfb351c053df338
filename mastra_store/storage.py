"""What every storage offers."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from .domains import Domains
from .errors import InvalidArgument
from .lifetime import Lifetime
from .transaction import Transaction

if TYPE_CHECKING:
    from .copying.ends import StoredRows
    from .records.retention import PrunedTable
    from .retention import Policies, Progress

R = TypeVar("R")

SchemaState = Literal["current", "created", "foreign", "ahead"]


class Storage(Domains, Lifetime):
    """The domains of one backend, and its lifetime.

    A storage opens itself with its first call; ``async with`` opens it at once and closes it at the end. It belongs
    to the event loop that used it first.
    """

    def offers(self, domain: str) -> bool:
        """Whether it has the domain of this name."""
        return True

    def storages(self) -> tuple["Storage", ...]:
        """The storages behind it, each once: itself, unless it is a composite."""
        return (self,)

    def home_of(self, domain: str) -> "Storage | None":
        """The storage that has the domain: itself, unless it is a composite; ``None`` where it is not offered."""
        return self if self.offers(domain) else None

    def stored_rows(self) -> "StoredRows":
        """Its rows as they are stored, which ``copy`` reads and writes.

        Raises:
            InvalidArgument: it has none of its own.
        """
        raise InvalidArgument("storage", f"has no rows of its own that could be copied: {self!r}")

    @property
    def address(self) -> str | None:
        """What tells its database from all others, the same in every process, without a user or a password. ``None`` if
        the storage can not say."""
        return None

    @property
    def schema_name(self) -> str | None:
        """The schema of its tables, where the database has several; ``None`` for the usual one."""
        return None

    @property
    @abstractmethod
    def schema_state(self) -> SchemaState | None:
        """What was found on first use: ``current`` (our revision), ``created`` (made just now), ``foreign`` (made by
        Mastra, without our version table), ``ahead`` (a newer revision); ``None`` before the first use."""

    @abstractmethod
    async def init(self) -> None:
        """Connect and see to the schema. Calls that come later do nothing.

        Raises:
            Unavailable: the database can not be reached.
            SchemaMissing: it is empty, and ``create_schema="never"``.
            SchemaBehind: its tables are older than this version needs. Nothing was changed.
        """

    @abstractmethod
    async def ping(self) -> None:
        """Ask the database for a sign of life: one round trip.

        Raises:
            Unavailable: there is none.
        """

    def session_scope(self) -> AbstractAsyncContextManager[None]:
        """A block whose reads see what was written in it, by any of the tasks that it starts.

        Where there are read replicas a task sees what it wrote itself, and no more than that; elsewhere every read sees
        all that was written before.
        """
        return nullcontext()

    def current_reads(self) -> AbstractContextManager[None]:
        """A block whose reads see all that was committed before, by whomever. Where there are read replicas, the
        primary answers them."""
        return nullcontext()

    @abstractmethod
    async def close(self) -> None:
        """Close the connections. An engine that was passed in stays open."""

    async def prune(
        self,
        policies: "Policies",
        *,
        dry_run: bool = False,
        max_rows: int | None = None,
        max_batches: int | None = None,
        pause: float | timedelta = 0,
        progress: "Progress | None" = None,
    ) -> "list[PrunedTable]":
        """Delete the rows that are older than their policy allows, in batches, each in a transaction of its own.

        ``{"memory": {"messages": {"max_age": "30d", "batch_size": 1000}}}`` names a domain, a table's key and what
        holds for it. What is not named stays for ever. A call that was cancelled, or that an error or a cap ended,
        has deleted whole batches, and the next call goes on from there. Several may run at once.

        A row is old if its time is before now less ``max_age``; now is taken from the clock once, at the beginning.
        The time is what its record shows: ``created_at`` of messages, resources, threads and scores, ``updated_at`` of
        workflow runs. Tables do not depend on each other: messages of a pruned thread stay until they are old
        themselves. On PostgreSQL the vectors of pruned messages in ``memory_messages`` and ``memory_messages_*`` go
        with them, in the same transaction.

        Contract: conventions.md, section 9. TypeScript logs a domain that fails and goes on; here its error is raised.

        Args:
            policies: domains and tables in snake_case or in Mastra's camelCase (``workflow_snapshot``,
                ``workflowSnapshot``). ``max_age`` is a ``timedelta``, text (``"30d"``; ms, s, m, h, d, w) or
                milliseconds; ``batch_size`` is 1000 unless given.
            dry_run: delete nothing and count what is old, in one statement for each table. Caps do not matter.
            max_rows, max_batches: where to stop, for each table.
            pause: seconds, or a ``timedelta``, between two batches of a table.
            progress: called with what became of a table so far, after each batch.

        Returns:
            One entry for each table, in the order of pruning, and one for each whose rows went with them.

        Raises:
            InvalidArgument: an unknown domain or table, a bad age or number. Nothing was deleted.
        """
        from .retention import prune  # for those who prune

        return await prune(
            self,
            policies,
            dry_run=dry_run,
            max_rows=max_rows,
            max_batches=max_batches,
            pause=pause,
            progress=progress,
        )

    @overload
    def transaction(
        self, work: None = None, /, *, read_only: bool = False
    ) -> AbstractAsyncContextManager[Transaction]: ...
    @overload
    def transaction(self, work: Callable[[Any], Awaitable[R]], /, *, read_only: bool = False) -> Awaitable[R]: ...
    @abstractmethod
    def transaction(self, work: Callable[[Any], Awaitable[R]] | None = None, /, *, read_only: bool = False) -> Any:
        """A unit of work: ``async with storage.transaction() as tx``, or ``await storage.transaction(work)``."""
