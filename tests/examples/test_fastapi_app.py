"""The FastAPI example, over HTTP through a socket."""

import asyncio
import importlib.util
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from mastra_store.testing.builders import thread

EXAMPLE = Path(__file__).parents[2] / "examples" / "fastapi_app.py"


@pytest.fixture
async def client(storage_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app, which runs on a port of its own."""
    monkeypatch.setenv("DATABASE_URL", storage_url)
    server = uvicorn.Server(uvicorn.Config(_app(), log_level="warning"))
    # It listens already: a client that comes before the app has started waits for its answer.
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            yield client
        server.should_exit = True
        await serving


def _app() -> Any:
    spec = importlib.util.spec_from_file_location("fastapi_app", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.app


async def test_a_thread_is_put_and_got(client: httpx.AsyncClient) -> None:
    body = thread("ignored", title="Oslo", metadata={"topic": "weather"}).to_json()

    put = await client.put("/threads/t", content=body, headers={"Content-Type": "application/json"})
    got = await client.get("/threads/t")

    assert put.status_code == got.status_code == 200
    assert got.json() == put.json()
    assert got.json() == {
        "id": "t",
        "resourceId": "r",
        "title": "Oslo",
        "createdAt": "2024-02-29T12:00:00Z",
        "updatedAt": "2024-02-29T12:00:00Z",
        "metadata": {"topic": "weather"},
    }


async def test_messages_are_posted_and_paged(client: httpx.AsyncClient) -> None:
    posted = await client.post(
        "/threads/t/messages", json=[{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]
    )
    page = await client.get("/threads/t/messages")
    behind = await client.get("/threads/t/messages", params={"page": 1})

    assert posted.status_code == 201
    assert page.json() == {"messages": posted.json(), "total": 2, "hasMore": False}
    assert [each["content"]["content"] for each in posted.json()] == ["Hello", "Hi"]
    assert behind.json() == {"messages": [], "total": 2, "hasMore": False}


async def test_scores_are_posted_and_listed(client: httpx.AsyncClient) -> None:
    posted = await client.post("/runs/run/scores", json={"metric": "accuracy", "value": 0.95, "reason": "good"})
    listed = await client.get("/runs/run/scores")

    assert posted.status_code == 201
    assert listed.json() == [posted.json()]
    assert (posted.json()["scorerId"], posted.json()["runId"], posted.json()["score"]) == ("accuracy", "run", 0.95)


async def test_what_is_not_there_or_can_not_be_is_said(client: httpx.AsyncClient) -> None:
    missing = await client.get("/threads/unknown")
    incomplete = await client.put("/threads/t", json={"id": "t"})
    refused = await client.get("/threads/t/messages", params={"page": -1})

    assert (missing.status_code, incomplete.status_code, refused.status_code) == (404, 422, 422)
    assert ["body", "resourceId"] in [error["loc"] for error in incomplete.json()["detail"]]
    assert refused.json()["code"].endswith("_LIST_MESSAGES_INVALID_PAGE")


async def test_the_api_describes_records_in_camel_case(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()["components"]["schemas"]

    assert list(described["Message"]["properties"]) == [
        "id",
        "threadId",
        "content",
        "role",
        "createdAt",
        "type",
        "resourceId",
    ]
    assert {"Thread", "Score"} <= described.keys()
