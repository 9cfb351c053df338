"""A small HTTP API on a storage, with FastAPI. Records are bodies and responses as they are.

    pip install mastra-store fastapi uvicorn
    DATABASE_URL=agent.db uvicorn --app-dir examples fastapi_app:app

``DATABASE_URL`` is an SQLite file or ``postgresql://user:password@host/database``.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Body, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from mastra_store import (
    Conflict,
    InvalidArgument,
    MastraError,
    Message,
    NotFound,
    Score,
    Storage,
    Thread,
    Unavailable,
    open_storage,
)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One storage for as long as the app runs."""
    async with open_storage(os.environ.get("DATABASE_URL", "agent.db")) as storage:
        app.state.storage = storage
        yield


app = FastAPI(title="Conversations", lifespan=lifespan)

STATUSES = {NotFound: 404, InvalidArgument: 422, Conflict: 409, Unavailable: 503}


@app.exception_handler(MastraError)
async def refuse(request: Request, error: MastraError) -> JSONResponse:
    """Errors as a TypeScript server shows them."""
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)
    return JSONResponse(error.to_json(), status)


class NewMessage(BaseModel):
    role: str
    content: str


class MessagePage(BaseModel):
    messages: list[Message]
    total: int
    has_more: bool = Field(serialization_alias="hasMore")


class NewScore(BaseModel):
    metric: str
    value: float
    reason: str | None = None


@app.put("/threads/{thread_id}")
async def save_thread(thread_id: str, thread: Annotated[Thread, Body()], request: Request) -> Thread:
    return await _storage(request).memory.save_thread(thread.evolve(id=thread_id))


@app.get("/threads/{thread_id}")
async def get_thread(thread_id: str, request: Request) -> Thread:
    thread = await _storage(request).memory.get_thread_by_id(thread_id)
    if thread is None:
        raise HTTPException(404, f"no thread {thread_id}")
    return thread


@app.post("/threads/{thread_id}/messages", status_code=201)
async def save_messages(thread_id: str, messages: list[NewMessage], request: Request) -> list[Message]:
    return await _storage(request).memory.save_messages(thread_id, [each.model_dump() for each in messages])


@app.get("/threads/{thread_id}/messages")
async def list_messages(thread_id: str, request: Request, page: int = 0) -> MessagePage:
    found = await _storage(request).memory.list_messages(thread_id, page=page)
    return MessagePage(messages=list(found), total=found.total, has_more=found.has_more)


@app.post("/runs/{run_id}/scores", status_code=201)
async def save_score(run_id: str, score: NewScore, request: Request) -> Score:
    return await _storage(request).scores.save_score(
        run_id=run_id, metric=score.metric, value=score.value, reason=score.reason
    )


@app.get("/runs/{run_id}/scores")
async def list_scores(run_id: str, request: Request) -> list[Score]:
    return list(await _storage(request).scores.list_scores_by_run_id(run_id))


def _storage(request: Request) -> Storage:
    storage: Storage = request.app.state.storage
    return storage
