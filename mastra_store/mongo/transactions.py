"""Transactions: begun, committed or undone, and tried again where the server says that nothing was done."""

import asyncio
from typing import TYPE_CHECKING, TypeVar

from pymongo import ReadPreference
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from ..errors import CommitOutcomeUnknown
from .errors import TRANSIENT, UNKNOWN_COMMIT, has_label
from .executor import Work
from .patience import Patience

if TYPE_CHECKING:
    from .database import MongoDatabase

R = TypeVar("R")


async def transacted(database: "MongoDatabase", work: Work[R], patience: Patience) -> R:
    """Run ``work`` in a transaction of its own. It is begun anew, while there is patience, when others changed the
    same documents meanwhile or the server was replaced: nothing of it was done then."""
    from .database import InSession

    while True:
        async with database.session() as session:
            try:
                await begin(database, session)
                result = await work(InSession(database, session))
                await commit(database, session, patience)
            except BaseException as error:
                await undo(session)
                if not has_label(error, TRANSIENT) or not await patience.again():
                    raise
            else:
                return result


async def begin(database: "MongoDatabase", session: AsyncClientSession) -> None:
    """Begin a transaction. Nothing is sent yet: the first command says it."""
    await session.start_transaction(
        read_concern=ReadConcern("snapshot"),
        write_concern=database.write_concern,
        read_preference=ReadPreference.PRIMARY,
    )


async def commit(database: "MongoDatabase", session: AsyncClientSession, patience: Patience) -> None:
    """Commit, again while nobody knows whether it was done.

    Raises:
        Conflict: the server undid the transaction.
        CommitOutcomeUnknown: whether it was done can not be found out.
    """
    while True:
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            if not error.has_error_label(UNKNOWN_COMMIT):
                with database.translating():
                    raise
            if not await patience.again():
                raise CommitOutcomeUnknown(
                    f"{database.shown} does not answer whether the transaction was committed; read before you try again"
                ) from error
        else:
            return


async def undo(session: AsyncClientSession) -> None:
    """Abort a transaction that has begun and not ended, also while the caller is being cancelled: it holds documents
    that others wait for."""
    if session.in_transaction:
        aborting = asyncio.ensure_future(session.abort_transaction())
        try:
            await asyncio.shield(aborting)
        except asyncio.CancelledError:
            await asyncio.wait([aborting])
            raise
