"""What is written in a session scope is seen in it."""

import asyncio

from ..storage import Storage
from .builders import message


class TestSessionScope:
    async def test_what_its_tasks_write_is_seen_in_it(self, storage: Storage) -> None:
        async with storage.session_scope():
            await asyncio.gather(*(storage.memory.save_messages("t", [message(each)]) for each in "abc"))

            found = await storage.memory.list_messages("t")

        assert sorted(each.id for each in found) == ["a", "b", "c"]
