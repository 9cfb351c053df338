"""Reading one's own writes where reads go to secondaries, which are behind."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bson.timestamp import Timestamp
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession

from .executor import Document


class OwnWrites:
    """Sessions that follow each other: what one wrote, those that are opened later read, on whatever member."""

    def __init__(self, client: AsyncMongoClient[Document]) -> None:
        self._client = client
        self._operation: Timestamp | None = None
        self._cluster: Any = None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncClientSession]:
        """A session for one command or one transaction."""
        async with self._client.start_session(causal_consistency=True) as session:
            if self._operation is not None and self._cluster is not None:
                session.advance_cluster_time(self._cluster)
                session.advance_operation_time(self._operation)
            try:
                yield session
            finally:
                self._reached(session)

    def _reached(self, session: AsyncClientSession) -> None:
        time = session.operation_time
        if time is not None and (self._operation is None or time > self._operation):
            self._operation, self._cluster = time, session.cluster_time
