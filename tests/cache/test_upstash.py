"""What is Upstash's own: its token and its errors. And the gateway of these tests speaks as Upstash does."""

import base64
from typing import Any
from uuid import uuid4

import httpx
import pytest

from mastra_store import InvalidArgument, Unavailable, UpstashCache
from mastra_store.cache.base import Entry
from tests.servers.upstash import TOKEN


@pytest.mark.parametrize("url", ["redis://host", "host", "", None])
def test_an_address_of_another_kind_is_refused(url: Any) -> None:
    with pytest.raises(InvalidArgument, match="url must begin with https://"):
        UpstashCache(url, "token")


@pytest.mark.parametrize("token", ["", " ", None])
def test_a_missing_token_is_refused(token: Any) -> None:
    with pytest.raises(InvalidArgument, match="token is empty"):
        UpstashCache("https://host", token)


async def test_a_wrong_token_is_unavailable(upstash_url: str) -> None:
    cache = UpstashCache(upstash_url, "wrong-secret")

    with pytest.raises(Unavailable, match="status 401: Unauthorized") as raised:
        await cache.ping()

    assert "wrong-secret" not in str(raised.value)
    await cache.close()


async def test_one_that_can_not_be_reached_says_so() -> None:
    cache = UpstashCache("http://127.0.0.1:1", "token")

    with pytest.raises(Unavailable, match=r"<UpstashCache: http://127.0.0.1:1> failed: ConnectError"):
        await cache.ping()

    await cache.close()


async def test_what_is_no_json_is_unavailable(redis_url: str) -> None:
    cache = UpstashCache("http" + redis_url.removeprefix("redis"), "token")  # a server that speaks no HTTP

    with pytest.raises(Unavailable):
        await cache.ping()

    await cache.close()


async def test_an_error_of_the_server_is_unavailable(upstash_url: str) -> None:
    name = f"test:{uuid4()}"
    await _send(upstash_url, "/", ["SET", name, "no hash"])
    cache = UpstashCache(upstash_url, TOKEN)

    with pytest.raises(Unavailable, match="status 400: WRONGTYPE"):
        await cache.get(Entry(f"{name}:value", (name,), 60))

    await cache.close()


class TestTheGateway:
    """What Upstash documents of its interface."""

    async def test_one_command(self, upstash_url: str) -> None:
        name = f"test:{uuid4()}"

        assert await _send(upstash_url, "/", ["SET", name, "Grüße"]) == (200, {"result": "OK"})
        assert await _send(upstash_url, "/", ["GET", name]) == (200, {"result": "Grüße"})
        assert await _send(upstash_url, "/", ["INCR", name]) == (
            400,
            {"error": "ERR value is not an integer or out of range"},
        )

    async def test_a_command_as_a_path(self, upstash_url: str) -> None:
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as client:
            response = await client.get(f"{upstash_url}/echo/a%2Fb%20c")

        assert response.json() == {"result": "a/b c"}
        assert "upstash-sync-token" in response.headers

    async def test_texts_in_base64_and_statuses_as_they_are(self, upstash_url: str) -> None:
        name = f"test:{uuid4()}"
        headers = {"Upstash-Encoding": "base64"}

        assert await _send(upstash_url, "/", ["SET", name, "a"], headers) == (200, {"result": "OK"})
        _, answer = await _send(upstash_url, "/", ["MGET", name, f"{name}2"], headers)
        assert answer == {"result": [base64.b64encode(b"a").decode(), None]}
        assert await _send(upstash_url, "/", ["STRLEN", name], headers) == (200, {"result": 1})

    async def test_a_pipeline_has_an_error_for_each(self, upstash_url: str) -> None:
        name = f"test:{uuid4()}"

        status, answer = await _send(upstash_url, "/pipeline", [["SET", name, "a"], ["INCR", name], ["GET", name]])

        assert status == 200
        assert [list(each) for each in answer] == [["result"], ["error"], ["result"]]

    async def test_a_transaction_is_whole(self, upstash_url: str) -> None:
        name = f"test:{uuid4()}"

        status, answer = await _send(upstash_url, "/multi-exec", [["SET", name, "a"], ["NOSUCH"]])

        assert status == 400
        assert answer["error"].startswith("ERR unknown command")
        assert await _send(upstash_url, "/", ["EXISTS", name]) == (200, {"result": 0})
        status, answer = await _send(upstash_url, "/multi-exec", [["SET", name, "a"], ["GET", name]])
        assert (status, answer) == (200, [{"result": "OK"}, {"result": "a"}])

    async def test_without_a_token_it_refuses(self, upstash_url: str) -> None:
        async with httpx.AsyncClient() as client:
            response = await client.post(upstash_url, json=["PING"])

        assert (response.status_code, response.json()) == (401, {"error": "Unauthorized"})

    async def test_upstashs_own_client_speaks_to_it(self, upstash_url: str) -> None:
        from upstash_redis.asyncio import Redis

        name = f"test:{uuid4()}"
        async with Redis(upstash_url, TOKEN, allow_telemetry=False) as client:
            assert await client.set(name, "Grüße", nx=True) is True
            assert await client.get(name) == "Grüße"
            assert await client.eval("return {KEYS[1], ARGV[1]}", [name], ["b"]) == [name, "b"]
            pipeline = client.multi()
            pipeline.hset(name + "h", "f", "v")
            pipeline.hgetall(name + "h")
            assert await pipeline.exec() == [1, {"f": "v"}]


async def _send(url: str, path: str, body: Any, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}", **(headers or {})}) as client:
        response = await client.post(url + path, json=body)
    return response.status_code, response.json()
