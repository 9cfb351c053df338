"""What is Redis' own: its address, its errors, its restarts."""

from typing import Any
from uuid import uuid4

import pytest

from mastra_store import InvalidArgument, RedisCache, Unavailable
from mastra_store.cache.base import Entry, Hit, Hold, Miss
from tests.servers.valkey import ValkeyServer

ENTRY = Entry("value", ("whole", "thread"), 60)


@pytest.mark.parametrize("url", ["localhost:6379", "http://:secret@host", "", None, 5])
def test_an_address_of_another_kind_is_refused(url: Any) -> None:
    with pytest.raises(InvalidArgument, match="url must begin with redis://, rediss:// or unix://") as refused:
        RedisCache(url)

    assert "secret" not in str(refused.value)


async def test_one_that_can_not_be_reached_says_so() -> None:
    cache = RedisCache("redis://:secret@127.0.0.1:1/0")

    with pytest.raises(Unavailable, match=r"redis://:\*\*\*@127.0.0.1:1/0> failed: ConnectionError") as raised:
        await cache.ping()

    assert "secret" not in str(raised.value)
    await cache.close()


async def test_an_error_of_the_server_is_unavailable(redis_url: str) -> None:
    from redis import asyncio as redis

    name = f"test:{uuid4()}"
    async with redis.Redis.from_url(redis_url) as client:
        await client.set(name, "no hash")
    cache = RedisCache(redis_url)

    with pytest.raises(Unavailable, match="WRONGTYPE"):
        await cache.get(Entry(f"{name}:value", (name,), 60))

    await cache.close()


async def test_a_server_that_was_started_again_is_used_again(valkey: ValkeyServer) -> None:
    cache = RedisCache(valkey.url)
    before = await cache.get(ENTRY)
    assert isinstance(before, Miss)
    await cache.set(ENTRY, before, b"value")
    valkey.stop()
    with pytest.raises(Unavailable):
        await cache.get(ENTRY)

    valkey.start()

    again = await cache.get(ENTRY)  # it knows neither the value nor the script
    assert isinstance(again, Miss)
    assert again.versions != before.versions
    await cache.close()


async def test_everything_expires(valkey: ValkeyServer) -> None:
    from redis import asyncio as redis

    cache = RedisCache(valkey.url)
    hold = Hold("writer", ("whole",), ("thread",))
    miss = await cache.get(ENTRY)
    assert isinstance(miss, Miss)
    await cache.set(ENTRY, miss, b"value")
    assert await cache.get(ENTRY) == Hit(b"value")
    await cache.get(Entry("another", ("other",), 60))
    await cache.hold(hold, 60)
    await cache.release(hold)
    await cache.release(Hold("writer", ("never held",), ("nor this",)))

    async with redis.Redis.from_url(valkey.url, decode_responses=True) as client:
        lives = {name: await client.pttl(name) for name in await client.keys()}

    assert lives.keys() == {"value", "whole", "thread", "other", "another:lease", "never held"}
    assert [name for name, milliseconds in lives.items() if milliseconds < 0] == []
    await cache.close()
