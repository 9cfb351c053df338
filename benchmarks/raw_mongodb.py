"""The baseline on MongoDB: pymongo's own calls, as few commands as the meaning allows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from bson.codec_options import CodecOptions
from pymongo import AsyncMongoClient, ReturnDocument, UpdateOne, WriteConcern
from pymongo.read_concern import ReadConcern

from mastra_store.records.memory import Message, Thread
from mastra_store.records.observability import Span, Trace
from mastra_store.records.scores import Score

from .raw import MESSAGES_AFTER, MESSAGES_BEFORE, SCORE
from .raw_spans import SPAN

Document = dict[str, Any]

encode, decode = msgspec.json.Encoder().encode, msgspec.json.Decoder().decode

_OLDEST_FIRST, _NEWEST_FIRST = {"createdAt": 1, "id": 1}, {"createdAt": -1, "id": -1}
_KEY_AND_STAMPS = frozenset({"traceId", "spanId", "createdAt", "updatedAt"})
_MAJORITY = WriteConcern("majority")


class RawMongo:
    """Saving messages or spans is a transaction, as in the storage; a list counts its matches in the same command."""

    def __init__(self, url: str, pool_size: int) -> None:
        self._client: AsyncMongoClient[Document] = AsyncMongoClient(url, maxPoolSize=pool_size)
        codec: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)
        database = self._client.get_default_database(codec_options=codec, write_concern=_MAJORITY)
        self._threads = database["mastra_threads"]
        self._messages = database["mastra_messages"]
        self._runs = database["mastra_workflow_snapshot"]
        self._scores = database["mastra_scorers"]
        self._spans = database["mastra_ai_spans"]

    async def open(self) -> None:
        await self._client.aconnect()

    async def aclose(self) -> None:
        await self._client.close()

    async def get_thread(self, thread_id: str) -> Thread | None:
        found = await self._threads.find_one({"id": thread_id})
        return None if found is None else _thread(found)

    async def list_threads(self, resource_id: str, limit: int) -> tuple[list[Thread], int]:
        where = {"resourceId": resource_id}
        shown: list[Document] = [
            {"$match": where},
            {"$sort": _NEWEST_FIRST},
            {"$limit": limit},
            _counted("mastra_threads", where),
        ]
        *found, count = await (await self._threads.aggregate(shown)).to_list()
        return [_thread(each) for each in found], count["total"]

    async def list_messages(self, thread_id: str, limit: int, offset: int) -> tuple[list[Message], int]:
        where = {"thread_id": thread_id}
        shown: list[Document] = [{"$match": where}, {"$sort": _OLDEST_FIRST}, {"$skip": offset}, {"$limit": limit}]
        cursor = await self._messages.aggregate([*shown, _counted("mastra_messages", where)])
        *found, count = await cursor.to_list()
        return [_message(each) for each in found], count["total"]

    async def list_included(self, thread_id: str, limit: int, ids: list[str]) -> tuple[list[Message], int]:
        where = {"thread_id": thread_id}
        targets = {"$unionWith": {"coll": "mastra_messages", "pipeline": [{"$match": {"id": {"$in": ids}}}]}}
        shown: list[Document] = [{"$match": where}, {"$sort": _OLDEST_FIRST}, {"$limit": limit}, targets]
        cursor = await self._messages.aggregate([*shown, _counted("mastra_messages", where)])
        *found, count = await cursor.to_list()
        first, *others = [near for each in found if each["id"] in ids for near in _neighbours(each)]
        joined = [{"$unionWith": {"coll": "mastra_messages", "pipeline": other}} for other in others]
        found += await (await self._messages.aggregate([*first, *joined])).to_list()
        messages = {each["id"]: _message(each) for each in found}
        return sorted(messages.values(), key=lambda each: (each.created_at, each.id)), count["total"]

    async def save_messages(self, thread_id: str, messages: Sequence[Message]) -> list[Message]:
        updates = [
            UpdateOne(
                {"id": m.id},
                {
                    "$set": {
                        "id": m.id,
                        "thread_id": thread_id,
                        "content": encode(m.content).decode(),
                        "role": m.role,
                        "type": m.type or "v2",
                        "resourceId": m.resource_id,
                    },
                    "$setOnInsert": {"createdAt": m.created_at},
                },
                upsert=True,
            )
            for m in messages
        ]
        async with self._client.start_session() as session:
            await session.start_transaction(ReadConcern("snapshot"), _MAJORITY)
            touched = await self._threads.update_one(
                {"id": thread_id}, {"$set": {"updatedAt": datetime.now(UTC)}}, session=session
            )
            if not touched.matched_count:
                raise LookupError(thread_id)
            saved = await self._messages.bulk_write(updates, ordered=False, session=session)
            if saved.upserted_count != len(messages):
                raise LookupError("some were stored already, whose times have to be read")
            await session.commit_transaction()
        return [Message(m.id, thread_id, m.content, m.role, m.created_at, m.type, m.resource_id) for m in messages]

    async def persist(self, workflow: str, run_id: str, snapshot: dict[str, Any]) -> None:
        now = datetime.now(UTC)
        await self._runs.update_one(
            {"workflow_name": workflow, "run_id": run_id},
            {"$set": {"snapshot": snapshot, "updatedAt": now}, "$setOnInsert": {"createdAt": now, "resourceId": None}},
            upsert=True,
        )

    async def load(self, workflow: str, run_id: str) -> dict[str, Any] | None:
        found = await self._runs.find_one({"workflow_name": workflow, "run_id": run_id}, {"snapshot": 1})
        return None if found is None else found["snapshot"]

    async def update_results(self, workflow: str, run_id: str, step_id: str, result: Any) -> dict[str, Any]:
        context = {"$mergeObjects": ["$snapshot.context", {"$literal": {step_id: result}}]}
        found = await self._runs.find_one_and_update(
            {"workflow_name": workflow, "run_id": run_id},
            [{"$set": {"snapshot.context": context, "updatedAt": datetime.now(UTC)}}],
            {"snapshot": 1},
            return_document=ReturnDocument.AFTER,
        )
        if found is None:
            raise LookupError(run_id)
        merged: dict[str, Any] = found["snapshot"]["context"]
        return merged

    async def list_scores(self, run_id: str, limit: int) -> tuple[list[Score], int]:
        where = {"runId": run_id}
        shown: list[Document] = [{"$match": where}, {"$sort": _NEWEST_FIRST}, {"$limit": limit}]
        cursor = await self._scores.aggregate([*shown, _counted("mastra_scorers", where)])
        *found, count = await cursor.to_list()
        return [Score(*_cells(each, SCORE)) for each in found], count["total"]

    async def save_score(self, score: Score) -> str:
        now = datetime.now(UTC)
        given = zip(SCORE, msgspec.structs.astuple(score), strict=True)
        stored = {name: value for name, value in given if value is not None} | {"createdAt": now, "updatedAt": now}
        await self._scores.replace_one({"id": score.id}, stored, upsert=True)
        return score.id

    async def get_trace(self, trace_id: str) -> Trace | None:
        oldest_first = {"startedAt": 1, "spanId": 1}
        found = await self._spans.find({"traceId": trace_id}).sort(oldest_first).to_list()
        return Trace(trace_id, [Span(*_cells(each, SPAN)) for each in found]) if found else None

    async def list_traces(self, limit: int) -> tuple[list[Span], int]:
        where = {"parentSpanId": None}
        newest_first = {"startedAt": -1, "traceId": -1, "spanId": -1}
        shown: list[Document] = [{"$match": where}, {"$sort": newest_first}, {"$limit": limit}]
        *found, count = await (await self._spans.aggregate([*shown, _counted("mastra_ai_spans", where)])).to_list()
        return [Span(*_cells(each, SPAN)) for each in found], count["total"]

    async def create_spans(self, spans: Sequence[Span]) -> None:
        now = datetime.now(UTC)
        updates = [
            UpdateOne(
                {"traceId": span.trace_id, "spanId": span.span_id},
                {"$set": _given(span) | {"updatedAt": now}, "$setOnInsert": {"createdAt": now}},
                upsert=True,
            )
            for span in spans
        ]
        async with self._client.start_session() as session:
            await session.start_transaction(ReadConcern("snapshot"), _MAJORITY)
            await self._spans.bulk_write(updates, ordered=False, session=session)
            await session.commit_transaction()


def _cells(found: Document, names: Sequence[str]) -> Any:
    return map(found.get, names)


def _counted(collection: str, where: Document) -> Document:
    count = [{"$match": where}, {"$group": {"_id": None, "total": {"$sum": 1}}}]
    return {"$unionWith": {"coll": collection, "pipeline": count}}


def _neighbours(target: Document) -> list[list[Document]]:
    at, key = target["createdAt"], target["id"]
    sides = (("$lte", "$lt", _NEWEST_FIRST, MESSAGES_BEFORE), ("$gte", "$gt", _OLDEST_FIRST, MESSAGES_AFTER))
    return [
        [
            {
                "$match": {
                    "thread_id": target["thread_id"],
                    "createdAt": {near: at},
                    "$or": [{"createdAt": {beyond: at}}, {"id": {beyond: key}}],
                }
            },
            {"$sort": order},
            {"$limit": most},
        ]
        for near, beyond, order, most in sides
    ]


def _given(span: Span) -> Document:
    """What is stored of a span, but for its key and what the storage decides itself."""
    given = zip(SPAN, msgspec.structs.astuple(span), strict=True)
    return {name: value for name, value in given if value is not None and name not in _KEY_AND_STAMPS}


def _thread(found: Document) -> Thread:
    return Thread(
        found["id"], found["resourceId"], found["title"], found["createdAt"], found["updatedAt"], found["metadata"]
    )


def _message(found: Document) -> Message:
    kind = found["type"]
    return Message(
        found["id"],
        found["thread_id"],
        decode(found["content"]),
        found["role"],
        found["createdAt"],
        None if kind == "v2" else kind,
        found["resourceId"],
    )
