"""Vectors in Pinecone, by its own client: ``pip install "mastra-store[pinecone]"``."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from ..domains.base import operation
from ..errors import Conflict, InvalidArgument, MastraError, NotFound, QueryFailed, Unavailable
from ..lifetime import Lifetime
from ..records.vectors import VectorIndex, VectorMatch
from . import input as given
from .base import Search, VectorStore
from .filters import Condition
from .input import DEFAULT_NAMESPACE, Entry, Values
from .pinecone_batches import batches, flat_metadata
from .pinecone_filters import pinecone_filter

MAX_TOP_K = 10_000
IDS_PER_REQUEST = 1_000

logger = logging.getLogger("mastra_store")

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,43}[a-z0-9])?")


class PineconeVector(Lifetime, VectorStore):
    """Vectors in Pinecone.

    ::

        async with PineconeVector(id="embeddings", api_key=os.environ["PINECONE_API_KEY"]) as vectors:
            await vectors.create_index("documents", dimension=1536)
            await vectors.upsert("documents", [{"id": "doc-1", "values": embedding, "metadata": {"title": "Start"}}])
            await vectors.query("documents", embedding, top_k=5)

    What Pinecone has not is refused: nested metadata, some filters (``pinecone_filters.py``), queries without a
    vector, changes by filter. Nothing is a transaction there: ``upsert`` stores batch by batch.

    Args:
        id: what it is called, as in Mastra.
        api_key: Pinecone's.
        host: of Pinecone's control plane, if it is another.
        hosts: the address of an index by its name, for those that need not be asked for.
        cloud, region: where indexes are made.
        consistency_timeout: seconds that a query waits for this store's own upserts to be seen; 0 waits for nothing.
    """

    store = "PINECONE"
    index_separator = "-"
    storage = None
    """It is part of no storage."""

    def __init__(
        self,
        *,
        api_key: str,
        id: str = "vectors",
        host: str | None = None,
        hosts: Mapping[str, str] | None = None,
        cloud: str = "aws",
        region: str = "us-east-1",
        consistency_timeout: float = 10.0,
    ) -> None:
        self.id = id
        self._api_key = api_key
        self._host = host
        self._hosts = dict(hosts or {})
        self._place = (cloud, region)
        self._consistency_timeout = consistency_timeout
        self._opened: Any = None
        self._indexes: dict[str, Any] = {}
        self._metrics: dict[str, str] = {}
        self._written: dict[tuple[str, str], int] = {}
        """Of an index and namespace, how far its log was when this store wrote last."""

    def __repr__(self) -> str:
        return f"<PineconeVector: {self.id!r}>"

    async def init(self) -> None:
        """Nothing: it connects with its first call."""

    async def close(self) -> None:
        """Close the connections."""
        for index in self._indexes.values():
            await index.close()
        if self._opened is not None:
            await self._opened.close()
        self._indexes, self._opened = {}, None

    @operation
    async def create_index(
        self, name: str, *, dimension: int, metric: str | None = None, metadata_indexes: Sequence[str] = ()
    ) -> None:
        """Make a serverless index and wait until it is ready. Everything else as on every backend.

        Args:
            name: lower-case letters, digits and ``-``, at most 45.
            metadata_indexes: Pinecone indexes all metadata by itself.
        """
        name, dimension = self._checked_name(name, "name"), given.dimension_of(dimension)
        metric = given.metric_of(metric or "cosine")
        pinecone = _pinecone()
        async with self._translating(name):
            if not await self._client().indexes.exists(name):
                spec = pinecone.ServerlessSpec(cloud=self._place[0], region=self._place[1])
                await self._client().indexes.create(name=name, dimension=dimension, metric=metric, spec=spec)
                return
        found = await self._described(name)
        for what, has, wanted in (("dimension", found[0], dimension), ("metric", found[1], metric)):
            if has != wanted:
                raise Conflict(
                    f"the vector index {name!r} exists with the {what} {has}, not {wanted}: use it as it is, or delete "
                    "it first",
                    index_name=name,
                    existing=has,
                    wanted=wanted,
                )

    @operation
    async def list_indexes(self) -> list[str]:
        async with self._translating(None):
            return sorted([index.name async for index in self._client().indexes.list()])

    @operation
    async def describe_index(self, index_name: str) -> VectorIndex:
        """An index as it is. The count is Pinecone's own, which comes some time after the writes."""
        name = self._checked_name(index_name)
        dimension, metric = await self._described(name)
        async with self._translating(name):
            stats = await (await self._index(name)).describe_index_stats()
        return VectorIndex(name, dimension, stats.total_vector_count, metric, "pinecone")

    @operation
    async def truncate_index(self, index_name: str) -> None:
        name = self._checked_name(index_name)
        async with self._translating(name):
            index = await self._index(name)
            stats = await index.describe_index_stats()
            for namespace in stats.namespaces:
                await index.delete(delete_all=True, namespace="" if namespace == "__default__" else namespace)

    @operation
    async def delete_index(self, index_name: str) -> None:
        name = self._checked_name(index_name)
        async with self._translating(name):
            if await self._client().indexes.exists(name):
                await self._client().indexes.delete(name)
        if (index := self._indexes.pop(name, None)) is not None:
            await index.close()
        self._metrics.pop(name, None)

    async def _upsert(self, index_name: str, entries: list[Entry], namespace: str, deleted: Condition | None) -> None:
        vectors = [
            {"id": entry.id, "values": entry.values.tolist(), "metadata": flat_metadata(entry.metadata, path)}
            for entry, path in ((entry, f"vectors[{at}].metadata") for at, entry in enumerate(entries))
        ]
        if deleted is not None:
            await self._delete(index_name, deleted, namespace)
        stored = 0
        for batch in batches(vectors):
            try:
                async with self._translating(index_name):
                    index = await self._index(index_name)
                    done = await index.upsert(vectors=batch, namespace=_sent(namespace), show_progress=False)
            except MastraError as error:
                left = [entry.id for entry in entries[stored:]]
                error.details |= {"stored": stored, "failed": ", ".join(left)}
                raise
            stored += len(batch)
            self._remember(index_name, namespace, done.response_info)

    async def _query(self, index_name: str, search: Search) -> list[VectorMatch]:
        if search.values is None:
            raise InvalidArgument("vector", "is missing; Pinecone finds nothing without one", status="MISSING_VECTOR")
        if search.top_k > MAX_TOP_K:
            raise InvalidArgument("top_k", f"is {search.top_k}, and Pinecone gives {MAX_TOP_K} at most")
        filter_ = True if search.condition is None else pinecone_filter(search.condition)
        if filter_ is False:
            return []
        answer = await self._caught_up(
            index_name,
            search,
            vector=search.values.tolist(),
            top_k=search.top_k,
            namespace=_sent(search.namespace),
            filter=None if filter_ is True else filter_,
            include_values=search.include_vector,
            include_metadata=True,
        )
        metric = await self._metric(index_name)
        return [
            VectorMatch(
                match.id,
                _score(metric, match.score),
                dict(match.metadata or {}),
                list(match.values) if search.include_vector else None,
            )
            for match in answer.matches
        ]

    async def _caught_up(self, index_name: str, search: Search, **asked: Any) -> Any:
        """The answer to a query that has seen this store's writes, or the last one before the time is up."""
        written = self._written.get((index_name, search.namespace))
        deadline = asyncio.get_running_loop().time() + self._consistency_timeout
        pause = 0.05
        while True:
            async with self._translating(index_name):
                answer = await (await self._index(index_name)).query(**asked)
            info = answer.response_info
            seen = None if info is None else info.lsn_reconciled
            if written is None or seen is None or seen >= written:
                return answer
            if asyncio.get_running_loop().time() + pause > deadline:
                if self._consistency_timeout > 0:
                    logger.warning("Pinecone's index %s has not caught up within its time", index_name)
                return answer
            await asyncio.sleep(pause)
            pause = min(2 * pause, 1.0)

    async def _update(
        self,
        index_name: str,
        target: list[str] | Condition,
        values: Values | None,
        metadata: dict[str, Any] | None,
        namespace: str,
    ) -> int:
        if not isinstance(target, list):
            raise InvalidArgument("filter", "changes nothing in Pinecone; name an id")
        changed = None if metadata is None else flat_metadata(metadata, "metadata")
        [vector_id] = target
        async with self._translating(index_name):
            index = await self._index(index_name)
            stored = (await index.fetch(ids=[vector_id], namespace=_sent(namespace))).vectors.get(vector_id)
            if stored is None:
                return 0
            # Written whole: an update would merge the metadata into the old.
            vector = {
                "id": vector_id,
                "values": list(stored.values) if values is None else values.tolist(),
                "metadata": dict(stored.metadata or {}) if changed is None else changed,
            }
            done = await index.upsert(vectors=[vector], namespace=_sent(namespace), show_progress=False)
        self._remember(index_name, namespace, done.response_info)
        return 1

    async def _delete(self, index_name: str, target: list[str] | Condition | None, namespace: str) -> None:
        filter_ = True if target is None or isinstance(target, list) else pinecone_filter(target)
        async with self._translating(index_name):
            index = await self._index(index_name)
            if isinstance(target, list):
                for start in range(0, len(target), IDS_PER_REQUEST):
                    await index.delete(ids=target[start : start + IDS_PER_REQUEST], namespace=_sent(namespace))
            elif filter_ is True:
                await index.delete(delete_all=True, namespace=_sent(namespace))
            elif filter_ is not False:
                await index.delete(filter=filter_, namespace=_sent(namespace))

    def _checked_name(self, name: Any, path: str = "index_name") -> str:
        if not isinstance(name, str) or _NAME.fullmatch(name) is None:
            raise InvalidArgument(
                path, f"must be lower-case letters, digits and -, at most 45, for Pinecone; it is {name!r}"
            )
        return name

    def _client(self) -> Any:
        if self._opened is None:
            self._opened = _pinecone().AsyncPinecone(api_key=self._api_key, host=self._host)
        return self._opened

    async def _index(self, name: str) -> Any:
        if name not in self._indexes:
            host = self._hosts.get(name)
            self._indexes[name] = await (
                self._client().index(name) if host is None else self._client().index(host=host)
            )
        return self._indexes[name]

    async def _described(self, name: str) -> tuple[int, str]:
        """Dimension and metric."""
        async with self._translating(name):
            stats = await (await self._index(name)).describe_index_stats()
        self._metrics[name] = str(stats.metric or "cosine")
        return int(stats.dimension or 0), self._metrics[name]

    async def _metric(self, name: str) -> str:
        return self._metrics[name] if name in self._metrics else (await self._described(name))[1]

    def _remember(self, index_name: str, namespace: str, info: Any) -> None:
        if info is not None and (written := getattr(info, "lsn_committed", None)) is not None:
            self._written[index_name, namespace] = written

    @asynccontextmanager
    async def _translating(self, index_name: str | None) -> AsyncIterator[None]:
        """A block in which the client's errors become ours."""
        pinecone = _pinecone()
        try:
            yield
        except pinecone.NotFoundError as error:
            raise NotFound("vector index", status="FAILED", index_name=index_name) from error
        except (pinecone.PineconeConnectionError, pinecone.PineconeTimeoutError) as error:
            raise Unavailable(f"Pinecone can not be reached ({type(error).__name__})") from error
        except pinecone.ApiError as error:
            status = getattr(error, "status_code", None)
            if status in (401, 403, 408, 429) or (status or 0) >= 500:
                raise Unavailable(f"Pinecone is not available: it answered {status}", http_status=status) from error
            raise QueryFailed(f"Pinecone refused the request: it answered {status}", http_status=status) from error
        except pinecone.PineconeError as error:
            raise QueryFailed(f"Pinecone's client refused the request ({type(error).__name__})") from error


def _pinecone() -> Any:
    try:
        import pinecone
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'vectors in Pinecone need its client: pip install "mastra-store[pinecone]"', name="pinecone"
        ) from error
    return pinecone


def _sent(namespace: str) -> str:
    """Pinecone's own name of a namespace: its default has none."""
    return "" if namespace == DEFAULT_NAMESPACE else namespace


def _score(metric: str, score: float) -> float:
    # Of euclidean Pinecone gives the square of the distance.
    return 1 / (1 + max(score, 0.0) ** 0.5) if metric == "euclidean" else score
