"""Whoever changes messages locks their threads first and in order, so that nobody waits for another in a ring."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from mastra_store import PgStorage
from mastra_store.testing.builders import message, thread

CHANGES: dict[str, Callable[[Any, int], Awaitable[Any]]] = {
    "update": lambda memory, n: memory.update_messages([{"id": "a", "role": f"r{n}"}, {"id": "b", "role": f"r{n}"}]),
    "delete": lambda memory, n: memory.delete_messages(["a", "b"]),
    "move": lambda memory, n: memory.update_messages([{"id": "a", "thread_id": "st"[n % 2]}]),
}


@pytest.mark.postgres(18)
@pytest.mark.parametrize("change", CHANGES)
async def test_changing_messages_never_meets_saving_them_in_a_ring(migrated_url: str, change: str) -> None:
    async with PgStorage(migrated_url) as storage:
        memory = storage.memory
        for name in "st":
            await memory.save_thread(thread(name))

        async def save(n: int) -> None:
            await memory.save_messages(messages=[message("b", thread_id="t"), message("a", thread_id="s")])

        for n in range(60):
            await save(n)
            await asyncio.gather(*(each for m in range(3) for each in (save(m), CHANGES[change](memory, m))))
