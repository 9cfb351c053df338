"""Copying between storages: ``copy(source, target)``.

::

    async with open_storage("agent.db") as source, open_storage(os.environ["DATABASE_URL"]) as target:
        await copy(source, target, verify=True)

Rows travel as they are stored, so that ids, times and versions stay what they are: nothing goes through the domains,
whose methods stamp and check. ``ends.py`` says what is asked of a storage, ``planning.py`` what is checked before
anything is written, ``running.py`` how it is done.
"""

from collections.abc import Iterable
from contextlib import AsyncExitStack

from ..cancellation import Cancellation
from ..errors import Conflict, InvalidArgument, MastraError
from ..pages import whole_number
from ..records.copying import CopiedTable
from ..storage import Storage
from .ends import OnConflict
from .planning import Manner, Progress, Route, Trip, prepared, routes
from .running import copied, vectors_copied
from .vectors import check_place
from .verifying import vectors_verified, verified


async def copy(
    source: Storage,
    target: Storage,
    *,
    domains: Iterable[str] | None = None,
    on_conflict: OnConflict = "fail",
    verify: bool = False,
    batch_size: int | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> list[CopiedTable]:
    """Copy the rows of one storage to another, of whatever kind: the document's "Migration Between Adapters".

    Ids, times and versions stay what they are. Memory does not grow with the number of rows. Each batch is one
    transaction, in which the target also remembers how far the copy has come: one that was cancelled or killed, or that
    an error ended, goes on from there when it is called again with the same source and target, and no row comes twice.
    When the last table is done, what was remembered is forgotten.

    PostgreSQL is read as it was at one moment, an SQLite file too; LibSQL servers and MongoDB page by page. A call that
    goes on reads anew: rows that were changed meanwhile and had been copied before stay as they were. Let nobody write
    to the source, or copy again with ``on_conflict="replace"``.

    Between PostgreSQL and the others times are cut to milliseconds, JSON that was encoded twice is encoded once, and
    NUL and unpaired surrogates in JSON, which ``jsonb`` can not hold, are cleaned as everywhere. Vectors are read page
    by page everywhere. Their indexes are made with the same dimension and metric; on PostgreSQL the approximate ones
    are built at the end, of the source's kind, or hnsw where the source knows none.

    Args:
        domains: what to copy: the storage's attributes, as ``memory`` and ``vectors``, and the words for tables that no
            domain has yet, as ``datasets``; ``None`` for all that the source has.
        on_conflict: what becomes of a row whose key the target has. ``fail``: a target that is not empty is refused.
            ``skip``: its row stays; ``replace``: it is overwritten.
        verify: read everything again afterwards and compare it, row by row, by a hash of its values.
        batch_size: rows of one transaction at most; ``None`` for 2,000, and 20,000 between PostgreSQL servers, and for
            500 vectors. Large ones come in smaller batches.
        dry_run: check everything and count, but write nothing.
        progress: called at the beginning of each table and after each batch.

    Returns:
        One entry for each table of which the source has rows, and for each vector index.

    Raises:
        InvalidArgument: an argument is wrong, or both are the same database.
        DomainMissing: the target can not hold what the source has, or has no place for its vectors.
        SchemaBehind: one of them lacks a table or column.
        Conflict: the target has rows and ``on_conflict`` is ``fail``; rows can not be copied as they are, or came out
            differently; somebody else is at the same copy.
        Unavailable: a database went away. What was copied stays, and the next call goes on.
    """
    cancellation = Cancellation()
    try:
        _check(source, target, on_conflict)
        if batch_size is not None:
            whole_number(batch_size, "batch_size", least=1)
        how = Manner(on_conflict, batch_size, progress)
        async with AsyncExitStack() as stack:
            ways = routes(source, target, domains)
            if domains is None:
                await check_place(source, target)
            planned = await _planned(stack, ways, how)
            if dry_run:
                return [
                    CopiedTable(part.domain, part.name, part.total, 0, None) for trip in planned for part in trip.every
                ]
            return [table for trip in planned for table in await _made(trip, how, verify=verify)]
    except Exception as error:
        cancellation.check()  # a driver that is broken off in the middle may fail, instead of being cancelled
        if isinstance(error, MastraError):
            error.during("copy")
        raise


async def _planned(stack: AsyncExitStack, ways: list[Route], how: Manner) -> list[Trip]:
    """What is to be done along each route, once nothing forbids any of it. A database is read as of one moment."""
    sources = {way.source.identity: way.source for way in ways}
    targets = {way.target.identity: way.target for way in ways}
    readers = {name: await stack.enter_async_context(each.reading()) for name, each in sources.items()}
    writers = {name: await stack.enter_async_context(each.writing()) for name, each in targets.items()}
    return [await prepared(way, readers[way.source.identity], writers[way.target.identity], how) for way in ways]


async def _made(trip: Trip, how: Manner, *, verify: bool) -> list[CopiedTable]:
    """Copy the tables and vector indexes of one route."""
    # Indexes first, since a database may refuse to make one; and remembered before, so that a call that goes on from
    # here knows them for its own, and finishes them.
    await trip.writer.begin([index.at for index in trip.indexes if index.is_new])
    for index in trip.indexes:
        await index.make()
    await trip.writer.begin([part.at for part in trip.parts if part.is_new])
    reached = [await copied(trip, part, how) for part in trip.parts]
    reached += [await vectors_copied(trip, index, how) for index in trip.indexes]
    counts: list[int | None] = [None] * len(reached)
    try:
        if verify:
            async with trip.route.target.reading() as target:
                counts = [await verified(trip, part, target, how) for part in trip.parts]
                counts += [await vectors_verified(trip, index, how) for index in trip.indexes]
    except Conflict:
        await trip.writer.finish(trip.route.copy_id)  # to go on would not mend it
        raise
    await trip.writer.finish(trip.route.copy_id)
    return [
        CopiedTable(part.domain, part.name, at.copied, at.skipped, count)
        for part, at, count in zip(trip.every, reached, counts, strict=True)
    ]


def _check(source: Storage, target: Storage, on_conflict: OnConflict) -> None:
    for name, storage in (("source", source), ("target", target)):
        if not isinstance(storage, Storage):
            raise InvalidArgument(name, f"must be a storage, not {type(storage).__name__}")
    if on_conflict not in ("fail", "skip", "replace"):
        raise InvalidArgument("on_conflict", f"must be 'fail', 'skip' or 'replace', not {on_conflict!r}")


__all__ = ["CopiedTable", "OnConflict", "Progress", "copy"]
