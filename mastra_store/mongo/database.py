"""The one place that runs commands outside of units of work, and knows the server."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC
from typing import TypeVar

from bson.codec_options import CodecOptions, DatetimeConversion
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient, ReadPreference
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import _ServerMode
from pymongo.write_concern import WriteConcern

from ..cancellation import Cancellation
from ..documents import Collection
from ..storage import SchemaState
from .errors import translated
from .executor import Command, Document, Executor, Work
from .first_use import FirstUse
from .patience import Patience
from .sessions import OwnWrites
from .transactions import transacted

R = TypeVar("R")

# Whatever another writer left, it shall not hide a page: text that is no UTF-8, a time beyond the year 9999.
CODEC: CodecOptions[Document] = CodecOptions(
    tz_aware=True,
    tzinfo=UTC,
    unicode_decode_error_handler="replace",
    datetime_conversion=DatetimeConversion.DATETIME_CLAMP,
)


RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
"""Documents as the bytes that came."""


class MongoDatabase(Executor):
    """A database: its client, its collections, what its server can do.

    Attributes:
        client: the driver's.
        shown: how error messages call the database, without a password.
        address: what tells it from all others, likewise.
        transactions: whether the server has them, which a standalone one has not; known when it is ready.
        allow_non_atomic: whether units of work may be opened where there are none.
        busy_timeout: seconds that something is tried again while others change the same documents.
        schema_state: what was found on first use; ``None`` before.
    """

    def __init__(
        self,
        client: AsyncMongoClient[Document],
        name: str,
        first_use: FirstUse,
        *,
        shown: str,
        address: str,
        owned: bool,
        read_preference: _ServerMode,
        write_concern: WriteConcern,
        busy_timeout: float,
        allow_non_atomic: bool,
    ) -> None:
        self.client = client
        self.shown = shown
        self.address = address
        self.write_concern = write_concern
        self.busy_timeout = busy_timeout
        self.allow_non_atomic = allow_non_atomic
        self.transactions = False
        self.schema_state: SchemaState | None = None
        self.documents: AsyncDatabase[Document] = client.get_database(
            name, codec_options=CODEC, read_preference=ReadPreference.PRIMARY, write_concern=write_concern
        )
        self._reads = self.documents
        self._own_writes: OwnWrites | None = None
        if read_preference != ReadPreference.PRIMARY:
            self._reads = self.documents.with_options(
                read_preference=read_preference, read_concern=ReadConcern("majority")
            )
            self._own_writes = OwnWrites(client)
        self._first_use = first_use
        self._owned = owned
        self._preparing = asyncio.Lock()

    async def ready(self) -> None:
        """Connect and see which collections there are, once. After a failure the next call tries again."""
        if self.schema_state is None:
            async with self._preparing:
                if self.schema_state is None:
                    with self.translating():
                        hello = await self.client.admin.command("hello")
                        self.transactions = "setName" in hello or hello.get("msg") == "isdbgrid"
                        self.schema_state = await self._first_use.opened(self)

    def use(self, collections: Iterable[Collection]) -> None:
        self._first_use.wanted.update(collections)

    async def prepared(self) -> bool:
        """``ready``, and the collections in use have their indexes. Whether some had to be made."""
        await self.ready()
        if self._first_use.is_done:
            return False
        with self.translating():
            return await self._first_use.seen(self)

    async def check(self, collection: Collection) -> None:
        """See that a command may come for a collection."""
        with self.translating():
            await self._first_use.check(self, collection)

    async def ping(self) -> None:
        await self.ready()
        with self.translating():
            await self.client.admin.command("ping")

    async def close(self) -> None:
        """Close the connections. A caller's own client stays open."""
        if self._owned:
            await self.client.close()

    async def on(self, collection: Collection, command: Command[R], *, reads: bool = False) -> R:
        await self.prepared()
        await self.check(collection)
        database = self._reads if reads else self.documents
        with self.translating():
            if self._own_writes is None:
                return await command(database[collection.name], None)
            async with self._own_writes.session() as session:
                return await command(database[collection.name], session)

    async def run(self, work: Work[R]) -> R:
        await self.prepared()
        if not self.transactions:
            return await work(self)
        return await transacted(self, work, Patience(self.busy_timeout))

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncClientSession]:
        """A session for a transaction. Reads that follow it see what it wrote."""
        if self._own_writes is not None:
            async with self._own_writes.session() as session:
                yield session
        else:
            async with self.client.start_session() as session:
                yield session

    @contextmanager
    def translating(self) -> Iterator[None]:
        """A block in which the driver's errors become ours, and no cancellation is lost."""
        cancellation = Cancellation()
        try:
            yield
        except PyMongoError as error:
            cancellation.check()
            raise translated(error, self.shown) from error
        cancellation.check()


class InSession(Executor):
    """Runs commands in one session's transaction; without a session, one after the other.

    Collections have their indexes before: a transaction can not see what is made after it began.
    """

    def __init__(self, database: MongoDatabase, session: AsyncClientSession | None) -> None:
        self._database = database
        self._session = session

    def use(self, collections: Iterable[Collection]) -> None:
        self._database.use(collections)

    async def on(self, collection: Collection, command: Command[R], *, reads: bool = False) -> R:
        await self._database.check(collection)
        found: AsyncCollection[Document] = self._database.documents[collection.name]
        with self._database.translating():
            return await command(found, self._session)

    async def run(self, work: Work[R]) -> R:
        return await work(self)
